import { describe, expect, test } from "vitest";
import { races, scrapeOf, simulateRace } from "../../bench/power/races.ts";
import { random } from "../sim/random.ts";
import type { ArmAhead } from "./bets-ahead.ts";
import { add, begin, judge } from "./evidence.ts";
import { meanAfter, probabilityAfter, prospectOf, sureAfter } from "./prospect.ts";
import type { Stretch, World } from "./prospect.ts";
import type { Line, TestSpec } from "./test-spec.ts";

const budget = { alpha: 0.0013, beta: 0.05, plannedScrapes: 540 };
const below = (at: number): Line => ({ good: "below", at });
const above = (at: number): Line => ({ good: "above", at });
const arm = (units: number, rate: number): ArmAhead => ({ units, rate });
const always = (canary: ArmAhead, stable: ArmAhead): readonly Stretch[] => [{ scrapes: Number.POSITIVE_INFINITY, canary, stable }];
const whole = { parts: 1, onset: 0, horizon: Number.POSITIVE_INFINITY };
const activation: TestSpec = { kind: "rate", unit: "person", pass: above(0.02), fail: above(0.015), ...budget };
const errors: TestSpec = { kind: "rate", unit: "request", pass: below(0.01), fail: below(0.01), ...budget };
const conversion: TestSpec = { kind: "against-stable", unit: "person", pass: above(0.9), fail: above(0.5), ...budget };
const twoPhases: World = {
  ...whole,
  stretches: [{ scrapes: 60, canary: arm(12, 0.03), stable: arm(108, 0.03) }, ...always(arm(60, 0.03), arm(60, 0.03))],
};

describe("closed forms against the real tests, simulated: the quick form of `npm run bench -- power`", () => {
  test.each(races.map((race) => [race.says, race] as const))("%s", (_, race) => {
    const prospect = prospectOf(race.spec, race.world);
    const mean = meanAfter(prospect, 0);
    const marks = [0.7, 1, 1.5].map((part) => Math.max(1, Math.round(part * mean)));
    const seen = simulateRace(race, { runs: 160, proves: prospect.proves ?? "pass", most: Math.ceil(8 * mean + 10), marks });
    // Half a scrape is what a mean of one scrape rounds to.
    expect(Math.abs(mean - seen.mean)).toBeLessThan(Math.max(0.25 * seen.mean, 0.5));
    expect(Math.abs(probabilityAfter(prospect, seen.sure, "reached") - 0.8), `reached after ${seen.sure}`).toBeLessThan(0.15);
    for (const [index, mark] of marks.entries()) {
      expect(Math.abs(probabilityAfter(prospect, mark, "stands") - (seen.stands[index] ?? 0)), `stands after ${mark}`).toBeLessThan(0.15);
    }
  });
});

describe("a truth that decides nothing", () => {
  test.each<[string, TestSpec, number, number]>([
    ["between the lines", activation, 0.017, 0.02],
    ["on its only line", errors, 0.01, 0.01],
    ["beside a stable arm without any", conversion, 0.02, 0],
  ])("%s", (_, spec, canary, stable) => {
    const prospect = prospectOf(spec, { ...whole, stretches: always(arm(30, canary), arm(30, stable)) });
    expect(prospect).toEqual({ proves: null, points: [] });
    expect([meanAfter(prospect, 0), sureAfter(prospect, 0, 0.8), probabilityAfter(prospect, 9, "reached")]).toEqual([
      Infinity,
      Infinity,
      0,
    ]);
  });
});

