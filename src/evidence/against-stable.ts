import { countsOf, noCounts, sumOf } from "./counts.ts";
import type { Counts } from "./counts.ts";
import { cautiousFactor, dispersionFactor, measureScrape, measureSlices, noDispersion } from "./dispersion.ts";
import type { Dispersion } from "./dispersion.ts";
import { emptyProcess, logE, stakesForHarm, stakesForHealth, step, turned } from "./e-process.ts";
import type { Process } from "./e-process.ts";
import { forecast } from "./forecast.ts";
import { isGood, natsOf, nothingCounted, verdictOfLines } from "./lines.ts";
import type { Proof } from "./lines.ts";
import { ratioDivergence } from "./plan-ahead.ts";
import type { Side } from "./rate-bets.ts";
import { ratioBets, ratioIncrements } from "./ratio-bets.ts";
import type { BothArms, RatioBets } from "./ratio-bets.ts";
import { mostRatio, ratioInterval, withSplit } from "./ratio-interval.ts";
import type { RatioLikelihood } from "./ratio-interval.ts";
import type { Increment, Line, TestFamily, TestSpec, TestState } from "./test-spec.ts";
import type { Assumption, Interval, Verdict } from "./verdict.ts";

type RatioSpec = Extract<TestSpec, { readonly kind: "against-stable" }>;
type Which = "failHarm" | "failHealth" | "passHarm" | "passHealth";

/**
 * Sums of the ratio estimate: each scrape counts by its own traffic, so that neither a growing share nor a moving rate bends it.
 *
 * Source: Mantel & Haenszel (1959), as a rate ratio: Σ x n_s / N over Σ y n_c / N.
 */
interface Stratified {
  readonly canary: number;
  readonly stable: number;
}

interface RatioState extends TestState {
  readonly kind: "against-stable";
  readonly canary: Counts;
  readonly stable: Counts;
  readonly stratified: Stratified;
  /** The same since harm seems to have begun, with its score (as in `hunt.ts`), and as it was when the proof of harm was strongest. */
  readonly since: Stratified & { readonly score: number };
  readonly atPeak: Stratified;
  readonly likelihood: RatioLikelihood;
  readonly processes: Readonly<Partial<Record<Which, Process>>>;
  readonly between: Dispersion;
  readonly overTime: Dispersion;
  readonly scrapes: number;
}

const nothing: Stratified = { canary: 0, stable: 0 };

const nothingSeen: RatioState = {
  kind: "against-stable",
  canary: noCounts,
  stable: noCounts,
  stratified: nothing,
  since: { ...nothing, score: 0 },
  atPeak: nothing,
  likelihood: [],
  processes: {},
  between: noDispersion,
  overTime: noDispersion,
  scrapes: 0,
};

/** The canary's rate as a ratio of stable's (evidence.md 2b, 2d). */
export const againstStable: TestFamily<RatioSpec> = {
  begin: () => ({ ...nothingSeen }),
  renew: (_spec, before) => ({ ...nothingSeen, between: (before as RatioState).between }),
  atNewShare: (before) => ({ ...before, processes: turned((before as RatioState).processes) }),
  add: addRatio,
  judge: judgeRatio,
  forecastScrapes: forecastRatio,
};

function addRatio(spec: RatioSpec, before: TestState, increment: Increment): RatioState {
  const state = before as RatioState;
  const { canary, stable, slices, canarySlices } = countsOf(increment);
  const between = measureSlices(measureSlices(state.between, slices), canarySlices);
  // With one arm silent there is nothing to compare; what it counted still shows that there is data.
  if (stable === null || stable.total === 0 || canary.total === 0) {
    return { ...state, between, canary: sumOf(state.canary, canary), stable: sumOf(state.stable, stable ?? noCounts) };
  }
  const dispersion = dispersionOf(spec, state);
  const stableRate = state.stable.total === 0 ? null : (state.stable.bad + 0.5) / (state.stable.total + 1);
  const processes: Partial<Record<Which, Process>> = {};
  for (const [which, bets] of betsOf(spec)) {
    const scrape = towards(bets.side, canary, stable);
    const causes = causesOf(bets.side === "above" ? canarySlices : slices);
    const increments = ratioIncrements(bets, { ...scrape, stableRate, dispersion, causes });
    processes[which] = step(state.processes[which] ?? emptyProcess, increments, bets);
  }
  // Of a bracket, the reading that flatters the canary less is shown.
  const shown = towards(spec.fail.good, canary, stable);
  const since = hunted(state.since, spec.fail, { scrape: shown, dispersion });
  const stratified = withScrape(state.stratified, shown);
  const hasNewPeak = (processes.failHarm?.peakLogE ?? 0) > (state.processes.failHarm?.peakLogE ?? 0);
  return {
    kind: "against-stable",
    canary: sumOf(state.canary, canary),
    stable: sumOf(state.stable, stable),
    stratified,
    since,
    atPeak: hasNewPeak ? (since.score > 0 ? { canary: since.canary, stable: since.stable } : stratified) : state.atPeak,
    likelihood: withSplit(state.likelihood, { ...shown, dispersion }),
    processes,
    between,
    overTime: measureSplit(state, { canary, stable }),
    scrapes: state.scrapes + 1,
  };
}

