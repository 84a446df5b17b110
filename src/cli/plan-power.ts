import type { Command } from "commander";
import type { Adapters } from "../config/catalogue.ts";
import { sourcesAhead } from "../config/rules/decidable.ts";
import type { Language, Plan } from "../core/plan.ts";
import { powerOf, sureEnough } from "../core/power.ts";
import type { CheckPower, PhasePower } from "../core/power.ts";
import { askedCheck } from "../core/messages/context.ts";
import { sayMissed } from "../core/messages/missed.ts";
import { powerWords } from "../core/messages/power-table.ts";
import { sayForeseen, sayNeeded, sayProbability, sayTraffic, sayTruth } from "../core/messages/power.ts";
import { saySpan } from "../core/messages/numbers.ts";
import { UserError } from "../errors.ts";
import type { Exit } from "../errors.ts";
import { truthsOf } from "./assume-option.ts";
import { languageOf } from "./language-option.ts";
import { readPersonFile } from "./person-file.ts";
import { plainText } from "./plain-text.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";
import { trafficOf, withTrafficOptions } from "./traffic-options.ts";
import type { GivenTraffic, TrafficOptions } from "./traffic-options.ts";
import { squeeze, widthOf, wrap } from "./view/span.ts";

interface PowerOptions extends TrafficOptions {
  readonly assume: readonly string[];
  readonly language?: string;
  readonly json?: boolean;
}

