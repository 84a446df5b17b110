import type { Increment, Tally, TestSpec } from "../../src/evidence/test-spec.ts";
import type { Chance } from "./chance.ts";
import { slicesOfPeople, sumOf } from "./slices.ts";
import type { Person } from "./slices.ts";

/** A world without harm beyond the line, and the tests that must not cry wolf in it. */
export interface NullWorld {
  readonly name: string;
  readonly says: string;
  readonly spec: TestSpec;
  /** The verdicts that would be wrong here: on the fail line a pass is as wrong as a fail. */
  readonly wrong: readonly ("pass" | "fail")[];
  /** One scrape, the `index`-th of `scrapes`. */
  scrape(chance: Chance, at: { readonly index: number; readonly scrapes: number }): Increment;
}

const budget = { alpha: 0.01, beta: 0.05, plannedScrapes: 120 };
const absolute = (unit: "person" | "request"): TestSpec => ({
  kind: "rate",
  unit,
  pass: { good: "below", at: 0.005 },
  fail: { good: "below", at: 0.01 },
  ...budget,
});
const relative = (unit: "person" | "request"): TestSpec => ({
  kind: "against-stable",
  unit,
  pass: null,
  fail: { good: "below", at: 1 },
  ...budget,
});
const conversion: TestSpec = {
  kind: "against-stable",
  unit: "person",
  pass: { good: "above", at: 0.9 },
  fail: { good: "above", at: 1 },
  ...budget,
};

/** Slices of stable, each the size of the canary: 10 % canary and 9 slices. */
const slicesOfStable = 9;

function counts(index: number, canary: Tally, slices: readonly Tally[]): Increment {
  return { kind: "counts", atMs: index * 15_000, canary, stable: sumOf(slices), slices };
}

/** Both arms in slices; `share` of the people is on the canary, 1 = all of them. */
function slicedArms(
  chance: Chance,
  index: number,
  crowd: { readonly users: number; readonly share: number; readonly person: Person },
): Increment {
  const canarySlices = slicesOfPeople(chance, Math.round(crowd.users * crowd.share), crowd.person);
  const slices = slicesOfPeople(chance, Math.round(crowd.users * (1 - crowd.share)), crowd.person);
  const stable = crowd.share === 1 ? null : sumOf(slices);
  return { kind: "counts", atMs: index * 15_000, canary: sumOf(canarySlices), stable, slices: stable === null ? [] : slices, canarySlices };
}

/** One request a person. */
const single =
  (rate: number): Person =>
  (chance) => ({ bad: chance.uniform() < rate ? 1 : 0, total: 1 });
/** About ten requests, that fail or work together: they vary like a tenth as many. */
const clustered =
  (rate: number): Person =>
  (chance) => {
    const total = chance.geometric(10);
    return { bad: chance.uniform() < rate ? total : 0, total };
  };
const heavy =
  (rate: number): Person =>
  (chance) => {
    const total = heavyUse(chance);
    return { bad: chance.uniform() < rate ? total : 0, total };
  };
/** Every tenth person meets an error at once and leaves; the others make eleven requests: one in a hundred requests fails. */
const leaving: Person = (chance) => (chance.uniform() < 1 / 10.1 ? { bad: 1, total: 1 } : { bad: 0, total: 11 });
/** Two in a hundred make 300 good requests, the others four that fail more often: one in a hundred requests in all. */
const robots: Person = (chance) =>
  chance.uniform() < 0.02 ? { bad: 0, total: 300 } : { bad: chance.binomial(4, (0.01 * (0.02 * 300 + 0.98 * 4)) / (0.98 * 4)), total: 4 };

/** Both arms count independent people, `rate` of whom are bad, in this scrape. */
function people(chance: Chance, index: number, at: { readonly users: number; readonly rate: number }): Increment {
  const arm = (): Tally => ({ bad: chance.binomial(at.users, at.rate), total: at.users });
  return counts(index, arm(), Array.from({ length: slicesOfStable }, arm));
}

interface Crowd {
  readonly users: number;
  /** Of a person's requests, on average; a person for whom it fails sees nothing else. */
  readonly requests: number;
  readonly rate: number;
  readonly heavy: "even" | "heavy";
}

/** One arm's requests, of people who each make several: a person's requests fail together. */
function requestsOf(chance: Chance, crowd: Crowd): Tally {
  let bad = 0;
  let total = 0;
  for (let user = 0; user < crowd.users; user += 1) {
    const made = crowd.heavy === "even" ? chance.geometric(crowd.requests) : heavyUse(chance);
    total += made;
    if (chance.uniform() < crowd.rate) bad += made;
  }
  return { bad, total };
}

/** A Pareto tail with infinite variance, cut at 300 requests a scrape. */
function heavyUse(chance: Chance): number {
  return Math.min(300, Math.floor(3 / (1 - chance.uniform()) ** 0.7));
}

