import { describe, expect, test } from "vitest";
import { random } from "../sim/random.ts";
import { add, begin, judge } from "./evidence.ts";
import { worstPassing } from "./missed.ts";
import type { CountedBy } from "./missed.ts";
import type { TestSpec } from "./test-spec.ts";

const budget = { alpha: 0.01, beta: 0.05, plannedScrapes: 120 };
const noRegression = {
  kind: "against-stable",
  unit: "person",
  pass: { good: "above", at: 0.9 },
  fail: { good: "above", at: 0.5 },
  ...budget,
} as const satisfies TestSpec;
const noRise = { ...noRegression, pass: { good: "below", at: 1.1 }, fail: { good: "below", at: 2 } } as const;
const scrapes = 40;

/** Of so many simulated phases with this true ratio, the part that the real test passes at the end. */
function passing(spec: typeof noRegression | typeof noRise, counted: CountedBy, ratio: number): number {
  const chance = random(7);
  const runs = 400;
  const drawn = (units: number, rate: number): number => {
    // A normal that is rounded: there are at least ten events in each scrape.
    const [mean, deviation] = [units * rate, Math.sqrt(units * rate * (1 - rate))];
    const normal = Math.sqrt(-2 * Math.log(1 - chance.between(0, 1))) * Math.cos(2 * Math.PI * chance.between(0, 1));
    return Math.max(0, Math.min(units, Math.round(mean + deviation * normal)));
  };
  const [canary, stable] = [counted.canaryUnits, counted.stableUnits].map((units) => Math.round(units / scrapes));
  let passed = 0;
  for (let run = 0; run < runs; run += 1) {
    let state = begin(spec);
    for (let scrape = 0; scrape < scrapes; scrape += 1) {
      state = add(spec, state, {
        kind: "counts",
        atMs: scrape * 15_000,
        canary: { bad: drawn(canary ?? 0, ratio * counted.stableRate), total: canary ?? 0 },
        stable: { bad: drawn(stable ?? 0, counted.stableRate), total: stable ?? 0 },
        slices: [],
      });
    }
    if (judge(spec, state).kind === "pass") passed += 1;
  }
  return passed / runs;
}

describe("the worst ratio that a pass on the estimate may miss", () => {
  const counted: CountedBy = { canaryUnits: 8_000, stableUnits: 8_000, stableRate: 0.05 };
  test.each([
    ["a fall", noRegression],
    ["a rise", noRise],
  ] as const)("%s: the real test passes it about once in twenty", (_, spec) => {
    const ratio = worstPassing(spec, counted, 0.05);
    const rate = passing(spec, counted, ratio ?? Number.NaN);
    expect(rate).toBeGreaterThan(0.02);
    expect(rate).toBeLessThan(0.09);
  });

  test("comes nearer to the pass line the more is counted, and never lies beyond the fail line", () => {
    const after = (units: number): number =>
      worstPassing(noRegression, { canaryUnits: units, stableUnits: units, stableRate: 0.02 }, 0.05) ?? Number.NaN;
    expect([after(100), after(1_000)]).toEqual([0.5, 0.5]);
    const [some, many, most] = [after(8_000), after(80_000), after(8_000_000)];
    expect([some > 0.5, many > some, most > many, most < 0.9]).toEqual([true, true, true, true]);
    expect(most).toBeCloseTo(0.9, 1);
  });

  test("is none where what passes is proven, and where nothing is counted", () => {
    expect(worstPassing({ ...noRegression, pass: null }, counted, 0.05)).toBeNull();
    expect(worstPassing({ ...noRegression, pass: noRegression.fail }, counted, 0.05)).toBeNull();
    expect(worstPassing(noRegression, { ...counted, stableUnits: 0 }, 0.05)).toBeNull();
  });
});
