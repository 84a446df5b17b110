import type { Line } from "../evidence/test-spec.ts";

/**
 * A condition of a gate (what must hold) or of a guard (what must not), parsed. Rates and shares are 0-1.
 *
 * `line`: `< 0.5%`, `> 70%`, `>= 90`; `steady` is "and stable". `quantile`: `p95 < 500ms`, judged as "fewer than 1 - quantile are slower
 * than `ms`". `of-stable`: `< 50% of stable`. `no-regression`: `no regression [beyond 10%]`. `none`: no event. `down`: `is down`.
 */
export type Condition =
  | { readonly kind: "line"; readonly is: Comparison; readonly value: number; readonly percent: boolean; readonly steady: boolean }
  | { readonly kind: "quantile"; readonly quantile: number; readonly is: Comparison; readonly ms: number }
  | { readonly kind: "of-stable"; readonly is: Comparison; readonly ratio: number }
  | { readonly kind: "no-regression"; readonly beyond: number }
  | { readonly kind: "none" }
  | { readonly kind: "down" };

export type Comparison = "<" | "<=" | ">" | ">=";

/** The line of a condition that must hold: "< 0.5%" is good below 0.005. */
export function lineThatHolds(is: Comparison, at: number): Line {
  return { good: is === "<" || is === "<=" ? "below" : "above", at };
}

/** The line of a condition that must not hold: "> 1%" is good below 0.01. */
export function lineThatBreaks(is: Comparison, at: number): Line {
  return { good: is === "<" || is === "<=" ? "above" : "below", at };
}
