import { add, begin, judge } from "../../src/evidence/evidence.ts";
import { expectedCount } from "../../src/evidence/plan-ahead.ts";
import type { Line, Tally, TestSpec } from "../../src/evidence/test-spec.ts";
import { chance } from "./chance.ts";
import type { Chance } from "./chance.ts";
import { slicesOfRequests, sumOf } from "./slices.ts";

/** A true effect, and the verdict that it should lead to. */
export interface Effect {
  readonly says: string;
  readonly proves: "fail" | "pass";
  readonly error: number;
  readonly spec: TestSpec;
  readonly canary: number;
  /** True: requests are counted, one a person, in ten slices of the canary, beside a healthy stable arm. */
  readonly isSliced: boolean;
  /** `null`: fixed lines, and no stable arm. */
  readonly stable: { readonly rate: number; readonly share: number } | null;
  readonly bound: number;
}

const plannedScrapes = 120;
/** The bound is spread over this many scrapes, so that the scrape's length does not hide what the bets cost. */
const scrapesToBound = 8;

function against(
  says: string,
  proves: Effect["proves"],
  at: { readonly line: Line; readonly truth: number; readonly error: number },
): Effect {
  const { line, truth, error } = at;
  const budget = { alpha: proves === "fail" ? error : 0.01, beta: proves === "pass" ? error : 0.05, plannedScrapes };
  const count = expectedCount({ kind: "rate", truth, line: line.at, error });
  const spec: TestSpec = { kind: "rate", unit: "person", pass: null, fail: line, ...budget };
  return { says, proves, error, spec, canary: truth, isSliced: false, stable: null, bound: count?.bound ?? Number.NaN };
}

/** The same effect on requests that nobody knows to be independent, though they are. */
function onRequests(effect: Effect): Effect {
  return { ...effect, says: `requests in slices: ${effect.says}`, spec: { ...effect.spec, unit: "request" } as TestSpec, isSliced: true };
}

function compared(
  says: string,
  proves: Effect["proves"],
  at: { readonly line: Line; readonly canary: number; readonly stable: number; readonly share: number; readonly error: number },
): Effect {
  const { line, canary, stable, share, error } = at;
  const budget = { alpha: proves === "fail" ? error : 0.01, beta: proves === "pass" ? error : 0.05, plannedScrapes };
  const count = expectedCount({ kind: "against-stable", canary, stable, line: line.at, canaryShare: share, error });
  const spec: TestSpec = { kind: "against-stable", unit: "person", pass: null, fail: line, ...budget };
  return { says, proves, error, spec, canary, isSliced: false, stable: { rate: stable, share }, bound: count?.bound ?? Number.NaN };
}

const percentOf = (rate: number): string => `${Number((100 * rate).toFixed(6))} %`;
const below = (at: number): Line => ({ good: "below", at });
const above = (at: number): Line => ({ good: "above", at });

/** Effects whose harm is many failures: there bounded bets on slices stand in for the likelihood. */
const failures = [0.01, 0.001].flatMap((error) => [
  ...[0.02, 0.05, 0.2].map((truth) => against(`5xx > 1 %, true ${percentOf(truth)}`, "fail", { line: below(0.01), truth, error })),
  ...[0.2, 0.5].map((truth) => against(`p95 > 2 s, true ${percentOf(truth)} slower`, "fail", { line: below(0.05), truth, error })),
]);

