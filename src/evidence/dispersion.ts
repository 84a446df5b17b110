import type { Tally } from "./test-spec.ts";

/** Running measure of how much more counts vary than independent ones would; plain JSON. */
export interface Dispersion {
  /** Sum of the chi-square statistics, and of their degrees of freedom. */
  readonly chiSquare: number;
  readonly freedom: number;
  /** Events that were expected in the cells: too few say nothing. */
  readonly events: number;
}

export const noDispersion: Dispersion = { chiSquare: 0, freedom: 0, events: 0 };

/** What counts as measured: fewer degrees of freedom, or fewer events, and the factor would be a guess. */
const leastFreedom = 20;
const leastEvents = 10;

/**
 * The factor by which log likelihood ratios of correlated counts are divided, at least 1, with two standard errors of caution; `null` while too
 * little was measured. Only scrapes that are over may be in it: what it divides must not be.
 *
 * Source: evidence.md 2d.
 */
export function dispersionFactor(seen: Dispersion): number | null {
  if (seen.freedom < leastFreedom || seen.events < leastEvents) return null;
  return Math.max(1, (seen.chiSquare / seen.freedom) * (1 + 2 * Math.sqrt(2 / seen.freedom)));
}

/** The measure after one more scrape of `slices`: arms cut into parts that differ by chance only, so that a shared burst is no dispersion. */
export function measureSlices(seen: Dispersion, slices: readonly Tally[]): Dispersion {
  const cells = slices.filter((slice) => slice.total > 0);
  const bad = cells.reduce((sum, slice) => sum + slice.bad, 0);
  const total = cells.reduce((sum, slice) => sum + slice.total, 0);
  const rate = bad / total;
  if (cells.length < 2 || !(rate > 0 && rate < 1)) return seen;
  return cells.reduce((sofar, slice) => measured(sofar, { bad: slice.bad, expected: slice.total * rate, rate }), {
    ...seen,
    // One degree goes into the rate.
    freedom: seen.freedom - 1,
  });
}

/** The measure after one more scrape, held against what earlier scrapes led to expect: for sources that know no slices. `before` must be the past only. */
export function measureScrape(seen: Dispersion, scrape: Tally, before: Tally): Dispersion {
  if (scrape.total <= 0 || before.total <= 0) return seen;
  const rate = (before.bad + 0.5) / (before.total + 1);
  return measured(seen, { bad: scrape.bad, expected: scrape.total * rate, rate });
}

function measured(seen: Dispersion, cell: { readonly bad: number; readonly expected: number; readonly rate: number }): Dispersion {
  const gap = cell.bad - cell.expected;
  return {
    chiSquare: seen.chiSquare + (gap * gap) / (cell.expected * (1 - cell.rate)),
    freedom: seen.freedom + 1,
    events: seen.events + cell.expected,
  };
}
