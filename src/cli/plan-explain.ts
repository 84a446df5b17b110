import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { explainPlan } from "../core/explain.ts";
import type { Section } from "../core/explain.ts";
import type { Language, Plan } from "../core/plan.ts";
import { UserError } from "../errors.ts";
import type { Exit, Problem } from "../errors.ts";
import { plainText } from "./plain-text.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** Reads a plan file with what this build knows: `readPlan` of the plan file, its catalogue filled in. */
export type PlanReader = (text: Uint8Array, file: string) => Promise<{ readonly plan: Plan | null; readonly problems: readonly Problem[] }>;

interface Options {
  readonly language?: string;
  readonly json?: boolean;
}

/** Adds `plan explain FILE`: what will happen, in sentences, in the plan's language unless another is asked for. Exit: 0 explained, 2 the plan has problems. */
export function addPlanExplain(plan: Command, terminal: Terminal, readPlan: PlanReader): void {
  plan
    .command("explain")
    .argument("<file>", "the plan file")
    .description("say in sentences what will happen when this plan is released")
    .option("--language <language>", "`fr` or `en`; without it the plan's own")
    .option("--json", "sections and sentences as one JSON object")
    .action((file: string, options: Options) => run(terminal, options, () => explain(terminal, readPlan, { file, ...options })));
}

async function explain(terminal: Terminal, readPlan: PlanReader, ask: Options & { readonly file: string }): Promise<Exit> {
  const language = languageOf(ask.language);
  const { plan, problems } = await readPlan(await bytesOf(ask.file), ask.file);
  if (plan === null) throw new UserError("plan-invalid", `${ask.file} cannot be explained.`, { problems });
  const sections = explainPlan(plan, language ?? plan.language);
  if (ask.json) terminal.out(`${JSON.stringify({ title: plan.title, sections })}\n`);
  else terminal.out(`${sayExplanation(plan.title, sections)}\n`);
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

function languageOf(text: string | undefined): Language | null {
  if (text === undefined || text === "fr" || text === "en") return text ?? null;
  throw new UserError("input-invalid", `"${text}" is not a language of the explanation: write fr or en.`);
}

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UserError("file-unreadable", `${file}: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
