import type { Line } from "../../evidence/test-spec.ts";
import { checksOf } from "../checks.ts";
import type { Check } from "../checks.ts";
import type { Entry } from "../decision.ts";
import type { Readings, Tape } from "../history/tape.ts";
import { addToHistory, beginHistory } from "../history/history.ts";
import type { History } from "../history/history.ts";
import { askedCheck, namePhase } from "../messages/context.ts";
import type { AskedCheck } from "../messages/context.ts";
import { sayValue, scaleOf } from "../messages/figures.ts";
import { sayReaction } from "../messages/reactions.ts";
import { reportWords } from "../messages/report.ts";
import { sayVerdictWord } from "../messages/verdicts.ts";
import { sayJudgement, sayJudgementIf } from "../messages/what-if.ts";
import type { Language, Plan } from "../plan.ts";
import { inSlices } from "../slices.ts";
import { buildHistoryView } from "../view/build-history-view.ts";
import { otherLinesOf } from "./other-lines.ts";
import type { FailsFrom, MovedLine } from "./other-lines.ts";
import type { CheckReport } from "./release-report.ts";

interface Told {
  readonly entries: readonly Entry[];
  readonly nowMs: number;
  readonly language: Language;
}

/** What the checks of a release are reported from. */
export interface Evidence {
  readonly plan: Plan;
  /** Rows of the story: how much is read for one quantity. */
  readonly rows: number;
  /** Reads what was read of these quantities. */
  readings(quantities: readonly string[]): Promise<Readings>;
  /** Lets others go on. */
  turn(): Promise<void>;
}

/** What the readings of a release say: of each gate and guard, in the plan's order, and the most people that were ever on the canary. */
export interface ReadReport {
  readonly checks: readonly CheckReport[];
  /** `null`: nobody was counted. */
  readonly mostPeople: number | null;
}

/** As many readings are held at a time: of a longer release fewer quantities, and its story is read more often. */
const readingsAtOnce = 50_000;

/** Reports every gate and guard with its evidence. However long the release is and however many checks it has, only a part of its readings is held. */
export async function reportChecks({ plan, rows, readings, turn }: Evidence, told: Told): Promise<ReadReport> {
  const all = checksOf(plan);
  const quantities = [...new Set(all.map(({ quantity }) => quantity))];
  const atOnce = Math.max(1, Math.floor(readingsAtOnce / Math.max(1, rows)));
  const reports = new Map<string, CheckReport>();
  let mostPeople: number | null = null;
  for (let from = 0; from === 0 || from < quantities.length; from += atOnce) {
    const read = await readings(quantities.slice(from, from + atOnce));
    mostPeople = read.mostPeople;
    for (const check of all) {
      const tape = read.tapes.find(({ quantity }) => quantity === check.quantity);
      if (tape !== undefined) reports.set(check.id, await inSlices(checkReport(tape, { plan, check }, told), turn));
    }
  }
  return { checks: all.flatMap(({ id }) => reports.get(id) ?? []), mostPeople };
}

function* checkReport(
  tape: Tape,
  { plan, check }: { readonly plan: Plan; readonly check: Check },
  { entries, nowMs, language }: Told,
): Generator<undefined, CheckReport> {
  const asked = askedCheck(plan, check.id);
  if (asked === null) throw new Error(`the plan has no check ${check.id}, though it names it`);
  const history = buildHistoryView(yield* historyOf(tape, check.id), { plan, entries, nowMs }, language);
  const { own, moved, failsFrom } = yield* otherLinesOf(tape, check, history.points);
  const kind = own.last === null ? "not-yet" : (history.points.at(-1)?.kind ?? own.last.kind);
  return {
    phase: check.phase === null ? null : namePhase(plan, check.phase, language),
    isAsked: check.phase === null || entries.some(({ decision: { status } }) => "phase" in status && status.phase === check.phase),
    reaction: sayReaction(check.reaction, language),
    kind,
    word: sayVerdictWord(asked.kind, kind, language),
    sentence: history.explains[0] ?? "",
    history,
    did: own.last === null ? sayVerdictWord(asked.kind, "not-yet", language) : sayJudgement(plan, asked, own, language),
    otherLines: moved.map(({ fail, pass, judgement }) => ({
      line: sayLines(asked, { fail, pass }, language),
      says: sayJudgementIf(plan, asked, judgement, language),
      failed: judgement.failedMs !== null,
    })),
    failsFrom: failsFrom === null ? null : sayFailsFrom(asked, failsFrom, language),
  };
}

function* historyOf({ head, steps }: Tape, check: string): Generator<undefined, History> {
  let history = beginHistory(head, check);
  for (const [index, { row, entry }] of steps.entries()) {
    if (index % 100 === 99) yield;
    history = addToHistory(history, row, entry);
  }
  return history;
}

function sayLines(asked: AskedCheck, { fail, pass }: Pick<MovedLine, "fail" | "pass">, language: Language): string {
  const lines = pass === null || pass.at === fail.at ? [fail] : [pass, fail];
  return lines.map((line) => sayLine(asked, line, language)).join(" / ");
}

function sayLine(asked: AskedCheck, line: Line, language: Language): string {
  return sayValue(line.at, scaleOf(asked.condition) ?? { kind: "number" }, language);
}

function sayFailsFrom(asked: AskedCheck, { line, good }: FailsFrom, language: Language): string {
  const words = reportWords[language];
  if (line === null) return words.failsNever;
  const said = sayLine(asked, line, language);
  return good === "below" ? words.failsBelow(said) : words.failsAbove(said);
}
