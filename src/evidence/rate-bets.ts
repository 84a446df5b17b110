import type { Stakes } from "./e-process.ts";

/** The side of a line that is to be proven. */
export type Side = "above" | "below";

/**
 * The bets of one e-process that is to prove that a rate lies on one side of a line: likelihood ratios against a grid of alternatives, and,
 * where requests are the unit, bounded bets on each scrape's rate.
 */
export interface RateBets {
  readonly side: Side;
  readonly at: number;
  readonly logWeights: readonly number[];
  /** ln(p_j / at) and ln((1 - p_j) / (1 - at)), one per alternative. */
  readonly logHit: readonly number[];
  readonly logMiss: readonly number[];
  /** The stakes of the bounded bets: increments are ln(1 + stake · (rate - at)). Empty where people are the unit. */
  readonly bounded: readonly number[];
  readonly stakes: Stakes;
}

/** Alternatives in log-odds from the line: geometric from a twelfth to the far end, and the end point itself. */
const alternatives = 22;
const nearestLogOdds = 0.08;
const boundedBets = 10;

/** A rate this near to 0 or 1 has no line: lines are moved in this far. */
const edge = 1e-9;

/** `robust` is the weight of the bounded bets, 0-1. Source: evidence.md 2a; the bounded bets 2d (Waudby-Smith & Ramdas, arXiv 2010.09686). */
export function rateBets(ask: { readonly side: Side; readonly at: number; readonly robust: number; readonly stakes: Stakes }): RateBets {
  const at = Math.min(1 - edge, Math.max(edge, ask.at));
  // Proving "above" at `at` is proving "below" at 1 - at of the misses.
  const grid = gridAbove(ask.side === "above" ? at : 1 - at);
  const bounded = ask.robust > 0 ? boundedStakes(ask.side, at) : [];
  const logLikelihood = Math.log1p(-(ask.robust > 0 ? ask.robust : 0));
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

/**
 * What one scrape (`bad` of `total`) does to each bet, in logs. `dispersion` divides the likelihood ratios (1 = independent people); `null`
 * = it is not known, and only the bounded bets move.
 */
export function rateIncrements(
  bets: RateBets,
  scrape: { readonly bad: number; readonly total: number; readonly dispersion: number | null },
): readonly number[] {
  const { bad, total, dispersion } = scrape;
  const good = total - bad;
  const increments = bets.logHit.map((hit, bet) => (dispersion === null ? 0 : (bad * hit + good * (bets.logMiss[bet] ?? 0)) / dispersion));
  const gain = bad / total - bets.at;
  for (const stake of bets.bounded) increments.push(Math.log1p(stake * gain));
  return increments;
}

interface Grid {
  readonly logHit: readonly number[];
  readonly logMiss: readonly number[];
  readonly logWeights: readonly number[];
}

/** Alternatives above `at` with weights that peak near four times the odds. */
function gridAbove(at: number): Grid {
  const logit = Math.log(at / (1 - at));
  const farthest = Math.max(Math.log(9) - logit, 2.5);
  const growth = (farthest / nearestLogOdds) ** (1 / (alternatives - 1));
  const logHit: number[] = [];
  const logMiss: number[] = [];
  const weights: number[] = [];
  for (let index = 0; index < alternatives; index += 1) {
    const distance = nearestLogOdds * growth ** index;
    const rate = 1 / (1 + Math.exp(-(logit + distance)));
    logHit.push(Math.log(rate / at));
    // 1 - rate over 1 - at without cancellation: (1 + e^logit) / (1 + e^(logit + distance)).
    logMiss.push(Math.log1p(Math.exp(logit)) - Math.log1p(Math.exp(logit + distance)));
    weights.push(weightAt(distance));
  }
  // The end point "always": one miss ruins it. A finite stand-in for ln 0 keeps 0 · ln 0 at 0.
  logHit.push(-Math.log(at));
  logMiss.push(-10_000);
  weights.push(endPointWeight * weights.reduce((sum, weight) => sum + weight, 0));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { logHit, logMiss, logWeights: weights.map((weight) => Math.log(weight / sum)) };
}

const endPointWeight = 0.03;

function weightAt(logOddsRatio: number): number {
  return Math.exp(-((logOddsRatio - Math.log(4)) ** 2) / 2.9) + 0.1;
}

/** From a twentieth of the largest stake that cannot ruin, spread geometrically. */
function boundedStakes(side: Side, at: number): readonly number[] {
  const largest = side === "above" ? 0.98 / at : 0.98 / (1 - at);
  const sign = side === "above" ? 1 : -1;
  return Array.from({ length: boundedBets }, (_, index) => sign * largest * 0.05 ** (index / (boundedBets - 1)));
}
