import type { Metric } from "../src/core/plan.ts";
import type { Query, ReadContext, Target } from "../src/ports.ts";

/** A query for the quantity `quantity`, which is also the name of its metric, of requests, the fewer the better. */
export function sampleQuery(quantity: string, metric: Pick<Metric, "source" | "kind" | "query">): Query {
  return { quantity, metric: { name: quantity, unit: "request", rate: 0.001, better: "lower", minRuns: 5, ...metric }, slowerThanMs: null };
}

/** A version of a service that no source asks by its address. */
export function sampleTarget(arm: Target["arm"], version: string, service = "frontend"): Target {
  return { service, arm, version, url: "http://unused" };
}

/** What a source is told of a release since `sinceMs` whose canary is version 2 of `frontend`, beside version 1. */
export function sampleContext(sinceMs: number): ReadContext {
  return { release: "r", environment: "production", sinceMs, targets: [sampleTarget("canary", "2"), sampleTarget("stable", "1")] };
}
