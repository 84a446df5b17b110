import type { Counted } from "./confidence.ts";
import { tempered } from "./dispersion.ts";
import type { Stakes } from "./e-process.ts";

/** The side of a line that is to be proven. */
export type Side = "above" | "below";

/**
 * The bets of one e-process that is to prove that a rate lies on one side of a line: likelihood ratios against a grid of alternatives, and,
 * where requests are the unit, bounded bets on the rate of each part of a scrape that different people make up.
 */
export interface RateBets {
  readonly side: Side;
  readonly at: number;
  readonly logWeights: readonly number[];
  /** ln(p_j / at) and ln((1 - p_j) / (1 - at)), one per alternative. Empty where bounded bets do it all. */
  readonly logHit: readonly number[];
  readonly logMiss: readonly number[];
  /** The stakes of the bounded bets, for a part as large as parts get. Empty where people are the unit. */
  readonly bounded: readonly number[];
  readonly stakes: Stakes;
}

/**
 * How far from the line the truth may well be. `far`: failures multiply, or go away altogether. `near`: a rate that people have to be won
 * for, which does not; looking only there finds it sooner.
 */
export type Reach = "near" | "far";

interface Spread {
  readonly alternatives: number;
  /** Distances from the line in log-odds: the nearest and farthest alternative, and the one with the greatest weight. */
  readonly nearest: number;
  readonly farthest: number;
  readonly likely: number;
  /** Twice the variance of the weights around it, and the weight that every alternative has. */
  readonly spread: number;
  readonly floor: number;
}

const spreads: Readonly<Record<Reach, Spread>> = {
  far: { alternatives: 18, nearest: 0.15, farthest: 2.5, likely: Math.log(10), spread: 5, floor: 0.2 },
  near: { alternatives: 14, nearest: 0.07, farthest: 1.6, likely: 0.4, spread: 0.8, floor: 0.15 },
};
const boundedBets = 10;
/** What is left of the largest part after each scrape that has none as large: half after six or seven. */
const forgetting = 0.9;

/** Weight of the end point against all other alternatives: "none at all" is where good releases end up, "all of them" is rare. */
const endPointWeight = { none: 0.12, all: 0.001 };

/** A rate this near to 0 or 1 has no line: lines are moved in this far. */
const edge = 1e-9;

/** `robust` is the weight of the bounded bets, 0-1. Source: evidence.md 2a; the bounded bets 2d (Waudby-Smith & Ramdas, arXiv 2010.09686). */
export function rateBets(ask: {
  readonly side: Side;
  readonly at: number;
  readonly reach: Reach;
  readonly robust: number;
  readonly stakes: Stakes;
}): RateBets {
  const at = Math.min(1 - edge, Math.max(edge, ask.at));
  // Proving "above" at `at` is proving "below" at 1 - at of the misses.
  const grid = ask.robust < 1 ? gridAbove(ask.side === "above" ? at : 1 - at, spreads[ask.reach]) : noGrid;
  const bounded = ask.robust > 0 ? boundedStakes(ask.side, at) : [];
  const logLikelihood = Math.log1p(-ask.robust);
  return {
    side: ask.side,
    at,
    stakes: ask.stakes,
    logHit: ask.side === "above" ? grid.logHit : grid.logMiss,
    logMiss: ask.side === "above" ? grid.logMiss : grid.logHit,
    bounded,
    logWeights: [...grid.logWeights.map((log) => log + logLikelihood), ...bounded.map(() => Math.log(ask.robust / bounded.length))],
  };
}

/** One scrape of one arm. */
export interface RateScrape {
  /** The counts, in parts that different people make up; one part where nothing tells people apart. None is empty. */
  readonly parts: readonly Counted[];
  /** Size that parts have had at most: a smaller part is staked on by its size, a larger one as if it had this size. Of earlier scrapes only. */
  readonly largestPart: number;
  /** Divides the likelihood ratios (1 = independent people); `null` = it is not known, and only the bounded bets move. */
  readonly dispersion: number | null;
}

