import { tempered } from "./dispersion.ts";
import type { Stakes } from "./e-process.ts";
import { nearestWithRatio } from "./plan-ahead.ts";
import type { Reach, Side } from "./rate-bets.ts";

/** The bets of one e-process that is to prove that canary / stable lies on one side of a ratio. */
export interface RatioBets {
  readonly side: Side;
  readonly at: number;
  /** Alternatives as factors of `at`: above 1, or from 1 down to 0. */
  readonly factors: readonly number[];
  readonly logFactors: readonly number[];
  readonly logWeights: readonly number[];
  readonly stakes: Stakes;
}

/** Counts of both arms in one scrape. */
export interface BothArms {
  readonly canary: { readonly bad: number; readonly total: number };
  readonly stable: { readonly bad: number; readonly total: number };
}

/** Stable's rate from this on: each arm's own likelihood is used; below it, only the split of the events. */
const rareRate = 0.05;

interface Spread {
  readonly alternatives: number;
  /** Natural logarithms of the factors: the nearest and farthest alternative, the likely one, and how wide the weights lie around it. */
  readonly nearest: number;
  readonly farthest: number;
  readonly likely: number;
  readonly width: number;
}

/** Failures multiply; what people do falls to nothing, but rises little. */
const spreads: Readonly<Record<Side, Readonly<Record<Reach, Spread>>>> = {
  above: {
    far: { alternatives: 20, nearest: 0.1, farthest: Math.log(60), likely: Math.log(3), width: 1.2 },
    near: { alternatives: 12, nearest: 0.06, farthest: Math.log(5), likely: 0.3, width: 0.6 },
  },
  below: {
    far: { alternatives: 20, nearest: 0.05, farthest: Math.log(8), likely: Math.log(2), width: 0.8 },
    near: { alternatives: 20, nearest: 0.05, farthest: Math.log(8), likely: Math.log(2), width: 0.8 },
  },
};

/** Source: evidence.md 2b. */
export function ratioBets(ask: { readonly side: Side; readonly at: number; readonly reach: Reach; readonly stakes: Stakes }): RatioBets {
  const sign = ask.side === "above" ? 1 : -1;
  const { alternatives, nearest, farthest, likely, width } = spreads[ask.side][ask.reach];
  const distances = Array.from({ length: alternatives }, (_, index) => nearest * (farthest / nearest) ** (index / (alternatives - 1)));
  const weights = distances.map((distance) => Math.exp(-(((distance - likely) / width) ** 2) / 2) + 0.1);
  const factors = distances.map((distance) => Math.exp(sign * distance));
  if (ask.side === "below") {
    // "Not a single one any more": a finite stand-in for ln 0 keeps 0 · ln 0 at 0.
    factors.push(0);
    weights.push(0.05 * weights.reduce((sum, weight) => sum + weight, 0));
  }
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return {
    side: ask.side,
    at: ask.at,
    stakes: ask.stakes,
    factors,
    logFactors: factors.map((factor) => (factor === 0 ? -10_000 : Math.log(factor))),
    logWeights: weights.map((weight) => Math.log(weight / sum)),
  };
}

/**
 * What one scrape does to each bet, in logs. `stableRate` is stable's rate before this scrape, never with it; `null` while there is none.
 * `causes`: how many people at least had the events, on the arm that is to be proven to have more of them.
 *
 * For rare events it is the likelihood of how the events split between the arms, whatever their common rate is; otherwise that of both arms'
 * counts, against the nearest pair of rates on the line. Both hold however the rate moves from scrape to scrape.
 *
 * Source: evidence.md 2b; Lindon & Malek, arXiv 2011.03567; Turner, Ly & Grünwald, arXiv 2106.02693; Turner & Grünwald, arXiv 2203.09785.
 */
export function ratioIncrements(
  bets: RatioBets,
  scrape: BothArms & { readonly stableRate: number | null; readonly dispersion: number; readonly causes: number },
): readonly number[] {
  const increment = scrape.stableRate === null || scrape.stableRate < rareRate ? splitIncrement : armsIncrement;
  return bets.factors.map((_, bet) => tempered(increment(bets, bet, scrape), scrape));
}

function splitIncrement(bets: RatioBets, bet: number, scrape: BothArms): number {
  const { canary, stable } = scrape;
  const share = canary.total / (canary.total + stable.total);
  const asNull = 1 - share + share * bets.at;
  const asBet = 1 - share + share * bets.at * (bets.factors[bet] ?? 1);
  return canary.bad * (bets.logFactors[bet] ?? 0) - (canary.bad + stable.bad) * Math.log(asBet / asNull);
}

function armsIncrement(bets: RatioBets, bet: number, scrape: BothArms & { readonly stableRate: number | null }): number {
  const { canary, stable } = scrape;
  const thetaStable = Math.min(0.999, Math.max(1e-6, scrape.stableRate ?? 0));
  const onLine = bets.at * thetaStable;
  const thetaCanary = Math.min(0.999, onLine * (bets.factors[bet] ?? 1));
  // Rates that cannot be on the line's far side (a ratio above 1 of a rate near 1) are no alternative: that bet waits.
  if (bets.side === "above" ? thetaCanary <= onLine : thetaCanary >= onLine) return 0;
  const nearest = nearestWithRatio({
    canary: thetaCanary,
    stable: thetaStable,
    ratio: bets.at,
    canaryWeight: canary.total,
    stableWeight: stable.total,
  });
  return (
    likelihood(canary, { theta: thetaCanary, against: nearest.canary }) +
    likelihood(stable, { theta: thetaStable, against: nearest.stable })
  );
}

/** Log-likelihood ratio of one arm's counts; a rate of 0 that is met by an event ruins. */
function likelihood(
  arm: { readonly bad: number; readonly total: number },
  rates: { readonly theta: number; readonly against: number },
): number {
  const good = arm.total - arm.bad;
  const hit = arm.bad === 0 ? 0 : rates.theta === 0 ? -10_000 : Math.log(rates.theta / rates.against);
  return arm.bad * hit + (good === 0 ? 0 : good * (Math.log1p(-rates.theta) - Math.log1p(-rates.against)));
}
