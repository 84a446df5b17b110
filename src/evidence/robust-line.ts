/** A line through readings that a few wild ones do not bend. */
export interface Trend {
  readonly slopePerMs: number;
  /** The line's value at the last reading. */
  readonly now: number;
  /** Rising pairs less falling pairs, over all pairs: -1 to 1. */
  readonly agreement: number;
}

/** The middle of `values`, or the mean of the two middle ones; `NaN` for none. */
export function medianOf(values: readonly number[]): number {
  // Typed, because it sorts by number without asking anybody: a slope is the median of hundreds of pairs.
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}

/** The median of all slopes between two readings, `[atMs, value]`; readings of one instant make no slope. Source: Theil (1950), Sen (1968); agreement: Kendall's tau. */
export function trendOf(readings: readonly (readonly [atMs: number, value: number])[]): Trend {
  const slopes: number[] = [];
  let rising = 0;
  for (const [later, [laterMs, laterValue]] of readings.entries()) {
    for (const [earlierMs, earlierValue] of readings.slice(0, later)) {
      if (laterMs === earlierMs) continue;
      const slope = (laterValue - earlierValue) / (laterMs - earlierMs);
      slopes.push(slope);
      rising += Math.sign(slope);
    }
  }
  if (slopes.length === 0) return { slopePerMs: 0, now: medianOf(readings.map(([, value]) => value)), agreement: 0 };
  const slopePerMs = medianOf(slopes);
  const lastMs = readings.at(-1)?.[0] ?? 0;
  return {
    slopePerMs,
    now: medianOf(readings.map(([atMs, value]) => value + slopePerMs * (lastMs - atMs))),
    agreement: rising / slopes.length,
  };
}
