import { describe, expect, test } from "vitest";
import { simulate } from "../src/sim/simulate.ts";
import type { Scenario } from "../src/sim/scenario.ts";
import { timeline } from "../src/sim/timeline.ts";
import { both, ecomsimplyBase, healthyShop } from "./ecomsimply-stories.ts";

const minuteMs = 60_000;

const stories: readonly (readonly [string, Scenario])[] = [
  ["ecomsimply promoted", ecomsimplyBase],
  [
    "ecomsimply on its planned Saturday waits for Tuesday",
    {
      ...ecomsimplyBase,
      startsAtMs: Date.UTC(2025, 7, 16, 12),
      habits: { everyMs: 600_000, meddles: 0, panics: 0, away: [] },
      untilMs: 4 * 24 * 60 * minuteMs,
    },
  ],
  [
    "ecomsimply with a twentieth of its trials is held",
    { ...ecomsimplyBase, truths: { ...healthyShop, "trial-activation": both(0.015) }, peoplePerSecond: 2, untilMs: 90 * minuteMs },
  ],
  [
    "ecomsimply with 5 percent of server errors is rolled back",
    {
      ...ecomsimplyBase,
      episodes: [{ of: "5xx-rate", arm: "canary", value: 0.05, fromMs: 10 * minuteMs, untilMs: Number.POSITIVE_INFINITY, fromSharePct: 0 }],
    },
  ],
];

describe("the whole ECOMSIMPLY plan", () => {
  test.each(stories)("%s", async (name, scenario) => {
    const story = await simulate(scenario);
    const end = `\n${story.status.kind}, ${story.shareAtEndPct} % on the canary, ${story.notices.length} notices\n`;
    await expect(timeline(story.stored) + end).toMatchFileSnapshot(`golden/${name.replaceAll(/[ ,]+/g, "-")}.txt`);
    expect(story.broken).toEqual([]);
  });
});
