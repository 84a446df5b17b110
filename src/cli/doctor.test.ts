import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/fixtures/folder.ts";
import type { Exit } from "../errors.ts";
import { addDoctor } from "./doctor.ts";
import { processTerminal } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** No server answers at this port: whoever asks it fails. */
const nobody = "http://127.0.0.1:9";

test.each<[string, readonly string[], Readonly<Record<string, string>>, Exit]>([
  ["nobody names a server: this machine", [], {}, "done"],
  ["--server: the server", ["--server", nobody], { SERIN_TOKEN: "t" }, "unreachable"],
  ["SERIN_SERVER: the server", [], { SERIN_SERVER: nobody, SERIN_TOKEN: "t" }, "unreachable"],
  ["SERIN_SERVER, and a file of connections: this machine", ["--config", "serin.yaml"], { SERIN_SERVER: nobody }, "done"],
])("who looks: %s", async (_, words, env, exits) => {
  const plan = join(await temporaryFolder(), "plan.yaml");
  await writeFile(plan, "kind: ReleasePlan\n");
  let exit: Exit | null = null;
  const terminal: Terminal = { ...processTerminal(), env, out: () => undefined, err: () => undefined, exit: (code) => void (exit = code) };
  const program = new Command("serin");
  addDoctor(program, terminal, () => Promise.resolve({ language: "en", parts: [] }));
  await program.parseAsync(["doctor", plan, ...words], { from: "user" });
  expect(exit).toBe(exits);
});