/** The effects of evidence.md 2g; `error` 0.001 is a guard with a tenth of the release's budget. */
export const effects: readonly Effect[] = [
  ...failures,
  ...failures.map(onRequests),
  ...[0.01, 0.001].flatMap((error) =>
    [0.01, 0.005, 0].map((truth) => against(`activation < 1.5 %, true ${percentOf(truth)}`, "fail", { line: above(0.015), truth, error })),
  ),
  against("activation < 2 %, true 1.5 %", "fail", { line: above(0.02), truth: 0.015, error: 0.01 }),
  ...[0.05, 0.01].flatMap((error) => [
    ...[0.002, 0.001, 0].map((truth) =>
      against(`5xx < 0.5 % proven, true ${percentOf(truth)}`, "pass", { line: below(0.005), truth, error }),
    ),
    ...[0.002, 0.005].map((truth) => against(`5xx < 1 % proven, true ${percentOf(truth)}`, "pass", { line: below(0.01), truth, error })),
    ...[0.02, 0.04].map((truth) => against(`p95 < 500 ms, true ${percentOf(truth)} slower`, "pass", { line: below(0.05), truth, error })),
    ...[0.75, 0.8].map((truth) => against(`consensus > 70 %, true ${percentOf(truth)}`, "pass", { line: above(0.7), truth, error })),
    ...[0.022, 0.03].map((truth) => against(`activation > 2 %, true ${percentOf(truth)}`, "pass", { line: above(0.02), truth, error })),
    against("activation > 1.5 %, true 2 %", "pass", { line: above(0.015), truth: 0.02, error }),
  ]),
  ...[0.01, 0.02, 0.05].map((canary) =>
    compared(`5xx against stable's 0.5 %, true ${percentOf(canary)}`, "fail", {
      line: below(1),
      canary,
      stable: 0.005,
      share: 0.1,
      error: 0.01,
    }),
  ),
  ...(
    [
      [0.01, 0.02],
      [0.015, 0.02],
      [0.025, 0.05],
      [0.15, 0.3],
      [0.24, 0.3],
    ] as const
  ).map(([canary, stable]) =>
    compared(`conversion ${percentOf(stable)} to ${percentOf(canary)}`, "fail", {
      line: above(1),
      canary,
      stable,
      share: 0.1,
      error: 0.01,
    }),
  ),
  ...(
    [
      [0.005, 0.02],
      [0.1, 0.3],
      [0, 0.02],
    ] as const
  ).map(([canary, stable]) =>
    compared(`conversion < 50 % of ${percentOf(stable)}, true ${percentOf(canary)}`, "fail", {
      line: above(0.5),
      canary,
      stable,
      share: 0.5,
      error: 0.001,
    }),
  ),
  ...[0.02, 0.05, 0.3].map((rate) =>
    compared(`no regression: > 50 % of ${percentOf(rate)} proven`, "pass", {
      line: above(0.5),
      canary: rate,
      stable: rate,
      share: 0.5,
      error: 0.05,
    }),
  ),
  ...[0.02, 0.3].map((rate) =>
    compared(`conversion > 90 % of ${percentOf(rate)} proven, true equal`, "pass", {
      line: above(0.9),
      canary: rate,
      stable: rate,
      share: 0.5,
      error: 0.05,
    }),
  ),
];

export interface Detection {
  readonly bound: number;
  readonly perScrape: number;
  /** Mean units until the verdict, and that less one scrape as a multiple of the bound. */
  readonly mean: number;
  readonly ratio: number;
  readonly missed: number;
}

/** How long it takes to see a true effect, on average: the bound is on the mean, so medians would flatter. */
export function detection(effect: Effect, size: { readonly runs: number; readonly seed: number }): Detection {
  const perScrape = Math.max(1, Math.round(effect.bound / scrapesToBound));
  const mostScrapes = Math.ceil((12 * effect.bound) / perScrape);
  let units = 0;
  let missed = 0;
  for (let run = 0; run < size.runs; run += 1) {
    const scrapes = scrapesUntil(effect, { perScrape, mostScrapes, seed: size.seed + 104_729 * run });
    if (scrapes === null) missed += 1;
    units += (scrapes ?? mostScrapes) * perScrape;
  }
  const mean = units / size.runs;
  return { bound: effect.bound, perScrape, mean, ratio: (mean - perScrape) / effect.bound, missed };
}

function scrapesUntil(
  effect: Effect,
  at: { readonly perScrape: number; readonly mostScrapes: number; readonly seed: number },
): number | null {
  const luck = chance(at.seed);
  let state = begin(effect.spec);
  const people = effect.stable === null ? at.perScrape : Math.max(1, Math.round(at.perScrape * effect.stable.share));
  for (let scrape = 1; scrape <= at.mostScrapes; scrape += 1) {
    const canarySlices = effect.isSliced ? slicesOfRequests(luck, people, effect.canary) : [];
    const canary = effect.isSliced ? sumOf(canarySlices) : { bad: luck.binomial(people, effect.canary), total: people };
    const stable = stableOf(effect, luck, at.perScrape - people);
    state = add(effect.spec, state, { kind: "counts", atMs: scrape * 15_000, canary, stable, slices: [], canarySlices });
    if (judge(effect.spec, state).kind === effect.proves) return scrape;
  }
  return null;
}

/** Beside requests in slices there is a healthy stable arm, nine times as large: who else could show that a burst is the canary's own? */
function stableOf(effect: Effect, luck: Chance, others: number): Tally | null {
  if (effect.stable !== null) return { bad: luck.binomial(others, effect.stable.rate), total: others };
  if (!effect.isSliced || effect.spec.kind !== "rate") return null;
  const total = 9 * Math.max(1, Math.round(effect.bound / scrapesToBound));
  return { bad: luck.binomial(total, effect.spec.fail.at / 20), total };
}