/** Adds `plan power FILE`: how long each decision takes, and how likely it is in time. Exit: 0 foreseen, 2 the plan has errors, or what was typed is wrong. */
export function addPlanPower(plan: Command, terminal: Terminal, adapters: () => Promise<Adapters>): void {
  withTrafficOptions(
    plan
      .command("power <file>")
      .description("foresee how long each gate and guard takes to decide, how likely it is in time, and what would suffice"),
  )
    .option(
      "--assume <metric=value>",
      "what a metric truly is: error-rate=0.2%, conversion=1%/2% (new/stable); may be repeated",
      collect,
      [],
    )
    .option("--language <language>", "`fr` or `en`; without it the plan's own")
    .option("--json", "write one JSON object: times in ms, probabilities and rates 0-1")
    .action((file: string, options: PowerOptions) => run(terminal, options, () => powerFile(file, options, { terminal, adapters })));
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

async function powerFile(
  file: string,
  options: PowerOptions,
  { terminal, adapters }: { readonly terminal: Terminal; readonly adapters: () => Promise<Adapters> },
): Promise<Exit> {
  const asked = languageOf(options.language);
  const traffic = trafficOf(options);
  const [bytes, lists, { readPlan }] = await Promise.all([readPersonFile(file), adapters(), import("../config/plan-file.ts")]);
  const catalogue = { ...lists, server: null };
  const { plan, problems } = readPlan(bytes, file, catalogue);
  const errors = problems.filter((problem) => problem.severity === "error");
  if (plan === null) throw new UserError("plan-invalid", `Nothing can be foreseen of ${file}.`, { problems: errors });
  const phases = powerOf(plan, { traffic, truths: truthsOf(options.assume, plan), sourceOf: sourcesAhead(catalogue) });
  if (options.json) terminal.out(`${JSON.stringify(asJson(plan, traffic, phases))}\n`);
  else terminal.out(`${sayPower(plan, { traffic, phases, language: asked ?? plan.language, columns: Math.min(100, terminal.columns) })}\n`);
  return "done";
}

interface Shown {
  readonly traffic: GivenTraffic;
  readonly phases: readonly PhasePower[];
  readonly language: Language;
  readonly columns: number;
}

/** The table as text, in at most so many columns. */
export function sayPower(plan: Plan, { traffic, phases, language, columns }: Shown): string {
  const words = powerWords[language];
  const lines = [
    ...wrap(plainText(words.title(plan.title, sayTraffic(traffic, language))), columns),
    ...phases.flatMap((phase) => ["", ...phaseLines(plan, phase, language, columns)]),
    "",
    ...words.notes.flatMap((note) => wrap(note, columns)),
  ];
  return lines.map((line) => line.trimEnd()).join("\n");
}

function phaseLines(plan: Plan, { phase, index, canary, checks }: PhasePower, language: Language, columns: number): readonly string[] {
  const words = powerWords[language];
  const table = (kind: CheckPower["kind"]): readonly string[] => {
    const rows = checks.filter((power) => power.kind === kind);
    if (rows.length === 0) return [];
    const times = [phase.observeMs, ...(kind === "gate" && phase.extendMs > 0 ? [phase.observeMs + phase.extendMs] : [])];
    const heads = [words.truly, words.mean[kind], words.sure, ...times.map((ms) => words.by(saySpan(ms, language)))];
    const title = kind === "gate" ? words.gates : words.guards;
    return [row(title, heads, columns), ...rows.flatMap((power) => checkLines(plan, power, { language, columns, count: times.length }))];
  };
  return [...wrap(plainText(words.phase(index + 1, phase, sayTraffic(canary, language))), columns), ...table("gate"), ...table("guard")];
}

function checkLines(
  plan: Plan,
  power: CheckPower,
  { language, columns, count }: { readonly language: Language; readonly columns: number; readonly count: number },
): readonly string[] {
  const asked = askedCheck(plan, power.check.id);
  if (asked === null) return [];
  const words = powerWords[language];
  const { outlook } = power;
  const truth = sayTruth(power, asked, language);
  const remark = remarkOf(power, language);
  const unknown = Array.from({ length: 2 + count }, () => words.unknown);
  const cells =
    outlook === null
      ? unknown
      : power.proves === null || (power.kind === "guard" && power.proves === "pass")
        ? []
        : [
            sayForeseen(outlook.meanMs, language),
            sayForeseen(outlook.sureMs, language),
            ...[outlook.within, outlook.withinExtended].slice(0, count).map((chance) => sayProbability(chance, language)),
          ];
  const missed = power.misses === null ? null : words.missed(sayMissed(power.misses, language));
  const notes = [remark, missed].flatMap((note) =>
    note === null ? [] : wrap(note, columns - 6).map((line, at) => `${at === 0 ? "    → " : "      "}${line}`),
  );
  return [row(asked.says, [truth, ...cells], columns), ...notes];
}

/** What is to be said beneath a row: why it is never decided, or what would decide it in time; `null` where it is decided in time anyway. */
function remarkOf(power: CheckPower, language: Language): string | null {
  const words = powerWords[language];
  const { proves, kind, outlook, needs } = power;
  if (proves === null) return power.isComparable ? words.between : words.nobodyLeft;
  if (kind === "guard" && proves === "pass") return words.staysSilent;
  // What reads as 80 % is 80 %.
  if (outlook !== null && outlook.within >= sureEnough - 0.005) return null;
  const needed = sayNeeded(needs, language);
  const time = outlook === null || outlook.enoughMs === null ? "" : words.orTime(sayForeseen(outlook.enoughMs, language));
  if (needed !== null) return `${words.takes(needed)}${time}`;
  return power.depends === "readings" ? null : `${words.notByTraffic}${time}`;
}

/** The widths of a row's columns: what it truly is, two times, two probabilities; what is judged has the rest. */
const wide = [26, 11, 11, 10, 10];
const narrow = [18, 11, 11, 10, 9];

function row(name: string, cells: readonly string[], columns: number): string {
  const widths = columns >= 95 ? wide : narrow;
  const nameWidth = Math.max(16, columns - 2 - widths.reduce((sum, width) => sum + width, 0));
  const cell = (text: string, width: number): string => {
    const shown = squeeze(plainText(text), width - 1);
    return shown + " ".repeat(width - widthOf(shown));
  };
  return `  ${cell(name, nameWidth)}${cells.map((text, at) => cell(text, widths[at] ?? text.length)).join("")}`;
}

function asJson(plan: Plan, traffic: GivenTraffic, phases: readonly PhasePower[]): Readonly<Record<string, unknown>> {
  return {
    plan: plan.name,
    traffic,
    phases: phases.map(({ phase, canary, checks }) => ({
      name: phase.name,
      sharePct: phase.sharePct,
      observeMs: phase.observeMs,
      extendMs: phase.extendMs,
      canary,
      checks: checks.map(({ check, ...power }) => ({ id: check.id, metric: check.metric, ...power })),
    })),
  };
}
