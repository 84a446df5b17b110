import type { Target } from "../../../ports.ts";
import { parseExposition, seriesName } from "../exposition/exposition.ts";
import type { ExpositionSample } from "../exposition/exposition.ts";

/** One target's metrics as they stood at one moment. */
export interface Page {
  readonly target: Target;
  /** Epoch ms by our clock. */
  readonly atMs: number;
  readonly monotonicMs: number;
  /** The page's samples, with the target's `service` and `version` where the page has no such label. */
  readonly samples: readonly PageSample[];
  readonly series: ReadonlySet<string>;
  /** Epoch ms by our clock at which the target's process began; `null` when the page does not say. */
  readonly processBornMs: number | null;
  /** By name of a series without its suffix (`http_requests{…}` for `http_requests_total{…}`): when it began, epoch ms by our clock. */
  readonly createdMs: ReadonlyMap<string, number>;
}

/** A sample with the target's labels beside its own; `series` names it by its own labels only. */
export interface PageSample extends ExpositionSample {
  readonly own: ReadonlyMap<string, string>;
  readonly series: string;
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
}): Page {
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
    samples.push(ofTarget(sample, target));
  }
  return { target, atMs, monotonicMs, samples, series: new Set(samples.map(({ series }) => series)), processBornMs, createdMs: created };
}

/** A page's own label wins over the target's, as `honor_labels: true` does in Prometheus. */
function ofTarget(sample: ExpositionSample, target: Target): PageSample {
  const labels = new Map([["service", target.service], ["version", target.version], ...sample.labels]);
  return { name: sample.name, value: sample.value, labels, own: sample.labels, series: seriesName(sample) };
}

/** Returns `page` with the number of times that its target did not answer since `sinceMs` (epoch ms). */
export function withFailures(page: Page, failures: { readonly count: number; readonly sinceMs: number }): Page {
  const sample = ofTarget({ name: failuresMetric, labels: new Map(), value: failures.count }, page.target);
  return {
    ...page,
    samples: [...page.samples, sample],
    series: new Set(page.series).add(sample.series),
    createdMs: new Map(page.createdMs).set(failuresMetric.replace(/_total$/, ""), failures.sinceMs),
  };
}

/** A page of a target that did not answer: nothing but its failures. */
export function silentPage(at: { readonly target: Target; readonly atMs: number; readonly monotonicMs: number }): Page {
  return { ...at, samples: [], series: new Set(), processBornMs: null, createdMs: new Map() };
}
