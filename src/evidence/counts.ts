import type { Increment, Tally } from "./test-spec.ts";

/** A tally whose numbers were checked: 0 <= bad <= badAtMost <= total. */
export interface Counts {
  readonly bad: number;
  readonly badAtMost: number;
  readonly total: number;
}

export const noCounts: Counts = { bad: 0, badAtMost: 0, total: 0 };

/** The counts of one scrape; throws for another kind of increment: then a metric was given to the wrong test. */
export function countsOf(increment: Increment): {
  readonly canary: Counts;
  readonly stable: Counts | null;
  readonly slices: readonly Counts[];
  /** Empty where the source knows none. */
  readonly canarySlices: readonly Counts[];
} {
  if (increment.kind !== "counts") throw new TypeError(`a test of counts was given a ${increment.kind}`);
  return {
    canary: checked(increment.canary),
    stable: increment.stable === null ? null : checked(increment.stable),
    slices: increment.slices.map(checked),
    canarySlices: (increment.canarySlices ?? []).map(checked),
  };
}

export function sumOf(a: Counts, b: Counts): Counts {
  return { bad: a.bad + b.bad, badAtMost: a.badAtMost + b.badAtMost, total: a.total + b.total };
}

/**
 * The parts of an arm that are made up of different people: its hash slices where they add up to the arm, otherwise the arm as one part. Empty
 * parts are left out.
 */
export function partsOf(arm: Counts, slices: readonly Counts[]): readonly Counts[] {
  const isWhole = slices.reduce((sum, { total }) => sum + total, 0) === arm.total;
  return (isWhole ? slices : [arm]).filter(({ total }) => total > 0);
}

/** The same counts weighing less: correlated events count as fewer independent ones. */
export function dividedBy(counts: Counts, divisor: number): Counts {
  return { bad: counts.bad / divisor, badAtMost: counts.badAtMost / divisor, total: counts.total / divisor };
}

/** Two counters of one scrape are not read at the same instant, so the part may be ahead of the whole: it is then the whole. */
function checked(tally: Tally): Counts {
  const { bad, total, badAtMost = bad } = tally;
  if (![bad, total, badAtMost].every((count) => Number.isFinite(count) && count >= 0)) {
    throw new RangeError(`counts must be finite and at least 0, not ${bad}, ${badAtMost} of ${total}`);
  }
  const most = Math.min(total, Math.max(bad, badAtMost));
  return { bad: Math.min(bad, most), badAtMost: most, total };
}
