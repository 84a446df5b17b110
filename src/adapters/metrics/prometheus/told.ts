import type { Query, Reading } from "../../../ports.ts";

/** A release that was not read for this long is forgotten, ms. */
const forgetAfterMs = 10 * 60_000;

/** The last level of a quantity: when it was scraped, and when it was first read (monotonic ms). */
interface Last {
  readonly atMs: number;
  readonly readMs: number;
}

/** Which levels a release was told already: one scrape is one reading, however often it is read. Bounded: no release is kept for good. */
export class Told {
  readonly #releases = new Map<string, { readMs: number; readonly last: Map<string, Last> }>();
  #sweptMs = 0;

  /** True when this level was told by an earlier read. Counters are told as often as they are read: their difference is nothing then. */
  isOld({ quantity }: Query, reading: Reading, { release, readMs }: { readonly release: string; readonly readMs: number }): boolean {
    if (reading.kind !== "level") return false;
    const known = this.#releases.get(release) ?? { readMs, last: new Map<string, Last>() };
    known.readMs = readMs;
    this.#releases.set(release, known);
    this.#forget(readMs);
    const last = known.last.get(quantity);
    if (last !== undefined && reading.atMs <= last.atMs && readMs > last.readMs) return true;
    known.last.set(quantity, { atMs: reading.atMs, readMs });
    return false;
  }

  #forget(nowMs: number): void {
    if (nowMs - this.#sweptMs < forgetAfterMs / 10) return;
    this.#sweptMs = nowMs;
    for (const [name, { readMs }] of this.#releases) if (nowMs - readMs > forgetAfterMs) this.#releases.delete(name);
  }
}
