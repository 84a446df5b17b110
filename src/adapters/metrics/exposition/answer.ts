import type { Query, Reading, SeriesSample } from "../../../ports.ts";
import type { Selector } from "./selector.ts";
import { seriesName } from "./exposition.ts";
import type { Page, PageSample, Seen } from "./page.ts";
import type { Asked } from "./words.ts";

/** Answers one query from the pages of all processes; pure. Never throws: a value that is no count is `unavailable`, with the series named. */
export function answer(query: Query, asked: Asked, seen: readonly Seen[]): Reading {
  const atMs = Math.max(0, ...seen.map(({ now }) => now.atMs));
  switch (asked.kind) {
    case "events":
      return counters(
        atMs,
        seen.flatMap((one) => eventSeries(asked, one)),
      );
    case "histogram": {
      if (query.slowerThanMs === null) return { kind: "unavailable", why: `${query.quantity} asks a histogram without a bound` };
      const bound = query.slowerThanMs;
      return counters(
        atMs,
        seen.flatMap((one) => histogramSeries(asked, bound, one)),
      );
    }
    case "gauge":
      return level(atMs, asked.limit, seen, ({ now }) => {
        const found = picked(now, asked.value);
        return found.length === 0 ? null : sum(found);
      });
    case "growth":
      return level(atMs, asked.limit, seen, (one) => growth(asked.value, one));
  }
}

/** A series to be, or why its numbers cannot be used. */
type Series = SeriesSample | { readonly wrong: string };

function counters(atMs: number, series: readonly Series[]): Reading {
  const good: SeriesSample[] = [];
  for (const one of series) {
    if ("wrong" in one) return { kind: "unavailable", why: one.wrong };
    good.push(one);
  }
  return good.length === 0 ? { kind: "no-data" } : { kind: "counters", atMs, series: good };
}

function picked(page: Page, selector: Selector): readonly PageSample[] {
  return page.samples.filter((sample) => selector.matches(sample));
}

/** All matching series of a process are one: they begin, and begin again, with it. */
function eventSeries(asked: Asked & { readonly kind: "events" }, seen: Seen): readonly Series[] {
  const hits = picked(seen.now, asked.hits);
  const total = asked.total === null ? [] : picked(seen.now, asked.total);
  const counted = asked.total === null ? hits : total;
  // Hits without anything to be a share of say nothing.
  if (counted.length === 0) return [];
  const broken = [...hits, ...total].find(({ value }) => !isCount(value));
  if (broken !== undefined) {
    return [{ wrong: `${seen.now.process} says that ${broken.series} is ${broken.value}, which is no count` }];
  }
  return [{ ...named(seen, counted), bad: sum(hits), total: sum(total) }];
}

function isCount(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}

function sum(samples: readonly PageSample[]): number {
  return samples.reduce((total, { value }) => total + value, 0);
}

function named(seen: Seen, counted: readonly PageSample[]): Omit<SeriesSample, "bad" | "total"> {
  const { process, arm } = seen.now;
  return { series: process, arm, slice: null, bornMs: bornMs(seen, counted) };
}

/**
 * When the counters began at zero: by the first `_created`, else by their process. When the page before had none of them they began after it,
 * and so after everything that was told before: they get the latest moment, so that their first count is not taken for history.
 */
function bornMs({ now, previous }: Seen, counted: readonly PageSample[]): number | null {
  if (previous !== null && !counted.some(({ series }) => previous.series.has(series))) return now.readMs;
  if (now.createdMs.size === 0) return now.processBornMs;
  const created = counted.flatMap((sample) => now.createdMs.get(createdName(sample)) ?? []);
  return created.length === 0 ? now.processBornMs : Math.min(...created);
}

function createdName({ name, own, value }: PageSample): string {
  return seriesName({ name: name.replace(/_(?:total|bucket)$/, ""), labels: withoutBound(own), value });
}

interface Histogram {
  /** `[bound ms, count of answers within it]`. */
  readonly buckets: (readonly [boundMs: number, count: number])[];
}

