import type { Command } from "commander";
import type { Adapters } from "../config/catalogue.ts";
import { UserError } from "../errors.ts";
import type { Exit } from "../errors.ts";
import { readPersonFile } from "./person-file.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

interface ConfigOptions {
  readonly config: string;
}

/** Adds `router config PLAN`: what the plan's router has to be configured with. Exit: 0 written, 2 a file has errors, or there is nothing to write. */
export function addRouterConfig(router: Command, terminal: Terminal, adapters: () => Promise<Adapters>): void {
  router
    .command("config <plan>")
    .description("write the configuration that the plan's router needs: a haproxy.cfg, and the like")
    .requiredOption("--config <file>", "the server's file, serin.yaml, with the router's connection; its secrets are not looked up")
    .action((file: string, options: ConfigOptions) => run(terminal, {}, () => writeConfig({ file, options, terminal, adapters })));
}

interface Writing {
  readonly file: string;
  readonly options: ConfigOptions;
  readonly terminal: Terminal;
  readonly adapters: () => Promise<Adapters>;
}

async function writeConfig({ file, options, terminal, adapters }: Writing): Promise<Exit> {
  const [bytes, serverBytes, lists, { readPlan }, { readServer }] = await Promise.all([
    readPersonFile(file),
    readPersonFile(options.config),
    adapters(),
    import("../config/plan-file.ts"),
    import("../config/server-file.ts"),
  ]);
  const { server, problems: inServer } = readServer(serverBytes, options.config, lists);
  if (server === null) throw new UserError("server-file-invalid", `${options.config} cannot be read.`, { problems: inServer });
  const { plan, problems } = readPlan(bytes, file, { ...lists, server });
  const errors = problems.filter((problem) => problem.severity === "error");
  if (plan === null || errors.length > 0) throw new UserError("plan-invalid", `${file} has errors.`, { problems: errors });
  const { kind } = plan.traffic;
  const definition = lists.routers.find((each) => each.kind === kind);
  if (definition?.configure === undefined)
    throw new UserError("input-invalid", `A router of the kind ${kind} needs no configuration of this kind.`);
  const connection = Object.values(server.connections.routers).find((each) => each.kind === kind);
  if (connection === undefined) {
    throw new UserError("input-invalid", `${options.config} has no connection of the kind ${kind}: write it under connections, routers.`);
  }
  terminal.out(definition.configure(definition.connection.parse(connection.options), plan));
  return "done";
}
