import { describe, expect, test } from "vitest";
import { add, begin, forecastScrapes, judge, renew } from "./evidence.ts";
import type { Increment, Tally, TestSpec, TestState } from "./test-spec.ts";
import type { Verdict } from "./verdict.ts";

const budget = { alpha: 0.01, beta: 0.05, plannedScrapes: 120 };
const gate: TestSpec = { kind: "rate", unit: "person", pass: { good: "below", at: 0.005 }, fail: { good: "below", at: 0.01 }, ...budget };
/** A hundredth of the release's budget. */
const weighted: TestSpec = { ...gate, alpha: 0.0001 };
const guard: TestSpec = { ...gate, pass: null };
const literal: TestSpec = { ...gate, fail: { good: "below", at: 0.005 } };
const consensus: TestSpec = { ...gate, pass: null, fail: { good: "above", at: 0.7 } };
const requests: TestSpec = { ...gate, unit: "request" };

interface Counted {
  readonly canary: Tally;
  readonly stable?: Tally;
  readonly slices?: readonly Tally[];
  readonly canarySlices?: readonly Tally[];
}

/** The state after the same scrape so many times. */
function after(spec: TestSpec, from: TestState, times: number, { canary, stable, slices = [], canarySlices = [] }: Counted): TestState {
  const scrape: Increment = { kind: "counts", atMs: 0, canary, stable: stable ?? null, slices, canarySlices };
  return Array.from({ length: times }).reduce<TestState>((state) => add(spec, state, scrape), from);
}

const of = (bad: number, total: number): Counted => ({ canary: { bad, total } });

describe("a rate of people", () => {
  test.each<[string, TestSpec, readonly (readonly [number, Counted])[], Verdict["kind"], Verdict["because"]["kind"]]>([
    ["has no data before anything was counted", gate, [], "no-data", "nothing-counted"],
    ["has no data while only empty scrapes came", gate, [[9, of(0, 0)]], "no-data", "nothing-counted"],
    ["is undecided after few people", gate, [[1, of(0, 20)]], "undecided", "too-little-evidence"],
    [
      "passes when it is proven below the fail line and the estimate is below the pass line",
      gate,
      [[20, of(0, 100)]],
      "pass",
      "proven-good",
    ],
    ["fails when it is proven beyond the fail line", gate, [[5, of(5, 100)]], "fail", "proven-bad"],
    ["stays undecided between its lines", gate, [[200, of(7, 1000)]], "undecided", "between-lines"],
    [
      "does not pass on proof alone when the estimate is beyond the pass line",
      gate,
      [[26, of(1, 181)]],
      "undecided",
      "good-but-estimate-is-not",
    ],
    ["of a guard is good when it is proven on the good side", guard, [[50, of(6, 1000)]], "pass", "proven-good"],
    [
      "of a guard is good no more once more than its line is seen",
      { ...guard, alpha: 1e-9 },
      [
        [50, of(6, 1000)],
        [105, of(12, 1000)],
      ],
      "undecided",
      "evidence-restarted",
    ],
    ["with one line for both is strict", literal, [[60, of(0, 20)]], "pass", "proven-good"],
    ["with one line for both is strict also when it is good", literal, [[10, of(1, 250)]], "undecided", "too-little-evidence"],
    ["is proven above a line as well", consensus, [[10, of(90, 100)]], "pass", "proven-good"],
    ["fails below a line", consensus, [[10, of(50, 100)]], "fail", "proven-bad"],
    [
      "fails soon after a long good time",
      gate,
      [
        [60, of(0, 150)],
        [3, of(8, 150)],
      ],
      "fail",
      "proven-bad",
    ],
    [
      "is no pass any more when new evidence speaks against it",
      weighted,
      [
        [40, of(0, 150)],
        [5, of(5, 150)],
      ],
      "undecided",
      "evidence-restarted",
    ],
    [
      "that failed once stays failed",
      gate,
      [
        [5, of(5, 100)],
        [60, of(0, 100)],
      ],
      "fail",
      "proven-bad",
    ],
  ])("%s", (_, spec, story, kind, because) => {
    const state = story.reduce((sofar, [times, counted]) => after(spec, sofar, times, counted), begin(spec));
    const verdict = judge(spec, state);
    expect({ kind: verdict.kind, because: verdict.because.kind, assumes: verdict.assumes }).toEqual({ kind, because, assumes: "exact" });
  });

  test("that began to be bad late shows the rate since then, and nothing on the good side of the line", () => {
    const state = after(gate, after(gate, begin(gate), 100, of(0, 150)), 6, of(8, 150));
    const { kind, estimate, interval } = judge(gate, state);
    expect(kind).toBe("fail");
    expect(estimate).toBeCloseTo(8 / 150, 6);
    expect(interval?.low).toBeGreaterThanOrEqual(0.01);
    expect(interval?.high).toBeGreaterThan(8 / 150);
  });
});

