import { readLabels, namePattern } from "./labels.ts";

/** One sample of a page: its metric name, its labels and its value (`NaN` and infinities as they stand). */
export interface ExpositionSample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

/** A page that is not in the exposition format; `line` counts from 1. */
export class MalformedExposition extends Error {
  override readonly name = "MalformedExposition";
  readonly line: number;
  constructor(at: { readonly line: number; readonly text: string; readonly because: string }) {
    super(`line ${at.line} of the metrics page ${at.because}: ${JSON.stringify(at.text.slice(0, 80))}`);
    this.line = at.line;
  }
}

const noLabels: ReadonlyMap<string, string> = new Map();
const nameAtStart = new RegExp(namePattern, "y");
const number = "[+-]?(?:(?:\\d+\\.?\\d*|\\.\\d+)(?:e[+-]?\\d+)?|inf(?:inity)?|nan)";
const afterLabels = new RegExp(`[ \\t]*(${number})(?:[ \\t]+${number})?[ \\t]*(?:#.*)?$`, "iy");

/**
 * Returns the samples of a metrics page in their order, in the Prometheus text format 0.0.4 or OpenMetrics 1.0, UTF-8 names included.
 *
 * Families are not put together: a histogram is its `_bucket`, `_sum` and `_count` samples. Comments, types, time stamps and exemplars are
 * read over. A page without samples is an empty list. Throws `MalformedExposition` at the first line that is neither sample nor comment, so
 * that an error page is never read as "no data".
 *
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/ and OpenMetrics 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec/)
 */
export function parseExposition(page: string): readonly ExpositionSample[] {
  const samples: ExpositionSample[] = [];
  let lineNumber = 0;
  let isEnded = false;
  for (let from = 0; from < page.length;) {
    const newline = page.indexOf("\n", from);
    const to = newline === -1 ? page.length : newline;
    const text = page.slice(from, to).trim();
    from = to + 1;
    lineNumber += 1;
    if (text === "") continue;
    const at = { line: lineNumber, text };
    if (isEnded) throw new MalformedExposition({ ...at, because: "stands after # EOF" });
    if (text === "# EOF") isEnded = true;
    if (!text.startsWith("#")) samples.push(parseSample(at));
  }
  return samples;
}

function parseSample(at: { readonly line: number; readonly text: string }): ExpositionSample {
  const { text } = at;
  nameAtStart.lastIndex = 0;
  const bareName = nameAtStart.exec(text)?.[0] ?? "";
  let end = bareName.length;
  while (text[end] === " " || text[end] === "\t") end += 1;
  let name = bareName;
  let labels = noLabels;
  if (text[end] === "{") {
    const read = readLabels(text, end, ["="]);
    if (read.kind === "malformed") throw new MalformedExposition({ ...at, because: read.because });
    labels = new Map();
    for (const label of read.labels) {
      if (labels.has(label.name)) throw new MalformedExposition({ ...at, because: `has the label ${label.name} twice` });
      (labels as Map<string, string>).set(label.name, label.value);
    }
    if (read.metric !== null && name !== "") throw new MalformedExposition({ ...at, because: "names its metric twice" });
    name = read.metric ?? name;
    end = read.end;
  } else if (end === bareName.length) {
    throw new MalformedExposition({ ...at, because: "is not a sample: a metric name, labels and a value were expected" });
  }
  if (name === "") throw new MalformedExposition({ ...at, because: "has no metric name" });
  afterLabels.lastIndex = end;
  const value = afterLabels.exec(text)?.[1];
  if (value === undefined) throw new MalformedExposition({ ...at, because: "has no number as its value" });
  return { name, labels, value: toNumber(value) };
}

function toNumber(text: string): number {
  const lower = text.toLowerCase();
  if (lower.endsWith("nan")) return Number.NaN;
  if (lower.includes("inf")) return lower.startsWith("-") ? -Infinity : Infinity;
  return Number(text);
}

/** Returns the name of a sample's series as Prometheus writes it, labels in alphabetical order: the same series has the same name at every scrape. */
export function seriesName(sample: ExpositionSample): string {
  if (sample.labels.size === 0) return sample.name;
  const labels = [...sample.labels].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `${sample.name}{${labels.join(",")}}`;
}
