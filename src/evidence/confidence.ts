import { lnBeta } from "./special.ts";
import type { Interval } from "./verdict.ts";

/** Counts, possibly divided by a dispersion: they need not be whole. */
export interface Counted {
  readonly bad: number;
  readonly total: number;
}

/** Natural logarithms of 1/error for each end: `P(ever low > truth) <= exp(-lowNats)`, and the same for the high end. */
export interface Levels {
  readonly lowNats: number;
  readonly highNats: number;
}

/** Bisections: the ends are exact to 2^-40 of the distance to the estimate's side. */
const bisections = 40;

/**
 * A confidence sequence for a rate: wherever one looks, however often, each end misses with at most its own error probability.
 *
 * Source: the beta-binomial mixture with the prior Beta(½, ½), Howard et al., arXiv 1810.08240, Proposition 6, inverted in the rate.
 */
export function rateInterval(counted: Counted, levels: Levels): Interval {
  const { bad, total } = counted;
  if (!(total > 0)) return { low: 0, high: 1 };
  const good = total - bad;
  const mixture = lnBeta(0.5 + bad, 0.5 + good) - Math.log(Math.PI);
  // The log e-value against a rate p is mixture - bad ln p - good ln(1-p): convex, with its minimum at the estimate.
  const excess = (p: number, nats: number): number =>
    mixture - (bad > 0 ? bad * Math.log(p) : 0) - (good > 0 ? good * Math.log1p(-p) : 0) - nats;
  const estimate = bad / total;
  return {
    low: bad > 0 ? solve({ from: 0, to: estimate }, (p) => excess(p, levels.lowNats)) : 0,
    high: good > 0 ? solve({ from: 1, to: estimate }, (p) => excess(p, levels.highNats)) : 1,
  };
}

/** The point between `from`, where `excess` is above 0, and `to`, where it is not; answered on `from`'s side, so that an interval is never too short. */
function solve(between: { readonly from: number; readonly to: number }, excess: (p: number) => number): number {
  let { from, to } = between;
  for (let step = 0; step < bisections && Math.abs(from - to) > 1e-9 * Math.abs(to); step += 1) {
    const middle = (from + to) / 2;
    if (excess(middle) > 0) from = middle;
    else to = middle;
  }
  return from;
}
