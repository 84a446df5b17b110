import type { MetricKind } from "../../../core/plan.ts";

/** Which page a metric's words in the plan ask about. */
export interface Asked {
  readonly service: string;
  /** With its query, if it has one. */
  readonly path: string;
  /** A text that the page must have to be the page that is meant; `null`: any page is. */
  readonly contains: string | null;
}

/** The words understood, or one sentence with what is wrong and what to write instead. */
export type ReadWords = { readonly kind: "asked"; readonly asked: Asked } | { readonly kind: "problem"; readonly problem: string };

/** Reads the words of one metric for a source of kind `axe`; pure and total. */
export function readWords(metric: MetricKind, words: Readonly<Record<string, string | number>>): ReadWords {
  if (metric !== "score") return problem(`a page has no ${metric} here`, "Write kind: score.");
  const { service, path = "/", category = "accessibility", contains } = words;
  if (service === undefined) return problem("service is missing", "Write service: frontend, the service of the plan that serves the page.");
  if (category !== "accessibility") {
    return problem(`axe has no category ${String(category)}`, "Write category: accessibility, or take the source lighthouse.");
  }
  // Two slashes begin an address of another host.
  if (!/^\/(?![/\\])\S*$/.test(String(path))) {
    return problem(
      `path ${String(path)} does not begin with one /, or has blanks`,
      "Write path: /dashboard; the host is that of each target.",
    );
  }
  if (contains !== undefined && String(contains).trim() === "") {
    return problem("contains is empty", 'Write contains: "Your dashboard", a text that only the page that is meant has.');
  }
  return {
    kind: "asked",
    asked: { service: String(service), path: String(path), contains: contains === undefined ? null : String(contains) },
  };
}

function problem(what: string, remedy: string): ReadWords {
  return { kind: "problem", problem: `${what}. ${remedy}` };
}
