import type { MetricKind } from "../../../core/plan.ts";

/**
 * What a metric's words ask of Sentry. `of`: what could have gone wrong, and is counted as the whole. `query`: which errors are counted; `null`: sessions
 * that crashed, or their users.
 */
export interface SentryAsked {
  readonly of: "sessions" | "users";
  readonly query: string | null;
  /** Only releases of this service; `null`: of every service of the plan. */
  readonly service: string | null;
}

/** The words understood, or one sentence with what is wrong and what to write instead. */
export type ReadWords = { readonly kind: "asked"; readonly asked: SentryAsked } | { readonly kind: "problem"; readonly problem: string };

/** Reads the words of one metric for a source of kind `sentry`; pure and total. */
export function readWords(metric: MetricKind, words: Readonly<Record<string, string | number>>): ReadWords {
  if (metric !== "count" && metric !== "ratio") return problem(`Sentry has no ${metric} here`, "Write kind: count or ratio.");
  const { of = "sessions", query, service } = words;
  if (of !== "sessions" && of !== "users") return problem(`of: ${String(of)} is not counted`, "Write of: sessions or of: users.");
  const text = query === undefined ? null : String(query).trim();
  if (text === "") return problem("query is empty", 'Write query: "level:fatal".');
  if (metric === "count" && text === null) return problem("query is missing", 'Write query: "level:fatal".');
  if (metric === "ratio" && text !== null && of === "sessions")
    return problem("a session may have several errors, so they are no part of it", "Write of: users, or kind: count.");
  const taken = /(?:^|[\s(!])(release|environment|project)[\w.]*:/i.exec(text ?? "");
  if (taken !== null)
    return problem(
      `the query has ${taken[1] ?? "it"}:`,
      "Leave it out: the release gives its versions and environment, the connection the project.",
    );
  if (/\b(?:OR|AND)\b/.test(text ?? ""))
    return problem("the query has OR or AND", "Write a list, such as level:[fatal,error]: Sentry's list of issues knows no OR.");
  return { kind: "asked", asked: { of, query: text, service: service === undefined ? null : String(service) } };
}

function problem(what: string, remedy: string): ReadWords {
  return { kind: "problem", problem: `${what}. ${remedy}` };
}
