import type { MetricKind } from "../../../core/plan.ts";
import type { ExpositionSample } from "../exposition/exposition.ts";
import { parseWhere } from "../exposition/selector.ts";

/** What a plan asks of the edge. */
export type EdgeAsked =
  /** Requests whose answer has one of these status classes. */
  | { readonly kind: "statuses"; readonly bad: readonly string[]; readonly matches: Matches }
  /** People who met a server error for the first time, of the people watched for a turn. */
  | { readonly kind: "affected" }
  /** People who reached a goal in time. */
  | { readonly kind: "goal"; readonly goal: string }
  | { readonly kind: "latency"; readonly matches: Matches };

type Matches = (sample: ExpositionSample) => boolean;

export type ReadWords = { readonly kind: "asked"; readonly asked: EdgeAsked } | { readonly kind: "problem"; readonly problem: string };

const everything: Matches = () => true;
const statuses: Readonly<Record<string, readonly string[]>> = { "5xx": ["5xx"], "4xx": ["4xx"], "4xx+5xx": ["4xx", "5xx"] };

/** Reads a metric's words: `bad: 5xx | 4xx | 4xx+5xx | affected`, or `goal: NAME`; `where: service="backend"` for requests. */
export function readWords(kind: MetricKind, words: Readonly<Record<string, string | number>>): ReadWords {
  const { bad, goal, where } = words;
  const matches = where === undefined ? everything : readWhere(String(where));
  if (typeof matches === "string") return { kind: "problem", problem: matches };
  if (kind === "latency") return { kind: "asked", asked: { kind: "latency", matches } };
  if ((bad === undefined) === (goal === undefined)) {
    return problem("one of bad and goal is needed", "Write bad: 5xx, bad: affected, or goal: with the name of one of traffic.goals.");
  }
  const isOfPeople = goal !== undefined || bad === "affected";
  if (isOfPeople && where !== undefined) return problem("people are counted over all services", "Leave where out.");
  if (goal !== undefined) return { kind: "asked", asked: { kind: "goal", goal: String(goal) } };
  if (bad === "affected") return { kind: "asked", asked: { kind: "affected" } };
  const classes = statuses[String(bad).replaceAll(" ", "")];
  if (classes === undefined) return problem(`bad: ${String(bad)} is not known to the edge`, "Write 5xx, 4xx, 4xx+5xx or affected.");
  return { kind: "asked", asked: { kind: "statuses", bad: classes, matches } };
}

function readWhere(text: string): Matches | string {
  const parsed = parseWhere(text);
  if (parsed.kind === "problem") return parsed.problem;
  return (sample) => parsed.selector.matches(sample);
}

function problem(what: string, remedy: string): ReadWords {
  return { kind: "problem", problem: `${what}. ${remedy}` };
}
