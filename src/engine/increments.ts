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
 * Turns cumulative counters into increments against `before`. A counter that went down was reset: its new value is the increment; one that never
 * restarts was corrected: it adds nothing, and the highest value stays in the cursor, so that nothing is counted twice. A series that
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
    case "level": {
      const { atMs, canary, stable, findings } = reading;
      if (![canary, stable ?? 0].every(Number.isFinite)) return notANumber;
      return { seen: { kind: "increment", increment: { kind: "level", atMs, canary, stable, ...(findings && { findings }) } }, cursor: {} };
    }
    case "probe":
      return { seen: { kind: "increment", increment: { kind: "probe", atMs: reading.atMs, down: reading.down } }, cursor: {} };
    case "counters":
      if (!reading.series.every(({ bad, badAtMost = bad, total }) => [bad, badAtMost, total].every(Number.isFinite))) return notANumber;
      return differenceCounters(reading, before, beforeMs);
  }
}

/** No evidence rests on "NaN" or infinity, whatever a source means by it. */
const notANumber: Differenced = { seen: { kind: "unavailable", why: "the source answered something that is no number" }, cursor: {} };

function differenceCounters(
  reading: Reading & { kind: "counters" },
  before: SeriesCursor | undefined,
  beforeMs: number | null,
): Differenced {
  const arms = { canary: new Arm(), stable: new Arm() };
  const cursor: Record<string, Values> = {};
  for (const sample of reading.series) {
    const read: Values = [sample.bad, sample.badAtMost ?? sample.bad, sample.total];
    const last = before?.[sample.series] ?? (isNewborn(sample, before, beforeMs) ? ([0, 0, 0] as const) : read);
    const now = sample.neverRestarts ? highest(last, read) : read;
    if (!before?.[sample.series] || now.some((value, index) => value !== last[index])) cursor[sample.series] = now;
    arms[sample.arm].add(sample.slice, growth(last, now));
  }
  const { canary, stable } = arms;
  const increment = {
    kind: "counts",
    atMs: reading.atMs,
    canary: canary.tally(),
    stable: stable.isEmpty() ? null : stable.tally(),
    slices: stable.slices(),
    ...(canary.slices().length > 0 ? { canarySlices: canary.slices() } : {}),
    ...(reading.findings && { findings: reading.findings }),
  } as const;
  return { seen: { kind: "increment", increment }, cursor };
}

type Values = readonly [bad: number, badAtMost: number, total: number];

/** All three belong to one process: a reset of one is a reset of all, and then the new values are the growth. */
function growth(last: Values, now: Values): Values {
  const isReset = now.some((value, index) => value < (last[index] ?? 0));
  return isReset ? now : [now[0] - last[0], now[1] - last[1], now[2] - last[2]];
}

function highest(a: Values, b: Values): Values {
  return [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.max(a[2], b[2])];
}

function isNewborn(sample: SeriesSample, before: SeriesCursor | undefined, beforeMs: number | null): boolean {
  return before !== undefined && beforeMs !== null && sample.bornMs !== null && sample.bornMs >= beforeMs;
}

/** The growth of one arm, and of its hash slices where its series tell them apart. */
class Arm {
  #count = 0;
  readonly #whole = new Sum();
  readonly #slices = Array.from({ length: sliceCount }, () => new Sum());
  #hasSlices = false;

  add(slice: number | null, step: Values): void {
    this.#count += 1;
    this.#whole.add(step);
    if (slice === null) return;
    this.#hasSlices = true;
    this.#slices[slice]?.add(step);
  }

  isEmpty(): boolean {
    return this.#count === 0;
  }

  tally(): Tally {
    return this.#whole.tally();
  }

  slices(): readonly Tally[] {
    return this.#hasSlices ? this.#slices.map((slice) => slice.tally()) : [];
  }
}

class Sum {
  #bad = 0;
  #badAtMost = 0;
  #total = 0;

  add([bad, badAtMost, total]: Values): void {
    this.#bad += bad;
    this.#badAtMost += badAtMost;
    this.#total += total;
  }

  tally(): Tally {
    const { bad, total } = { bad: this.#bad, total: this.#total };
    return this.#badAtMost === bad ? { bad, total } : { bad, badAtMost: this.#badAtMost, total };
  }
}
