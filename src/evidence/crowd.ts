import type { Counts } from "./counts.ts";
import { dispersionFactor, expectedFactor, measured, noDispersion } from "./dispersion.ts";
import type { Dispersion } from "./dispersion.ts";

/**
 * How many requests hang together, measured without a single bad one: by how unevenly people fill the hash slices. Plain JSON.
 *
 * When people come independently and each makes M requests, the counts of equal slices vary E[M²] / E[M] times as much as those of single
 * requests would (index of dispersion of a compound Poisson sum). That is what a bad event can weigh at most: all requests of its person.
 * Source: Cox & Lewis, The Statistical Analysis of Series of Events (1966), 4.4; design effect of clusters, Kish, Survey Sampling (1965), 5.4.
 */
export interface Crowd {
  /** Requests by slice since the window began, stable's slices and the canary's. */
  readonly stable: readonly number[];
  readonly canary: readonly number[];
  readonly scrapes: number;
  readonly seen: Dispersion;
}

export const noCrowd: Crowd = { stable: [], canary: [], scrapes: 0, seen: noDispersion };

/** A window takes in so many scrapes, so that the visits of most people fall into one. */
const windowScrapes = 10;
/** Slices with fewer requests than this on average vary too little to be measured by. */
const leastMean = 5;

/** The crowd after one more scrape. */
export function crowdAfter(crowd: Crowd, slices: readonly Counts[], canarySlices: readonly Counts[]): Crowd {
  const stable = added(crowd.stable, slices);
  const canary = added(crowd.canary, canarySlices);
  if (crowd.scrapes + 1 < windowScrapes) return { stable, canary, scrapes: crowd.scrapes + 1, seen: crowd.seen };
  return { ...noCrowd, seen: measuredBy(measuredBy(crowd.seen, stable), canary) };
}

/** Requests that may hang together, at least 1; `null` while too little was measured. Only windows that are over are in it. */
export function crowdFactor(crowd: Crowd): number | null {
  return dispersionFactor(crowd.seen);
}

/** What the factor will be of requests that come one by one, after so many scrapes of `units` requests an arm, in `parts` slices; `null` while too little was measured. */
export function expectedCrowdFactor(seen: {
  readonly scrapes: number;
  readonly parts: number;
  readonly units: readonly number[];
}): number | null {
  const windows = Math.floor(seen.scrapes / windowScrapes);
  const measuredArms = seen.units.filter((units) => (units * windowScrapes) / seen.parts >= leastMean).length;
  return expectedFactor({ freedom: windows * measuredArms * (seen.parts - 1), events: Number.POSITIVE_INFINITY });
}

function added(before: readonly number[], slices: readonly Counts[]): readonly number[] {
  return slices.length === 0 ? before : slices.map((slice, index) => (before[index] ?? 0) + slice.total);
}

function measuredBy(seen: Dispersion, totals: readonly number[]): Dispersion {
  const sum = totals.reduce((all, total) => all + total, 0);
  const mean = sum / totals.length;
  if (totals.length < 2 || !(mean >= leastMean)) return seen;
  const chiSquare = totals.reduce((all, total) => all + (total - mean) ** 2 / mean, 0);
  return measured(seen, { chiSquare, freedom: totals.length - 1, events: sum });
}
