import { describe, expect, test } from "vitest";
import { add, begin, forecastScrapes, judge } from "./evidence.ts";
import type { TestSpec, TestState } from "./test-spec.ts";
import type { Verdict } from "./verdict.ts";

const budget = { alpha: 0.01, beta: 0.05, plannedScrapes: 120 };
/** "no regression": more than half of stable's is proven, and nine tenths are reached. */
const noRegression: TestSpec = {
  kind: "against-stable",
  unit: "person",
  pass: { good: "above", at: 0.9 },
  fail: { good: "above", at: 0.5 },
  ...budget,
};
const half: TestSpec = { ...noRegression, pass: null };
const errors: TestSpec = { ...noRegression, pass: null, fail: { good: "below", at: 1 } };

type Arms = readonly [canaryBad: number, canaryTotal: number, stableBad: number, stableTotal: number];

function after(spec: TestSpec, from: TestState, times: number, [bad, total, stableBad, stableTotal]: Arms): TestState {
  const stable = stableTotal < 0 ? null : { bad: stableBad, total: stableTotal };
  return Array.from({ length: times }).reduce<TestState>(
    (state) => add(spec, state, { kind: "counts", atMs: 0, canary: { bad, total }, stable, slices: [] }),
    from,
  );
}

describe("the canary against stable", () => {
  test.each<[string, TestSpec, readonly (readonly [number, Arms])[], Verdict["kind"], Verdict["because"]["kind"]]>([
    ["has no data before anything was counted", half, [], "no-data", "nothing-counted"],
    ["has nothing to compare without a stable arm", half, [[9, [30, 100, 0, -1]]], "undecided", "nothing-to-compare"],
    ["has nothing to compare while stable is silent", half, [[9, [30, 100, 0, 0]]], "undecided", "nothing-to-compare"],
    ["is undecided while nothing happened on either arm", errors, [[9, [0, 100, 0, 900]]], "undecided", "too-little-evidence"],
    ["passes when it converts as well", noRegression, [[20, [30, 100, 270, 900]]], "pass", "proven-good"],
    [
      "is good but does not pass when it converts a little worse",
      noRegression,
      [[6, [25, 100, 270, 900]]],
      "undecided",
      "good-but-estimate-is-not",
    ],
    ["lies between the lines when that is proven", noRegression, [[60, [21, 100, 270, 900]]], "undecided", "between-lines"],
    ["fails when it converts less than half as well", half, [[12, [9, 100, 270, 900]]], "fail", "proven-bad"],
    ["fails when nobody converts any more", half, [[50, [0, 20, 4, 180]]], "fail", "proven-bad"],
    ["fails when it has more errors than its share", errors, [[10, [5, 100, 4, 900]]], "fail", "proven-bad"],
    ["does not fail when both have the same errors, however many", errors, [[60, [5, 100, 45, 900]]], "undecided", "too-little-evidence"],
    [
      "fails soon after a long good time",
      half,
      [
        [60, [30, 100, 270, 900]],
        [6, [4, 100, 270, 900]],
      ],
      "fail",
      "proven-bad",
    ],
  ])("%s", (_, spec, story, kind, because) => {
    const state = story.reduce((sofar, [times, arms]) => after(spec, sofar, times, arms), begin(spec));
    const verdict = judge(spec, state);
    expect({ kind: verdict.kind, because: verdict.because.kind }).toEqual({ kind, because });
  });

  test("is not fooled by a share that grows while everybody's rate does (Simpson)", () => {
    const grown = after(noRegression, after(noRegression, begin(noRegression), 20, [2, 100, 18, 900]), 20, [40, 500, 40, 500]);
    expect(judge(noRegression, grown).estimate).toBeCloseTo(1, 9);
  });

  test("shows an interval that closes in on the truth, and what harm began late is since then", () => {
    const early = judge(half, after(half, begin(half), 2, [30, 100, 270, 900])).interval;
    const late = judge(half, after(half, begin(half), 60, [30, 100, 270, 900])).interval;
    expect(early?.low).toBeLessThan(late?.low ?? 0);
    expect(late?.low).toBeLessThan(1);
    expect(late?.high).toBeGreaterThan(1);
    expect(late?.high).toBeLessThan(1.2);
    const fallen = judge(half, after(half, after(half, begin(half), 60, [30, 100, 270, 900]), 6, [4, 100, 270, 900]));
    expect(fallen.estimate).toBeLessThan(0.5);
    expect(fallen.interval?.high).toBeLessThanOrEqual(0.5);
  });

  test("has an upper end of 100 while stable has no event to divide by", () => {
    expect(judge(errors, after(errors, begin(errors), 1, [1, 100, 0, 900]))).toMatchObject({ estimate: 100, interval: { high: 100 } });
  });

  test("forecasts as long as more data can decide", () => {
    expect(forecastScrapes(half, after(half, begin(half), 1, [3, 10, 27, 90]))).toBeGreaterThan(1);
    expect(forecastScrapes(half, after(half, begin(half), 20, [30, 100, 270, 900]))).toBe(0);
    expect(forecastScrapes(noRegression, after(noRegression, begin(noRegression), 60, [21, 100, 270, 900]))).toBeNull();
    expect(forecastScrapes(half, begin(half))).toBeNull();
  });
});

describe("requests against stable", () => {
  const requests: TestSpec = { ...errors, unit: "request" };
  test("are approximate, and one scrape never decides", () => {
    expect(judge(requests, after(requests, begin(requests), 1, [500, 1000, 0, 9000]))).toMatchObject({
      kind: "undecided",
      assumes: "approximate",
    });
    expect(judge(requests, after(requests, begin(requests), 8, [50, 1000, 45, 9000]))).toMatchObject({
      kind: "fail",
      assumes: "approximate",
    });
  });
});
