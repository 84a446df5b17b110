import { describe, expect, test } from "vitest";
import { compare, stories } from "../bench/evidence/against-peers.ts";
import { detection, effects } from "../bench/evidence/detection.ts";
import { falseAlarms } from "../bench/evidence/false-alarms.ts";
import { nullWorlds } from "../bench/evidence/nulls.ts";
import { obviousHarm, scrapesToProve } from "../bench/evidence/obvious.ts";
import { updatesPerSecond } from "../bench/evidence/speed.ts";

/** The quick form of `npm run bench -- evidence`: fewer runs, the same promises; seeds are fixed, so that a failure is a change. */
const alpha = 0.01;

describe("wrong verdicts stay within their budget, alpha = 1 % and beta = 5 %", () => {
  const cases = nullWorlds.flatMap((world) =>
    world.wrong.map((wrong) => ({ world, wrong, title: `${world.name}: ${world.says}: ${wrong}` })),
  );
  test.each(cases)("$title", ({ world, wrong }) => {
    const { low } = falseAlarms(world, { wrong, runs: 150, scrapes: 60, seed: 7 });
    // The lower 95 % limit: more than the budget would be proven wrong, fewer runs cannot prove it right.
    expect(low).toBeLessThanOrEqual(wrong === "fail" ? alpha : 0.05);
  });
});

describe("mean delay is within 1.5 x the bound and one scrape", () => {
  test.each(effects.map((effect) => [`${effect.says}: ${effect.proves} at ${effect.error}`, effect] as const))("%s", (_, effect) => {
    const { ratio, missed } = detection(effect, { runs: 300, seed: 7 });
    expect(missed).toBe(0);
    // 300 runs are too few for the second decimal: the long form has 2,000.
    expect(ratio).toBeLessThan(1.58);
  });
});

describe("obvious harm on requests in slices is proven in one or two scrapes", () => {
  const few: Readonly<Record<string, number>> = { "5 % against 1 %, 135 a scrape": 2.7 };
  test.each(obviousHarm.map((harm) => [harm.says, harm] as const))("%s", (_, harm) => {
    const [sliced, alone, whole] = (["slices beside stable", "slices alone", "whole"] as const).map((seen) =>
      scrapesToProve(harm, { runs: 60, seed: 7, seen }),
    );
    // With nobody left to show that a burst is the canary's own, slices prove no more than the whole.
    expect(alone).toBeCloseTo(whole ?? 0, 9);
    expect(sliced).toBeGreaterThanOrEqual(1);
    expect(sliced).toBeLessThan(few[harm.says] ?? (harm.before > 0 ? 3.2 : 2.2));
    expect(whole).toBeGreaterThan(1.5 * (sliced ?? 0));
  });
});

test("beside the peers on the same streams: no healthy release is taken back, and a fault at 10 rps is found before Argo with 3 failures", () => {
  const results = stories.map((story) => ({ story, results: compare(story, { runs: 25, seed: 7 }) }));
  const of = (says: string, name: string): { readonly rolledBackPct: number; readonly medianS: number | null } =>
    results.find(({ story }) => story.says === says)?.results.find((result) => result.name === name) ?? {
      rolledBackPct: Number.NaN,
      medianS: null,
    };
  for (const says of ["10 rps, healthy 0.2 %", "10 rps, healthy 0.5 %"]) expect(of(says, "serin 1 %").rolledBackPct).toBe(0);
  expect(of("10 rps, healthy 0.5 %", "Argo fl=0").rolledBackPct).toBeGreaterThan(90);
  expect(of("10 rps, bad 5 %", "serin 1 %").rolledBackPct).toBe(100);
  expect(of("10 rps, bad 5 %", "serin 1 %").medianS).toBeLessThan(of("10 rps, bad 5 %", "Argo fl=3").medianS ?? 0);
  expect(of("100 rps, 5 % from minute 8", "serin 1 %").medianS).toBeLessThanOrEqual(60);
  // On requests that are not known to be independent it is hardly slower.
  expect(of("10 rps, healthy 0.5 %", "requests").rolledBackPct).toBe(0);
  expect(of("100 rps, bad 2 %", "requests").rolledBackPct).toBe(100);
  expect(of("100 rps, 5 % from minute 8", "requests").medianS).toBeLessThanOrEqual(60);
});

test("20,000 scrapes a second are added and judged on one core", () => {
  const budget = { alpha, beta: 0.05, plannedScrapes: 540 };
  const rate = updatesPerSecond(
    { kind: "rate", unit: "person", pass: { good: "below", at: 0.005 }, fail: { good: "below", at: 0.01 }, ...budget },
    { forMs: 400, arms: "whole" },
  );
  expect(rate).toBeGreaterThan(20_000);
});
