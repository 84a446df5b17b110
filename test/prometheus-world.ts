import { onTestFinished } from "vitest";
import { prometheus } from "../src/adapters/metrics/prometheus.ts";
import type { Metric, MetricKind } from "../src/core/plan.ts";
import { createClock } from "../src/engine/clock.ts";
import { difference } from "../src/engine/increments.ts";
import type { Clock, Query, Reading, Target } from "../src/ports.ts";
import { startSmallServer } from "./contract/small-server.ts";
import { samplePlan } from "./sample-plan.ts";
import { createSmallPrometheus } from "./fixtures/small-prometheus.ts";
import { inEnglish } from "./fixtures/said-checks.ts";

const metric = (kind: MetricKind, query: Metric["query"]): Metric => ({
  name: "m",
  kind,
  unit: "request",
  source: "prometheus",
  query,
  rate: 0.001,
  better: "lower",
  minRuns: 5,
});
/** A query of the plan's words. */
export const ask = (kind: MetricKind, words: Metric["query"], slowerThanMs: number | null = null, quantity = "q"): Query => ({
  quantity,
  metric: metric(kind, words),
  slowerThanMs,
});
/** Of a reading that nobody gives up. */
export const never = new AbortController().signal;
/** Server errors of all requests. */
export const errors = ask("ratio", { bad: 'http_requests_total{status=~"5.."}', total: "http_requests_total" });
/** The canary of the backend, unless it is said otherwise. */
export const target = (more: Partial<Target> = {}): Target => ({
  service: "backend",
  arm: "canary",
  version: "2",
  url: "http://127.0.0.1:4001",
  ...more,
});
/** A release with these targets. */
export const context = (...targets: Target[]) => ({ release: "r", environment: "production", sinceMs: 0, targets });
/** The labels that the scrape gives the canary of the backend. */
export const shop = { job: "shop", instance: "127.0.0.1:4001" };
/** So many errors of so many requests, as metrics. */
export const counts = (bad: number, total: number) => ({
  'http_requests_total{status="500"}': bad,
  'http_requests_total{status="200"}': total - bad,
});

/** A small Prometheus, a source before it, and one clock for both, which the test moves; time-outs still run on the machine's. */
export async function world(words: object = {}) {
  const real = createClock();
  let nowMs = 1_755_600_000_000;
  const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs, wait: (ms, signal) => real.wait(ms, signal) };
  const kept = createSmallPrometheus(() => nowMs);
  const server = await startSmallServer((request, response) => {
    response.setHeader("date", new Date(nowMs).toUTCString());
    kept.answers(request, response);
  });
  onTestFinished(() => server.close());
  const connection = prometheus.connection.parse({ url: server.url, ...words });
  const make = () => prometheus.create(connection, { clock, dataDir: "unused" });
  let source = make();
  const readAll = (queries: readonly Query[], ...targets: Target[]) => source.read(queries, context(...targets), never);
  return {
    kept,
    server,
    source,
    connection,
    clock,
    nowMs: () => nowMs,
    advance: (ms: number) => (nowMs += ms),
    examine: async (queries: readonly Query[], ...targets: Target[]) =>
      inEnglish(
        (await prometheus.examine?.(
          connection,
          { plan: samplePlan, versions: {}, queries, targets, recipients: [] },
          { clock, dataDir: "unused" },
          never,
        )) ?? [],
      ),
    restartSerin: () => void (source = make()),
    readAll,
    scrape: (metrics: Readonly<Record<string, number | string>> | null, labels: Readonly<Record<string, string>> = shop) =>
      kept.scrape(nowMs, labels, metrics),
    async read(query: Query, ...targets: Target[]): Promise<Reading> {
      const reading = (await readAll([query], ...(targets.length === 0 ? [target()] : targets))).get(query.quantity);
      if (reading === undefined) throw new Error("no reading");
      return reading;
    },
  };
}
/** What `world` made. */
export type World = Awaited<ReturnType<typeof world>>;

/** A reading in short: `[arm, bad, total]`, with the bound in between where there is one. */
export const shown = (reading: Reading) =>
  reading.kind === "counters"
    ? reading.series.map(({ arm, bad, badAtMost, total }) => (badAtMost === undefined ? [arm, bad, total] : [arm, bad, badAtMost, total]))
    : reading;

/** What the engine makes of one reading after another of the canary: `[bad, total]` for each. */
export function engineOf(at: World, ...targets: Target[]) {
  let cursor: Parameters<typeof difference>[1];
  let beforeMs: number | null = null;
  return async (query: Query = errors): Promise<unknown> => {
    const reading = await at.read(query, ...targets);
    const { seen, cursor: changed } = difference(reading, cursor, beforeMs);
    beforeMs = at.nowMs();
    cursor = { ...cursor, ...changed };
    if (seen.kind !== "increment" || seen.increment.kind !== "counts") return reading;
    return [seen.increment.canary.bad, seen.increment.canary.total];
  };
}
