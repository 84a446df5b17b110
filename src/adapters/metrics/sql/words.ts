import { parseDuration } from "../../../core/duration.ts";
import type { MetricKind } from "../../../core/plan.ts";
import { readStatement } from "./statement.ts";
import type { Statement } from "./statement.ts";

/** What a metric's words in the plan ask of a database: counts of each arm, or a number of each arm. */
export interface SqlAsked {
  readonly kind: "counts" | "number";
  readonly statement: Statement;
  /** Only who was exposed at least this long ago counts, ms; `null`: everybody, at once. */
  readonly maturesMs: number | null;
}

/** The words understood, or one sentence with what is wrong and what to write instead. */
export type ReadWords = { readonly kind: "asked"; readonly asked: SqlAsked } | { readonly kind: "problem"; readonly problem: string };

/** Reads the words of one metric for a source of kind `sql`; pure and total. */
export function readWords(metric: MetricKind, words: Readonly<Record<string, string | number>>): ReadWords {
  if (metric !== "ratio" && metric !== "count" && metric !== "level")
    return problem(`a query has no ${metric}`, "Write kind: ratio, count or level.");
  const read = readStatement(String(words["query"] ?? ""));
  if (read.kind === "problem") return read;
  const { parameters } = read.statement;
  const maturesMs = words["matures"] === undefined ? null : parseDuration(String(words["matures"]));
  if (words["matures"] !== undefined && (maturesMs === null || maturesMs <= 0))
    return problem(`matures ${String(words["matures"])} is no duration`, "Write matures: 10m.");
  if (maturesMs !== null && !parameters.includes("until"))
    return problem("matures is given, and the query counts everybody at once", "Add: exposed_at <= :until.");
  if (maturesMs === null && parameters.includes("matures"))
    return problem("the query asks for :matures, and the metric does not say it", "Add matures: 10m to the metric.");
  return { kind: "asked", asked: { kind: metric === "level" ? "number" : "counts", statement: read.statement, maturesMs } };
}

function problem(what: string, remedy: string): ReadWords {
  return { kind: "problem", problem: `${what}. ${remedy}` };
}
