import type { Tally } from "./test-spec.ts";

/** Running measure of how much more counts vary than independent ones would; plain JSON. */
export interface Dispersion {
  /** Sum over the scrapes of the chi-square statistics, and of their degrees of freedom. */
  readonly chiSquare: number;
  readonly freedom: number;
  /** Sums of squares and products of the two, for the spread of the ratio from scrape to scrape. */
  readonly chiSquares: number;
  readonly freedoms: number;
  readonly products: number;
  /** Events that were expected in the cells. */
  readonly events: number;
}

export const noDispersion: Dispersion = { chiSquare: 0, freedom: 0, chiSquares: 0, freedoms: 0, products: 0, events: 0 };

/** What counts as measured: fewer degrees of freedom, or fewer events that are not of one and the same cause, would be a guess. */
const leastFreedom = 20;
const leastCauses = 10;

/**
 * The factor by which log likelihood ratios of correlated counts are divided, at least 1, with two standard errors of caution; `null` while too
 * little was measured. Only scrapes that are over may be in it: what it divides must not be.
 *
 * Source: evidence.md 2d; the standard error is that of a ratio of sums over scrapes, as clusters make chi-squares vary far more than the
 * chi-square distribution says (Cochran, Sampling Techniques, 6.3).
 */
export function dispersionFactor(seen: Dispersion): number | null {
  const { chiSquare, freedom, chiSquares, freedoms, products, events } = seen;
  if (freedom < leastFreedom) return null;
  const mean = chiSquare / freedom;
  if (events / Math.max(1, mean) < leastCauses) return null;
  const error = Math.sqrt(Math.max(0, chiSquares - 2 * mean * products + mean * mean * freedoms)) / freedom;
  return Math.max(1, mean + 2 * Math.max(error, mean * Math.sqrt(2 / freedom)));
}

/**
 * What the factor will be of counts that are independent, once so many degrees of freedom and events were measured; `null` while that is too
 * little. The caution alone is left then: chi-squares of cells with e events each vary by 2 + 1/e for each degree.
 *
 * Source: variance of Pearson's statistic for Poisson cells (Haldane, Biometrika 29, 1937).
 */
export function expectedFactor(seen: { readonly freedom: number; readonly events: number }): number | null {
  const { freedom, events } = seen;
  return freedom < leastFreedom || events < leastCauses ? null : 1 + 2 * Math.sqrt((2 + freedom / events) / freedom);
}

/** Until it is measured, so many requests count as one: about what a person makes in a visit. */
const cautious = 10;

/** The factor where it could not be measured: ten, or what little was seen, if that is more. */
export function cautiousFactor(seen: Dispersion): number {
  return seen.freedom === 0 ? cautious : Math.max(cautious, seen.chiSquare / seen.freedom);
}

/** No one cause in a scrape may count for more than this, natural logarithms: one cluster is not a proof, however large it is. */
export const mostPerCause = 1.5;

/**
 * A log likelihood ratio of counts with so many causes at least, tempered by a dispersion factor. 1 means that people are counted: then it is
 * what it is. Less than a fair bet is still a valid one, so the limit costs time and no validity.
 */
export function tempered(logLikelihood: number, { dispersion, causes }: { readonly dispersion: number; readonly causes: number }): number {
  return dispersion === 1 ? logLikelihood : Math.min(mostPerCause * causes, logLikelihood / dispersion);
}

/** The measure after one more scrape of `slices`: arms cut into parts that differ by chance only, so that a shared burst is no dispersion. */
export function measureSlices(seen: Dispersion, slices: readonly Tally[]): Dispersion {
  const cells = slices.filter((slice) => slice.total > 0);
  const bad = cells.reduce((sum, slice) => sum + slice.bad, 0);
  const total = cells.reduce((sum, slice) => sum + slice.total, 0);
  const rate = bad / total;
  if (cells.length < 2 || !(rate > 0 && rate < 1)) return seen;
  const chiSquare = cells.reduce((sum, slice) => sum + cellOf(slice, rate), 0);
  // One degree goes into the rate.
  return measured(seen, { chiSquare, freedom: cells.length - 1, events: bad });
}

/**
 * How much more the slices of this one scrape vary than independent counts would, at least 1; `null` where there are none to compare. A first
 * look for what proves nothing: a proof must not choose its weight by what it weighs.
 */
export function dispersionNow(slices: readonly Tally[]): number | null {
  const { chiSquare, freedom } = measureSlices(noDispersion, slices);
  return freedom === 0 ? null : Math.max(1, chiSquare / freedom);
}

/** The measure after one more scrape, held against what earlier scrapes led to expect: for sources that know no slices. `rate` must be of the past only. */
export function measureScrape(seen: Dispersion, scrape: Tally, rate: number): Dispersion {
  if (scrape.total <= 0 || !(rate > 0 && rate < 1)) return seen;
  return measured(seen, { chiSquare: cellOf(scrape, rate), freedom: 1, events: scrape.total * rate });
}

function cellOf(cell: Tally, rate: number): number {
  const expected = cell.total * rate;
  return (cell.bad - expected) ** 2 / (expected * (1 - rate));
}

/** The measure after one more chi-square statistic of `events` expected events. */
export function measured(
  seen: Dispersion,
  scrape: { readonly chiSquare: number; readonly freedom: number; readonly events: number },
): Dispersion {
  const { chiSquare, freedom, events } = scrape;
  return {
    chiSquare: seen.chiSquare + chiSquare,
    freedom: seen.freedom + freedom,
    chiSquares: seen.chiSquares + chiSquare * chiSquare,
    freedoms: seen.freedoms + freedom * freedom,
    products: seen.products + chiSquare * freedom,
    events: seen.events + events,
  };
}