/**
 * What one scrape does to each bet, in logs.
 *
 * A bounded bet multiplies its wealth by 1 + stake · weight · (rate - at) for each part, one after the other: as no person is in two parts, each
 * is a fair bet given the others, however the requests within it hang together. Its weight is its size, so that what is staked on is bad
 * requests less the line's share of all requests: that is fair on the line even where those who make few requests fail more often. Only parts
 * larger than any before are cut to that size, for a bet must not be able to lose more than its wealth.
 *
 * Source: evidence.md 2d; Waudby-Smith & Ramdas, arXiv 2010.09686, for outcomes in [0, 1] with conditional means at most the line.
 */
export function rateIncrements(bets: RateBets, scrape: RateScrape): readonly number[] {
  const { parts, largestPart, dispersion } = scrape;
  const increments = bets.logHit.map((hit, bet) => {
    if (dispersion === null) return 0;
    const miss = bets.logMiss[bet] ?? 0;
    return parts.reduce((sum, { bad, total }) => sum + tempered(bad * hit + (total - bad) * miss, { dispersion, causes: 1 }), 0);
  });
  const gains = parts.map(({ bad, total }) => Math.min(1, total / largestPart) * (bad / total - bets.at));
  for (const stake of bets.bounded) increments.push(gains.reduce((sum, gain) => sum + Math.log1p(stake * gain), 0));
  return increments;
}

/** The largest part to expect after one more scrape: it follows growth at once and decline slowly; 0 before the first. */
export function largestAfter(largestPart: number, parts: readonly Counted[]): number {
  return parts.reduce((largest, { total }) => Math.max(largest, total), largestPart * forgetting);
}

/**
 * True where bounded bets lose nothing worth having against likelihoods: a part can win more on this side of the line than it can lose. Proving
 * that failures are more than a few percent is such a side, proving that they are fewer is not.
 */
export function areBoundedStrong(side: Side, at: number): boolean {
  return side === "above" ? at <= 0.5 : at >= 0.5;
}

interface Grid {
  readonly logHit: readonly number[];
  readonly logMiss: readonly number[];
  readonly logWeights: readonly number[];
}

/** Alternatives above `at`, geometric in log-odds; far ones reach to a rate of 90 %. */
function gridAbove(at: number, spread: Spread): Grid {
  const logit = Math.log(at / (1 - at));
  const farthest = spread === spreads.far ? Math.max(Math.log(9) - logit, spread.farthest) : spread.farthest;
  const growth = (farthest / spread.nearest) ** (1 / (spread.alternatives - 1));
  const logHit: number[] = [];
  const logMiss: number[] = [];
  const weights: number[] = [];
  for (let index = 0; index < spread.alternatives; index += 1) {
    const distance = spread.nearest * growth ** index;
    const rate = 1 / (1 + Math.exp(-(logit + distance)));
    logHit.push(Math.log(rate / at));
    // 1 - rate over 1 - at without cancellation: (1 + e^logit) / (1 + e^(logit + distance)).
    logMiss.push(Math.log1p(Math.exp(logit)) - Math.log1p(Math.exp(logit + distance)));
    weights.push(Math.exp(-((distance - spread.likely) ** 2) / spread.spread) + spread.floor);
  }
  // The end point "always": one miss ruins it. A finite stand-in for ln 0 keeps 0 · ln 0 at 0.
  logHit.push(-Math.log(at));
  logMiss.push(-10_000);
  weights.push((at >= 0.5 ? endPointWeight.none : endPointWeight.all) * weights.reduce((sum, weight) => sum + weight, 0));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { logHit, logMiss, logWeights: weights.map((weight) => Math.log(weight / sum)) };
}

const noGrid: Grid = { logHit: [], logMiss: [], logWeights: [] };

/** From a twentieth of the largest stake that cannot ruin, spread geometrically. */
function boundedStakes(side: Side, at: number): readonly number[] {
  const largest = side === "above" ? 0.98 / at : 0.98 / (1 - at);
  const sign = side === "above" ? 1 : -1;
  return Array.from({ length: boundedBets }, (_, index) => sign * largest * 0.05 ** (index / (boundedBets - 1)));
}