function requests(chance: Chance, index: number, crowd: Crowd): Increment {
  return counts(
    index,
    requestsOf(chance, crowd),
    Array.from({ length: slicesOfStable }, () => requestsOf(chance, crowd)),
  );
}

/** A world of requests whose canary is known by slices, judged against fixed lines. */
function slicedWorld(
  name: string,
  says: string,
  world: {
    readonly users: number;
    readonly share: number;
    readonly wrong: NullWorld["wrong"];
    /** Absent: the fixed lines. */
    readonly spec?: TestSpec;
    readonly person: (chance: Chance, at: { readonly index: number; readonly scrapes: number }) => Person;
    readonly traffic?: (at: { readonly index: number; readonly scrapes: number }) => number;
  },
): NullWorld {
  return {
    name,
    says: `sliced requests, ${says}`,
    spec: world.spec ?? absolute("request"),
    wrong: world.wrong,
    scrape: (chance, at) => {
      const users = Math.round(world.users * (world.traffic?.(at) ?? 1));
      return slicedArms(chance, at.index, { users, share: world.share, person: world.person(chance, at) });
    },
  };
}

const burstShare = 0.05;
const quiet = 0.003;
/** 5 % of the scrapes are 14 times as bad, in both arms at once; 0.5 % on average. */
const burstRate = (chance: Chance): number => (chance.uniform() < burstShare ? 0.043 : quiet);
/** From a tenth of the traffic to all of it and back, the rate with it. */
const daylight = (at: { readonly index: number; readonly scrapes: number }): number =>
  0.1 + 0.9 * Math.sin((Math.PI * at.index) / at.scrapes) ** 2;

