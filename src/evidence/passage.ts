import { lnNormal } from "./special.ts";

/** Where a random walk is expected to be, and how far it strays: both grow with time, and what it gains is independent of what it gained. */
export interface Walk {
  readonly gain: number;
  readonly variance: number;
}

/** The probability that the walk, which begins at 0, has been at `barrier` (above 0) or beyond by now, 0-1. */
export function hasReached(walk: Walk, barrier: number): number {
  return hasReachedAndStands(walk, { barrier, least: Number.NEGATIVE_INFINITY });
}

/**
 * The probability that the walk has been at `barrier` by now, and is at `least` or above at this moment.
 *
 * Source: the reflection principle with drift (Bachelier-Lévy formula; Siegmund, Sequential Analysis, 1985, III.3): for w <= b,
 * P(max >= b, W < w) = exp(2 b gain / variance) Φ((w - 2 b - gain) / sd).
 */
export function hasReachedAndStands(walk: Walk, at: { readonly barrier: number; readonly least: number }): number {
  const { gain, variance } = walk;
  const { barrier, least } = at;
  const deviation = Math.sqrt(variance);
  if (!(deviation > 0)) return gain >= barrier && gain >= least ? 1 : 0;
  if (least >= barrier) return Math.exp(lnNormal((gain - least) / deviation));
  const mirrored = (to: number): number => Math.exp((2 * barrier * gain) / variance + lnNormal((to - 2 * barrier - gain) / deviation));
  const there = Math.exp(lnNormal((gain - barrier) / deviation)) + mirrored(barrier);
  return clamped(there - (least === Number.NEGATIVE_INFINITY ? 0 : mirrored(least)));
}

/** Points at which the walk's place is taken when the barrier begins to rise. */
const places = 48;

/**
 * The probability that the walk has been beyond a barrier that stays at `barrier` until the moment `bend`, and rises by `rise` from then until
 * now, 0-1. `bend` is where the walk was expected to be at that moment.
 *
 * Source: the place at the bend by the reflection principle, from there first passage to a line; one numerical integral over the place.
 */
export function hasReachedRising(walk: Walk, at: { readonly barrier: number; readonly bend: Walk; readonly rise: number }): number {
  const { barrier, bend, rise } = at;
  const since = { gain: walk.gain - bend.gain - rise, variance: walk.variance - bend.variance };
  const before = hasReached(bend, barrier);
  if (!(since.variance > 0) || !(bend.variance > 0)) return before;
  const deviation = Math.sqrt(bend.variance);
  const lowest = Math.min(barrier, bend.gain) - 5 * deviation;
  const width = (barrier - lowest) / places;
  let sum = before;
  for (let place = 0; place < places; place += 1) {
    const from = lowest + (place + 0.5) * width;
    const z = (from - bend.gain) / deviation;
    const density = Math.exp(-(z * z) / 2) / (deviation * Math.sqrt(2 * Math.PI));
    const isNotThere = -Math.expm1((-2 * barrier * (barrier - from)) / bend.variance);
    sum += width * density * isNotThere * hasReached(since, barrier - from);
  }
  return clamped(sum);
}

function clamped(probability: number): number {
  return Math.min(1, Math.max(0, probability));
}
