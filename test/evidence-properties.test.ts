import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { add, begin, forecastScrapes, judge } from "../src/evidence/evidence.ts";
import type { Increment, Tally, TestSpec, TestState } from "../src/evidence/test-spec.ts";

const total = fc.integer({ min: 0, max: 300 });
/** Mostly low rates, now and then anything. */
const tally: fc.Arbitrary<Tally> = fc
  .tuple(
    total,
    fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.05, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
    fc.boolean(),
  )
  .map(([all, rate, isBracketed]) => {
    const bad = Math.floor(all * rate);
    return isBracketed ? { bad, badAtMost: Math.min(all, bad + 2), total: all } : { bad, total: all };
  });
const slices = fc.oneof(fc.constant([]), fc.array(tally, { minLength: 9, maxLength: 9 }));
/** Half of the canaries are the sum of their slices. */
const scrape: fc.Arbitrary<Increment> = fc
  .record({
    kind: fc.constant("counts" as const),
    atMs: fc.nat(),
    canary: tally,
    stable: fc.option(tally, { nil: null }),
    slices,
    canarySlices: slices,
  })
  .map((one) => (one.canarySlices.length === 0 ? one : { ...one, canary: sumOf(one.canarySlices) }));

function sumOf(parts: readonly Tally[]): Tally {
  const sum = (count: (part: Tally) => number): number => parts.reduce((total, part) => total + count(part), 0);
  return { bad: sum(({ bad }) => bad), badAtMost: sum(({ bad, badAtMost = bad }) => badAtMost), total: sum((part) => part.total) };
}
const level: fc.Arbitrary<Increment> = fc.record({
  kind: fc.constant("level" as const),
  atMs: fc.nat(),
  canary: fc.double({ min: 0, max: 100, noNaN: true }),
  stable: fc.constant(null),
});
const probe: fc.Arbitrary<Increment> = fc.record({ kind: fc.constant("probe" as const), atMs: fc.nat(), down: fc.boolean() });

const budget = { alpha: fc.constantFrom(0.01, 0.001), beta: fc.constantFrom(0.05, 0.2), plannedScrapes: fc.constantFrom(1, 12, 540) };
const unit = fc.constantFrom("person" as const, "request" as const);
/** A fail line, and a stricter pass line, the same, or none. */
const lines = fc
  .record({
    good: fc.constantFrom("below" as const, "above" as const),
    at: fc.constantFrom(0.001, 0.01, 0.05, 0.5, 0.7),
    pass: fc.constantFrom("none", "same", "stricter"),
  })
  .map(({ good, at, pass }) => {
    const stricter = good === "below" ? at / 2 : at + (1 - at) / 2;
    return { fail: { good, at }, pass: pass === "none" ? null : { good, at: pass === "same" ? at : stricter } };
  });
const rateSpec: fc.Arbitrary<TestSpec> = fc
  .record({ ...budget, unit, lines })
  .map(({ lines: { pass, fail }, ...rest }) => ({ kind: "rate" as const, ...rest, pass, fail }));
const ratioSpec: fc.Arbitrary<TestSpec> = fc
  .record({
    ...budget,
    unit,
    at: fc.constantFrom(0.5, 0.9, 1),
    good: fc.constantFrom("below" as const, "above" as const),
    isGate: fc.boolean(),
  })
  .map(({ at, good, isGate, ...rest }) => {
    const line = good === "above" ? at : 1 / at;
    return {
      kind: "against-stable" as const,
      ...rest,
      fail: { good, at: line },
      pass: isGate ? { good, at: good === "above" ? 1 : 0.99 } : null,
    };
  });
const noneSpec: fc.Arbitrary<TestSpec> = fc.record({ kind: fc.constant("none" as const), rate: fc.constantFrom(0.01, 0.001), ...budget });
const thresholdSpec: TestSpec = { kind: "threshold", pass: null, fail: { good: "below", at: 0.01 }, ofStable: false, k: 2, n: 3 };
const levelSpec: TestSpec = { kind: "level", line: { good: "below", at: 80 }, k: 2, n: 4, steady: { limit: 100, withinMs: 1e6 } };
const scoreSpec: TestSpec = { kind: "score", line: { good: "above", at: 90 }, minRuns: 3, alpha: 0.01 };

const counted = fc.tuple(fc.oneof(rateSpec, ratioSpec, noneSpec), fc.array(scrape, { maxLength: 30 }));
const anything: fc.Arbitrary<readonly [TestSpec, readonly Increment[]]> = fc.oneof(
  counted,
  fc.tuple(fc.constant(thresholdSpec), fc.array(scrape, { maxLength: 10 })),
  fc.tuple(fc.constantFrom(levelSpec, scoreSpec), fc.array(level, { maxLength: 20 })),
  fc.tuple(fc.constant<TestSpec>({ kind: "probe", k: 3 }), fc.array(probe, { maxLength: 10 })),
);

