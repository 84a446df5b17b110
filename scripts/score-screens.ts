import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lighthouse } from "../src/adapters/metrics/lighthouse.ts";
import { reportFiles } from "../src/adapters/metrics/lighthouse/job.ts";
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
  /** How fast the machine was in each run, as Lighthouse measures it before: its `benchmarkIndex`. */
  readonly speeds: readonly number[];
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
const patienceMs = 180_000;
/** So many runs in a row may go wrong by themselves: Lighthouse asks for another one then. */
const failuresAtMost = 4;

/** What the gates want: points of 100. */
const wanted = { performance: 90, accessibility: 95 } as const;
/**
 * Below this speed Lighthouse itself says that the machine lowers the score.
 *
 * Source: https://github.com/GoogleChrome/lighthouse/blob/main/core/gather/driver/environment.js, SLOW_CPU_BENCHMARK_INDEX_THRESHOLD
 */
const fairSpeed = 1_000;
const [fairRuns, runsAtMost] = [2, 8];

/**
 * Why a screen does not pass the gates; `null`: it does. Whatever else a machine has to do makes a page slower and never faster, so one run that is
 * good enough shows that the screen is. One that is not shows something only where the machine was fast: after two such runs the screen has failed, and
 * after eight on whatever machine.
 */
export async function judgeScreen({ score }: Pick<Scorer, "score">, path: string): Promise<string | null> {
  const seen: string[] = [];
  let fair = 0;
  while (fair < fairRuns && seen.length < runsAtMost) {
    const { performance, accessibility, rules, speeds } = await score(path, 1);
    const [points, access, speed] = [median(performance), median(accessibility), median(speeds)];
    if (points >= wanted.performance && access >= wanted.accessibility) return null;
    if (speed >= fairSpeed) fair += 1;
    seen.push(`${points} / ${access} on a machine of ${Math.round(speed)} (${rules.join(", ")})`);
  }
  return seen.join("; ");
}

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
    score: (path, runs) => score({ source, dataDir }, server.url, path, runs),
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

interface Measuring {
  readonly source: MetricSource;
  readonly dataDir: string;
}

async function score({ source, dataDir }: Measuring, url: string, path: string, runs: number): Promise<ScreenScores> {
  const scores = { performance: [] as number[], accessibility: [] as number[], rules: [] as string[], speeds: [] as number[] };
  const queries = [query("performance", path), query("accessibility", path)];
  const targets = [{ service: "dashboard", arm: "canary", version: "now", url }] as const;
  const context: ReadContext = { release: "dashboard", environment: "production", sinceMs: 0, targets };
  const latest = AbortSignal.timeout(runs * patienceMs);
  let failures = 0;
  while (scores.performance.length < runs) {
    const readings = await source.read(queries, context, latest).catch((error: unknown) => {
      failures += 1;
      if (failures >= failuresAtMost) throw error;
      return new Map<string, Reading>();
    });
    if (readings.get("performance")?.kind === "level") scores.speeds.push(speedOfLastRun(dataDir));
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

/** Of the report that was kept last: their names begin with the moment. */
function speedOfLastRun(dataDir: string): number {
  const folder = join(dataDir, "reports");
  const last = readdirSync(folder).toSorted().at(-1) ?? "";
  const { environment } = JSON.parse(readFileSync(join(folder, last, reportFiles.json), "utf8")) as {
    readonly environment: { readonly benchmarkIndex: number };
  };
  return environment.benchmarkIndex;
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
