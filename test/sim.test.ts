import { describe, expect, test } from "vitest";
import { simulate } from "../src/sim/simulate.ts";
import type { Scenario } from "../src/sim/scenario.ts";
import { stories } from "../src/sim/stories.ts";
import { timeline } from "../src/sim/timeline.ts";

describe("golden timelines", () => {
  test.each(Object.entries(stories))("%s", async (name, scenario: Scenario) => {
    const story = await simulate(scenario);
    expect(story.broken).toEqual([]);
    const end = `\n${story.status.kind}, ${story.shareAtEndPct} % on the canary, ${story.notices.length} notices, ${story.crashesMs.length} crashes\n`;
    await expect(timeline(story.stored) + end).toMatchFileSnapshot(`golden/${name.replaceAll(/[ ,]+/g, "-")}.txt`);
  });

  test("the same seed tells the same story", async () => {
    const scenario: Scenario = {
      ...stories["controller killed"],
      weather: { refused: 0.05, timedOut: 0.02, slow: 0.1, lostAnswer: 0.02, repeated: 0.02, stale: 0.05, partial: 0.05, crash: 0.001 },
    };
    const [first, second] = [await simulate(scenario), await simulate(scenario)];
    expect(timeline(second.stored)).toBe(timeline(first.stored));
    expect(second.stored.entries.at(-1)?.hash).toBe(first.stored.entries.at(-1)?.hash);
  });
});
