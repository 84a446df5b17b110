import type { Tally } from "../evidence/test-spec.ts";
import type { ReadingSeen } from "../core/observation.ts";
import type { Cursor } from "../core/row.ts";
import type { Reading, SeriesSample } from "../ports.ts";

/** Last values of one quantity's series. */
export type SeriesCursor = Cursor[string];

/** A reading as evidence, and the series whose last values it changed. */
export interface Differenced {
  readonly seen: ReadingSeen;
  readonly cursor: SeriesCursor;
}

const sliceCount = 10;

/**
 * Turns cumulative counters into increments against `before`. A counter that went down was reset: its new value is the increment. A series that
 * was not there before counts from zero when its source says that it was born since `beforeMs` (the previous reading), otherwise it only finds
 * its beginning. `before` undefined: the first reading of all, which is no evidence.
 *
 * Source: evidence.md 2d, "Counters"; Prometheus counts resets in the same way.
 */
export function difference(reading: Reading, before: SeriesCursor | undefined, beforeMs: number | null): Differenced {
  switch (reading.kind) {
    case "no-data":
      return { seen: { kind: "no-data" }, cursor: {} };
    case "unavailable":
      return { seen: { kind: "unavailable", why: reading.why }, cursor: {} };
    case "level":
      return {
        seen: { kind: "increment", increment: { kind: "level", atMs: reading.atMs, canary: reading.canary, stable: reading.stable } },
        cursor: {},
      };
    case "probe":
      return { seen: { kind: "increment", increment: { kind: "probe", atMs: reading.atMs, down: reading.down } }, cursor: {} };
    case "counters":
      return differenceCounters(reading, before, beforeMs);
  }
}

function differenceCounters(
  reading: Reading & { kind: "counters" },
  before: SeriesCursor | undefined,
  beforeMs: number | null,
): Differenced {
  const canary = new Sum();
  const stable = new Sum();
  const slices = Array.from({ length: sliceCount }, () => new Sum());
  const cursor: Record<string, readonly [number, number, number]> = {};
  let hasStable = false;
  for (const sample of reading.series) {
    const now = [sample.bad, sample.badAtMost ?? sample.bad, sample.total] as const;
    const last = before?.[sample.series] ?? (isNewborn(sample, before, beforeMs) ? ([0, 0, 0] as const) : now);
    if (!before?.[sample.series] || now.some((value, index) => value !== last[index])) cursor[sample.series] = now;
    // All three belong to one process: a reset of one is a reset of all.
    const isReset = now.some((value, index) => value < (last[index] ?? 0));
    const step = now.map((value, index) => (isReset ? value : value - (last[index] ?? 0))) as [number, number, number];
    (sample.arm === "canary" ? canary : stable).add(step);
    if (sample.arm === "stable") hasStable = true;
    if (sample.arm === "stable" && sample.slice !== null) slices[sample.slice]?.add(step);
  }
  const hasSlices = reading.series.some((sample) => sample.arm === "stable" && sample.slice !== null);
  return {
    seen: {
      kind: "increment",
      increment: {
        kind: "counts",
        atMs: reading.atMs,
        canary: canary.tally(),
        stable: hasStable ? stable.tally() : null,
        slices: hasSlices ? slices.map((slice) => slice.tally()) : [],
      },
    },
    cursor,
  };
}

function isNewborn(sample: SeriesSample, before: SeriesCursor | undefined, beforeMs: number | null): boolean {
  return before !== undefined && beforeMs !== null && sample.bornMs !== null && sample.bornMs >= beforeMs;
}

class Sum {
  #bad = 0;
  #badAtMost = 0;
  #total = 0;

  add([bad, badAtMost, total]: readonly [number, number, number]): void {
    this.#bad += bad;
    this.#badAtMost += badAtMost;
    this.#total += total;
  }

  tally(): Tally {
    const { bad, total } = { bad: this.#bad, total: this.#total };
    return this.#badAtMost === bad ? { bad, total } : { bad, badAtMost: this.#badAtMost, total };
  }
}