export const nullWorlds: readonly NullWorld[] = [
  {
    name: "independent",
    says: "people, exactly on the fail line of 1 %",
    spec: absolute("person"),
    wrong: ["pass", "fail"],
    scrape: (chance, { index }) => people(chance, index, { users: 150, rate: 0.01 }),
  },
  {
    name: "independent",
    says: "people against stable, both 0.5 %",
    spec: relative("person"),
    wrong: ["fail"],
    scrape: (chance, { index }) => people(chance, index, { users: 150, rate: 0.005 }),
  },
  {
    name: "independent",
    says: "conversion against stable, both 2 %",
    spec: conversion,
    wrong: ["fail"],
    scrape: (chance, { index }) => people(chance, index, { users: 60, rate: 0.02 }),
  },
  {
    name: "clustered",
    says: "requests, 40 people an arm and scrape, 0.5 %",
    spec: absolute("request"),
    wrong: ["fail"],
    scrape: (chance, { index }) => requests(chance, index, { users: 40, requests: 10, rate: 0.005, heavy: "even" }),
  },
  {
    name: "clustered",
    says: "requests, exactly on the fail line of 1 %",
    spec: absolute("request"),
    wrong: ["pass", "fail"],
    scrape: (chance, { index }) => requests(chance, index, { users: 40, requests: 10, rate: 0.01, heavy: "even" }),
  },
  {
    name: "clustered",
    says: "requests, no slices known, 0.5 %",
    spec: absolute("request"),
    wrong: ["fail"],
    scrape: (chance, { index }) => ({ ...requests(chance, index, { users: 40, requests: 10, rate: 0.005, heavy: "even" }), slices: [] }),
  },
  {
    name: "clustered",
    says: "requests, no stable arm, exactly on the fail line of 1 %",
    spec: absolute("request"),
    wrong: ["pass", "fail"],
    scrape: (chance, { index }) => {
      const crowd = { users: 40, requests: 10, rate: 0.01, heavy: "even" } as const;
      return { kind: "counts", atMs: index * 15_000, canary: requestsOf(chance, crowd), stable: null, slices: [] };
    },
  },
  {
    name: "clustered",
    says: "requests against stable, both 1 %",
    spec: relative("request"),
    wrong: ["fail"],
    scrape: (chance, { index }) => requests(chance, index, { users: 40, requests: 10, rate: 0.01, heavy: "even" }),
  },
  {
    name: "heavy users",
    says: "requests against stable, both 1 %",
    spec: relative("request"),
    wrong: ["fail"],
    scrape: (chance, { index }) => requests(chance, index, { users: 40, requests: 10, rate: 0.01, heavy: "heavy" }),
  },
  {
    name: "bursty",
    says: "people, 0.3 % and shared bursts of 4.3 %",
    spec: absolute("person"),
    wrong: ["fail"],
    scrape: (chance, { index }) => people(chance, index, { users: 150, rate: burstRate(chance) }),
  },
  {
    name: "bursty",
    says: "people against stable, the same bursts",
    spec: relative("person"),
    wrong: ["fail"],
    scrape: (chance, { index }) => people(chance, index, { users: 150, rate: burstRate(chance) }),
  },
  {
    name: "diurnal",
    says: "people, traffic x10, 0.1 % to 1 %",
    spec: absolute("person"),
    wrong: ["fail"],
    scrape: (chance, at) => people(chance, at.index, { users: Math.round(300 * daylight(at)), rate: 0.01 * daylight(at) }),
  },
  {
    name: "diurnal",
    says: "conversion against stable, share 10 to 50 % as it doubles",
    spec: conversion,
    wrong: ["fail"],
    scrape: (chance, { index, scrapes }) => {
      const isLate = index > scrapes / 2;
      const arm = (total: number): Tally => ({ bad: chance.binomial(total, isLate ? 0.04 : 0.02), total });
      return { kind: "counts", atMs: index * 15_000, canary: arm(isLate ? 300 : 60), stable: arm(isLate ? 300 : 540), slices: [] };
    },
  },
  slicedWorld("independent", "one a person, exactly on the fail line", {
    users: 2000,
    share: 0.1,
    wrong: ["pass", "fail"],
    person: () => single(0.01),
  }),
  slicedWorld("independent", "20 a scrape, exactly on the fail line", {
    users: 40,
    share: 0.5,
    wrong: ["fail"],
    person: () => single(0.01),
  }),
  slicedWorld("clustered", "40 people, exactly on the fail line", {
    users: 400,
    share: 0.1,
    wrong: ["pass", "fail"],
    person: () => clustered(0.01),
  }),
  slicedWorld("clustered", "all 200 people, exactly on the fail line", {
    users: 200,
    share: 1,
    wrong: ["pass", "fail"],
    person: () => clustered(0.01),
  }),
  slicedWorld("heavy users", "40 people, exactly on the fail line", { users: 400, share: 0.1, wrong: ["fail"], person: () => heavy(0.01) }),
  slicedWorld("heavy users", "40 people who leave at an error", { users: 80, share: 0.5, wrong: ["fail"], person: () => leaving }),
  slicedWorld("heavy users", "300 people, few make most and fail less", { users: 600, share: 0.5, wrong: ["fail"], person: () => robots }),
  slicedWorld("bursty", "0.3 % and shared bursts of 4.3 %, share 10 %", {
    users: 1500,
    share: 0.1,
    wrong: ["fail"],
    person: (chance) => single(burstRate(chance)),
  }),
  slicedWorld("bursty", "the same with ten of a person, share 50 %", {
    users: 200,
    share: 0.5,
    wrong: ["fail"],
    person: (chance) => clustered(burstRate(chance)),
  }),
  slicedWorld("bursty", "0.1 % and shared bursts of 20 %, share 50 %", {
    users: 600,
    share: 0.5,
    wrong: ["fail"],
    person: (chance) => single(chance.uniform() < burstShare ? 0.2 : 0.001),
  }),
  slicedWorld("bursty", "0.3 % and shared bursts of 4.3 %, share 66 %", {
    users: 900,
    share: 0.66,
    wrong: ["fail"],
    person: (chance) => single(burstRate(chance)),
  }),
  slicedWorld("bursty", "the same, share 90 %", {
    users: 600,
    share: 0.9,
    wrong: ["fail"],
    person: (chance) => single(burstRate(chance)),
  }),
  slicedWorld("bursty", "the same, hold-back 1 %", {
    users: 1500,
    share: 0.99,
    wrong: ["fail"],
    person: (chance) => single(burstRate(chance)),
  }),
  slicedWorld("bursty", "the same, nobody on stable", {
    users: 1500,
    share: 1,
    wrong: ["fail"],
    person: (chance) => single(burstRate(chance)),
  }),
  slicedWorld("diurnal", "traffic x10, 0.1 % to 1 %, ten of a person", {
    users: 600,
    share: 0.1,
    wrong: ["fail"],
    person: (_, at) => clustered(0.01 * daylight(at)),
    traffic: daylight,
  }),
  slicedWorld("clustered", "against stable, 40 and 360 people, both 1 %", {
    users: 400,
    share: 0.1,
    spec: relative("request"),
    wrong: ["fail"],
    person: () => clustered(0.01),
  }),
  slicedWorld("heavy users", "against stable, 40 and 360 people, both 1 %", {
    users: 400,
    share: 0.1,
    spec: relative("request"),
    wrong: ["fail"],
    person: () => heavy(0.01),
  }),
  slicedWorld("heavy users", "against stable, 40 and 40 who leave at an error", {
    users: 80,
    share: 0.5,
    spec: relative("request"),
    wrong: ["fail"],
    person: () => leaving,
  }),
  slicedWorld("bursty", "against stable, shared bursts, ten of a person", {
    users: 400,
    share: 0.1,
    spec: relative("request"),
    wrong: ["fail"],
    person: (chance) => clustered(burstRate(chance)),
  }),
];
