import { RE2JS } from "re2js";
import type { ExpositionSample } from "./exposition.ts";
import { namePattern, readLabels } from "./labels.ts";
import type { ReadLabel } from "./labels.ts";

/** Which samples of a page are meant: `http_requests_total{status=~"5..",service="backend"}`. */
export interface Selector {
  /** As it was written. */
  readonly text: string;
  /** The metric's name; `null` when only labels are given (the `where` of a latency). */
  readonly metric: string | null;
  /** Its conditions, in the order in which they were written. */
  readonly labels: readonly ReadLabel[];
  matches(sample: ExpositionSample): boolean;
  /** False when a sample with this label can never match; true when the selector does not name the label. */
  accepts(label: { readonly name: string; readonly value: string }): boolean;
}

/** A selector, or one sentence with what is wrong and what to write instead. */
export type ParsedSelector =
  | { readonly kind: "selector"; readonly selector: Selector }
  | { readonly kind: "problem"; readonly problem: string };

const longestSelector = 2_000;
const longestRegex = 500;
const nameFirst = new RegExp(`^${namePattern}`);

/**
 * Reads a series selector as Prometheus does: `=`, `!=`, `=~`, `!~`; a missing label is the empty text; a regular expression must match the
 * whole value. Regular expressions are RE2's and take linear time, so no expression can hang a reading.
 *
 * Source: https://prometheus.io/docs/prometheus/latest/querying/basics/#instant-vector-selectors
 */
export function parseSelector(text: string): ParsedSelector {
  const trimmed = text.trim();
  if (trimmed === "") return problem("the selector is empty", 'Write a metric, for example http_requests_total{status=~"5.."}.');
  if (trimmed.length > longestSelector) {
    return problem(`the selector is longer than ${longestSelector} characters`, "Write fewer labels, or a shorter regular expression.");
  }
  const name = nameFirst.exec(trimmed)?.[0] ?? null;
  return parseRest(trimmed, name, trimmed.slice(name?.length ?? 0).trimStart());
}

/** Reads labels alone, as the `where` of a latency has them: `service="backend",status!~"5.."`, with or without braces. */
export function parseWhere(text: string): ParsedSelector {
  const trimmed = text.trim();
  return parseSelector(trimmed.startsWith("{") ? trimmed : `{${trimmed}}`);
}

function parseRest(text: string, name: string | null, rest: string): ParsedSelector {
  if (rest === "") return selector(text, name, []);
  if (!rest.startsWith("{")) {
    return problem(
      `${quote(text)} is not a selector: after the metric's name only {labels} may stand`,
      'Write metric{label="value"}; functions, ranges and arithmetic belong to Prometheus.',
    );
  }
  const read = readLabels(rest, 0, ["=", "!=", "=~", "!~"]);
  if (read.kind === "malformed") return problem(`${quote(text)} ${read.because}`, 'Write {label="value"} with =, !=, =~ or !~.');
  if (read.end !== rest.length) {
    return problem(
      `${quote(text)} goes on after its labels`,
      'Write metric{label="value"} only; ranges and functions belong to Prometheus.',
    );
  }
  if (read.metric !== null && name !== null) return problem(`${quote(text)} names its metric twice`, "Write the name once.");
  return selector(text, read.metric ?? name, read.labels);
}

function selector(text: string, metric: string | null, labels: readonly ReadLabel[]): ParsedSelector {
  const tests: { readonly label: string; readonly accepts: (value: string) => boolean }[] = [];
  for (const label of labels) {
    const accepts = accepting(label);
    if (typeof accepts === "string") return { kind: "problem", problem: accepts };
    tests.push({ label: label.name, accepts });
  }
  const matches = (sample: ExpositionSample): boolean =>
    (metric === null || sample.name === metric) && tests.every(({ label, accepts }) => accepts(sample.labels.get(label) ?? ""));
  const acceptsLabel = ({ name, value }: { readonly name: string; readonly value: string }): boolean =>
    tests.every(({ label, accepts }) => label !== name || accepts(value));
  return { kind: "selector", selector: { text, metric, labels, matches, accepts: acceptsLabel } };
}

function accepting({ name, operator, value }: ReadLabel): ((value: string) => boolean) | string {
  if (operator === "=") return (seen) => seen === value;
  if (operator === "!=") return (seen) => seen !== value;
  if (value.length > longestRegex) {
    return `the regular expression of ${name} is longer than ${longestRegex} characters. Write a shorter one, or several labels.`;
  }
  const wanted = operator === "=~";
  const compiled = compile(value);
  if (typeof compiled === "string") {
    return `the regular expression ${quote(value)} of ${name} cannot be read (${compiled}). Write RE2 syntax as Prometheus does, for example "5..".`;
  }
  return (seen) => compiled.testExact(seen) === wanted;
}

function compile(expression: string): RE2JS | string {
  try {
    return RE2JS.compile(expression, RE2JS.DOTALL);
  } catch (cause) {
    return cause instanceof Error ? cause.message.replace("error parsing regexp: ", "") : String(cause);
  }
}

function problem(what: string, remedy: string): ParsedSelector {
  return { kind: "problem", problem: `${what}. ${remedy}` };
}

function quote(text: string): string {
  return text.length > 80 ? `"${text.slice(0, 77)}…"` : `"${text}"`;
}
