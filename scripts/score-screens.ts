import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lighthouse } from "../src/adapters/metrics/lighthouse.ts";
import type { Metric } from "../src/core/plan.ts";
import { pathOf, routes } from "../src/http/contract.ts";
import { createClock } from "../src/engine/clock.ts";
import type { MetricSource, Query, ReadContext, Reading } from "../src/ports.ts";
import type { SimulatedServer } from "../src/sim/serve.ts";
import { linkFor } from "./chromium.ts";

/** What Lighthouse gave one screen: points of 100 a run, and the rules that cost some of them. */
export interface ScreenScores {
  readonly performance: readonly number[];
  readonly accessibility: readonly number[];
  readonly rules: readonly string[];
}

/** Scores screens of a dashboard. */
export interface Scorer {
  /** Runs Lighthouse so often on the screen at this path. Throws what the source says when it cannot be measured. */
  score(path: string, runs: number): Promise<ScreenScores>;
  close(): void;
}

/** The middle one; of an even number the lower of the two. 0 of none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}

/** How long one run may take, ms. */
const patienceMs = 90_000;

/** serin's own `lighthouse` source in front of the dashboard, signed in as `who`; `null`: nobody is, so that every path is the page to sign in. */
export async function openScorer(server: SimulatedServer, who: string | null): Promise<Scorer> {
  const dataDir = mkdtempSync(join(tmpdir(), "serin-screens-"));
  const closing = new AbortController();
  const options = lighthouse.connection.parse({
    base: server.url,
    arms: { canary: {}, stable: {} },
    every: "0s",
    headers: who === null ? {} : { cookie: await cookieFor(server, who) },
  });
  const source = lighthouse.create(options, { clock: createClock(), dataDir, closing: closing.signal });
  return {
    score: (path, runs) => score(source, server.url, path, runs),
    close() {
      closing.abort();
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The cookie of a session that a one-time link has opened, as a browser would open it. */
async function cookieFor(server: SimulatedServer, who: string): Promise<string> {
  const code = new URL(await linkFor(server, who)).hash.replace("#once=", "");
  const { method } = routes.openSession;
  const headers = { "content-type": "application/json", origin: server.url };
  const answer = await fetch(server.url + pathOf(routes.openSession), { method, headers, body: JSON.stringify({ code }) });
  const [cookie] = answer.headers.getSetCookie();
  if (cookie === undefined) throw new Error(`nobody is signed in: ${answer.status} ${await answer.text()}`);
  return cookie.split(";", 1)[0] ?? "";
}

async function score(source: MetricSource, url: string, path: string, runs: number): Promise<ScreenScores> {
  const scores = { performance: [] as number[], accessibility: [] as number[], rules: [] as string[] };
  const queries = [query("performance", path), query("accessibility", path)];
  const targets = [{ service: "dashboard", arm: "canary", version: "now", url }] as const;
  const context: ReadContext = { release: "dashboard", environment: "production", sinceMs: 0, targets };
  const latest = AbortSignal.timeout(runs * patienceMs);
  while (scores.performance.length < runs) {
    const readings = await source.read(queries, context, latest);
    for (const category of ["performance", "accessibility"] as const) {
      const reading = readings.get(category) ?? { kind: "no-data" };
      if (reading.kind === "unavailable" && reading.soon !== true) throw new Error(reading.why);
      if (reading.kind !== "level") continue;
      scores[category].push(reading.canary);
      scores.rules.push(...rulesOf(reading));
    }
  }
  return { ...scores, rules: [...new Set(scores.rules)] };
}

function rulesOf({ findings = [] }: Extract<Reading, { kind: "level" }>): readonly string[] {
  return findings.flatMap((finding) => ("rule" in finding ? [finding.rule] : []));
}

function query(category: "performance" | "accessibility", path: string): Query {
  const metric: Metric = {
    name: category,
    kind: "score",
    unit: "request",
    source: "lighthouse",
    query: { category, path },
    rate: 0.001,
    better: "higher",
    minRuns: 1,
  };
  return { quantity: category, metric, slowerThanMs: null };
}
