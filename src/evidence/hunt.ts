import { noCounts, sumOf } from "./counts.ts";
import type { Counts } from "./counts.ts";
import type { Line } from "./test-spec.ts";

/**
 * Where harm seems to have begun: counts since a score of "twice the odds of the line" was last 0. It steers what is shown, and tells whether
 * an arm is beyond its line at this moment; it proves nothing. Plain JSON.
 *
 * Source: Page's cumulative sum, Biometrika 41 (1954).
 */
export interface Hunt {
  readonly score: number;
  readonly counts: Counts;
  /** Scrape at which these counts began, from 0. */
  readonly since: number;
}

export const noHunt: Hunt = { score: 0, counts: noCounts, since: 0 };

/** An arm is beyond its line now from this score on: odds of 20 to 1. */
const hotScore = Math.log(20);
/** It may well be from this score on: odds of 3 to 1. */
const warmScore = Math.log(3);
/** A score stops rising here, so that it falls soon once harm is over. */
const mostScore = 2 * hotScore;

/** The hunt after one more scrape, the `scrape`-th from 0; log likelihoods are divided by `dispersion`. */
export function hunted(
  hunt: Hunt,
  line: Line,
  seen: { readonly counts: Counts; readonly dispersion: number; readonly scrape: number },
): Hunt {
  const { counts, dispersion, scrape } = seen;
  const bad = line.good === "below" ? counts.bad : counts.total - counts.badAtMost;
  const at = line.good === "below" ? line.at : 1 - line.at;
  // Twice the odds: p = 2 at / (1 + at), so p / at = 2 / (1 + at) and (1 - p) / (1 - at) = 1 / (1 + at).
  const gain = (bad * Math.LN2 - counts.total * Math.log1p(at)) / dispersion;
  const score = Math.min(mostScore, hunt.score + gain);
  if (score <= 0) return { score: 0, counts: noCounts, since: scrape + 1 };
  return { score, counts: sumOf(hunt.counts, counts), since: hunt.since };
}

/** True while the arm may well be beyond the line now: reason enough to blame nobody else for being there. */
export function isWarm(hunt: Hunt): boolean {
  return hunt.score >= warmScore;
}

/** True while the arm looks beyond the line now. */
export function isHot(hunt: Hunt): boolean {
  return hunt.score >= hotScore;
}
