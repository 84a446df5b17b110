import { add, atNewShare, begin, judge } from "../../src/evidence/evidence.ts";
import type { ArmAhead } from "../../src/evidence/bets-ahead.ts";
import type { Stretch, World } from "../../src/evidence/prospect.ts";
import type { Increment, Line, Tally, TestSpec } from "../../src/evidence/test-spec.ts";
import { random } from "../../src/sim/random.ts";
import type { Random } from "../../src/sim/random.ts";

const budget = { alpha: 0.0013, beta: 0.05, plannedScrapes: 540 };
const below = (at: number): Line => ({ good: "below", at });
const above = (at: number): Line => ({ good: "above", at });
const arm = (units: number, rate: number): ArmAhead => ({ units, rate });
const whole = { parts: 1, onset: 0, horizon: Number.POSITIVE_INFINITY };
const sliced = { ...whole, parts: 10 };
const always = (canary: ArmAhead, stable: ArmAhead): readonly Stretch[] => [{ scrapes: Number.POSITIVE_INFINITY, canary, stable }];
const rate = (unit: "person" | "request", pass: Line | null, fail: Line): TestSpec => ({ kind: "rate", unit, pass, fail, ...budget });
const compared = (pass: Line | null, fail: Line): TestSpec => ({ kind: "against-stable", unit: "person", pass, fail, ...budget });

const activation = rate("person", above(0.02), above(0.015));
const lateFault: World = {
  ...sliced,
  onset: 60,
  stretches: [
    { scrapes: 60, canary: arm(15, 0.001), stable: arm(135, 0.001) },
    { scrapes: Number.POSITIVE_INFINITY, canary: arm(75, 0.05), stable: arm(75, 0.001) },
  ],
};
const growing = (canaryRate: number, stableRate: number): readonly Stretch[] => [
  { scrapes: 60, canary: arm(12, canaryRate), stable: arm(108, stableRate) },
  { scrapes: Number.POSITIVE_INFINITY, canary: arm(60, canaryRate), stable: arm(60, stableRate) },
];

/** A test, and the world that it is put into. */
export interface Raced {
  readonly says: string;
  readonly spec: TestSpec;
  readonly world: World;
}

const raced = (says: string, spec: TestSpec, world: World): Raced => ({ says, spec, world });

/** Gates and guards as plans have them, in worlds as releases meet them. */
export const races: readonly Raced[] = [
  raced("activation > 2 %, truly 2.5 %", activation, { ...whole, stretches: always(arm(30, 0.025), arm(270, 0.025)) }),
  raced("activation > 2 %, truly 3 %, two phases", activation, { ...whole, stretches: growing(0.03, 0.03) }),
  raced("consensus > 70 %, truly 75 %", rate("person", above(0.7), above(0.7)), { ...whole, stretches: always(arm(10, 0.75), arm(0, 0)) }),
  raced("people with errors < 0.5 %, truly 0.25 %", rate("person", below(0.005), below(0.005)), {
    ...whole,
    stretches: always(arm(100, 0.0025), arm(900, 0.0025)),
  }),
  raced("activation < 1.5 % breached: 0.3 %", rate("person", null, above(0.015)), {
    ...whole,
    stretches: always(arm(30, 0.003), arm(270, 0.025)),
  }),
  raced("errors < 0.5 %, fail line 1 %, in slices", rate("request", below(0.005), below(0.01)), {
    ...sliced,
    stretches: always(arm(75, 0.0025), arm(675, 0.0025)),
  }),
  raced("errors < 0.5 %, as a whole", rate("request", below(0.005), below(0.005)), {
    ...whole,
    stretches: always(arm(75, 0.0025), arm(675, 0.0025)),
  }),
  raced("p95 < 500 ms, as a whole", rate("request", below(0.05), below(0.05)), {
    ...whole,
    stretches: always(arm(75, 0.025), arm(675, 0.025)),
  }),
  raced("p95 < 500 ms, few requests in slices", rate("request", below(0.05), below(0.05)), {
    ...sliced,
    stretches: always(arm(15, 0.025), arm(135, 0.025)),
  }),
  raced("5xx > 1 % breached: 2 %, in slices", rate("request", null, below(0.01)), {
    ...sliced,
    stretches: always(arm(75, 0.02), arm(675, 0.002)),
  }),
  raced("5xx > 1 % breached: 5 %, few requests in slices", rate("request", null, below(0.01)), {
    ...sliced,
    stretches: always(arm(7.5, 0.05), arm(67.5, 0.001)),
  }),
  raced("5xx > 1 % breached: 5 %, as a whole", rate("request", null, below(0.01)), {
    ...whole,
    stretches: always(arm(75, 0.05), arm(675, 0.001)),
  }),
  raced("5xx > 1 % breached at 100 %: 2 %, nobody on stable", rate("request", null, below(0.01)), {
    ...sliced,
    stretches: always(arm(150, 0.02), arm(0, 0)),
  }),
  raced("5xx > 1 % breached in the second phase: 5 %", rate("request", null, below(0.01)), lateFault),
  raced("no regression of 2 %, two phases", compared(above(0.9), above(0.5)), { ...whole, stretches: growing(0.02, 0.02) }),
  raced("no regression of 30 %", compared(above(0.9), above(0.5)), { ...whole, stretches: always(arm(10, 0.3), arm(10, 0.3)) }),
  raced("conversion < 50 % of stable: a tenth of 2 %", compared(null, above(0.5)), { ...whole, stretches: growing(0.002, 0.02) }),
];

