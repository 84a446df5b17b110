import { isGood } from "./lines.ts";
import { normalQuantile } from "./special.ts";
import type { TestSpec } from "./test-spec.ts";

/** What is counted by the moment of a look: units of each arm, and stable's true rate (0-1). */
export interface CountedBy {
  readonly canaryUnits: number;
  readonly stableUnits: number;
  readonly stableRate: number;
}

/**
 * The worst true ratio to stable whose estimate is on the good side of the pass line at that moment with this probability (0-1): such a pass may miss it.
 * Never beyond the fail line, because that is disproved before anything passes. `null`: no pass line of its own, so that what passes is proven; or
 * nothing is counted.
 *
 * Source: the logarithm of a ratio of two rates is nearly normal, with the variance (1 - p)/(n p) + (1 - q)/(m q) (Katz and others, 1978).
 */
export function worstPassing(
  spec: Extract<TestSpec, { readonly kind: "against-stable" }>,
  { canaryUnits, stableUnits, stableRate }: CountedBy,
  probability: number,
): number | null {
  const { pass, fail } = spec;
  if (pass === null || pass.at === fail.at || canaryUnits === 0 || stableUnits === 0 || stableRate <= 0 || stableRate >= 1) return null;
  const deviations = -normalQuantile(probability);
  const mayPass = (ratio: number): boolean => {
    const canaryRate = Math.min(1, ratio * stableRate);
    const variance = (1 - canaryRate) / (canaryUnits * canaryRate) + (1 - stableRate) / (stableUnits * stableRate);
    return isGood(pass, ratio) || Math.abs(Math.log(pass.at / ratio)) <= deviations * Math.sqrt(variance);
  };
  if (mayPass(fail.at)) return fail.at;
  let [good, bad] = [pass.at, fail.at];
  while (Math.abs(Math.log(good / bad)) > 1e-4) {
    const middle = Math.sqrt(good * bad);
    [good, bad] = mayPass(middle) ? [middle, bad] : [good, middle];
  }
  return good;
}
