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

  /** The counters of the process that `isCounter` names; `readMs` is monotonic. */
  settle(process: Process, isCounter: (name: string) => boolean, readMs: number): readonly Count[] {
    const life = this.#lives.get(process.name) ?? { sinceMs: Number.NEGATIVE_INFINITY, last: new Map(), readMs };
    this.#lives.set(process.name, life);
    life.readMs = readMs;
    for (const shown of scrapesOf(process, (name) => isCounter(name) || name === ownMetrics.born)) follow(life, shown);
    for (const [name, { readMs: lastMs }] of this.#lives) if (readMs - lastMs > forgetAfterMs) this.#lives.delete(name);
    return [...life.last.values()].filter(({ series }) => isCounter(series.name));
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

function follow(life: Life, scrape: Scrape): void {
  for (const [key, { ms, ...count }] of scrape) {
    if (ms < life.sinceMs) return;
    const before = life.last.get(key);
    if (before === undefined || ms <= before.ms || !isRestart(before, count)) continue;
    life.last.clear();
    life.sinceMs = ms;
    break;
  }
  for (const [key, count] of scrape) if (count.ms >= (life.last.get(key)?.ms ?? count.ms)) life.last.set(key, count);
}

/** A process that says when it began is believed to the second; otherwise no counter ever goes down in one life. */
function isRestart(before: Count, now: Pick<Count, "series" | "value">): boolean {
  return now.series.name === ownMetrics.born ? Math.abs(now.value - before.value) >= 1 : now.value < before.value;
}
