import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import type { Adapters } from "../config/catalogue.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

interface SchemaOptions {
  readonly write?: string;
}

/** Adds `plan schema`: the JSON Schema of plan files, for editors. Exit: 0. */
export function addPlanSchema(plan: Command, terminal: Terminal, adapters: () => Promise<Adapters>): void {
  addSchema(plan, {
    says: "print the JSON Schema of plan files",
    terminal,
    print: async () => (await schemas()).printed("plan", await adapters()),
  });
}

/** Adds `server schema`: the JSON Schema of serin.yaml. Exit: 0. */
export function addServerSchema(server: Command, terminal: Terminal, adapters: () => Promise<Adapters>): void {
  addSchema(server, {
    says: "print the JSON Schema of serin.yaml",
    terminal,
    print: async () => (await schemas()).printed("server", await adapters()),
  });
}

interface SchemaCommand {
  readonly says: string;
  readonly terminal: Terminal;
  readonly print: () => Promise<string>;
}

function addSchema(parent: Command, { says, terminal, print }: SchemaCommand): void {
  parent
    .command("schema")
    .description(says)
    .option("--write <file>", "write it to a file instead")
    .action((options: SchemaOptions) =>
      run(terminal, {}, async () => {
        const text = await print();
        if (options.write === undefined) terminal.out(text);
        else await writeFile(options.write, text);
      }),
    );
}

async function schemas() {
  const { planSchema, printSchema, serverSchema } = await import("../config/json-schema.ts");
  return {
    printed: (which: "plan" | "server", adapters: Adapters) =>
      printSchema(which === "plan" ? planSchema(adapters) : serverSchema(adapters)),
  };
}
