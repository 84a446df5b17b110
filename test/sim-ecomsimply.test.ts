import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Plan } from "../src/core/plan.ts";
import { readPlan } from "../src/config/plan-file.ts";
import { adapters } from "./config/sound-plan.ts";
import { simulate } from "../src/sim/simulate.ts";
import type { Scenario } from "../src/sim/scenario.ts";
import type { Truth } from "../src/sim/shop.ts";
import { timeline } from "../src/sim/timeline.ts";

const minuteMs = 60_000;

const plan = ((): Plan => {
  const file = new URL("../examples/ecomsimply/plan.yaml", import.meta.url);
  const read = readPlan(readFileSync(file), "plan.yaml", { ...adapters, server: null });
  if (!read.plan) throw new Error(`the ECOMSIMPLY plan does not read: ${JSON.stringify(read.problems)}`);
  return read.plan;
})();

const both = (value: number): Truth => ({ canary: value, stable: value });

/** A shop in which everything is well, and trials and orders are frequent enough to be decided. */
const healthy: Readonly<Record<string, Truth>> = {
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
const base: Scenario = {
  seed: 16,
  plan,
  truths: healthy,
  peoplePerSecond: 60,
  startsAtMs: Date.UTC(2025, 7, 19, 12),
  untilMs: 240 * minuteMs,
};

const stories: readonly (readonly [string, Scenario])[] = [
  ["ecomsimply promoted", base],
  [
    "ecomsimply on its planned Saturday waits for Tuesday",
    {
      ...base,
      startsAtMs: Date.UTC(2025, 7, 16, 12),
      habits: { everyMs: 600_000, meddles: 0, panics: 0, away: [] },
      untilMs: 4 * 24 * 60 * minuteMs,
    },
  ],
  [
    "ecomsimply with a twentieth of its trials is held",
    { ...base, truths: { ...healthy, "trial-activation": both(0.015) }, peoplePerSecond: 2, untilMs: 90 * minuteMs },
  ],
  [
    "ecomsimply with 5 percent of server errors is rolled back",
    {
      ...base,
      episodes: [{ of: "5xx-rate", arm: "canary", value: 0.05, fromMs: 10 * minuteMs, untilMs: Number.POSITIVE_INFINITY, fromSharePct: 0 }],
    },
  ],
];

describe("the whole ECOMSIMPLY plan", () => {
  test.each(stories)("%s", { timeout: 120_000 }, async (name, scenario) => {
    const story = await simulate(scenario);
    const end = `\n${story.status.kind}, ${story.shareAtEndPct} % on the canary, ${story.notices.length} notices\n`;
    await expect(timeline(story.stored) + end).toMatchFileSnapshot(`golden/${name.replaceAll(/[ ,]+/g, "-")}.txt`);
    expect(story.broken).toEqual([]);
  });
});
