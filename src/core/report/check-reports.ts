import type { Line } from "../../evidence/test-spec.ts";
import { checksOf } from "../checks.ts";
import type { Check } from "../checks.ts";
import type { Entry } from "../decision.ts";
import { tapeOf } from "../history/follow-check.ts";
import type { Replayed, Tape } from "../history/follow-check.ts";
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
import { buildHistoryView } from "../view/build-history-view.ts";
import { otherLinesOf } from "./other-lines.ts";
import type { FailsFrom, MovedLine } from "./other-lines.ts";
import type { CheckReport } from "./release-report.ts";

interface Told {
  readonly entries: readonly Entry[];
  readonly nowMs: number;
  readonly language: Language;
}

/** Every gate and guard with its evidence, in the plan's order. */
export function* checkReports(replayed: Replayed, plan: Plan, told: Told): Generator<undefined, readonly CheckReport[]> {
  const reports: CheckReport[] = [];
  const tapes = new Map<string, Tape>();
  for (const check of checksOf(plan)) {
    const tape = tapes.get(check.quantity) ?? tapeOf(replayed, check.quantity);
    tapes.set(check.quantity, tape);
    reports.push(yield* checkReport(tape, { plan, check }, told));
    yield;
  }
  return reports;
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
