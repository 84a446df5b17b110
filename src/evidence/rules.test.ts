import { describe, expect, test } from "vitest";
import { add, begin, forecastScrapes, judge } from "./evidence.ts";
import type { Increment, TestSpec, TestState } from "./test-spec.ts";
import type { Finding, Verdict } from "./verdict.ts";

const minuteMs = 60_000;

function levels(spec: TestSpec, values: readonly number[]): TestState {
  return values.reduce<TestState>(
    (state, canary, index) => add(spec, state, { kind: "level", atMs: index * minuteMs, canary, stable: null }),
    begin(spec),
  );
}

function probes(spec: TestSpec, downs: readonly boolean[]): TestState {
  return downs.reduce<TestState>((state, down, index) => add(spec, state, { kind: "probe", atMs: index * 5_000, down }), begin(spec));
}

const repeat = (times: number, value: number): readonly number[] => Array.from({ length: times }, () => value);

describe("a level: k of the last n readings, and where it is going", () => {
  const cpu: TestSpec = { kind: "level", line: { good: "below", at: 0.8 }, k: 4, n: 5, steady: null };
  const memory: TestSpec = { ...cpu, steady: { limit: 1, withinMs: 60 * minuteMs } };
  const rising = Array.from({ length: 12 }, (_, index) => 0.4 + 0.02 * index + (index % 3) * 0.001);
  test.each<[string, TestSpec, readonly number[], Verdict["kind"], Verdict["because"]]>([
    ["no reading is no data", cpu, [], "no-data", { kind: "nothing-counted" }],
    ["few readings decide nothing", cpu, [0.3, 0.3], "undecided", { kind: "runs-needed", have: 2, need: 5 }],
    ["enough good readings pass", cpu, repeat(5, 0.3), "pass", { kind: "readings-within-line", within: 5, of: 5 }],
    ["a single spike passes", cpu, [0.3, 0.3, 0.99, 0.3, 0.3], "pass", { kind: "readings-within-line", within: 4, of: 5 }],
    ["k of n over the line fail", cpu, [0.3, 0.9, 0.9, 0.9, 0.9], "fail", { kind: "readings-over-line", over: 4, of: 5 }],
    ["k in a row fail before n were read", cpu, repeat(4, 0.9), "fail", { kind: "readings-over-line", over: 4, of: 4 }],
    [
      "most readings beyond the line pass nothing, though they are too few to fail",
      cpu,
      [0.95, 0.95, 0.95, 0.5, 0.5],
      "undecided",
      { kind: "readings-over-line", over: 3, of: 5 },
    ],
    ["it recovers", cpu, [...repeat(5, 0.9), ...repeat(5, 0.3)], "pass", { kind: "readings-within-line", within: 5, of: 5 }],
    ["a slope needs more readings", memory, repeat(6, 0.3), "undecided", { kind: "runs-needed", have: 6, need: 10 }],
    ["flat memory passes", memory, repeat(12, 0.3), "pass", { kind: "readings-within-line", within: 5, of: 5 }],
  ])("%s", (_, spec, values, kind, because) => {
    expect(judge(spec, levels(spec, values))).toMatchObject({ kind, because, assumes: "rule" });
  });
  test("a steady rise that reaches the limit in time fails, and says when", () => {
    const verdict = judge(memory, levels(memory, rising));
    expect(verdict.kind).toBe("fail");
    expect(verdict.because.kind === "rises-to-limit" && verdict.because.inMs / minuteMs).toBeCloseTo(19, 0);
  });
  test("the same rise with more time than that is stable enough, and one wild reading is no rise", () => {
    const patient: TestSpec = { ...memory, steady: { limit: 1, withinMs: 10 * minuteMs } };
    expect(judge(patient, levels(patient, rising)).kind).toBe("pass");
    expect(judge(memory, levels(memory, [...repeat(11, 0.3), 0.79])).kind).toBe("pass");
  });
  test("the forecast counts the readings that are missing", () => {
    expect(forecastScrapes(cpu, levels(cpu, [0.3]))).toBe(4);
    expect(forecastScrapes(cpu, levels(cpu, repeat(9, 0.3)))).toBe(0);
  });
});

