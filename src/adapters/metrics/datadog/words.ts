import type { MetricKind } from "../../../core/plan.ts";

/** What a metric's words ask of Datadog: queries with `{arm}` where the arm's tags go. */
export type DatadogAsked =
  | { readonly kind: "counts"; readonly hits: string; readonly total: string; readonly service: string | null }
  | { readonly kind: "number"; readonly value: string; readonly service: string | null };

/** The words understood, or one sentence with what is wrong and what to write instead. */
export type ReadWords = { readonly kind: "asked"; readonly asked: DatadogAsked } | { readonly kind: "problem"; readonly problem: string };

const countRemedy = 'Write "sum:http.requests{status:5xx,{arm}}.as_count()".';
const levelRemedy = 'Write "avg:container.cpu.usage{{arm}}".';

/** Reads the words of one metric for a source of kind `datadog`; pure and total. */
export function readWords(metric: MetricKind, words: Readonly<Record<string, string | number>>): ReadWords {
  const service = words["service"] === undefined ? null : String(words["service"]);
  const text = (word: string): string => String(words[word] ?? "").trim();
  if (metric === "level") {
    const wrong = queryProblem("value", text("value"), { form: forms.level, remedy: levelRemedy });
    return wrong ?? { kind: "asked", asked: { kind: "number", value: text("value"), service } };
  }
  if (metric !== "ratio" && metric !== "count") return problem(`Datadog has no ${metric} here`, "Write kind: ratio, count or level.");
  const given = (["bad", "good"] as const).filter((word) => words[word] !== undefined);
  const [hits] = given;
  if (hits === undefined || given.length > 1) return problem("exactly one of bad and good says what is counted", countRemedy);
  const wrong = countProblem(hits, text(hits)) ?? countProblem("total", text("total"));
  return wrong ?? { kind: "asked", asked: { kind: "counts", hits: text(hits), total: text("total"), service } };
}

const forms = {
  counts: /^sum:[A-Za-z][\w.]*\{[^{}]*\}\.as_count\(\)$/,
  level: /^(?:avg|max|min|sum):[A-Za-z][\w.]*\{[^{}]*\}$/,
};

function countProblem(word: string, query: string): ReadWords | null {
  return queryProblem(word, query, { form: forms.counts, remedy: countRemedy });
}

/** One metric's points alone: serin rolls them up and adds up the arms. Source: https://docs.datadoghq.com/metrics/#querying-metrics */
function queryProblem(word: string, query: string, { form, remedy }: { readonly form: RegExp; readonly remedy: string }): ReadWords | null {
  if (query === "") return problem(`${word} is missing`, remedy);
  if (query.length > 1_000) return problem(`${word} is longer than 1000 characters`, remedy);
  if (!query.includes("{arm}")) return problem(`${word} has no {arm}`, `It stands where the arm's tags go. ${remedy}`);
  if (form.test(query.replaceAll("{arm}", "arm:x"))) return null;
  return problem(`${word} is not one metric in the form that is needed`, `No functions, no sums of several, no "by". ${remedy}`);
}

function problem(what: string, remedy: string): ReadWords {
  return { kind: "problem", problem: `${what}. ${remedy}` };
}
