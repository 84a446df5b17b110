import type { Command } from "commander";
import type { Adapters } from "../config/catalogue.ts";
import type { Server } from "../config/server-file.ts";
import { lintWords } from "../core/messages/lint.ts";
import type { Language } from "../core/plan.ts";
import type { Exit, Problem } from "../errors.ts";
import { languageOf } from "./language-option.ts";
import { readPersonFile } from "./person-file.ts";
import { plainText } from "./plain-text.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";
import { trafficOf, withTrafficOptions } from "./traffic-options.ts";
import type { TrafficOptions } from "./traffic-options.ts";
import { wrap } from "./view/span.ts";

interface LintOptions extends TrafficOptions {
  readonly config?: string;
  readonly at?: string;
  readonly language?: string;
  readonly json?: boolean;
}

/** Adds `plan lint FILE`: everything that is wrong or doubtful, at once. Exit: 0 no errors, warnings allowed; 2 errors, or an unreadable file. */
export function addPlanLint(plan: Command, terminal: Terminal, adapters: () => Promise<Adapters>): void {
  const command = plan
    .command("lint <file>")
    .description("find what is wrong in a plan, or legal and doubtful")
    .option("--config <file>", "the server's file, serin.yaml: also checks names, people and environments against it")
    .option("--at <moment>", "when the release is meant to start: 2025-08-19T14:00, in the plan's zone");
  withTrafficOptions(command)
    .option("--language <language>", "`fr` or `en`; without it the plan's own. Errors in the text of the file are in English")
    .option("--json", "write one JSON object")
    .addHelpText("after", "\nWith traffic it also says which gates that traffic does not decide. docs/lint.md explains every code.")
    .action((file: string, options: LintOptions) => run(terminal, options, () => lintFile({ file, options, terminal, adapters })));
}

interface Lint {
  readonly file: string;
  readonly options: LintOptions;
  readonly terminal: Terminal;
  readonly adapters: () => Promise<Adapters>;
}

async function lintFile({ file, options, terminal, adapters }: Lint): Promise<Exit> {
  const traffic = trafficOf(options);
  const asked = languageOf(options.language);
  const startsMs = options.at === undefined ? null : (await import("./start-option.ts")).startOf(options.at);
  const [bytes, lists, { readPlan }] = await Promise.all([readPersonFile(file), adapters(), import("../config/plan-file.ts")]);
  const config = options.config === undefined ? { server: null, problems: [] } : await readConfig(options.config, lists);
  const reading = readPlan(bytes, file, { ...lists, server: config.server }, { language: asked, startsMs, traffic });
  const problems = [...config.problems, ...reading.problems];
  const errors = problems.filter((problem) => problem.severity === "error").length;
  if (options.json) terminal.out(`${JSON.stringify({ file, ok: errors === 0, problems })}\n`);
  else {
    const language = asked ?? reading.plan?.language ?? "en";
    const columns = Math.min(100, terminal.columns);
    for (const problem of problems.toSorted(ofThisBuildLast)) terminal.out(`${sayProblem(problem, language, columns)}\n\n`);
    terminal.out(`${plainText(file)}: ${lintWords[language].summary(errors, problems.length - errors)}\n`);
  }
  return errors === 0 ? "done" : "bad-input";
}

/** Where it stands and what it is on one line, as editors read it; then what is wrong, and what to write instead. */
function sayProblem(problem: Problem, language: Language, columns: number): string {
  const { file, line, column, severity, code, message, remedy } = problem;
  const indented = (first: string, text: string): readonly string[] =>
    wrap(glued(plainText(text), columns - 4), columns - 4).map((part, at) => `${at === 0 ? first : "    "}${part.replaceAll(glue, " ")}`);
  return [
    `${plainText(file)}:${line}:${column}: ${lintWords[language].severity[severity]}: ${code}`,
    ...indented("    ", message),
    ...indented("  → ", remedy),
  ].join("\n");
}

/** Stands for a space at which no line ends, and is a plain one again when it is written: what is shown may be copied. */
const glue = "\ue000";

/** What may be written into the file, "name: { … }" or a text in quotes, is kept on one line where it fits on one. */
function glued(text: string, columns: number): string {
  return text.replaceAll(/[\w-]+: \{[^{}]*\}|"[^"]*"/g, (snippet) => (snippet.length < columns ? snippet.replaceAll(" ", glue) : snippet));
}

/** What a later build may know says least about the plan itself. */
function ofThisBuildLast(a: Problem, b: Problem): number {
  const isOfBuild = ({ code, severity }: Problem): number =>
    severity === "warning" && (code === "adapter-missing" || code === "connection-unchecked") ? 1 : 0;
  return isOfBuild(a) - isOfBuild(b);
}

async function readConfig(
  file: string,
  lists: Adapters,
): Promise<{ readonly server: Server | null; readonly problems: readonly Problem[] }> {
  const { readServer } = await import("../config/server-file.ts");
  return readServer(await readPersonFile(file), file, lists);
}
