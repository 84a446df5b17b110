import type { Verdict } from "../../evidence/verdict.ts";
import type { Entry } from "../decision.ts";
import { isCounting } from "../evidence-book.ts";
import type { Standing } from "../evidence-book.ts";
import type { HistoryMark, HistoryPhase, HistoryPoint, HistoryUnit, HistoryView } from "../history-view.ts";
import { standingOfCheck } from "../history/follow-check.ts";
import { allReadings, standingsOfHistory, valueOf } from "../history/history.ts";
import type { History } from "../history/history.ts";
import { askedCheck } from "../messages/context.ts";
import type { AskedCheck } from "../messages/context.ts";
import { linesOf } from "../messages/figures.ts";
import type { Explained } from "../messages/history.ts";
import { explainVerdict, sayPoints, sayRead, saySeries } from "../messages/history.ts";
import { sayTime } from "../messages/times.ts";
import { sayVerdict, sayVerdictWord } from "../messages/verdicts.ts";
import type { Language, Plan } from "../plan.ts";
import { labelOf } from "./check-view.ts";
import { spansOf } from "./notice-state.ts";

/** What a history is shown with: the journal that it belongs to, and the moment of looking. */
export interface HistoryOf {
  readonly plan: Plan;
  readonly entries: readonly Entry[];
  readonly nowMs: number;
}

/** How the evidence of a check grew, as it is drawn. */
export function buildHistoryView(history: History, { plan, entries, nowMs }: HistoryOf, language: Language): HistoryView {
  const asked = askedCheck(plan, history.now.check);
  if (asked === null) throw new Error(`the plan has no check ${history.now.check}, but evidence about it`);
  const { pass, fail } = drawnLines(asked);
  const judged = standingsOfHistory(history);
  const shown = shownOf(history, judged.at(-1)?.standing ?? null, nowMs);
  return {
    check: asked.id,
    kind: asked.kind,
    says: asked.says,
    label: labelOf(asked, language),
    pointsSay: sayPoints(plan, asked, language),
    unit: unitOf(asked),
    passAt: pass,
    failAt: fail,
    good: goodOf(asked),
    points: judged.map(({ atMs, standing }) => pointOf(atMs, standing.verdict)),
    seriesSay: saySeries(plan, asked, language),
    seriesUnit: unitOf(asked),
    series: history.readings.items.map(({ atMs, canary, stable }) => ({ atMs, canary: valueOf(canary), stable: valueOf(stable) })),
    phases: phasesOf(plan, entries),
    marks: marksOf(asked, plan, entries, language),
    explains: [
      ...(shown === null ? [] : [sayVerdict(asked.id, shown.verdict, { plan, nowMs, ...shown.ahead }, language)]),
      sayRead(asked, readSoFar(history), language),
      ...explainVerdict(asked, shown, language),
    ],
    findings: history.now.book.findings[asked.check.quantity] ?? [],
  };
}

/** The verdict that is explained: that of now while readings count, afterwards the last one; `null`: nobody was exposed. */
function shownOf(history: History, last: Standing | null, nowMs: number): Explained | null {
  if (last === null) return null;
  if (!isCounting(history.now.release.status)) return { verdict: last.verdict, ahead: null };
  const { verdict, moreMs } = standingOfCheck(history.now, nowMs);
  return { verdict, ahead: { moreMs } };
}

/** The lines as they are drawn: of no event at all, the rate that passing must disprove. */
function drawnLines(asked: AskedCheck): { readonly pass: number | null; readonly fail: number | null } {
  const { pass, fail } = linesOf(asked);
  if (asked.check.spec.kind === "none") return { pass: asked.check.spec.rate, fail: null };
  return { pass: pass?.at ?? null, fail: fail?.at ?? null };
}

function goodOf(asked: AskedCheck): "below" | "above" | null {
  if (asked.check.spec.kind === "none") return "below";
  return linesOf(asked).fail?.good ?? null;
}

function unitOf({ check, condition }: AskedCheck): HistoryUnit {
  if (check.spec.kind === "score") return "points";
  return condition.kind === "line" && !condition.percent ? "" : "%";
}

function pointOf(atMs: number, { kind, estimate, interval }: Verdict): HistoryPoint {
  return { atMs, kind, low: interval?.low ?? null, high: interval?.high ?? null, estimate };
}

function readSoFar(history: History): Parameters<typeof sayRead>[1] {
  const all = allReadings(history);
  if (all === null) return { canary: null, stable: null, levels: null };
  const { canary, stable, extremes } = all;
  const last = history.lastLevel;
  return { canary, stable, levels: extremes === null || last === null ? null : { ...extremes, last } };
}

function phasesOf(plan: Plan, entries: readonly Entry[]): readonly HistoryPhase[] {
  return spansOf(plan, entries).flatMap(({ name, fromMs, untilMs }) => (fromMs === null ? [] : [{ name, fromMs, untilMs }]));
}

function marksOf(asked: AskedCheck, plan: Plan, entries: readonly Entry[], language: Language): readonly HistoryMark[] {
  return entries.flatMap(({ atMs, revision, decision }) =>
    decision.facts.flatMap((fact): readonly HistoryMark[] => {
      if (fact.kind !== "verdict" && fact.kind !== "breach" && fact.kind !== "cancelled") return [];
      if (fact.check !== asked.id) return [];
      const { kind } = fact.verdict;
      const word = sayVerdictWord(asked.kind, kind, language);
      return [{ atMs, revision, kind, says: `${sayTime(plan, atMs)}${language === "fr" ? "\u202f:" : ":"} ${word}` }];
    }),
  );
}