/** One series of a process: each label set is counted by itself, then they are added up. */
function histogramSeries(asked: Asked & { readonly kind: "histogram" }, slowerThanMs: number, seen: Seen): readonly Series[] {
  const histograms = new Map<string, Histogram>();
  const counts = new Map<string, number>();
  const counted: PageSample[] = [];
  for (const sample of seen.now.samples) {
    if (!sample.name.startsWith(asked.metric) || !(asked.where?.matches(sample) ?? true)) continue;
    const series = seriesName({ ...sample, name: asked.metric, labels: withoutBound(sample.own) });
    if (sample.name === `${asked.metric}_count`) counts.set(series, sample.value);
    if (sample.name !== `${asked.metric}_bucket`) continue;
    counted.push(sample);
    const histogram = histograms.get(series) ?? { buckets: [] };
    histogram.buckets.push([toBound(sample.labels.get("le") ?? "") * asked.bucketMs, sample.value]);
    histograms.set(series, histogram);
  }
  let [bad, badAtMost, total] = [0, 0, 0];
  for (const [series, histogram] of histograms) {
    const slow = countSlow(histogram, counts.get(series) ?? null, slowerThanMs);
    if ("wrong" in slow) return [{ wrong: `${seen.now.process} says of ${series}: ${slow.wrong}` }];
    bad += slow.bad;
    badAtMost += slow.badAtMost;
    total += slow.total;
  }
  if (histograms.size === 0) return [];
  const slower = bad === badAtMost ? { bad } : { bad, badAtMost };
  return [{ ...named(seen, counted), ...slower, total }];
}

function withoutBound(labels: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...labels].filter(([name]) => name !== "le"));
}

function toBound(le: string): number {
  return le === "+Inf" || le === "Inf" ? Infinity : Number(le === "" ? "no bound" : le);
}

/**
 * How many answers were slower than `boundMs`: exact where a bucket ends there; otherwise between the next bucket above (`bad`) and the next
 * below (`badAtMost`). Without a +Inf bucket the histogram's own count stands for it.
 */
function countSlow(
  { buckets }: Histogram,
  count: number | null,
  boundMs: number,
): { readonly bad: number; readonly badAtMost: number; readonly total: number } | { readonly wrong: string } {
  const total = buckets.find(([bound]) => bound === Infinity)?.[1] ?? count;
  if (total === null) return { wrong: 'it has neither a bucket le="+Inf" nor a count' };
  const broken = buckets.find(([bound, within]) => Number.isNaN(bound) || !isCount(within));
  if (broken !== undefined || !isCount(total)) return { wrong: "a bucket is no count, or has no bound" };
  const slower = ([, within]: readonly [number, number]): number => Math.max(0, total - within);
  const exact = buckets.find(([bound]) => Math.abs(bound - boundMs) <= boundMs * 1e-9);
  if (exact !== undefined) return { bad: slower(exact), badAtMost: slower(exact), total };
  const finite = buckets.filter(([bound]) => bound !== Infinity).sort(([a], [b]) => a - b);
  const above = finite.find(([bound]) => bound > boundMs);
  const below = finite.findLast(([bound]) => bound < boundMs);
  return { bad: above === undefined ? 0 : slower(above), badAtMost: below === undefined ? total : slower(below), total };
}

/** The highest of an arm's processes decides; one without a value has no say. */
function level(atMs: number, limit: number | null, seen: readonly Seen[], valueOf: (seen: Seen) => number | null): Reading {
  const arms = { canary: [] as number[], stable: [] as number[] };
  for (const one of seen) {
    const value = valueOf(one);
    if (value === null) continue;
    if (!Number.isFinite(value)) return { kind: "unavailable", why: `${one.now.process} says ${value}, which is no level` };
    arms[one.now.arm].push(value / (limit ?? 1));
  }
  if (arms.canary.length === 0) return { kind: "no-data" };
  return { kind: "level", atMs, canary: Math.max(...arms.canary), stable: arms.stable.length === 0 ? null : Math.max(...arms.stable) };
}

/** Gain per second of a counter since `base`; a counter that went down began again at zero. */
function growth(selector: Selector, { now, base }: Seen): number | null {
  if (base === null) return null;
  const before = new Map(picked(base, selector).map((sample) => [sample.series, sample.value]));
  const counters = picked(now, selector);
  if (counters.length === 0) return null;
  let gained = 0;
  for (const { series, value } of counters) {
    const last = before.get(series) ?? 0;
    gained += value < last ? value : value - last;
  }
  return gained / ((now.monotonicMs - base.monotonicMs) / 1_000);
}