const run = (spec: TestSpec, increments: readonly Increment[]): TestState =>
  increments.reduce<TestState>((state, one) => add(spec, state, one), begin(spec));

describe("every test, whatever it is fed", () => {
  test("keeps its state in plain JSON: a stored state goes on as if it had never been away", () => {
    fc.assert(
      fc.property(anything, ([spec, increments]) => {
        const half = Math.floor(increments.length / 2);
        const stored = JSON.parse(JSON.stringify(run(spec, increments.slice(0, half)))) as TestState;
        const resumed = increments.slice(half).reduce<TestState>((state, one) => add(spec, state, one), stored);
        expect(resumed).toEqual(run(spec, increments));
        expect(judge({ ...spec }, resumed)).toEqual(judge(spec, run(spec, increments)));
      }),
      { numRuns: 300 },
    );
  });

  test("answers the same however often it is looked at, and changes nothing that it was given", () => {
    fc.assert(
      fc.property(anything, ([spec, increments]) => {
        const frozen = deepFreeze(increments);
        const unseen = run(spec, frozen);
        const seen = frozen.reduce<TestState>((state, one) => {
          judge(spec, state);
          forecastScrapes(spec, state);
          return deepFreeze(add(spec, state, one));
        }, begin(spec));
        expect(judge(spec, seen)).toEqual(judge(spec, unseen));
      }),
      { numRuns: 200 },
    );
  });

  test("gives plain finite numbers, an estimate inside its interval, and a forecast that fits the verdict", () => {
    fc.assert(
      fc.property(anything, ([spec, increments]) => {
        const state = run(spec, increments);
        const verdict = judge(spec, state);
        expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
        expect(verdict.p).toBeGreaterThanOrEqual(0);
        expect(verdict.p).toBeLessThanOrEqual(1);
        const { estimate, interval } = verdict;
        expect(estimate === null || interval === null || (interval.low <= estimate && estimate <= interval.high)).toBe(true);
        const scrapes = forecastScrapes(spec, state);
        const isDecided = verdict.kind === "pass" || verdict.kind === "fail";
        expect(isDecided ? scrapes === 0 : scrapes === null || Number.isInteger(scrapes)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe("rates and ratios", () => {
  test("a verdict never contradicts the interval that is shown with it", () => {
    fc.assert(
      fc.property(fc.tuple(fc.oneof(rateSpec, ratioSpec), fc.array(scrape, { minLength: 1, maxLength: 40 })), ([spec, increments]) => {
        if (spec.kind !== "rate" && spec.kind !== "against-stable") return;
        const verdict = judge(spec, run(spec, increments));
        if (verdict.interval === null) return;
        const { low, high } = verdict.interval;
        const { good, at } = spec.fail;
        const isAllBad = good === "below" ? low > at : high < at;
        const isAllGood = good === "below" ? high < at : low > at;
        // What is shown as good alone is not failed; what is shown as bad alone does not pass; a proof is where the interval ends.
        const isShownBeyond = good === "below" ? low >= at : high <= at;
        const isShownWithin = good === "below" ? high <= at : low >= at;
        expect(verdict.kind !== "fail" || (isShownBeyond && !isAllGood)).toBe(true);
        expect(verdict.kind !== "pass" || (isShownWithin && !isAllBad)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("proof is what the budget says: a fail needs an e-value of 1/alpha, a pass one of 1/beta", () => {
    fc.assert(
      fc.property(fc.tuple(fc.oneof(rateSpec, ratioSpec), fc.array(scrape, { maxLength: 40 })), ([spec, increments]) => {
        if (spec.kind !== "rate" && spec.kind !== "against-stable") return;
        const verdict = judge(spec, run(spec, increments));
        const isProvenBad = verdict.logEFail >= -Math.log(spec.alpha) && verdict.p <= spec.alpha * (1 + 1e-9);
        expect(verdict.kind !== "fail" || isProvenBad).toBe(true);
        expect(verdict.kind !== "pass" || verdict.logEPass >= -Math.log(spec.beta)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("more bad ones never make a rate look better", () => {
    fc.assert(
      fc.property(rateSpec, fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 20 }), fc.nat(19), (spec, bads, place) => {
        if (spec.kind !== "rate" || spec.unit !== "person" || spec.fail.good !== "below") return;
        const scrapes = (counts: readonly number[]): Increment[] =>
          counts.map((bad) => ({ kind: "counts", atMs: 0, canary: { bad, total: 100 }, stable: null, slices: [] }));
        const worse = bads.map((bad, index) => (index === place % bads.length ? bad + 5 : bad));
        const [fine, bad] = [judge(spec, run(spec, scrapes(bads))), judge(spec, run(spec, scrapes(worse)))];
        expect(bad.p).toBeLessThanOrEqual(fine.p * (1 + 1e-9));
        expect(bad.kind !== "pass" || fine.kind === "pass").toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