describe("rules", () => {
  const readings = (value: number, perScrape = 1): World => ({ ...whole, stretches: always(arm(perScrape, value), arm(0, 0)) });
  const level: TestSpec = { kind: "level", line: below(0.8), k: 4, n: 5, steady: null };
  test.each<[string, TestSpec, World, "pass" | "fail", number]>([
    ["a level passes after n readings", level, readings(0.5), "pass", 5],
    [
      "a level that must be steady after as many as a slope needs",
      { ...level, steady: { limit: 1, withinMs: 1 } },
      readings(0.5),
      "pass",
      10,
    ],
    ["a level fails after k", level, readings(0.9), "fail", 4],
    [
      "a score after its runs, one in 40 scrapes",
      { kind: "score", line: above(90), minRuns: 5, alpha: 0.01 },
      readings(93, 1 / 40),
      "pass",
      161,
    ],
    ["a probe answers at once", { kind: "probe", k: 3 }, readings(0), "pass", 1],
    ["a probe is down after three", { kind: "probe", k: 3 }, readings(1), "fail", 3],
    ["none: the rule of three, and what is staked on a few", { kind: "none", rate: 0.001, ...budget }, readings(0, 100), "pass", 31],
  ])("%s", (_, spec, world, proves, scrapes) => {
    const prospect = prospectOf(spec, world);
    expect(prospect.proves).toBe(proves);
    expect(probabilityAfter(prospect, scrapes, "stands")).toBe(1);
    expect(probabilityAfter(prospect, scrapes - 1, "stands")).toBe(0);
    expect(meanAfter(prospect, scrapes + 5)).toBe(0);
  });

  test("a score that turns bad needs more bad runs than there were good ones", () => {
    const bad = readings(80, 1 / 40);
    const before = { scrapes: 240, canary: arm(1 / 40, 93), stable: arm(0, 0) };
    const prospect = prospectOf(
      { kind: "score", line: above(90), minRuns: 5, alpha: 0.01 },
      { ...bad, onset: 240, stretches: [before, ...bad.stretches] },
    );
    // Six good runs: the seventh bad one makes the median bad.
    expect([240, 241].map((scrapes) => probabilityAfter(prospect, scrapes, "stands"))).toEqual([0, 1]);
  });

  test("the first event comes by chance", () => {
    const prospect = prospectOf({ kind: "none", rate: 0.001, ...budget }, readings(0.01, 10));
    expect([prospect.proves, probabilityAfter(prospect, 10, "reached")]).toEqual(["fail", expect.closeTo(1 - Math.exp(-1), 1)]);
    expect(meanAfter(prospect, 0)).toBeGreaterThan(8);
    expect(meanAfter(prospect, 0)).toBeLessThan(12);
  });

  test.each<[string, number, number]>([
    ["far on the good side nearly every look passes", 0.002, 0.99],
    ["near the line a look may go either way", 0.009, 0.4],
  ])("a threshold: %s", (_, truth, atLeast) => {
    const spec: TestSpec = { kind: "threshold", pass: below(0.01), fail: below(0.01), ofStable: false, k: 3, n: 5 };
    const world: World = { ...whole, stretches: always(arm(400, truth), arm(400, truth)) };
    const prospect = prospectOf(spec, world);
    const luck = random(3);
    const passed = Array.from({ length: 400 }, () => {
      const states = Array.from({ length: 5 }, (__, at) => scrapeOf(world, at + 1, luck));
      return (
        judge(
          spec,
          states.reduce((state, scrape) => add(spec, state, scrape), begin(spec)),
        ).kind === "pass"
      );
    });
    const share = passed.filter(Boolean).length / passed.length;
    expect(share).toBeGreaterThan(atLeast);
    expect(Math.abs(probabilityAfter(prospect, 5, "stands") - share)).toBeLessThan(0.15);
  });

  test("with no readings at all nothing is ever decided", () => {
    expect(meanAfter(prospectOf(level, readings(0.5, 0)), 0)).toBe(Infinity);
  });
});

test("what was seen in earlier phases counts: fewer scrapes are left, none at all when it was enough", () => {
  const prospect = prospectOf(activation, twoPhases);
  const [fromStart, fromSecond] = [0, 60].map((from) => meanAfter(prospect, from));
  expect(fromSecond).toBeLessThan((fromStart ?? 0) - 30);
  expect(meanAfter(prospect, 5000)).toBeCloseTo(0, 2);
});

test.each([20, 37, 60])("one moment alone is foreseen as in the whole: after %s scrapes", (horizon) => {
  const world: World = { ...whole, parts: 10, stretches: always(arm(75, 0.0025), arm(675, 0.0025)) };
  const [one, all] = [{ ...world, horizon }, world].map((asked) => probabilityAfter(prospectOf(errors, asked), horizon, "stands"));
  expect(one).toBeGreaterThan(0);
  expect(one).toBeCloseTo(all ?? 0, 6);
});
