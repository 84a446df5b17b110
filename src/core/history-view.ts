import type { Finding, VerdictKind } from "../evidence/verdict.ts";

/**
 * How the evidence of one gate or guard grew, as it is drawn. Plain JSON; sentences are in one language, times epoch ms, oldest first. Numbers are
 * those of the lines, so that where a unit is "%" 0.01 is 1 %; an interval whose `high` is 100 or more of stable's has no upper end.
 */
export interface HistoryView {
  readonly check: string;
  readonly kind: "gate" | "guard";
  /** The words of the plan. */
  readonly says: string;
  readonly label: string;
  /** What `points` say: "errors in 100 requests", "conversion as a part of stable’s". */
  readonly pointsSay: string;
  /** Of `points` and lines: "%", "points"; empty: a plain number. */
  readonly unit: HistoryUnit;
  readonly passAt: number | null;
  /** `null`: this kind of test has no line. */
  readonly failAt: number | null;
  readonly good: "below" | "above" | null;
  /** At most 300. */
  readonly points: readonly HistoryPoint[];
  /** What `series` says, which is not always what is judged: of a comparison with stable it is the rate of each arm. */
  readonly seriesSay: string;
  readonly seriesUnit: HistoryUnit;
  /** What was read of each arm, at most 300; empty where nothing was. */
  readonly series: readonly SeriesPoint[];
  /** Those that were begun. */
  readonly phases: readonly HistoryPhase[];
  /** What the journal noted about this check. */
  readonly marks: readonly HistoryMark[];
  /** The verdict, the counts behind it, the assumption in words, what passes and fails, what would change the verdict: a sentence each. */
  readonly explains: readonly string[];
  /** What the source names behind the last reading, the gravest first; texts come from outside. */
  readonly findings: readonly Finding[];
}

export type HistoryUnit = "%" | "points" | "";

export interface HistoryPoint {
  readonly atMs: number;
  readonly kind: VerdictKind;
  readonly low: number | null;
  readonly high: number | null;
  readonly estimate: number | null;
}

/** `null`: nothing was counted of that arm. */
export interface SeriesPoint {
  readonly atMs: number;
  readonly canary: number | null;
  readonly stable: number | null;
}

/** `untilMs` is `null` while it goes on. */
export interface HistoryPhase {
  readonly name: string;
  readonly fromMs: number;
  readonly untilMs: number | null;
}

export interface HistoryMark {
  readonly atMs: number;
  readonly revision: number;
  readonly kind: VerdictKind;
  /** "14:22: pass". */
  readonly says: string;
}
