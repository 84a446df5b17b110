import { query as jsonPath } from "jsonpath-rfc9535";
import type { MetricKind } from "../../../core/plan.ts";

/** What a metric's words in the plan ask of a JSON interface. Selections are JSONPath (RFC 9535). */
export type Asked =
  | { readonly kind: "number"; readonly path: string; readonly select: string }
  | { readonly kind: "share"; readonly path: string; readonly hits: string; readonly total: string }
  | { readonly kind: "probe"; readonly path: string };

/** The words understood, or one sentence with what is wrong and what to write instead. */
export type ReadWords = { readonly kind: "asked"; readonly asked: Asked } | { readonly kind: "problem"; readonly problem: string };

type Words = Readonly<Record<string, string | number>>;

const longestSelection = 500;

/** Reads the words of one metric for a source of kind `http`; pure and total. */
export function readWords(metric: MetricKind, words: Words): ReadWords {
  const path = String(words["path"] ?? "/");
  if (!path.startsWith("/"))
    return problem(`path ${path} does not begin with /`, "Write path: /api/consensus; the host stands in the server's file.");
  switch (metric) {
    case "level":
    case "score": {
      const wrong = selectionProblem("select", words["select"]);
      return wrong === null ? asked({ kind: "number", path, select: String(words["select"]) }) : wrong;
    }
    case "ratio": {
      if ((words["bad"] === undefined) === (words["good"] === undefined)) {
        return problem(
          "exactly one of bad and good says what is counted",
          'Write bad: "$.failed", or good: "$.activated" for a conversion.',
        );
      }
      const hits = words["bad"] === undefined ? "good" : "bad";
      const wrong = selectionProblem(hits, words[hits]) ?? selectionProblem("total", words["total"]);
      return wrong ?? asked({ kind: "share", path, hits: String(words[hits]), total: String(words["total"]) });
    }
    case "probe":
      return asked({ kind: "probe", path });
    case "latency":
    case "count":
      return problem(`a JSON interface has no ${metric}`, "Take the source scrape, edge or prometheus for it.");
  }
}

function selectionProblem(word: string, selection: string | number | undefined): ReadWords | null {
  const remedy = `Write ${word}: "$.consensus", a JSONPath to one number.`;
  if (selection === undefined) return problem(`${word} is missing`, remedy);
  const text = String(selection);
  if (text.length > longestSelection) return problem(`${word} is longer than ${longestSelection} characters`, remedy);
  // These two run a regular expression of the plan on an answer from outside, without a bound on their time.
  if (/\b(?:match|search)\s*\(/.test(text)) return problem(`${word} uses match() or search()`, `They can run without end. ${remedy}`);
  try {
    jsonPath(null, text);
    return null;
  } catch (cause) {
    return problem(`${word} ${JSON.stringify(text)} is no JSONPath (${cause instanceof Error ? cause.message : "unreadable"})`, remedy);
  }
}

function asked(wanted: Asked): ReadWords {
  return { kind: "asked", asked: wanted };
}

function problem(what: string, remedy: string): ReadWords {
  return { kind: "problem", problem: `${what}. ${remedy}` };
}