function judgeRatio(spec: RatioSpec, before: TestState): Verdict {
  const state = before as RatioState;
  const assumes: Assumption = spec.unit === "person" ? "exact" : "approximate";
  const nothingYet = nothingCounted(assumes);
  if (state.canary.total === 0) return nothingYet;
  if (state.scrapes === 0) return { ...nothingYet, kind: "undecided", because: { kind: "nothing-to-compare" } };
  const estimate = ratioOf(state.stratified);
  const failHarm = proofOf(spec, state, "failHarm");
  const failHealth = proofOf(spec, state, "failHealth");
  const anything: Interval = { low: 0, high: mostRatio };
  if (estimate === null) return { ...nothingYet, kind: "undecided", interval: anything, because: { kind: "too-little-evidence" } };
  const [harmNats, healthNats] = [natsOf(spec.alpha), natsOf(spec.beta)];
  const levels = spec.fail.good === "below" ? { lowNats: harmNats, highNats: healthNats } : { lowNats: healthNats, highNats: harmNats };
  const whole = { estimate, interval: ratioInterval(state.likelihood, levels) };
  return verdictOfLines({
    budget: spec,
    pass: spec.pass,
    fail: spec.fail,
    proofs: {
      fail: { harm: failHarm, health: failHealth },
      pass:
        state.processes.passHarm === undefined
          ? null
          : { harm: proofOf(spec, state, "passHarm"), health: proofOf(spec, state, "passHealth") },
    },
    ...whole,
    // Harm that began late is hidden in the whole: then only the part since is shown, of which the line is all that is proven.
    recent: isGood(spec.fail, estimate) ? { estimate: ratioOf(state.atPeak) ?? estimate, interval: anything } : whole,
    assumes: { harm: assumes, health: assumes },
    shared: false,
  });
}

/** Scrapes until the line that the estimate points to is proven, at the traffic so far. */
function forecastRatio(spec: RatioSpec, before: TestState): number | null {
  const state = before as RatioState;
  const verdict = judgeRatio(spec, state);
  if (verdict.kind === "pass" || verdict.kind === "fail") return 0;
  if (verdict.estimate === null) return null;
  const isHarm = !isGood(spec.fail, verdict.estimate);
  if (!isHarm && spec.pass !== null && !isGood(spec.pass, verdict.estimate)) return null;
  const people = state.canary.total + state.stable.total;
  const stable = state.stable.bad / state.stable.total;
  const rates = { canary: Math.min(1, stable * verdict.estimate), stable };
  const perPerson = ratioDivergence({ rates, line: spec.fail.at, share: state.canary.total / people });
  return forecast({
    needNats: natsOf(isHarm ? spec.alpha : spec.beta),
    haveNats: isHarm ? verdict.logEFail : verdict.logEPass,
    perScrape: (perPerson * people) / state.scrapes / dispersionOf(spec, state),
  });
}

/** So many people at least had an event: those in different slices are different. At least 1, and 1 where there are no slices. */
function causesOf(slices: readonly Counts[]): number {
  return Math.max(1, slices.filter(({ bad }) => bad > 0).length);
}

