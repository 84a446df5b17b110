import type { Command } from "commander";
import type { Adapters } from "../config/catalogue.ts";
import type { Server } from "../config/server-file.ts";
import { formatProblem } from "../errors.ts";
import type { Exit, Problem } from "../errors.ts";
import { readPersonFile } from "./person-file.ts";
import { plainText } from "./plain-text.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

interface LintOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** Adds `plan lint FILE`: everything that is wrong or doubtful, at once. Exit: 0 no errors, warnings allowed; 2 errors, or an unreadable file. */
export function addPlanLint(plan: Command, terminal: Terminal, adapters: () => Promise<Adapters>): void {
  plan
    .command("lint <file>")
    .description("find what is wrong in a plan, or legal and doubtful")
    .option("--config <file>", "the server's file, serin.yaml: also checks names, people and environments against it")
    .option("--json", "write one JSON object")
    .action((file: string, options: LintOptions) => run(terminal, options, () => lintFile({ file, options, terminal, adapters })));
}

interface Lint {
  readonly file: string;
  readonly options: LintOptions;
  readonly terminal: Terminal;
  readonly adapters: () => Promise<Adapters>;
}

async function lintFile({ file, options, terminal, adapters }: Lint): Promise<Exit> {
  const [bytes, lists, { readPlan }] = await Promise.all([readPersonFile(file), adapters(), import("../config/plan-file.ts")]);
  const config = options.config === undefined ? { server: null, problems: [] } : await readConfig(options.config, lists);
  const problems = [...config.problems, ...readPlan(bytes, file, { ...lists, server: config.server }).problems];
  const errors = problems.filter((problem) => problem.severity === "error").length;
  if (options.json) terminal.out(`${JSON.stringify({ file, ok: errors === 0, problems })}\n`);
  else {
    for (const problem of problems) terminal.out(`${plainText(formatProblem(problem))}\n`);
    terminal.out(`${plainText(file)}: ${counted(errors, "error")}, ${counted(problems.length - errors, "warning")}\n`);
  }
  return errors === 0 ? "done" : "bad-input";
}

async function readConfig(
  file: string,
  lists: Adapters,
): Promise<{ readonly server: Server | null; readonly problems: readonly Problem[] }> {
  const { readServer } = await import("../config/server-file.ts");
  return readServer(await readPersonFile(file), file, lists);
}

function counted(count: number, what: string): string {
  return `${count === 0 ? "no" : count} ${what}${count === 1 ? "" : "s"}`;
}
