import type { MetricKind } from "../../../core/plan.ts";
import type { Query } from "../../../ports.ts";

/** Which page, and which of Lighthouse's categories, a metric's words in the plan ask about. */
export interface Asked {
  /** Who serves the page; `null`: whoever has its path in the plan's traffic. */
  readonly service: string | null;
  /** With its query, if it has one. */
  readonly path: string;
  readonly category: Category;
  /** A text that people see on the page that is meant; `null`: any page is. */
  readonly contains: string | null;
}

/** Source: https://github.com/GoogleChrome/lighthouse/blob/v13.5.0/core/config/default-config.js (categories) */
export const categories = ["performance", "accessibility", "best-practices", "seo"] as const;
export type Category = (typeof categories)[number];

/** A query with its words understood. */
export interface AskedQuery {
  readonly query: Query;
  readonly asked: Asked;
}

/** The words understood, or one sentence with what is wrong and what to write instead. */
export type ReadWords = { readonly kind: "asked"; readonly asked: Asked } | { readonly kind: "problem"; readonly problem: string };

/** Reads the words of one metric for a source of kind `lighthouse`; pure and total. */
export function readWords(metric: MetricKind, words: Readonly<Record<string, string | number>>): ReadWords {
  if (metric !== "score") return problem(`a page has no ${metric} here`, "Write kind: score.");
  const { service, path = "/", category, contains } = words;
  if (category === undefined) return problem("category is missing", `Write category: performance, or one of ${categories.join(", ")}.`);
  const known = categories.find((one) => one === category);
  if (known === undefined) return problem(`Lighthouse has no category ${String(category)}`, `It has ${categories.join(", ")}.`);
  // Two slashes begin an address of another host.
  if (!/^\/(?![/\\])\S*$/.test(String(path))) {
    return problem(
      `path ${String(path)} does not begin with one /, or has blanks`,
      "Write path: /dashboard; the host is that of each version.",
    );
  }
  if (service !== undefined && String(service).trim() === "") {
    return problem("service is empty", "Write service: frontend, or leave it out: the plan's routes say who serves the path.");
  }
  if (contains !== undefined && String(contains).trim() === "") {
    return problem("contains is empty", 'Write contains: "Your dashboard", a text that only the page that is meant has.');
  }
  return {
    kind: "asked",
    asked: {
      service: service === undefined ? null : String(service),
      path: String(path),
      category: known,
      contains: contains === undefined ? null : String(contains),
    },
  };
}

function problem(what: string, remedy: string): ReadWords {
  return { kind: "problem", problem: `${what}. ${remedy}` };
}