describe("a score: the median of enough runs", () => {
  const performance: TestSpec = { kind: "score", line: { good: "above", at: 90 }, minRuns: 5, alpha: 0.01 };
  test.each<[string, readonly number[], Verdict["kind"], number | null]>([
    ["no run is no data", [], "no-data", null],
    ["under the least number of runs nothing is decided", [99, 99, 99, 99], "undecided", 99],
    ["the line itself is good", [90, 80, 90, 100, 90], "pass", 90],
    ["one bad run does not fail", [95, 95, 10, 95, 95], "pass", 95],
    ["a bad median fails", [89, 89, 89, 99, 99], "fail", 89],
    ["of an even number it is the middle between two", [80, 88, 92, 94, 96, 98], "pass", 93],
  ])("%s", (_, runs, kind, estimate) => {
    expect(judge(performance, levels(performance, runs))).toMatchObject({ kind, estimate });
  });
  test("a failure says what the latest run lost its points for, where the source names it", () => {
    const spec: TestSpec = { ...performance, minRuns: 2 };
    const run = (canary: number, findings?: readonly Finding[]): Increment => ({
      kind: "level",
      atMs: 0,
      canary,
      stable: null,
      ...(findings && { findings }),
    });
    const judged = (...runs: readonly Increment[]) =>
      judge(
        spec,
        runs.reduce((state, each) => add(spec, state, each), begin(spec)),
      ).because;
    const findings = [{ rule: "label", places: 3 }];
    expect(judged(run(70, [{ rule: "image-alt", places: 1 }]), run(80, findings))).toEqual({
      kind: "readings-over-line",
      over: 2,
      of: 2,
      findings,
    });
    expect(judged(run(70, findings), run(80))).toEqual({ kind: "readings-over-line", over: 2, of: 2 });
  });
  test.each<[Verdict["assumes"], TestSpec]>([
    ["rule", performance],
    ["approximate", { ...performance, isApproximate: true }],
  ])("a score is judged by a rule, and is %s as its source is", (assumes, spec) => {
    for (const runs of [[], [99], [99, 99, 99, 99, 99], [1, 1, 1, 1, 1]]) expect(judge(spec, levels(spec, runs)).assumes).toBe(assumes);
  });
  test("the forecast counts the runs that are missing", () => expect(forecastScrapes(performance, levels(performance, [91, 92]))).toBe(3));
});

describe("a probe: down k times in a row", () => {
  const probe: TestSpec = { kind: "probe", k: 3 };
  test.each<[string, readonly boolean[], Verdict["kind"], number | null]>([
    ["nothing read is no data", [], "no-data", 0],
    ["an answer passes", [true, true, false], "pass", 0],
    ["down once is undecided", [false, true], "undecided", 2],
    ["down, up, down is undecided", [true, true, false, true, true], "undecided", 1],
    ["down three times in a row fails", [false, true, true, true], "fail", 0],
    ["up again passes", [true, true, true, false], "pass", 0],
  ])("%s", (_, downs, kind, scrapes) => {
    expect(judge(probe, probes(probe, downs)).kind).toBe(kind);
    expect(forecastScrapes(probe, probes(probe, downs))).toBe(scrapes);
  });
});

describe("a threshold that is to be taken literally", () => {
  const errors: TestSpec = {
    kind: "threshold",
    pass: { good: "below", at: 0.005 },
    fail: { good: "below", at: 0.01 },
    ofStable: false,
    k: 2,
    n: 3,
  };
  const half: TestSpec = { ...errors, pass: null, fail: { good: "above", at: 0.5 }, ofStable: true };
  const rates = (spec: TestSpec, bads: readonly number[], stableBad: number | null): TestState =>
    bads.reduce<TestState>((state, bad) => {
      const stable = stableBad === null ? null : { bad: stableBad, total: 1000 };
      return add(spec, state, { kind: "counts", atMs: 0, canary: { bad, total: 1000 }, stable, slices: [] });
    }, begin(spec));
  test.each<[string, TestSpec, readonly number[], number | null, Verdict["kind"]]>([
    ["nothing is no data", errors, [], null, "no-data"],
    ["fewer than n are undecided", errors, [0, 0], null, "undecided"],
    ["n good ones pass", errors, [0, 0, 0], null, "pass"],
    ["one of three beyond passes", errors, [0, 50, 0], null, "pass"],
    ["two of three beyond fail", errors, [50, 0, 50], null, "fail"],
    ["between the lines is neither", errors, [7, 7, 7], null, "undecided"],
    ["half of stable's is a line too", half, [4, 4, 4], 10, "fail"],
    ["more than half passes", half, [6, 6, 6], 10, "pass"],
    ["nothing of stable's cannot be divided by", half, [4, 4, 4], 0, "undecided"],
    ["without stable there is nothing to compare", half, [4, 4, 4], null, "undecided"],
  ])("%s", (_, spec, bads, stableBad, kind) => {
    expect(judge(spec, rates(spec, bads, stableBad))).toMatchObject({ kind, assumes: "rule" });
  });
  test("the forecast counts the scrapes that are missing, and knows none between the lines", () => {
    expect(forecastScrapes(errors, rates(errors, [0], null))).toBe(2);
    expect(forecastScrapes(errors, rates(errors, [7, 7, 7], null))).toBeNull();
  });
});

test.each<[TestSpec["kind"], Increment]>([
  ["level", { kind: "probe", atMs: 0, down: true }],
  ["score", { kind: "probe", atMs: 0, down: true }],
  ["probe", { kind: "level", atMs: 0, canary: 1, stable: null }],
  ["threshold", { kind: "probe", atMs: 0, down: true }],
])("a test of the kind %s refuses another kind of increment", (kind, increment) => {
  const line = { good: "below", at: 1 } as const;
  const specs: Partial<Record<TestSpec["kind"], TestSpec>> = {
    level: { kind: "level", line, k: 1, n: 1, steady: null },
    score: { kind: "score", line, minRuns: 1, alpha: 0.01 },
    probe: { kind: "probe", k: 1 },
    threshold: { kind: "threshold", pass: null, fail: line, ofStable: false, k: 1, n: 1 },
  };
  const spec = specs[kind];
  if (spec === undefined) throw new Error(`no spec of the kind ${kind}`);
  expect(() => add(spec, begin(spec), increment)).toThrow(TypeError);
});
