import { mostPerCause } from "./dispersion.ts";
import type { Walk } from "./passage.ts";
import type { RateBets } from "./rate-bets.ts";
import { ratioIncrements } from "./ratio-bets.ts";
import type { RatioBets } from "./ratio-bets.ts";
import { lnNormal } from "./special.ts";

/** What one scrape is expected to bring to an arm. */
export interface ArmAhead {
  /** People or requests. */
  readonly units: number;
  /** How many of them are bad (for conversions: reached), 0-1. */
  readonly rate: number;
}

/** One scrape that is still to come: its counts are Poisson with these means. */
export interface ScrapeAhead {
  readonly canary: ArmAhead;
  readonly stable: ArmAhead;
  /** Parts that different people make up, of each arm; 1 where nothing tells people apart. */
  readonly parts: number;
}

/** What one scrape does to each bet, in logs, given what divides the likelihoods (1: people are counted). */
export type GainsAhead = (dispersion: number) => readonly Walk[];

/** What one scrape is expected to do to each bet of a rate test: mean and variance. Source: the increments of `rateIncrements`. */
export function rateGains(bets: RateBets, scrape: ScrapeAhead): GainsAhead {
  const { canary, parts } = scrape;
  const units = canary.units / parts;
  const likelihoods = bets.logHit.map((hit, bet): Walk => {
    const miss = bets.logMiss[bet] ?? 0;
    const gain = units * (canary.rate * hit + (1 - canary.rate) * miss);
    return { gain, variance: units * (canary.rate * hit * hit + (1 - canary.rate) * miss * miss) };
  });
  const bounded = bets.bounded.map((stake) => times(parts, boundedGain({ stake, line: bets.at, units, rate: canary.rate, parts })));
  return (dispersion) => [...likelihoods.map((walk) => times(parts, temperedGain(walk, dispersion, 1))), ...bounded];
}

/** What one scrape is expected to do to each bet of a comparison; all 0 while one arm is empty. Source: the increments of `ratioIncrements`. */
export function ratioGains(bets: RatioBets, scrape: ScrapeAhead): GainsAhead {
  const { canary, stable } = scrape;
  if (canary.units === 0 || stable.units === 0) return () => bets.factors.map(() => ({ gain: 0, variance: 0 }));
  // The increments are linear in the events: three points give them.
  const at = (canaryBad: number, stableBad: number): readonly number[] =>
    ratioIncrements(bets, {
      canary: { bad: canaryBad, total: canary.units },
      stable: { bad: stableBad, total: stable.units },
      stableRate: stable.rate,
      dispersion: 1,
      causes: 1,
    });
  const [none, ofCanary, ofStable] = [at(0, 0), at(1, 0), at(0, 1)];
  const walks = none.map((base, bet): Walk => {
    const perCanary = (ofCanary[bet] ?? 0) - base;
    const perStable = (ofStable[bet] ?? 0) - base;
    const gain = base + canary.units * canary.rate * perCanary + stable.units * stable.rate * perStable;
    return { gain, variance: spreadOf(canary) * perCanary ** 2 + spreadOf(stable) * perStable ** 2 };
  });
  const causes = causesAhead(bets, scrape);
  return (dispersion) => walks.map((walk) => temperedGain(walk, dispersion, causes));
}

function spreadOf({ units, rate }: ArmAhead): number {
  return units * rate * (1 - rate);
}

/** Slices that will have an event, on the arm that is to be proven to have more of them; at least 1. */
function causesAhead(bets: RatioBets, scrape: ScrapeAhead): number {
  const arm = bets.side === "above" ? scrape.canary : scrape.stable;
  return Math.max(1, scrape.parts === 1 ? 1 : scrape.parts * -Math.expm1((-arm.units * arm.rate) / scrape.parts));
}

function times(count: number, { gain, variance }: Walk): Walk {
  return { gain: count * gain, variance: count * variance };
}

/** What is left of a likelihood's gain. Source: `tempered` in dispersion.ts. */
function temperedGain({ gain, variance }: Walk, dispersion: number, causes: number): Walk {
  if (dispersion === 1) return { gain, variance };
  return capped({ gain: gain / dispersion, variance: variance / dispersion ** 2 }, mostPerCause * causes);
}

/** Mean and variance of min(most, X) for a normal X. */
function capped({ gain, variance }: Walk, most: number): Walk {
  const deviation = Math.sqrt(variance);
  if (!(deviation > 0)) return { gain: Math.min(most, gain), variance: 0 };
  const below = (most - gain) / deviation;
  const density = Math.exp(-(below * below) / 2) / Math.sqrt(2 * Math.PI);
  const share = Math.exp(lnNormal(below));
  const left = (most - gain) * share + deviation * density;
  const square = ((most - gain) ** 2 + variance) * share + (most - gain) * deviation * density;
  return { gain: most - left, variance: Math.max(0, square - left * left) };
}

/** Sizes that the largest part so far has, in deviations over the mean: one part follows itself, the largest of ten lies further out. */
const largestOfOne = 1;
const largestOfMany = 1.8;
/** From so many events a part on, their law is as good as normal. */
const manyEvents = 200;

/** E and Var of ln(1 + stake · size · (rate seen - line)) for one part, over its Poisson events; its size is measured by the largest. */
function boundedGain(bet: {
  readonly stake: number;
  readonly line: number;
  readonly units: number;
  readonly rate: number;
  readonly parts: number;
}): Walk {
  const { stake, line, units, rate } = bet;
  const largest = Math.max(1, units + (bet.parts === 1 ? largestOfOne : largestOfMany) * Math.sqrt(units));
  const events = units * rate;
  const gainOf = (bad: number): number => Math.log1p(Math.max(-0.999, (stake * (Math.min(bad, largest) - line * units)) / largest));
  if (events > manyEvents) {
    const deviation = ((stake / largest) * Math.sqrt(units * rate * (1 - rate))) / Math.exp(gainOf(events));
    return { gain: gainOf(events) - (deviation * deviation) / 2, variance: deviation * deviation };
  }
  let [gain, square] = [0, 0];
  let probability = Math.exp(-events);
  for (let bad = 0; bad < events + 12 * Math.sqrt(events) + 12; bad += 1) {
    gain += probability * gainOf(bad);
    square += probability * gainOf(bad) ** 2;
    probability *= events / (bad + 1);
  }
  return { gain, variance: Math.max(0, square - gain * gain) };
}
