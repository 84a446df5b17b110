import { seriesName } from "../exposition/exposition.ts";
import { ofTarget } from "../exposition/page.ts";
import type { Page, PageSample, Seen } from "../exposition/page.ts";
import type { Ledger } from "./ledger.ts";
import type { Process } from "./processes.ts";
import { ownMetrics } from "./promql.ts";
import type { RawSeries } from "./series.ts";

/** Growth per second is counted over at least this: less is noise of the scheduler. */
const shortestWindowMs = 1_000;

/** When and how Prometheus was read. */
export interface ReadAt {
  /** Epoch ms by our clock, and on the clock that does not step. */
  readonly nowMs: number;
  readonly monotonicMs: number;
  /** How far the clock of Prometheus is ahead of ours, ms. */
  readonly aheadMs: number;
  readonly lookbackMs: number;
}

/** What is remembered of processes, and which of their metrics are counters. */
export interface Known {
  readonly ledger: Ledger;
  readonly isCounter: (name: string) => boolean;
}

/**
 * What the process has to say now, and before; `null` when nothing that was asked for was ever scraped of it. All samples are those that were scraped:
 * nothing is interpolated, and the page has the time of its newest sample.
 */
export function lookAt(process: Process, { ledger, isCounter }: Known, at: ReadAt): Seen | null {
  const times = scrapeTimes(process);
  const [firstMs] = times;
  const lastMs = times.at(-1);
  if (firstMs === undefined || lastMs === undefined) return null;
  const ours = (ms: number): number => Math.round(ms - at.aheadMs);
  const sample = (series: RawSeries, value: number): PageSample => {
    const { name, labels } = series;
    return ofTarget({ name, labels, value }, seriesName({ name, labels, value }), process);
  };
  const counts = ledger.settle(process, isCounter, at.monotonicMs).map(({ series, value }) => sample(series, value));
  const gauges = freshGauges(process, isCounter).map(([series, value]) => sample(series, value));
  const page = (ms: number, samples: readonly PageSample[]): Page => ({
    process: process.name,
    arm: process.arm,
    atMs: ours(ms),
    monotonicMs: ms,
    readMs: at.nowMs,
    samples,
    series: new Set(samples.map(({ series }) => series)),
    processBornMs: bornMs(process, at),
    createdMs: new Map(),
  });
  const baseMs = times.findLast((ms) => lastMs - ms >= shortestWindowMs);
  return {
    now: page(lastMs, [...counts, ...gauges]),
    // What the first scrape that is still there did not have began since then.
    previous: times.length < 2 ? null : page(firstMs, shownUntil(process, firstMs, sample)),
    base: baseMs === undefined ? null : page(baseMs, shownUntil(process, baseMs, sample)),
  };
}

/** When the process was scraped with success, rising; by its metrics, which `up` also has when a scrape fails. */
function scrapeTimes({ series }: Process): readonly number[] {
  const all = [...series.values()];
  const times = (some: readonly RawSeries[]): readonly number[] =>
    [...new Set(some.flatMap(({ samples }) => samples.map(([ms]) => ms)))].sort((a, b) => a - b);
  const answered = all.filter(({ name }) => name === ownMetrics.up).flatMap(({ samples }) => samples.filter(([, value]) => value === 1));
  const metrics = times(all.filter(({ name }) => name !== ownMetrics.up));
  return [...new Set([...answered.map(([ms]) => ms), ...metrics])].sort((a, b) => a - b);
}

function shownUntil({ series }: Process, untilMs: number, sample: (series: RawSeries, value: number) => PageSample): readonly PageSample[] {
  return [...series.values()].flatMap((one) => {
    const found = one.samples.findLast(([ms]) => ms <= untilMs);
    return found === undefined ? [] : [sample(one, found[1])];
  });
}

/** Gauges that the last scrape of their job still had: one that is shown no more has no value. */
function freshGauges({ series }: Process, isCounter: (name: string) => boolean): readonly (readonly [RawSeries, number])[] {
  const last = new Map<string, number>();
  for (const { labels, samples } of series.values()) {
    const job = labels.get("job") ?? "";
    last.set(job, Math.max(last.get(job) ?? 0, samples.at(-1)?.[0] ?? 0));
  }
  return [...series.values()].flatMap((one) => {
    const newest = one.samples.at(-1);
    const isFresh = newest !== undefined && newest[0] >= (last.get(one.labels.get("job") ?? "") ?? 0);
    return isFresh && !isCounter(one.name) ? [[one, newest[1]] as const] : [];
  });
}

/** When the process began, epoch ms by our clock. One that is younger than what is looked back on was in no reading before: it counts from zero. */
function bornMs({ series }: Process, { nowMs, aheadMs, lookbackMs }: ReadAt): number | null {
  const born = [...series.values()].filter(({ name }) => name === ownMetrics.born).flatMap(({ samples }) => samples.slice(-1));
  if (born.length === 0) return null;
  const atMs = Math.round(Math.min(...born.map(([, seconds]) => seconds * 1_000)) - aheadMs);
  return nowMs - atMs < lookbackMs ? nowMs : atMs;
}

/** True when the last thing that is known of the process is that it could not be scraped. */
export function isSilent({ series }: Process): boolean {
  const ups = [...series.values()].filter(({ name }) => name === ownMetrics.up).flatMap(({ samples }) => samples.slice(-1));
  return ups.length > 0 && ups.every(([, value]) => value !== 1);
}
