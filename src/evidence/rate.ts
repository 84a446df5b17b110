import { rateInterval } from "./confidence.ts";
import type { Counted } from "./confidence.ts";
import { countsOf, dividedBy, noCounts, partsOf, sumOf } from "./counts.ts";
import type { Counts } from "./counts.ts";
import { crowdAfter, crowdFactor, noCrowd } from "./crowd.ts";
import type { Crowd } from "./crowd.ts";
import { cautiousFactor, dispersionFactor, dispersionNow, measureScrape, measureSlices, noDispersion } from "./dispersion.ts";
import type { Dispersion } from "./dispersion.ts";
import { emptyProcess, logE, stakeAt, stakesForHarm, stakesForHealth, step, turned } from "./e-process.ts";
import type { Process } from "./e-process.ts";
import { forecast } from "./forecast.ts";
import { hunted, isHot, isWarm, noHunt } from "./hunt.ts";
import type { Hunt } from "./hunt.ts";
import { isGood, natsOf, nothingCounted, verdictOfLines } from "./lines.ts";
import type { Proof, Proofs } from "./lines.ts";
import { divergence } from "./plan-ahead.ts";
import { areBoundedStrong, largestAfter, rateBets, rateIncrements } from "./rate-bets.ts";
import type { RateBets, Side } from "./rate-bets.ts";
import type { Increment, Line, TestFamily, TestSpec, TestState } from "./test-spec.ts";
import type { Assumption, Interval, Verdict } from "./verdict.ts";

type RateSpec = Extract<TestSpec, { readonly kind: "rate" }>;
type Which = "failHarm" | "failHealth" | "passHarm" | "passHealth";

interface RateState extends TestState {
  readonly kind: "rate";
  readonly counts: Counts;
  /** How many independent units they are worth, each scrape divided by the dispersion known then: what the interval is made of. */
  readonly effectiveTotal: number;
  readonly processes: Readonly<Partial<Record<Which, Process>>>;
  /** Size of the canary's slices and of the whole of it, see `RateScrape`; 0 before the first. */
  readonly largest: { readonly slice: number; readonly whole: number };
  /** Between slices of one arm, and from scrape to scrape. */
  readonly between: Dispersion;
  readonly overTime: Dispersion;
  /** How many requests hang together, bad or not. */
  readonly crowd: Crowd;
  readonly scrapes: number;
  readonly canary: Hunt;
  readonly stable: Hunt;
  /** The counts that the strongest proof of harm rests on. */
  readonly atPeak: Hunt;
}

/**
 * Weight of the bounded bets where requests are the unit: all of it where they are strong and harm is to be proven, as they need no measured
 * correction. They are worth next to nothing for the health of a low rate.
 */
const robustWeights = { strong: { harm: 1, health: 0.5 }, weak: { harm: 0.5, health: 0.1 } };

const nothingSeen: RateState = {
  kind: "rate",
  counts: noCounts,
  effectiveTotal: 0,
  largest: { slice: 0, whole: 0 },
  processes: {},
  between: noDispersion,
  overTime: noDispersion,
  crowd: noCrowd,
  scrapes: 0,
  canary: noHunt,
  stable: noHunt,
  atPeak: noHunt,
};

/** A rate against fixed lines (evidence.md 2a, 2d). */
export const rate: TestFamily<RateSpec> = {
  begin: () => ({ ...nothingSeen }),
  renew: (_spec, before) => {
    const { between, crowd, largest, stable } = before as RateState;
    return { ...nothingSeen, between, crowd, largest, stable };
  },
  atNewShare: (before) => ({ ...before, processes: turned((before as RateState).processes) }),
  add: addRate,
  judge: judgeRate,
  forecastScrapes: forecastRate,
};

