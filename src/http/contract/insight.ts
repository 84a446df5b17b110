import { z } from "zod";
import type { VerdictKind } from "../../evidence/verdict.ts";

/*
 * What stands behind a release's verdicts, and before its start.
 */

/** The query of `history`: one check by its id. */
export const historyQuery = z.strictObject({ check: z.string().min(1).max(500), language: z.enum(["fr", "en"]).optional() });

/** How the evidence of one gate or guard grew. Numbers are in the unit of `BandView`; at most 300 points, oldest first. */
export interface HistoryAnswer {
  readonly check: string;
  readonly says: string;
  readonly label: string;
  /** "%", "ms", "points"; empty: a plain count. */
  readonly unit: string;
  readonly passAt: number | null;
  /** `null`: this kind of test has no line. */
  readonly failAt: number | null;
  readonly good: "below" | "above" | null;
  readonly points: readonly HistoryPoint[];
  /** What was read of each arm, in `unit`, at most 300 points; empty where nothing can be drawn. */
  readonly series: readonly SeriesPoint[];
  readonly phases: readonly { readonly name: string; readonly fromMs: number; readonly untilMs: number | null }[];
  /** The counts behind it, the assumption in words, what would change the verdict: a sentence each. */
  readonly explains: readonly string[];
}

export interface HistoryPoint {
  readonly atMs: number;
  readonly kind: VerdictKind;
  readonly low: number | null;
  readonly high: number | null;
  readonly estimate: number | null;
}

export interface SeriesPoint {
  readonly atMs: number;
  readonly canary: number | null;
  readonly stable: number | null;
}

/** The query of `whatIf`: the check judged anew with another line, in the words of conditions ("< 1%", "p95 < 800ms"). */
export const whatIfQuery = z.strictObject({
  check: z.string().min(1).max(500),
  condition: z.string().min(1).max(200),
  language: z.enum(["fr", "en"]).optional(),
});

export interface WhatIfAnswer {
  readonly check: string;
  readonly condition: string;
  /** When it would first have been proven good and bad; `null`: not so far. */
  readonly passedMs: number | null;
  readonly failedMs: number | null;
  readonly says: string;
}

/** The answer of `readiness`: everything that a Go or a No-Go rests on, looked at now. */
export interface ReadinessAnswer {
  readonly revision: number;
  readonly nowMs: number;
  readonly verdict: ReadinessVerdict;
  readonly sentence: string;
  readonly parts: readonly ReadinessPart[];
}

/** `wrong`: No-Go. `doubtful`: Go, with open eyes. */
export type ReadinessVerdict = "ok" | "doubtful" | "wrong";

export interface ReadinessPart {
  readonly part: "plan" | "world" | "window" | "people" | "power";
  readonly title: string;
  readonly verdict: ReadinessVerdict;
  readonly items: readonly ReadinessItem[];
}

export interface ReadinessItem {
  readonly what: string;
  readonly verdict: ReadinessVerdict;
  readonly says: string;
  /** `null` only with `ok`. */
  readonly remedy: string | null;
}

/** The query of `report`. */
export const reportQuery = z.strictObject({
  format: z.enum(["md", "html", "json"]).default("json"),
  language: z.enum(["fr", "en"]).optional(),
});

/** The query of `connections`: the language of the remedies. */
export const connectionsQuery = z.strictObject({ language: z.enum(["fr", "en"]).optional() });

/** The answer of `connections`. */
export interface ConnectionsAnswer {
  readonly connections: readonly ConnectionView[];
}

export interface ConnectionView {
  readonly port: "source" | "router" | "workloads" | "notifier";
  /** As plans name it: a router and workloads by their kind. */
  readonly name: string;
  readonly kind: string;
  /** `not-asked`: no release has used it since the server began. */
  readonly state: "answers" | "fails" | "not-asked";
  readonly lastAnswerMs: number | null;
  /** Of the last answer. */
  readonly latencyMs: number | null;
  /** What it does, in a sentence. */
  readonly says: string;
  /** With `fails`: why the last call failed, and what to do; else `null`. */
  readonly why: string | null;
  readonly remedy: string | null;
  /** Names of the plans released here that use it. */
  readonly plans: readonly string[];
}
