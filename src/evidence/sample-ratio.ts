import { lnBeta } from "./special.ts";

/** New people drawn into each arm while the share was `sharePct` (0-100). */
export interface Draws {
  readonly canary: number;
  readonly stable: number;
  readonly sharePct: number;
}

/** Running evidence that people are not drawn in the share that was asked for; plain JSON. */
export interface DrawState {
  /** Log e-value of the shares that are over. */
  readonly settledLogE: number;
  /** The share whose draws are being counted, 0-100. */
  readonly sharePct: number;
  readonly canary: number;
  readonly stable: number;
  /** Largest log e-value so far. */
  readonly peakLogE: number;
}

/** The weight of the prior, in people, that the true share is near the share asked for. Source: evidence.md 2c. */
const concentration = 50;
/** A mismatch is called at this error probability over the whole release. */
const mismatchAlpha = 0.001;

/** Evidence before anybody was drawn. */
export function beginDraws(): DrawState {
  return { settledLogE: 0, sharePct: 0, canary: 0, stable: 0, peakLogE: 0 };
}

/**
 * The evidence after more draws. A new share starts with a fresh prior and the wealth so far is carried on; shares of 0 and 100 % say
 * nothing, as only one arm can be drawn. A share that comes back is a new one.
 */
export function addDraws(state: DrawState, draws: Draws): DrawState {
  const { canary, stable, sharePct } = draws;
  if (canary + stable === 0 || sharePct <= 0 || sharePct >= 100) return state;
  const isSame = state.sharePct === sharePct;
  const next = {
    settledLogE: isSame ? state.settledLogE : logEOf(state),
    sharePct,
    canary: (isSame ? state.canary : 0) + canary,
    stable: (isSame ? state.stable : 0) + stable,
  };
  return { ...next, peakLogE: Math.max(state.peakLogE, logEOf(next)) };
}

/** The always-valid p-value of "people are drawn in the share asked for", 0-1. Class `randomisation`. */
export function mismatchP(state: DrawState): number {
  return Math.exp(-Math.max(0, state.peakLogE));
}

/** True once the draw is proven wrong (p <= 0.001): comparisons of the arms mean nothing then. */
export function isMismatched(state: DrawState): boolean {
  return mismatchP(state) <= mismatchAlpha;
}

/** Beta-binomial over binomial, logarithm. Source: Lindon & Malek, arXiv 2011.03567, section 4 (two arms). */
function logEOf(state: Omit<DrawState, "peakLogE">): number {
  const { canary, stable, sharePct, settledLogE } = state;
  if (canary + stable === 0) return settledLogE;
  const share = sharePct / 100;
  const a = concentration * share;
  const b = concentration - a;
  return settledLogE + lnBeta(a + canary, b + stable) - lnBeta(a, b) - canary * Math.log(share) - stable * Math.log1p(-share);
}