function addRate(spec: RateSpec, before: TestState, increment: Increment): RateState {
  const state = before as RateState;
  const { canary, stable, slices, canarySlices } = countsOf(increment);
  const dispersion = dispersionsOf(spec, state);
  const drawn = dispersion.health;
  const looked = (armSlices: readonly Counts[]): number => (spec.unit === "person" ? 1 : (dispersionNow(armSlices) ?? drawn));
  const seenStable =
    stable === null || stable.total === 0
      ? state.stable
      : hunted(state.stable, spec.fail, { counts: stable, dispersion: looked(slices), scrape: state.scrapes });
  const between = measureSlices(measureSlices(state.between, slices), canarySlices);
  const crowd = crowdAfter(state.crowd, slices, canarySlices);
  if (canary.total === 0) return { ...state, between, crowd, stable: seenStable };
  const sliced = { parts: partsOf(canary, canarySlices), largest: state.largest.slice };
  const whole = { parts: [canary], largest: state.largest.whole };
  const processes: Partial<Record<Which, Process>> = {};
  for (const [which, bets] of betsOf(spec)) {
    const hardest = ({ bad, badAtMost, total }: Counts): Counted => ({ bad: bets.side === "above" ? bad : badAtMost, total });
    const isHarm = which === "failHarm" || which === "passHarm";
    const { parts, largest } = isHarm && !wouldShow(stable, canary) ? whole : sliced;
    const increments = rateIncrements(bets, {
      parts: parts.map(hardest),
      // The first scrape has no earlier one to know sizes by; it takes its own.
      largestPart: largest > 0 ? largest : largestAfter(0, parts),
      dispersion: isHarm ? dispersion.harm : dispersion.health,
    });
    // While stable seems to break the same line, the canary's wealth may fall but not rise: less than a fair bet is still a valid one.
    const allowed = isHarm && isWarm(seenStable) ? increments.map((log) => Math.min(0, log)) : increments;
    processes[which] = step(state.processes[which] ?? emptyProcess, allowed, bets);
  }
  const seenCanary = hunted(state.canary, spec.fail, { counts: canary, dispersion: looked(canarySlices), scrape: state.scrapes });
  const counts = sumOf(state.counts, canary);
  const hasNewPeak = (processes.failHarm?.peakLogE ?? 0) > (state.processes.failHarm?.peakLogE ?? 0);
  return {
    kind: "rate",
    counts,
    effectiveTotal: state.effectiveTotal + canary.total / drawn,
    largest: { slice: largestAfter(state.largest.slice, sliced.parts), whole: largestAfter(state.largest.whole, whole.parts) },
    processes,
    between,
    crowd,
    overTime:
      state.scrapes === 0 ? state.overTime : measureScrape(state.overTime, canary, (state.counts.bad + 0.5) / (state.counts.total + 1)),
    scrapes: state.scrapes + 1,
    canary: seenCanary,
    stable: seenStable,
    atPeak: hasNewPeak ? (seenCanary.score > 0 ? seenCanary : { ...noHunt, counts }) : state.atPeak,
  };
}

/** Stable has to see at least this part of what the canary sees, for a burst that hits both to show there. */
const leastWitness = 1 / 2;

/**
 * True where a burst that is none of the canary's doing would show on stable too, so that the slices of a scrape may each be a proof: beside them
 * only what is the canary's own is common to them. Where nobody is left to tell, a scrape is one proof, however many people are in it. It
 * depends on sizes alone, and never on what was bad.
 */
export function wouldShow(stable: Pick<Counts, "total"> | null, canary: Pick<Counts, "total">): boolean {
  return stable !== null && stable.total >= leastWitness * canary.total;
}

function judgeRate(spec: RateSpec, before: TestState): Verdict {
  const state = before as RateState;
  const assumes = assumptionsOf(spec, state);
  if (state.counts.total === 0) return nothingCounted(assumes.harm);
  const proofs: Proofs = {
    fail: { harm: proofOf(spec, state, "failHarm"), health: proofOf(spec, state, "failHealth") },
    pass:
      state.processes.passHarm === undefined
        ? null
        : { harm: proofOf(spec, state, "passHarm"), health: proofOf(spec, state, "passHealth") },
  };
  const dispersion = state.counts.total / state.effectiveTotal;
  const startNats = -Math.log(stakeAt(stakesForHarm(spec.plannedScrapes), state.atPeak.since));
  return verdictOfLines({
    budget: spec,
    pass: spec.pass,
    fail: spec.fail,
    proofs,
    estimate: estimateOf(spec.fail, state.counts),
    interval: intervalOf(spec, dividedBy(state.counts, dispersion), 0),
    recent: {
      estimate: estimateOf(spec.fail, state.atPeak.counts.total > 0 ? state.atPeak.counts : state.counts),
      interval: intervalOf(spec, dividedBy(state.atPeak.counts, dispersionsOf(spec, state).harm ?? dispersion), startNats),
    },
    assumes,
    shared: isHot(state.stable) && isHot(state.canary),
  });
}