/** Of a bracket, the count that makes proving `side` hardest. */
function towards(side: Side, canary: Counts, stable: Counts): BothArms {
  return side === "above"
    ? { canary: { bad: canary.bad, total: canary.total }, stable: { bad: stable.badAtMost, total: stable.total } }
    : { canary: { bad: canary.badAtMost, total: canary.total }, stable: { bad: stable.bad, total: stable.total } };
}

function withScrape(sums: Stratified, scrape: BothArms): Stratified {
  const both = scrape.canary.total + scrape.stable.total;
  return {
    canary: sums.canary + (scrape.canary.bad * scrape.stable.total) / both,
    stable: sums.stable + (scrape.stable.bad * scrape.canary.total) / both,
  };
}

/** `null` while neither arm had an event. */
function ratioOf(sums: Stratified): number | null {
  if (sums.canary === 0 && sums.stable === 0) return null;
  return Math.min(mostRatio, sums.canary / sums.stable);
}

/** Source: Page's cumulative sum with the split of events, for twice the line's ratio (half of it, where more is better). */
function hunted(
  since: RatioState["since"],
  line: Line,
  seen: { readonly scrape: BothArms; readonly dispersion: number },
): RatioState["since"] {
  const { canary, stable } = seen.scrape;
  const share = canary.total / (canary.total + stable.total);
  const factor = line.good === "below" ? 2 : 0.5;
  const logNull = Math.log(1 - share + share * line.at);
  const logBet = Math.log(1 - share + share * line.at * factor);
  const gain = (canary.bad * Math.log(factor) - (canary.bad + stable.bad) * (logBet - logNull)) / seen.dispersion;
  const score = since.score + gain;
  return score <= 0 ? { ...nothing, score: 0 } : { ...withScrape(since, seen.scrape), score };
}

function dispersionOf(spec: RatioSpec, state: RatioState): number {
  if (spec.unit === "person") return 1;
  return dispersionFactor(state.between) ?? dispersionFactor(state.overTime) ?? cautiousFactor(state.overTime);
}

/** How the split of events varies from scrape to scrape around what the ratio so far leads to expect. */
function measureSplit(state: RatioState, scrape: { readonly canary: Counts; readonly stable: Counts }): Dispersion {
  const events = scrape.canary.bad + scrape.stable.bad;
  const ratio = (state.stratified.canary + 0.5) / (state.stratified.stable + 0.5);
  const share = scrape.canary.total / (scrape.canary.total + scrape.stable.total);
  const expected = (share * ratio) / (1 - share + share * ratio);
  if (state.stratified.canary + state.stratified.stable === 0) return state.overTime;
  return measureScrape(state.overTime, { bad: scrape.canary.bad, total: events }, expected);
}

function proofOf(spec: RatioSpec, state: RatioState, which: Which): Proof {
  const process = state.processes[which];
  const bets = betsOf(spec).get(which);
  if (process === undefined || bets === undefined) return { logE: 0, peakLogE: 0 };
  return { logE: logE(process, bets), peakLogE: process.peakLogE };
}

/** The bets follow from the spec alone; they are kept per spec object only because making them takes longer than using them. */
const betsBySpec = new WeakMap<RatioSpec, ReadonlyMap<Which, RatioBets>>();

function betsOf(spec: RatioSpec): ReadonlyMap<Which, RatioBets> {
  const known = betsBySpec.get(spec);
  if (known !== undefined) return known;
  const made = new Map<Which, RatioBets>();
  made.set("failHarm", ratioBetsOn(spec, spec.fail, "harm"));
  made.set("failHealth", ratioBetsOn(spec, spec.fail, "health"));
  if (spec.pass !== null && spec.pass.at !== spec.fail.at) {
    made.set("passHarm", ratioBetsOn(spec, spec.pass, "harm"));
    made.set("passHealth", ratioBetsOn(spec, spec.pass, "health"));
  }
  betsBySpec.set(spec, made);
  return made;
}

/** The bets of a comparison that are to prove harm beyond a line, or health short of it. */
export function ratioBetsOn(spec: RatioSpec, line: Line, proof: "harm" | "health"): RatioBets {
  return proof === "harm"
    ? ratioBets({ side: line.good === "below" ? "above" : "below", at: line.at, reach: "far", stakes: stakesForHarm(spec.plannedScrapes) })
    : ratioBets({ side: line.good, at: line.at, reach: "near", stakes: stakesForHealth(spec.plannedScrapes) });
}
