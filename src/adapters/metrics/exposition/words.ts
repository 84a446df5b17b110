import type { Metric, MetricKind } from "../../../core/plan.ts";
import type { QueryWords } from "../../define.ts";
import { parseSelector, parseWhere } from "./selector.ts";
import type { Selector } from "./selector.ts";

/** What a metric's words in the plan ask of counters and gauges. `hits` is what is judged: `bad` events, or `good` ones for a conversion. */
export type Asked =
  | { readonly kind: "events"; readonly hits: Selector; readonly total: Selector | null }
  | { readonly kind: "histogram"; readonly metric: string; readonly where: Selector | null; readonly bucketMs: number }
  /** `limit` divides the value; `null` leaves it as it is. */
  | { readonly kind: "gauge"; readonly value: Selector; readonly limit: number | null }
  /** As `gauge`, for what a counter gains per second. */
  | { readonly kind: "growth"; readonly value: Selector; readonly limit: number | null };

/** The words understood, or one sentence with what is wrong and what to write instead. */
export type ReadWords = { readonly kind: "asked"; readonly asked: Asked } | { readonly kind: "problem"; readonly problem: string };

type Words = Readonly<Record<string, string | number>>;

/** Reads the words of one metric for a source of counters and gauges; pure and total. */
export function readWords(metric: MetricKind, words: Words): ReadWords {
  switch (metric) {
    case "ratio":
      return readEvents(words, "needed");
    case "count":
      return readEvents(words, "optional");
    case "latency":
      return readHistogram(words);
    case "level":
      return readLevel(words);
    case "score":
    case "probe":
      return problem(`counters and gauges have no ${metric}`, "Take the source http for it.");
  }
}

/** False when the words' own labels leave a service out, so that its silence does not matter to them. */
export function concerns(asked: Asked, service: string): boolean {
  const label = { name: "service", value: service };
  switch (asked.kind) {
    case "events":
      return (asked.total ?? asked.hits).accepts(label);
    case "histogram":
      return asked.where?.accepts(label) ?? true;
    case "gauge":
    case "growth":
      return asked.value.accepts(label);
  }
}

/** As `readWords` has it, read once for each metric: a plan's metric is the same object at every reading. Throws what lint would have refused. */
export function rememberAsked(): (metric: Metric) => Asked {
  const known = new WeakMap<Metric, Asked>();
  return (metric) => {
    const before = known.get(metric);
    if (before !== undefined) return before;
    const read = readWords(metric.kind, metric.query);
    if (read.kind === "problem") throw new Error(`metric ${metric.name}: ${read.problem}`);
    known.set(metric, read.asked);
    return read.asked;
  };
}

function readEvents(words: Words, total: "needed" | "optional"): ReadWords {
  if ((words["bad"] === undefined) === (words["good"] === undefined)) {
    return problem(
      "exactly one of bad and good says what is counted",
      'Write bad: http_requests_total{status=~"5.."}, or good: for a conversion.',
    );
  }
  const hits = readSelector(words, words["bad"] === undefined ? "good" : "bad");
  if (typeof hits === "string") return { kind: "problem", problem: hits };
  if (words["total"] === undefined) {
    if (total === "optional") return asked({ kind: "events", hits, total: null });
    return problem("total is missing", "Write total: http_requests_total, the counter of everything that happened.");
  }
  const all = readSelector(words, "total");
  return typeof all === "string" ? { kind: "problem", problem: all } : asked({ kind: "events", hits, total: all });
}

function readHistogram(words: Words): ReadWords {
  const histogram = readSelector(words, "histogram");
  if (typeof histogram === "string") return { kind: "problem", problem: histogram };
  if (histogram.metric === null || histogram.text !== histogram.metric) {
    return problem(
      "histogram is the metric's name alone",
      'Write histogram: http_request_duration_seconds, and labels as where: service="backend".',
    );
  }
  if (/_(?:bucket|sum|count)$/.test(histogram.metric)) {
    return problem("histogram is written without _bucket, _sum or _count", `Write histogram: ${histogram.metric.replace(/_[a-z]+$/, "")}.`);
  }
  const bounds = words["bounds"] ?? "seconds";
  if (bounds !== "seconds" && bounds !== "milliseconds") {
    return problem("bounds is the unit of the histogram's buckets", "Write bounds: seconds or bounds: milliseconds.");
  }
  const where = words["where"] === undefined ? null : parseWhere(String(words["where"]));
  if (where?.kind === "problem") return { kind: "problem", problem: `where: ${where.problem}` };
  const bucketMs = bounds === "seconds" ? 1_000 : 1;
  return asked({ kind: "histogram", metric: histogram.metric, where: where?.selector ?? null, bucketMs });
}

function readLevel(words: Words): ReadWords {
  const value = readSelector(words, "value");
  if (typeof value === "string") return { kind: "problem", problem: value };
  const limit = words["limit"] ?? null;
  if (limit !== null && (typeof limit !== "number" || !Number.isFinite(limit) || limit <= 0)) {
    return problem(
      "limit is what 100 % means and must be a number above 0",
      "Write limit: 0.5 (CPU seconds a second) or limit: 268435456 (bytes).",
    );
  }
  const per = words["per"];
  if (per === undefined) return asked({ kind: "gauge", value, limit });
  if (per === "second") return asked({ kind: "growth", value, limit });
  return problem("per makes a counter a level", "Write per: second, or leave per out when value is a gauge.");
}

function readSelector(words: Words, word: string): Selector | string {
  const parsed = parseSelector(String(words[word] ?? ""));
  if (parsed.kind === "problem") return `${word}: ${parsed.problem}`;
  return parsed.selector.metric === null ? `${word}: the metric's name is missing. Write it before the labels.` : parsed.selector;
}

function asked(wanted: Asked): ReadWords {
  return { kind: "asked", asked: wanted };
}

function problem(what: string, remedy: string): ReadWords {
  return { kind: "problem", problem: `${what}. ${remedy}` };
}

/** What a source that reads such metrics is asked by, kind by kind. */
export const expositionMetrics: Partial<Record<MetricKind, QueryWords>> = {
  ratio: { required: ["total"], optional: ["bad", "good"] },
  count: { required: [], optional: ["bad", "good", "total"] },
  latency: { required: ["histogram"], optional: ["where", "bounds"] },
  level: { required: ["value"], optional: ["limit", "per"] },
};

/** A sentence about what is wrong with a metric's words, or `null`. */
export function checkWords(metric: MetricKind, words: Words): string | null {
  const read = readWords(metric, words);
  return read.kind === "problem" ? read.problem : null;
}
