import { readFileSync } from "node:fs";
import type { Plan } from "../src/core/plan.ts";
import { readPlan } from "../src/config/plan-file.ts";
import type { Scenario } from "../src/sim/scenario.ts";
import type { Truth } from "../src/sim/shop.ts";
import { adapters } from "./config/sound-plan.ts";

const minuteMs = 60_000;

/** The plan of examples/ecomsimply. */
export const ecomsimplyPlan: Plan = ((): Plan => {
  const file = new URL("../examples/ecomsimply/plan.yaml", import.meta.url);
  const read = readPlan(readFileSync(file), "plan.yaml", { ...adapters, server: null });
  if (!read.plan) throw new Error(`the ECOMSIMPLY plan does not read: ${JSON.stringify(read.problems)}`);
  return read.plan;
})();

/** The same on both versions. */
export const both = (value: number): Truth => ({ canary: value, stable: value });

/** A shop in which everything is well, and trials and orders are frequent enough to be decided. */
export const healthyShop: Readonly<Record<string, Truth>> = {
  "error-rate": both(0.001),
  "5xx-rate": both(0.0002),
  "api-latency>500ms": both(0.01),
  "latency>2000ms": both(0.001),
  "trial-activation": both(0.3),
  conversion: both(0.3),
  cpu: both(0.4),
  memory: both(0.5),
  "pricetruth-consensus": both(0.83),
  pricetruth: both(0),
  "lighthouse-performance": both(93),
  accessibility: both(97),
  "dashboard-accessibility": both(98),
  "critical-errors": both(0),
};

/** Tuesday 2025-08-19, 14:00 in Paris: the first preferred window after the planned Saturday. */
export const ecomsimplyBase: Scenario = {
  seed: 16,
  plan: ecomsimplyPlan,
  truths: healthyShop,
  peoplePerSecond: 60,
  startsAtMs: Date.UTC(2025, 7, 19, 12),
  untilMs: 240 * minuteMs,
};
