import type { Target } from "../../../ports.ts";
import { parseExposition, seriesName } from "../exposition/exposition.ts";
import type { ExpositionSample } from "../exposition/exposition.ts";
import { ofTarget } from "../exposition/page.ts";
import type { Page, PageSample } from "../exposition/page.ts";

/** One target's metrics as they stood at one moment. */
export interface ScrapedPage extends Page {
  readonly target: Target;
}

/** The metric that every page has beside its own: how often this target did not answer since it first had. */
export const failuresMetric = "serin_scrape_failures_total";

/** A clock that a page's own time stamps are read by is trusted to this much: the Date header has whole seconds. */
const dateResolutionMs = 2_000;

/**
 * Reads a page. `dateHeader` is the answer's Date: the target's own times (`process_start_time_seconds`, `…_created`) are moved from its
 * clock to ours by it. Throws `MalformedExposition`.
 *
 * Source: https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics and OpenMetrics 1.0 on `_created`
 */
export function readPage(raw: {
  readonly target: Target;
  readonly text: string;
  readonly dateHeader: string | undefined;
  readonly atMs: number;
  readonly monotonicMs: number;
}): ScrapedPage {
  const { target, atMs, monotonicMs } = raw;
  const dateMs = Date.parse(raw.dateHeader ?? "");
  const aheadMs = Number.isNaN(dateMs) || Math.abs(dateMs - atMs) < dateResolutionMs ? 0 : dateMs - atMs;
  const created = new Map<string, number>();
  let processBornMs: number | null = null;
  const samples: PageSample[] = [];
  for (const sample of parseExposition(raw.text)) {
    if (sample.name === "process_start_time_seconds") processBornMs = Math.round(sample.value * 1_000 - aheadMs);
    if (sample.name.endsWith("_created")) {
      created.set(seriesName({ ...sample, name: sample.name.slice(0, -"_created".length) }), Math.round(sample.value * 1_000 - aheadMs));
    }
    samples.push(sampleOf(sample, target));
  }
  const series = new Set(samples.map((sample) => sample.series));
  return { ...ofProcess(target), atMs, monotonicMs, readMs: atMs, samples, series, processBornMs, createdMs: created };
}

function sampleOf(sample: ExpositionSample, { service, version }: Target): PageSample {
  return ofTarget(sample, seriesName(sample), { service, version });
}

/** Returns `page` with the number of times that its target did not answer since `sinceMs` (epoch ms). */
export function withFailures(page: ScrapedPage, failures: { readonly count: number; readonly sinceMs: number }): ScrapedPage {
  const sample = sampleOf({ name: failuresMetric, labels: new Map(), value: failures.count }, page.target);
  return {
    ...page,
    samples: [...page.samples, sample],
    series: new Set(page.series).add(sample.series),
    createdMs: new Map(page.createdMs).set(failuresMetric.replace(/_total$/, ""), failures.sinceMs),
  };
}

/** A page of a target that did not answer: nothing but its failures. */
export function silentPage(at: { readonly target: Target; readonly atMs: number; readonly monotonicMs: number }): ScrapedPage {
  const { target, atMs, monotonicMs } = at;
  return {
    ...ofProcess(target),
    atMs,
    monotonicMs,
    readMs: atMs,
    samples: [],
    series: new Set(),
    processBornMs: null,
    createdMs: new Map(),
  };
}

/** One target is one process, named by its address. */
function ofProcess(target: Target): Pick<ScrapedPage, "target" | "process" | "arm"> {
  return { target, process: target.url, arm: target.arm };
}
