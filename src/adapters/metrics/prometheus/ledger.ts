import type { Process } from "./processes.ts";
import { ownMetrics } from "./promql.ts";
import type { RawSeries } from "./series.ts";

/** A process that was not read for this long is forgotten, ms. */
const forgetAfterMs = 10 * 60_000;

/** A counter's last value, and when it was scraped. */
export interface Count {
  readonly series: RawSeries;
  readonly value: number;
  readonly ms: number;
}

/** One life of a process: from its start, or the first scrape that was read, to its restart. */
interface Life {
  /** What was scraped before belongs to an earlier life. */
  sinceMs: number;
  /** By name of the series, also of those that it shows no more. */
  readonly last: Map<string, Count>;
  readMs: number;
}

/**
 * What the counters of each process came to in its present life. A series that vanishes while its process lives on keeps its last count: what was
 * counted does not become less because a label set is shown no more. A process that restarts begins with what it shows then, and with nothing else.
 */
export class Ledger {
  readonly #lives = new Map<string, Life>();
  readonly #hasCopies: boolean;
  #sweptMs = 0;

  /** `hasCopies`: counters come from several scrapers, whose clocks may differ by a little. */
  constructor(hasCopies: boolean) {
    this.#hasCopies = hasCopies;
  }

  /** The counters of the process that `isCounter` names; `readMs` is monotonic. */
  settle(process: Process, isCounter: (name: string) => boolean, readMs: number): readonly Count[] {
    const life = this.#lives.get(process.name) ?? { sinceMs: Number.NEGATIVE_INFINITY, last: new Map(), readMs };
    this.#lives.set(process.name, life);
    life.readMs = readMs;
    for (const shown of scrapesOf(process, (name) => isCounter(name) || name === ownMetrics.born)) follow(life, shown, this.#hasCopies);
    this.#forget(readMs);
    return [...life.last.values()].filter(({ series }) => isCounter(series.name));
  }

  /** Not at every reading: there may be thousands of processes. */
  #forget(readMs: number): void {
    if (readMs - this.#sweptMs < forgetAfterMs / 10) return;
    this.#sweptMs = readMs;
    for (const [name, { readMs: lastMs }] of this.#lives) if (readMs - lastMs > forgetAfterMs) this.#lives.delete(name);
  }
}

/** What was scraped at one moment, by name of the series. */
type Scrape = ReadonlyMap<string, Count>;

function scrapesOf(process: Process, isMeant: (name: string) => boolean): readonly Scrape[] {
  const scrapes = new Map<number, Map<string, Count>>();
  for (const [key, series] of process.series) {
    if (!isMeant(series.name)) continue;
    for (const [ms, value] of series.samples) {
      const scrape = scrapes.get(ms) ?? new Map<string, Count>();
      scrapes.set(ms, scrape.set(key, { series, value, ms }));
    }
  }
  return [...scrapes].sort(([a], [b]) => a - b).map(([, scrape]) => scrape);
}

function follow(life: Life, scrape: Scrape, hasCopies: boolean): void {
  const isBornKnown = [...life.last.values()].some(({ series }) => series.name === ownMetrics.born);
  // Of a process that says when it began, a lower count of another scraper is only an older one.
  const isOlder = (before: Count, now: Count): boolean => hasCopies && isBornKnown && now.value < before.value;
  for (const [key, count] of scrape) {
    if (count.ms < life.sinceMs) return;
    const before = life.last.get(key);
    if (before === undefined || count.ms <= before.ms || !isRestart(before, count)) continue;
    if (count.series.name !== ownMetrics.born && isOlder(before, count)) continue;
    life.last.clear();
    life.sinceMs = count.ms;
    break;
  }
  for (const [key, count] of scrape) {
    const before = life.last.get(key);
    if (before === undefined || (count.ms >= before.ms && !isOlder(before, count))) life.last.set(key, count);
  }
}

/** A process that says when it began is believed to the second; otherwise no counter ever goes down in one life. */
function isRestart(before: Count, now: Count): boolean {
  return now.series.name === ownMetrics.born ? Math.abs(now.value - before.value) >= 1 : now.value < before.value;
}