/** Scrapes until the line that the estimate points to is proven, at the traffic so far. */
function forecastRate(spec: RateSpec, before: TestState): number | null {
  const state = before as RateState;
  const verdict = judgeRate(spec, state);
  if (verdict.kind === "pass" || verdict.kind === "fail") return 0;
  if (verdict.estimate === null || verdict.shared) return null;
  const dispersion = dispersionsOf(spec, state);
  const isHarm = !isGood(spec.fail, verdict.estimate);
  if (!isHarm && spec.pass !== null && !isGood(spec.pass, verdict.estimate)) return null;
  const factor = isHarm ? (dispersion.harm ?? dispersion.health) : dispersion.health;
  const perScrape = (divergence(verdict.estimate, spec.fail.at) * state.counts.total) / state.scrapes / factor;
  return forecast({
    needNats: natsOf(isHarm ? spec.alpha : spec.beta),
    haveNats: isHarm ? verdict.logEFail : verdict.logEPass,
    perScrape,
  });
}

/** Below a line, the estimate takes the larger count of a bracket; above one, the smaller: never the flattering one. */
function estimateOf(line: Line, counts: Counts): number {
  return (line.good === "below" ? counts.badAtMost : counts.bad) / counts.total;
}

function intervalOf(spec: RateSpec, counts: Counts, startNats: number): Interval {
  const harmNats = natsOf(spec.alpha) + startNats;
  const healthNats = natsOf(spec.beta) + startNats;
  const levels = spec.fail.good === "below" ? { lowNats: harmNats, highNats: healthNats } : { lowNats: healthNats, highNats: harmNats };
  const fromLow = rateInterval({ bad: counts.bad, total: counts.total }, levels);
  if (counts.badAtMost === counts.bad) return fromLow;
  return { low: fromLow.low, high: rateInterval({ bad: counts.badAtMost, total: counts.total }, levels).high };
}

/**
 * Where likelihoods are bet on harm at all, it is only once slices show how requests hang together; until then the bounded bets are left. Health, which
 * bounded bets can hardly prove, makes do with a measure over time, and with caution where even that is missing: a release without a
 * single error has nothing to measure it by.
 */
function dispersionsOf(spec: RateSpec, state: RateState): { readonly harm: number | null; readonly health: number } {
  if (spec.unit === "person") return { harm: 1, health: 1 };
  const between = dispersionFactor(state.between);
  return { harm: between, health: between ?? unmeasured(state) };
}

/** Too few bad requests to see how they hang together: as much as the crowd could make of one, and as much as they varied over time. */
function unmeasured({ crowd, overTime }: RateState): number {
  const together = crowdFactor(crowd);
  const varied = dispersionFactor(overTime);
  if (together === null) return varied ?? cautiousFactor(overTime);
  return Math.max(together, varied ?? 1);
}

function assumptionsOf(spec: RateSpec, state: RateState): { readonly harm: Assumption; readonly health: Assumption } {
  if (spec.unit === "person") return { harm: "exact", health: "exact" };
  const isTempered = (betsOf(spec).get("failHarm")?.logHit.length ?? 0) > 0 && dispersionsOf(spec, state).harm !== null;
  return { harm: isTempered ? "approximate" : "robust", health: "approximate" };
}

function proofOf(spec: RateSpec, state: RateState, which: Which): Proof {
  const process = state.processes[which];
  const bets = betsOf(spec).get(which);
  if (process === undefined || bets === undefined) return { logE: 0, peakLogE: 0 };
  return { logE: logE(process, bets), peakLogE: process.peakLogE };
}

/** The bets follow from the spec alone; they are kept per spec object only because making them takes longer than using them. */
const betsBySpec = new WeakMap<RateSpec, ReadonlyMap<Which, RateBets>>();

function betsOf(spec: RateSpec): ReadonlyMap<Which, RateBets> {
  const known = betsBySpec.get(spec);
  if (known !== undefined) return known;
  const made = new Map<Which, RateBets>();
  made.set("failHarm", rateBetsOn(spec, spec.fail, "harm"));
  made.set("failHealth", rateBetsOn(spec, spec.fail, "health"));
  if (spec.pass !== null && spec.pass.at !== spec.fail.at) {
    made.set("passHarm", rateBetsOn(spec, spec.pass, "harm"));
    made.set("passHealth", rateBetsOn(spec, spec.pass, "health"));
  }
  betsBySpec.set(spec, made);
  return made;
}

/** The bets of a rate test that are to prove harm beyond a line, or health short of it. */
export function rateBetsOn(spec: RateSpec, line: Line, proof: "harm" | "health"): RateBets {
  const side: Side = (line.good === "below") === (proof === "harm") ? "above" : "below";
  return rateBets({
    side,
    at: line.at,
    reach: proof === "health" && line.good === "above" ? "near" : "far",
    robust: spec.unit === "person" ? 0 : robustWeights[areBoundedStrong(side, line.at) ? "strong" : "weak"][proof],
    stakes: proof === "harm" ? stakesForHarm(spec.plannedScrapes) : stakesForHealth(spec.plannedScrapes),
  });
}
