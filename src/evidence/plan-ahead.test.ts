import { describe, expect, test } from "vitest";
import { divergence, expectedCount, nearestWithRatio } from "./plan-ahead.ts";

describe("how many it takes at least: rows of a table worked out by hand elsewhere", () => {
  test.each<[truth: number, line: number, at5: number, at1: number]>([
    [0.02, 0.01, 765, 1177],
    [0.05, 0.01, 73, 112],
    [0.2, 0.01, 7, 11],
    [0.002, 0.005, 2556, 3930],
    [0, 0.005, 598, 919],
    [0.002, 0.01, 622, 957],
    [0.04, 0.05, 2659, 4087],
    [0.75, 0.7, 486, 747],
    [0.022, 0.02, 30_301, 46_580],
  ])("a true %s told from %s", (truth, line, at5, at1) => {
    expect(Math.round(expectedCount({ kind: "rate", truth, line, error: 0.05 })?.bound ?? 0)).toBeCloseTo(at5, -0.5);
    expect(Math.round(expectedCount({ kind: "rate", truth, line, error: 0.01 })?.bound ?? 0)).toBeCloseTo(at1, -0.5);
  });
  test.each<[canary: number, stable: number, canaryPeople: number]>([
    [0.01, 0.02, 1610],
    [0.025, 0.05, 628],
    [0.15, 0.3, 83],
  ])("conversion %s against %s at 10 %% canary", (canary, stable, canaryPeople) => {
    const count = expectedCount({ kind: "against-stable", canary, stable, line: 1, canaryShare: 0.1, error: 0.01 });
    expect((count?.bound ?? 0) / 10).toBeCloseTo(canaryPeople, -0.5);
  });
  test.each<[rate: number, canaryPeople: number]>([
    [0.02, 52_920],
    [0.05, 20_521],
    [0.3, 2522],
  ])("no worse than 90 %% at equal %s, half and half", (rate, canaryPeople) => {
    const count = expectedCount({ kind: "against-stable", canary: rate, stable: rate, line: 0.9, canaryShare: 0.5, error: 0.05 });
    expect((count?.bound ?? 0) / 2 / canaryPeople).toBeCloseTo(1, 3);
  });
});

test("a truth on the line is never told from it", () => {
  expect(expectedCount({ kind: "rate", truth: 0.01, line: 0.01, error: 0.01 })).toBeNull();
});

test("a line that the truth excludes is told at the first one", () => {
  expect(divergence(0.5, 0)).toBe(Number.POSITIVE_INFINITY);
  expect(expectedCount({ kind: "rate", truth: 0.5, line: 0, error: 0.01 })?.bound).toBe(0);
});

test.each([
  [0.01, 0.02, 0.5, 1, 9],
  [0.3, 0.3, 0.9, 1, 1],
  [0.6, 0.4, 2, 5, 2],
  [0, 0.02, 0.5, 1, 1],
])("the nearest pair to (%s, %s) with ratio %s is no farther than its neighbours", (canary, stable, ratio, canaryWeight, stableWeight) => {
  const nearest = nearestWithRatio({ canary, stable, ratio, canaryWeight, stableWeight });
  const far = (at: number): number => canaryWeight * divergence(canary, ratio * at) + stableWeight * divergence(stable, at);
  expect(nearest.canary).toBeCloseTo(ratio * nearest.stable, 12);
  for (const factor of [0.99, 0.999, 1.001, 1.01]) expect(far(nearest.stable)).toBeLessThanOrEqual(far(nearest.stable * factor));
});