/** What the real tests came to in many lives of one world. */
export interface Simulated {
  /** Mean scrapes from the onset until the verdict, and those that were enough in four lives of five. */
  readonly mean: number;
  readonly sure: number;
  /** For each mark: in which part of the lives the verdict stood then, 0-1. */
  readonly stands: readonly number[];
}

/** Lives through a race with seeded chance. `most`: scrapes after which a life is given up, and counted as decided then. */
export function simulateRace(
  race: Raced,
  ask: { readonly runs: number; readonly proves: "pass" | "fail"; readonly most: number; readonly marks: readonly number[] },
): Simulated {
  const lives = Array.from({ length: ask.runs }, (_, run) => live(race, { ...ask, seed: 1 + run }));
  const firsts = lives.map(({ first }) => first).toSorted((a, b) => a - b);
  return {
    mean: firsts.reduce((sum, first) => sum + first, 0) / ask.runs,
    sure: firsts[Math.ceil(0.8 * ask.runs) - 1] ?? Number.NaN,
    stands: ask.marks.map((_, mark) => lives.filter(({ stands }) => stands[mark] === true).length / ask.runs),
  };
}

/** The scrape, counted from the onset, at which the real test came to the verdict, and whether it stood at each of the marks. */
function live(
  { spec, world }: Raced,
  ask: { readonly seed: number; readonly proves: "pass" | "fail"; readonly most: number; readonly marks: readonly number[] },
): { readonly first: number; readonly stands: readonly boolean[] } {
  const luck = random(ask.seed);
  // Each stretch but the first begins with another share.
  const turns = world.stretches
    .slice(0, -1)
    .map((_, index) => world.stretches.slice(0, index + 1).reduce((sum, one) => sum + one.scrapes, 0));
  let state = begin(spec);
  let first: number | null = null;
  const stands: boolean[] = [];
  for (let scrape = 1; scrape <= world.onset + ask.most; scrape += 1) {
    if (turns.includes(scrape - 1)) state = atNewShare(spec, state);
    state = add(spec, state, scrapeOf(world, scrape, luck));
    const since = scrape - world.onset;
    const isThere = since > 0 && judge(spec, state).kind === ask.proves;
    if (isThere) first ??= since;
    if (ask.marks.includes(since)) stands.push(isThere);
    if (first !== null && stands.length === ask.marks.length) break;
  }
  return { first: first ?? ask.most, stands };
}

/** One scrape of a world, by chance. */
export function scrapeOf(world: World, scrape: number, luck: Random): Increment {
  let left = scrape;
  const stretch = world.stretches.find(({ scrapes }) => (left -= scrapes) <= 0) ?? world.stretches.at(-1);
  const tallies = ({ units, rate: truth }: ArmAhead): readonly Tally[] =>
    Array.from({ length: world.parts }, () => {
      const total = luck.poisson(units / world.parts);
      return { bad: luck.binomial(total, truth), total };
    });
  const [canary, stable] = [tallies(stretch?.canary ?? arm(0, 0)), tallies(stretch?.stable ?? arm(0, 0))];
  const sum = (parts: readonly Tally[]): Tally => ({
    bad: parts.reduce((all, { bad }) => all + bad, 0),
    total: parts.reduce((all, { total }) => all + total, 0),
  });
  const slices = world.parts === 1 ? {} : { canarySlices: canary };
  return {
    kind: "counts",
    atMs: scrape * 15_000,
    canary: sum(canary),
    stable: sum(stable),
    slices: world.parts === 1 ? [] : stable,
    ...slices,
  };
}
