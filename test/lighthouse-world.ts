import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createLighthouse, lighthouse } from "../src/adapters/metrics/lighthouse.ts";
import type { Job } from "../src/adapters/metrics/lighthouse/job.ts";
import type { Ran, RunPage } from "../src/adapters/metrics/lighthouse/run-page.ts";
import type { Metric } from "../src/core/plan.ts";
import type { BrokenRule } from "../src/evidence/verdict.ts";
import { createClock } from "../src/engine/clock.ts";
import type { Clock, MetricSource, Query, ReadContext, Reading, Target } from "../src/ports.ts";

/** What a report says: scores from 0 to 1, and the audits that are not perfect. */
export interface ReportWords {
  readonly performance?: number | null;
  readonly accessibility?: number | null;
  readonly audits?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly path?: string;
  readonly runtimeError?: { readonly code: string; readonly message: string };
}

/** A report in the shape of Lighthouse 13, with the few audits that matter here. */
export function reportOf({ performance = 1, accessibility = 1, audits = {}, path = "/", runtimeError }: ReportWords = {}): string {
  const address = `http://127.0.0.1:4000${path}`;
  const refs = (weights: Readonly<Record<string, number>>) => Object.entries(weights).map(([id, weight]) => ({ id, weight }));
  return JSON.stringify({
    lighthouseVersion: "13.5.0",
    requestedUrl: address,
    mainDocumentUrl: address,
    finalDisplayedUrl: address,
    ...(runtimeError && { runtimeError }),
    categories: {
      performance: {
        score: performance,
        auditRefs: refs({
          "first-contentful-paint": 10,
          "largest-contentful-paint": 25,
          "total-blocking-time": 30,
          "unused-javascript": 0,
        }),
      },
      accessibility: { score: accessibility, auditRefs: refs({ label: 10, "image-alt": 10, "color-contrast": 7, list: 7 }) },
    },
    audits,
  });
}

/** A browser that is none: it answers what it is told to, and remembers what it was asked. */
export function fakeRun(first: (told: Job, signal: AbortSignal) => Ran | Promise<Ran> = ran()) {
  let behaviour = first;
  const jobs: Job[] = [];
  const waiting: (() => void)[] = [];
  const run: RunPage = async (told, signal) => {
    jobs.push(told);
    for (const resolve of waiting.splice(0)) resolve();
    return behaviour(told, signal);
  };
  return {
    run,
    jobs,
    behave: (next: typeof behaviour) => void (behaviour = next),
    reached: () => new Promise<void>((resolve) => waiting.push(resolve)),
  };
}

/** A run that ends with this report; the page shows `text`. */
export function ran(words: ReportWords = {}, text = "Your dashboard"): (told: Job) => Ran {
  return (told) => {
    writeFileSync(join(told.folder, "report.json"), reportOf({ path: told.path, ...words }));
    writeFileSync(join(told.folder, "report.html"), "<p>report</p>");
    return { kind: "ran", report: reportOf({ path: told.path, ...words }), html: join(told.folder, "report.html"), text, trouble: null };
  };
}

/** Asks for a score of a page, of `/` unless the words say otherwise. */
export const ask = (words: Metric["query"] = {}, quantity = "q", minRuns = 5): Query => ({
  quantity,
  metric: {
    name: "m",
    kind: "score",
    unit: "request",
    source: "lighthouse",
    query: { category: "performance", ...words },
    rate: 0.001,
    better: "higher",
    minRuns,
  },
  slowerThanMs: null,
});

/** A version of the frontend, the canary unless it is told otherwise. */
export const target = (more: Partial<Target> = {}): Target => ({
  service: "frontend",
  arm: "canary",
  version: "2",
  url: "http://127.0.0.1:4100",
  ...more,
});

/** A clock whose hand the test moves; waiting takes the machine's time, `patience` times as much. */
export function heldClock(patience = 20) {
  const real = createClock();
  let nowMs = 1_755_600_000_000;
  return {
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs, wait: (ms, signal) => real.wait(ms * patience, signal) } satisfies Clock,
    advance: (ms: number) => void (nowMs += ms),
  };
}

/** A folder that goes with the test. */
export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "serin-lighthouse-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

export interface WorldWords {
  readonly connection?: Readonly<Record<string, unknown>>;
  readonly clock?: Clock;
  readonly targets?: readonly Target[];
  readonly routes?: ReadContext["routes"];
  readonly dataDir?: string;
  readonly closing?: AbortSignal;
}

/** A source whose browser is `fake`, in front of targets. */
export function world(fake: ReturnType<typeof fakeRun>, words: WorldWords = {}) {
  const { clock = heldClock().clock, dataDir = folder(), targets = [target(), target({ arm: "stable", version: "1" })], routes } = words;
  const options = lighthouse.connection.parse({ chromium: process.execPath, every: "0s", ...words.connection });
  const surroundings = { clock, dataDir, ...(words.closing && { closing: words.closing }) };
  const source: MetricSource = createLighthouse(options, surroundings, fake.run);
  const context: ReadContext = { release: "r", environment: "production", sinceMs: 0, targets, ...(routes && { routes }) };
  const readAll = (queries: readonly Query[], signal = new AbortController().signal) => source.read(queries, context, signal);
  return {
    source,
    context,
    dataDir,
    readAll,
    read: async (query = ask()): Promise<Reading> => (await readAll([query])).get(query.quantity) ?? { kind: "no-data" },
  };
}

/** Canary's and stable's score of a reading; the reading itself where it has none. */
export const score = (reading: Reading | undefined) => (reading?.kind === "level" ? [reading.canary, reading.stable] : reading);

/** The rules that cost the canary points; empty for a reading that names none. */
export const rulesOf = (reading: Reading | undefined): readonly BrokenRule[] =>
  reading?.kind === "level" ? (reading.findings ?? []).filter((finding) => "rule" in finding) : [];