describe("a bracket, where the bucket bound is not the line", () => {
  test("proves harm by the lower count and health by the upper one", () => {
    const wide = (bad: number, badAtMost: number): Counted => ({ canary: { bad, badAtMost, total: 100 } });
    expect(judge(gate, after(gate, begin(gate), 10, wide(5, 9))).kind).toBe("fail");
    expect(judge(gate, after(gate, begin(gate), 30, wide(0, 0))).kind).toBe("pass");
    const { kind, interval, estimate } = judge(gate, after(gate, begin(gate), 30, wide(0, 9)));
    expect(kind).toBe("undecided");
    expect(interval?.low).toBe(0);
    expect(estimate).toBeCloseTo(0.09);
    expect(interval?.high).toBeGreaterThan(0.09);
  });
});

describe("an incident that both arms share", () => {
  const healthy = { canary: { bad: 0, total: 150 }, stable: { bad: 2, total: 1350 } };
  const both = { canary: { bad: 8, total: 150 }, stable: { bad: 70, total: 1350 } };
  const canaryOnly = { canary: { bad: 8, total: 150 }, stable: { bad: 2, total: 1350 } };
  test("is not the canary's fault: no fail, and its wealth does not grow", () => {
    const before = after(gate, begin(gate), 20, healthy);
    const during = after(gate, before, 6, both);
    const verdict = judge(gate, during);
    expect(verdict).toMatchObject({ kind: "undecided", shared: true, because: { kind: "shared-incident" } });
    expect(verdict.logEFail).toBeLessThanOrEqual(judge(gate, before).logEFail);
    expect(judge(gate, after(gate, during, 60, healthy))).toMatchObject({ kind: "pass", shared: false });
  });
  test("does not hide harm of the canary's own, before, after, or without it", () => {
    expect(judge(gate, after(gate, after(gate, begin(gate), 20, healthy), 4, canaryOnly))).toMatchObject({ kind: "fail", shared: false });
    const over = after(gate, after(gate, after(gate, begin(gate), 20, healthy), 6, both), 8, healthy);
    expect(judge(gate, after(gate, over, 6, canaryOnly)).kind).toBe("fail");
  });
});

