import { mixtureCost } from "./forecast.ts";

/** What a decision will take, before anything is counted. */
export interface PlannedCount {
  /** No test that errs with at most this probability can need less on average. */
  readonly bound: number;
  /** What ours needs on average. */
  readonly mean: number;
  /** Enough in four releases of five and more. */
  readonly sure: number;
}

/** The question: which truth is to be told from which line, with which error probability. */
export type Question =
  /** Units (people or requests) that must be counted so that a true rate of `truth` is told from `line`. */
  | { readonly kind: "rate"; readonly truth: number; readonly line: number; readonly error: number }
  /** People of both arms together, `canaryShare` (0-1) of them on the canary, whose rate is `canary`, against a stable rate of `stable`. */
  | {
      readonly kind: "against-stable";
      readonly canary: number;
      readonly stable: number;
      readonly line: number;
      readonly canaryShare: number;
      readonly error: number;
    };

/** How much more than the mean is planned, to be sure. Source: evidence.md 2g. */
const sureFactor = 2;

/**
 * How many must be counted before the question is answered; `null` when the truth lies on the line, so that it never is.
 *
 * Source: E[N] >= ln(1/error) / KL for every test that may look at any time (Wald 1945); evidence.md 2g.
 */
export function expectedCount(question: Question): PlannedCount | null {
  const perUnit =
    question.kind === "rate"
      ? divergence(question.truth, question.line)
      : ratioDivergence({ rates: question, line: question.line, share: question.canaryShare });
  if (!(perUnit > 0)) return null;
  const bound = -Math.log(question.error) / perUnit;
  return { bound, mean: bound * mixtureCost, sure: bound * sureFactor };
}

/** Kullback-Leibler divergence of a rate from another, natural logarithms per unit; `Infinity` when the second excludes the first. */
export function divergence(truth: number, from: number): number {
  return term(truth, from) + term(1 - truth, 1 - from);
}

function term(p: number, q: number): number {
  if (p === 0) return 0;
  return q <= 0 ? Number.POSITIVE_INFINITY : p * Math.log(p / q);
}

/** Nats that one unit of either arm brings, on average, against "canary = line · stable". */
export function ratioDivergence(ask: {
  readonly rates: { readonly canary: number; readonly stable: number };
  readonly line: number;
  readonly share: number;
}): number {
  const { rates, line, share } = ask;
  const nearest = nearestWithRatio({
    canary: rates.canary,
    stable: rates.stable,
    ratio: line,
    canaryWeight: share,
    stableWeight: 1 - share,
  });
  return share * divergence(rates.canary, nearest.canary) + (1 - share) * divergence(rates.stable, nearest.stable);
}

/**
 * The pair of rates with canary = ratio · stable that is nearest, in weighted divergence, to a given pair: the smaller root of a quadratic.
 *
 * Source: derivative of w_c KL(c || r s) + w_s KL(s' || s) in s set to 0; the same equation as Farrington & Manning, Statistics in
 * Medicine 9 (1990), for a rate ratio under restriction.
 */
export function nearestWithRatio(pair: {
  readonly canary: number;
  readonly stable: number;
  readonly ratio: number;
  readonly canaryWeight: number;
  readonly stableWeight: number;
}): { readonly canary: number; readonly stable: number } {
  const { canary, stable, ratio, canaryWeight, stableWeight } = pair;
  const square = ratio * (canaryWeight + stableWeight);
  const linear = canaryWeight * (ratio + canary) + stableWeight * (1 + ratio * stable);
  const constant = canaryWeight * canary + stableWeight * stable;
  const root = (2 * constant) / (linear + Math.sqrt(Math.max(0, linear * linear - 4 * square * constant)));
  return { canary: Math.min(1, ratio * root), stable: Math.min(1, root) };
}
