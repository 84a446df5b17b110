import type { Command } from "commander";
import type { Adapters } from "../config/catalogue.ts";
import type { Section } from "../core/explain.ts";
import { UserError } from "../errors.ts";
import type { Exit } from "../errors.ts";
import { languageOf } from "./language-option.ts";
import { readPersonFile } from "./person-file.ts";
import { plainText } from "./plain-text.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

interface Options {
  readonly language?: string;
  readonly json?: boolean;
}

/** Adds `plan explain FILE`: what will happen, in sentences, in the plan's language unless another is asked for. Exit: 0 explained, 2 the plan has errors. */
export function addPlanExplain(plan: Command, terminal: Terminal, adapters: () => Promise<Adapters>): void {
  plan
    .command("explain <file>")
    .description("say in sentences what will happen when this plan is released")
    .option("--language <language>", "`fr` or `en`; without it the plan's own")
    .option("--json", "write one JSON object: sections and sentences")
    .action((file: string, options: Options) => run(terminal, options, () => explainFile(file, options, { terminal, adapters })));
}

async function explainFile(
  file: string,
  options: Options,
  { terminal, adapters }: { readonly terminal: Terminal; readonly adapters: () => Promise<Adapters> },
): Promise<Exit> {
  const language = languageOf(options.language);
  const [bytes, lists, { readPlan }, { explainPlan }] = await Promise.all([
    readPersonFile(file),
    adapters(),
    import("../config/plan-file.ts"),
    import("../core/explain.ts"),
  ]);
  const { plan, problems } = readPlan(bytes, file, { ...lists, server: null });
  const errors = problems.filter((problem) => problem.severity === "error");
  if (plan === null) throw new UserError("plan-invalid", `${file} cannot be explained.`, { problems: errors });
  const sections = explainPlan(plan, language ?? plan.language);
  terminal.out(options.json ? `${JSON.stringify({ title: plan.title, sections })}\n` : `${sayExplanation(plan.title, sections)}\n`);
  return "done";
}

/** The sections as Markdown, which reads well as it is: a heading per section, a line per sentence, a list per step. */
export function sayExplanation(title: string, sections: readonly Section[]): string {
  const parts = sections.map((section) => {
    const lines = section.says.flatMap(({ text, steps }) => [text, ...steps.map((step) => `  - ${step}`)]);
    return [`## ${section.title}`, "", ...lines].map(plainText).join("\n");
  });
  return [`# ${plainText(title)}`, ...parts].join("\n\n");
}
