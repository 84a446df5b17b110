import type { ReadLabel } from "../exposition/labels.ts";
import type { Asked } from "../exposition/words.ts";
import type { Sought } from "./arms.ts";

/** What one reading needs of Prometheus: metrics by name, each with the conditions that all who ask for it share, of these targets. */
export interface Want {
  readonly metrics: ReadonlyMap<string, Conditions>;
  readonly sought: readonly Sought[];
}

/** Conditions on labels as they stand in a selector, `status=~"5.."`; the empty text: none. */
type Conditions = string;

/** Beside the plan's own metrics: which targets are scraped, and when their processes began. */
export const ownMetrics = { up: "up", born: "process_start_time_seconds" } as const;

/** A label that serin adds where a series has none cannot be asked of Prometheus. */
const addedHere = new Set(["service", "version"]);

/** The metrics that these words need, each with the conditions that Prometheus can look at. */
export function metricsOf(all: readonly Asked[]): ReadonlyMap<string, Conditions> {
  const metrics = new Map<string, Conditions>(Object.values(ownMetrics).map((name) => [name, ""]));
  for (const asked of all) for (const [name, conditions] of metricsOfOne(asked)) join(metrics, name, conditions);
  return metrics;
}

function metricsOfOne(asked: Asked): readonly (readonly [name: string, conditions: Conditions])[] {
  switch (asked.kind) {
    case "events":
      return [asked.hits, ...(asked.total === null ? [] : [asked.total])].map((one) => [one.metric ?? "", write(one.labels)]);
    case "histogram":
      return ["bucket", "count"].map((part) => [`${asked.metric}_${part}`, write(asked.where?.labels ?? [])]);
    case "gauge":
    case "growth":
      return [[asked.value.metric ?? "", write(asked.value.labels)]];
  }
}

/** Who asks for a metric with other conditions than somebody else makes both get all of it. */
function join(metrics: Map<string, Conditions>, name: string, conditions: Conditions): void {
  const before = metrics.get(name);
  metrics.set(name, before === undefined || before === conditions ? conditions : "");
}

function write(labels: readonly ReadLabel[]): Conditions {
  return labels
    .filter(({ name }) => !addedHere.has(name))
    .map(({ name, operator, value }) => `${quoteLabel(name)}${operator}${quote(value)}`)
    .join(",");
}

/** All conditions of a selector as PromQL, also those that Prometheus may not know. */
export function writeLabels(labels: readonly ReadLabel[]): string {
  return labels.map(({ name, operator, value }) => `${quoteLabel(name)}${operator}${quote(value)}`).join(",");
}

/**
 * The fewest queries that answer all of them: one for each set of labels by which targets are found and each set of conditions. `where` is added to each;
 * every sample of the last `lookbackMs` is asked for, as it was scraped.
 *
 * Source: https://prometheus.io/docs/prometheus/latest/querying/basics/#range-vector-selectors
 */
export function queriesOf(wants: readonly Want[], options: { readonly where: string; readonly lookbackMs: number }): readonly string[] {
  const metrics = new Map<string, Conditions>();
  for (const want of wants) for (const [name, conditions] of want.metrics) join(metrics, name, conditions);
  const names = Map.groupBy(metrics.keys(), (name) => metrics.get(name) ?? "");
  const kinds = Map.groupBy(
    wants.flatMap(({ sought }) => sought),
    ({ labels }) => [...labels.keys()].sort().join(","),
  );
  return [...kinds.values()].flatMap((sought) =>
    [...names].map(([conditions, some]) => {
      const all = [anyOf("__name__", some.map(escapeName)), conditions, ...labelsOf(sought), options.where];
      return `{${all.filter((part) => part !== "").join(",")}}[${options.lookbackMs}ms]`;
    }),
  );
}

function labelsOf(sought: readonly Sought[]): readonly string[] {
  const names = [...(sought[0]?.labels.keys() ?? [])].sort();
  return names.map((name) =>
    anyOf(
      name,
      sought.flatMap(({ labels }) => labels.get(name)?.source ?? []),
    ),
  );
}

/** `sources` are regular expressions; plain texts are asked for as such. */
function anyOf(label: string, sources: readonly string[]): string {
  const all = [...new Set(sources)].sort();
  const [only = ""] = all;
  return all.length === 1 && /^[\w-]*$/.test(only) ? `${label}="${only}"` : `${label}=~${quote(all.join("|"))}`;
}

function escapeName(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** A text in double quotes, as PromQL reads it. */
export function quote(text: string): string {
  return JSON.stringify(text);
}

function quoteLabel(name: string): string {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) ? name : quote(name);
}
