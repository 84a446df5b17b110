import type { Command } from "commander";
import type { Adapters } from "../config/catalogue.ts";
import { sayOutlook } from "../core/messages/when.ts";
import { parseMoment } from "../core/moment.ts";
import { outlookOf } from "../core/outlook.ts";
import type { Outlook } from "../core/outlook.ts";
import type { Language, Plan } from "../core/plan.ts";
import { UserError } from "../errors.ts";
import type { Exit } from "../errors.ts";
import { routes } from "../http/contract.ts";
import type { ListFreezesAnswer } from "../http/contract.ts";
import { connect, withConnection } from "./connection-options.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { languageOf } from "./language-option.ts";
import { readPersonFile } from "./person-file.ts";
import { plainText } from "./plain-text.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";
import { widthOf, wrap } from "./view/span.ts";

interface WhenOptions extends ConnectionOptions {
  readonly from?: string;
  readonly count: string;
  readonly language?: string;
}

/** Adds `plan when FILE`: the starts with which the whole plan fits its windows. Exit: 0 there is one, 1 there is none within 400 days, 2 the plan has errors, or what was typed is wrong. */
export function addPlanWhen(plan: Command, terminal: Terminal, adapters: () => Promise<Adapters>): void {
  withConnection(plan.command("when <file>"))
    .description("say when the whole plan can run, with and without its extensions")
    .option("--from <moment>", "from a day or a moment on: 2025-08-16, 2025-08-19T14:00, in the plan's zone (default: now)")
    .option("--count <n>", "at most so many spans of starts (1-100)", "6")
    .option("--language <language>", "`fr` or `en`; without it the plan's own")
    .addHelpText("after", "\nWith --server the freezes that hold there count too. docs/cli.md says what fits.")
    .action((file: string, options: WhenOptions) => run(terminal, options, () => whenFile(file, options, { terminal, adapters })));
}

async function whenFile(
  file: string,
  options: WhenOptions,
  { terminal, adapters }: { readonly terminal: Terminal; readonly adapters: () => Promise<Adapters> },
): Promise<Exit> {
  const language = languageOf(options.language);
  const count = countOf(options.count);
  const from = await fromOf(options.from);
  const [bytes, lists, { readPlan }] = await Promise.all([readPersonFile(file), adapters(), import("../config/plan-file.ts")]);
  const { plan, problems } = readPlan(bytes, file, { ...lists, server: null });
  const errors = problems.filter((problem) => problem.severity === "error");
  if (plan === null) throw new UserError("plan-invalid", `Nothing can be said of ${file}.`, { problems: errors });
  const freezes = options.server === undefined ? [] : await freezesAt(terminal, options);
  const outlook = outlookOf(plan, { fromMs: from.momentIn(plan.timeZone), about: from.about, count, freezes });
  if (options.json) terminal.out(`${JSON.stringify({ plan: plan.name, timeZone: plan.timeZone, ...outlook })}\n`);
  else terminal.out(`${showOutlook(plan, outlook, { language: language ?? plan.language, columns: Math.min(100, terminal.columns) })}\n`);
  return outlook.starts.length > 0 ? "done" : "no";
}

/** The outlook as text, in at most so many columns. */
export function showOutlook(
  plan: Plan,
  outlook: Outlook,
  { language, columns }: { readonly language: Language; readonly columns: number },
): string {
  const parts = sayOutlook(plan, outlook, language);
  const width = Math.max(0, ...parts.flatMap(({ rows }) => rows.map(({ day }) => widthOf(day))));
  const lines = parts.flatMap(({ says, rows }) => [
    ...(rows.length > 0 ? [""] : []),
    ...wrap(plainText(says), columns),
    ...rows.flatMap(({ day, says: text }) =>
      wrap(plainText(text), columns - width - 4).map((part, at) => `  ${(at === 0 ? day : "").padEnd(width)}  ${part}`),
    ),
  ]);
  return [plainText(plan.title), "", ...lines].join("\n");
}

function countOf(text: string): number {
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > 100)
    throw new UserError("input-invalid", `--count is a whole number from 1 to 100, not "${text}". Write --count 6.`);
  return count;
}

interface From {
  readonly about: "day" | "moment";
  momentIn(timeZone: string): number;
}

async function fromOf(text: string | undefined): Promise<From> {
  if (text === undefined) {
    const clock = (await import("../engine/clock.ts")).createClock();
    return { about: "moment", momentIn: () => clock.nowMs() };
  }
  const momentIn = parseMoment(text);
  if (momentIn === null) {
    throw new UserError(
      "input-invalid",
      `--from is a day, or a day and a time, not "${text}". Write --from 2025-08-19 or --from 2025-08-19T14:00.`,
    );
  }
  return { about: /^\d{4}-\d{2}-\d{2}$/.test(text.trim()) ? "day" : "moment", momentIn };
}

async function freezesAt(terminal: Terminal, options: WhenOptions): Promise<ListFreezesAnswer["freezes"]> {
  const client = await connect(terminal, options);
  return (await client.call<ListFreezesAnswer>(routes.listFreezes)).freezes;
}
