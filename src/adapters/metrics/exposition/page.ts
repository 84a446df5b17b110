import type { ExpositionSample } from "./exposition.ts";

/** The counters and gauges of one process as they stood at one moment. */
export interface Page {
  /** Names the process for good: a restarted one keeps it. */
  readonly process: string;
  readonly arm: "canary" | "stable";
  /** Epoch ms by our clock at which its numbers were taken. */
  readonly atMs: number;
  /** The same moment on a clock that does not step: for differences only. */
  readonly monotonicMs: number;
  /** Epoch ms at which it was read: not before anything that was told earlier. */
  readonly readMs: number;
  /** The page's samples, with the target's `service` and `version` where the page has no such label. */
  readonly samples: readonly PageSample[];
  readonly series: ReadonlySet<string>;
  /** Epoch ms by our clock at which the process began; `null` when nobody says. */
  readonly processBornMs: number | null;
  /** By name of a series without its suffix (`http_requests{…}` for `http_requests_total{…}`): when it began, epoch ms by our clock. */
  readonly createdMs: ReadonlyMap<string, number>;
}

/** A sample with the target's labels beside its own; `series` names it by its own labels only. */
export interface PageSample extends ExpositionSample {
  readonly own: ReadonlyMap<string, string>;
  readonly series: string;
}

/** What one process has to say now, and before. */
export interface Seen {
  readonly now: Page;
  /** An earlier page; `null` when there is none. A series that it lacks began after everything that was told before. */
  readonly previous: Page | null;
  /** An earlier page that growth per second is counted from; `null` while there is none that is old enough. */
  readonly base: Page | null;
}

/** A sample as its target's: its own label wins over the target's, as `honor_labels: true` does in Prometheus. `series` is `seriesName(sample)`. */
export function ofTarget(
  sample: ExpositionSample,
  series: string,
  target: { readonly service: string | null; readonly version: string | null },
): PageSample {
  const given = Object.entries(target).filter((label): label is [string, string] => label[1] !== null);
  return { name: sample.name, value: sample.value, labels: new Map([...given, ...sample.labels]), own: sample.labels, series };
}
