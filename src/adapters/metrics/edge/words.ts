import type { MetricKind } from "../../../core/plan.ts";
import type { ExpositionSample } from "../exposition/exposition.ts";
import { parseWhere } from "../exposition/selector.ts";

/** What a plan asks of the edge. */
export type EdgeAsked =
  /** Requests whose answer has one of these status classes. */
  | { readonly kind: "statuses"; readonly bad: readonly string[]; readonly matches: Matches }
  /** People who met a server error for the first time, of the people watched for a turn. */
  | { readonly kind: "affected" }
  /** People whose page reported an error for the first time, or was not heard of at all, of the people who got a page and were watched for a turn. */
  | { readonly kind: "pages"; readonly bad: "affected" | "silent" }
  /** People who reached a goal in time. */
  | { readonly kind: "goal"; readonly goal: string }
  /** Page views whose layout shifted by more than `line`, a bound of the edge's own histogram. */
  | { readonly kind: "shifts"; readonly line: number; readonly matches: Matches }
  | { readonly kind: "latency"; readonly of: Latency; readonly matches: Matches };

/** What a latency is of: requests, or page views by what browsers measure. */
export type Latency = "requests" | "lcp" | "inp";

type Matches = (sample: ExpositionSample) => boolean;

export type ReadWords = { readonly kind: "asked"; readonly asked: EdgeAsked } | { readonly kind: "problem"; readonly problem: string };

const everything: Matches = () => true;
const statuses: Readonly<Record<string, readonly string[]>> = { "5xx": ["5xx"], "4xx": ["4xx"], "4xx+5xx": ["4xx", "5xx"] };
const latencies: readonly Latency[] = ["requests", "lcp", "inp"];
/** The bounds of the edge's histograms, ms: a line is exact at these. */
export const boundsMs: Readonly<Record<Latency, readonly number[]>> = {
  requests: [5, 10, 25, 50, 100, 250, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000, 10_000, 30_000],
  lcp: [500, 1_000, 1_500, 2_000, 2_500, 3_000, 4_000, 5_000, 7_500, 10_000, 15_000, 30_000],
  inp: [50, 100, 150, 200, 300, 400, 500, 750, 1_000, 2_000, 5_000],
};
/** The bounds of the edge's histogram of layout shifts: what is judged is exact at these. */
const shiftLines: readonly number[] = [0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1];
const knownBad = 'Write 5xx, 4xx, 4xx+5xx, affected, browser-errors, silent-pages, or "cls > 0.1"';

/** True when these words count people: who was affected, whose pages were, or who reached a goal. */
export function countsPeople({ bad, goal }: Readonly<Record<string, string | number>>): boolean {
  return goal !== undefined || bad === "affected" || bad === "browser-errors" || bad === "silent-pages";
}

/**
 * Reads a metric's words: `bad: 5xx | 4xx | 4xx+5xx | affected | browser-errors | silent-pages | "cls > 0.1"`, or `goal: NAME`; of a latency
 * `of: requests | lcp | inp`; `where: service="backend"` for requests and page views.
 */
export function readWords(kind: MetricKind, words: Readonly<Record<string, string | number>>): ReadWords {
  const { bad, goal, where, of = "requests" } = words;
  const matches = where === undefined ? everything : readWhere(String(where));
  if (typeof matches === "string") return { kind: "problem", problem: matches };
  if (kind === "latency") {
    const known = latencies.find((one) => one === of);
    if (known === undefined)
      return problem(`of: ${String(of)} is not known to the edge`, "Write lcp or inp, or leave it out for requests.");
    return { kind: "asked", asked: { kind: "latency", of: known, matches } };
  }
  if ((bad === undefined) === (goal === undefined)) {
    return problem("one of bad and goal is needed", "Write bad: 5xx, bad: affected, or goal: with the name of one of traffic.goals.");
  }
  if (countsPeople(words) && where !== undefined) return problem("people are counted over all services", "Leave where out.");
  if (goal !== undefined) return { kind: "asked", asked: { kind: "goal", goal: String(goal) } };
  return readBad(String(bad).replaceAll(" ", ""), matches);
}

function readBad(bad: string, matches: Matches): ReadWords {
  if (bad === "affected") return { kind: "asked", asked: { kind: "affected" } };
  if (bad === "browser-errors") return { kind: "asked", asked: { kind: "pages", bad: "affected" } };
  if (bad === "silent-pages") return { kind: "asked", asked: { kind: "pages", bad: "silent" } };
  const classes = statuses[bad];
  if (classes !== undefined) return { kind: "asked", asked: { kind: "statuses", bad: classes, matches } };
  const [, line] = /^cls>(\d{1,2}(?:\.\d{1,6})?)$/.exec(bad) ?? [];
  if (line === undefined) return problem(`bad: ${bad} is not known to the edge`, `${knownBad}.`);
  if (!shiftLines.includes(Number(line)))
    return problem(`the edge counts no layout shifts over ${line}`, `Write ${shiftLines.join(", ")}.`);
  return { kind: "asked", asked: { kind: "shifts", line: Number(line), matches } };
}

function readWhere(text: string): Matches | string {
  const parsed = parseWhere(text);
  if (parsed.kind === "problem") return parsed.problem;
  return (sample) => parsed.selector.matches(sample);
}

function problem(what: string, remedy: string): ReadWords {
  return { kind: "problem", problem: `${what}. ${remedy}` };
}