describe("requests", () => {
  const sliced = (bad: number, ofSlices: readonly number[]): Counted => ({
    canary: { bad, total: 1000 },
    slices: ofSlices.map((sliceBad) => ({ bad: sliceBad, total: 1000 })),
  });
  test("fail by bounded bets while nobody knows how they hang together", () => {
    expect(judge(requests, after(requests, begin(requests), 12, of(8, 150)))).toMatchObject({ kind: "fail", assumes: "robust" });
  });
  const even = (bad: number, total: number): Counted => ({
    canary: { bad, total },
    canarySlices: Array.from({ length: 10 }, () => ({ bad: bad / 10, total: total / 10 })),
  });
  /** With a stable arm of the same size, of which so many are bad: who else could show that a burst is the canary's own? */
  const beside = (counted: Counted, bad: number): Counted => ({ ...counted, stable: { bad, total: counted.canary.total } });
  test.each<[string, TestSpec, number, Counted]>([
    ["30 % against 3 % in one scrape", { ...requests, pass: null, fail: { good: "below", at: 0.03 } }, 1, beside(even(270, 900), 0)],
    ["10 % against 3 % in two", { ...requests, pass: null, fail: { good: "below", at: 0.03 } }, 2, beside(even(30, 300), 0)],
    ["5 % against 1 % in one", requests, 1, beside(even(50, 1000), 0)],
    ["half of all slow against 5 % in one", { ...requests, pass: null, fail: { good: "below", at: 0.05 } }, 1, beside(even(70, 140), 0)],
    [
      "a consensus of 30 % against 70 % in two",
      { ...requests, pass: null, fail: { good: "above", at: 0.7 } },
      2,
      beside(even(30, 100), 90),
    ],
  ])("fail by the slices of the canary: %s, at a sixth of the release's budget", (_, spec, scrapes, counted) => {
    const guarded = { ...spec, alpha: 0.0016 } as TestSpec;
    expect(judge(guarded, after(guarded, begin(guarded), scrapes, counted))).toMatchObject({ kind: "fail", assumes: "robust" });
  });
  test("of one slice alone do not fail, however many they are: they may all be one person's", () => {
    const one = {
      canary: { bad: 900, total: 1900 },
      canarySlices: Array.from({ length: 10 }, (_, slice) => (slice === 0 ? { bad: 900, total: 1000 } : { bad: 0, total: 100 })),
    };
    expect(judge(requests, after(requests, begin(requests), 1, beside(one, 0))).kind).toBe("undecided");
  });
  test("of many slices alone do not fail in one scrape either, where nobody is left to show that a burst is the canary's own", () => {
    expect(judge(requests, after(requests, begin(requests), 1, even(50, 1000))).kind).toBe("undecided");
    const few = { ...even(50, 1000), stable: { bad: 0, total: 499 } };
    expect(judge(requests, after(requests, begin(requests), 1, few)).kind).toBe("undecided");
    expect(judge(requests, after(requests, begin(requests), 1, { ...few, stable: { bad: 0, total: 500 } })).kind).toBe("fail");
  });
  test("are one part again when the slices do not add up to them", () => {
    const half = { ...beside(even(50, 1000), 0), canarySlices: even(50, 1000).canarySlices?.slice(0, 5) ?? [] };
    const alone = { canary: { bad: 50, total: 1000 }, stable: { bad: 0, total: 1000 } };
    const [sliced, whole] = [half, alone].map((counted) => judge(requests, after(requests, begin(requests), 3, counted)));
    expect(sliced?.logEFail).toBe(whole?.logEFail);
  });
  test("go on at 100 %, without a stable arm, with what was measured before", () => {
    const counted = { ...even(2, 1000), stable: { bad: 20, total: 9000 }, slices: even(20, 9000).canarySlices ?? [] };
    const early = after(requests, begin(requests), 12, counted);
    expect(judge(requests, early).kind).toBe("pass");
    expect(judge(requests, after(requests, early, 12, even(20, 10_000)))).toMatchObject({ kind: "pass" });
    expect(judge(requests, after(requests, early, 12, even(500, 10_000)))).toMatchObject({ kind: "fail", assumes: "robust" });
  });
  test("are nobody's fault when both arms fail from one scrape to the next, however soon slices would prove it", () => {
    const calm = { ...even(0, 300), stable: { bad: 1, total: 300 }, slices: even(1, 300).canarySlices ?? [] };
    const both = { ...even(60, 300), stable: { bad: 60, total: 300 }, slices: even(60, 300).canarySlices ?? [] };
    const state = after(requests, after(requests, begin(requests), 3, calm), 4, both);
    expect(judge(requests, state)).toMatchObject({ kind: "undecided", shared: true });
    expect(
      judge(requests, after(requests, after(requests, begin(requests), 3, calm), 4, { ...both, stable: calm.stable, slices: calm.slices }))
        .kind,
    ).toBe("fail");
  });
  test("never pass on one huge scrape alone", () => {
    expect(judge(requests, after(requests, begin(requests), 1, of(0, 1_000_000))).kind).toBe("undecided");
  });
  test("pass once the dispersion is measured between slices, and say that it is approximate", () => {
    const calm = after(requests, begin(requests), 30, sliced(2, [2, 3, 2, 1, 2, 2, 3, 1, 2]));
    expect(judge(requests, calm)).toMatchObject({ kind: "pass", assumes: "approximate" });
  });
  test("pass without a single error, though there is nothing to measure the dispersion by: ten count as one", () => {
    const spotless = after(requests, begin(requests), 60, of(0, 100));
    expect(judge(requests, spotless)).toMatchObject({ kind: "pass", assumes: "approximate" });
    expect(judge(requests, after(requests, begin(requests), 20, of(0, 100))).kind).toBe("undecided");
    expect(judge(gate, after(gate, begin(gate), 20, of(0, 100))).kind).toBe("pass");
  });
  test("weigh less when slices differ by more than chance", () => {
    const calm = after(requests, begin(requests), 16, sliced(2, [2, 3, 2, 1, 2, 2, 3, 1, 2]));
    const wild = after(requests, begin(requests), 16, sliced(2, [0, 0, 18, 0, 0, 0, 0, 0, 0]));
    expect(judge(requests, wild).logEPass).toBeLessThan(judge(requests, calm).logEPass / 2);
  });
});

