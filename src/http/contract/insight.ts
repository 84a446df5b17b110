import { z } from "zod";
import type { ReleaseReport } from "../../core/report/release-report.ts";
import type { ReadinessPart, ReadinessVerdict } from "../../core/readiness/readiness.ts";
import type { HistoryView } from "../../core/history-view.ts";

/*
 * What stands behind a release's verdicts, and before its start.
 */

/** The query of `history`: one check by its id. */
export const historyQuery = z.strictObject({ check: z.string().min(1).max(500), language: z.enum(["fr", "en"]).optional() });

/** The answer of `history`; times are epoch ms. */
export type HistoryAnswer = HistoryView;

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

/** The query of `readiness`: the language of the sentences; the traffic to foresee with, where it is not seen. */
export const readinessQuery = z.strictObject({
  language: z.enum(["fr", "en"]).optional(),
  loginsPerMinute: z.coerce.number().positive().max(1e7).optional(),
  rps: z.coerce.number().positive().max(1e7).optional(),
});

/** The answer of `readiness`: everything that a Go or a No-Go rests on, looked at now. */
export interface ReadinessAnswer {
  readonly revision: number;
  readonly nowMs: number;
  readonly verdict: ReadinessVerdict;
  readonly sentence: string;
  readonly parts: readonly ReadinessPart[];
}

/** The query of `report`. */
export const reportQuery = z.strictObject({
  format: z.enum(["md", "html", "json"]).default("json"),
  language: z.enum(["fr", "en"]).optional(),
});

/** The query of `connections`: the language of the remedies. */
export const connectionsQuery = z.strictObject({ language: z.enum(["fr", "en"]).optional() });

/** The answer of `report` as JSON. */
export type ReportAnswer = ReleaseReport;

/** The answer of `connections`. */
export interface ConnectionsAnswer {
  /** The server's time, to which every other one of settings is compared. */
  readonly nowMs: number;
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
