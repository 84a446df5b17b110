import { describe, expect, test } from "vitest";
import { chance } from "../../bench/evidence/chance.ts";
import { hasReached, hasReachedAndStands, hasReachedRising } from "./passage.ts";

/** Many small steps stand in for a walk that moves all the time; `over` is what a step overshoots a barrier by on average (Siegmund, 0.583 deviations). */
function walked(seed: number, of: { readonly gain: number; readonly variance: number; readonly steps: number }): readonly number[] {
  const luck = chance(seed);
  let at = 0;
  return Array.from({ length: of.steps }, () => {
    at += of.gain / of.steps + luck.normal() * Math.sqrt(of.variance / of.steps);
    return at;
  });
}

const runs = 4000;
const steps = 400;

describe("a walk of mean 3 and variance 6 in the end", () => {
  const walk = { gain: 3, variance: 6 };
  const walks = Array.from({ length: runs }, (_, run) => walked(7 + 7919 * run, { ...walk, steps }));
  const over = 0.583 * Math.sqrt(walk.variance / steps);
  const share = (holds: (path: readonly number[]) => boolean): number => walks.filter(holds).length / runs;

  test.each([1, 3, 5])("has been at %s", (barrier) => {
    const seen = share((path) => Math.max(...path) >= barrier - over);
    expect(hasReached(walk, barrier)).toBeCloseTo(seen, 1.4);
  });

  test.each<[barrier: number, least: number]>([
    [2, 1],
    [3, -1],
    [3, 2.5],
    [3, 4],
  ])("has been at %s and is above %s", (barrier, least) => {
    const seen = share((path) => Math.max(...path) >= barrier - over && (path.at(-1) ?? 0) >= least);
    expect(hasReachedAndStands(walk, { barrier, least })).toBeCloseTo(seen, 1.4);
  });

  test.each<[barrier: number, rise: number]>([
    [2, 1],
    [3, 0],
    [3, 1.4],
  ])("has been beyond %s, which rises by %s in the second half", (barrier, rise) => {
    const bound = (step: number): number => barrier + Math.max(0, (2 * (step + 1)) / steps - 1) * rise - over;
    const seen = share((path) => path.some((at, step) => at >= bound(step)));
    const bend = { gain: walk.gain / 2, variance: walk.variance / 2 };
    expect(hasReachedRising(walk, { barrier, bend, rise })).toBeCloseTo(seen, 1.4);
  });
});

test("a walk that does not stray is there when its mean is", () => {
  expect([2, 3].map((gain) => hasReached({ gain, variance: 0 }, 2.5))).toEqual([0, 1]);
  expect(hasReachedAndStands({ gain: 3, variance: 0 }, { barrier: 2, least: 4 })).toBe(0);
});

test("a barrier that stays is a barrier that does not rise", () => {
  const walk = { gain: 4, variance: 5 };
  const bend = { gain: 1, variance: 1.25 };
  expect(hasReachedRising(walk, { barrier: 3, bend, rise: 0 })).toBeCloseTo(hasReached(walk, 3), 3);
});

test("what hardly begins and what never ends stay within 0 and 1", () => {
  expect(hasReached({ gain: 1e-9, variance: 1e-9 }, 4)).toBe(0);
  expect(hasReached({ gain: 1e6, variance: 1e6 }, 4)).toBe(1);
  expect(hasReached({ gain: -5, variance: 10 }, 3)).toBeGreaterThan(0);
});