describe("a test that begins again", () => {
  const slow: TestSpec = { kind: "rate", unit: "request", pass: null, fail: { good: "below", at: 0.05 }, ...budget };
  /** Sixteen people of three requests each, this many of them slow, spread over the slices as chance would. */
  const scrape = (bad: number): Counted => {
    const slices = Array.from({ length: 10 }, (_, index) => ({ bad: index < bad ? 1 : 0, total: 3 + 3 * (index % 3) }));
    const canary = slices.reduce((sum, slice) => ({ bad: sum.bad + slice.bad, total: sum.total + slice.total }), { bad: 0, total: 0 });
    return { canary, stable: { bad: 0, total: 480 }, slices: slices.map(() => ({ bad: 0, total: 48 })), canarySlices: slices };
  };
  const harmed = after(slow, after(slow, begin(slow), 4, scrape(0)), 8, scrape(8));
  test("has proven nothing", () => {
    expect(judge(slow, harmed).kind).toBe("fail");
    expect(judge(slow, renew(slow, harmed))).toMatchObject({ kind: "no-data", logEPass: 0, logEFail: 0 });
  });
  test("knows how requests hang together, so that health is proven in a third of the scrapes", () => {
    expect(judge(slow, after(slow, renew(slow, harmed), 7, scrape(0))).kind).toBe("pass");
    expect(judge(slow, after(slow, begin(slow), 14, scrape(0))).kind).toBe("undecided");
  });
  test("of another kind simply begins", () => {
    const level: TestSpec = { kind: "level", line: { good: "below", at: 0.8 }, k: 4, n: 5, steady: null };
    expect(renew(level, add(level, begin(level), { kind: "level", atMs: 0, canary: 1, stable: null }))).toEqual(begin(level));
  });
});

describe("the forecast", () => {
  test.each<[string, readonly (readonly [number, Counted])[], number | null | "some"]>([
    ["is 0 once it is decided", [[40, of(0, 100)]], 0],
    ["is null before anything was counted", [], null],
    ["is some scrapes while it is on its way", [[3, of(0, 60)]], "some"],
    ["is null between the lines, where more data change nothing", [[40, of(7, 1000)]], null],
  ])("%s", (_, story, expected) => {
    const state = story.reduce((sofar, [times, counted]) => after(gate, sofar, times, counted), begin(gate));
    const scrapes = forecastScrapes(gate, state);
    expect(scrapes !== null && scrapes > 0 ? "some" : scrapes).toBe(expected);
  });
  test("comes true, within a factor of two, when the data go on", () => {
    const state = after(gate, begin(gate), 3, of(0, 60));
    const scrapes = forecastScrapes(gate, state) ?? 0;
    expect(judge(gate, after(gate, state, 2 * scrapes, of(0, 60))).kind).toBe("pass");
    expect(judge(gate, after(gate, state, Math.floor(scrapes / 2) - 1, of(0, 60))).kind).toBe("undecided");
  });
});

test.each<[string, Increment]>([
  ["a level", { kind: "level", atMs: 0, canary: 1, stable: null }],
  ["a negative count", { kind: "counts", atMs: 0, canary: { bad: -1, total: 3 }, stable: null, slices: [] }],
  ["a count that is no number", { kind: "counts", atMs: 0, canary: { bad: Number.NaN, total: 3 }, stable: null, slices: [] }],
])("%s is refused", (_, increment) => {
  expect(() => add(gate, begin(gate), increment)).toThrow(/given a level|finite/);
});

test("a part that was read before the whole counts as the whole", () => {
  expect(judge(gate, after(gate, begin(gate), 1, of(7, 5))).estimate).toBe(1);
});
