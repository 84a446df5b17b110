import { adapterOf, meaningOfSource } from "../catalogue.ts";
import type { Catalogue, SourceKind } from "../catalogue.ts";
import type { Draft } from "../draft.ts";
import { wrong } from "../finding.ts";
import type { Finding } from "../finding.ts";
import { insteadOf, nearest } from "../near.ts";
import { metricKeys } from "../plan-shape.ts";
import type { Rule } from "./rule.ts";

type MetricEntry = Draft["metrics"]["items"][number];
type Words = Readonly<Record<string, string | number>>;

const ownKeys = Object.keys(metricKeys);

/** A metric's words in its source's language: everything that is not a word of every metric. */
export function wordsOf(metric: MetricEntry["value"]): Words {
  return Object.fromEntries(Object.entries(metric).filter(([key]) => !ownKeys.includes(key))) as Words;
}

/** What a metric counts: as its source knows, as the plan says, or people for a goal and requests for everything else. */
export function unitOf(metric: MetricEntry["value"], catalogue: Catalogue): "person" | "request" {
  const known = adapterOf(meaningOfSource(catalogue, metric.source))?.unitOf?.(wordsOf(metric));
  return known ?? metric.unit ?? (metric["goal"] === undefined ? "request" : "person");
}

/** Every metric is of a kind that its source has, with the words that the source takes. */
export const sourcesTakeWords: Rule = (draft, { catalogue }) =>
  draft.metrics.items.flatMap((entry) => {
    const source = adapterOf(meaningOfSource(catalogue, entry.value.source));
    return source === null ? [] : checkWords(entry, source);
  });

function checkWords({ name, path, value }: MetricEntry, source: SourceKind): readonly Finding[] {
  const known = source.metrics[value.kind];
  if (known === undefined) {
    const kinds = Object.keys(source.metrics).join(", ");
    return [wrong([...path, "kind"], `The source "${value.source}" has no metrics of kind ${value.kind}.`, `It has ${kinds}.`)];
  }
  const words = wordsOf(value);
  const may = [...known.required, ...known.optional];
  const unknown = Object.keys(words).filter((word) => !may.includes(word));
  const missing = known.required.filter((word) => !Object.hasOwn(words, word));
  const findings: Finding[] = unknown.map((word) => ({
    ...wrong(
      [...path, word],
      `"${word.slice(0, 60)}" is no word of a ${value.kind} from ${source.kind}.`,
      insteadOf(word, [...may, ...ownKeys], "Remove it."),
    ),
    on: "key",
  }));
  for (const word of missing) {
    if (unknown.some((written) => nearest(written, may) === word)) continue;
    findings.push({
      ...wrong(
        path,
        `The metric "${name}" lacks "${word}", which a ${value.kind} from ${source.kind} needs.`,
        `Add ${word}: followed by the source's own words.`,
      ),
      on: "key",
    });
  }
  if (findings.length > 0) return findings;
  const refused = source.checkQuery(value.kind, words);
  return refused === null ? [] : [wrong(path, `${name}: ${refused}`, `Look at docs/adapters/${source.kind}.md.`)];
}

/** Units, rates and runs stand only where they mean something. */
export const unitsMeanSomething: Rule = (draft) =>
  draft.metrics.items.flatMap(({ path, value }) => {
    const counted = value.kind === "ratio" || value.kind === "latency" || value.kind === "count";
    const stray: readonly (readonly [key: "unit" | "rate" | "minRuns", isRight: boolean, where: string])[] = [
      ["unit", counted, "ratios, latencies and counts"],
      ["rate", value.kind === "count", "counts"],
      ["minRuns", value.kind === "score", "scores"],
    ];
    return stray
      .filter(([key, isRight]) => value[key] !== undefined && !isRight)
      .map(([key, , where]) => ({
        ...wrong([...path, key], `A ${value.kind} has no ${key}: only ${where} do.`, "Remove it."),
        on: "key" as const,
      }));
  });

/** People are counted only by a source that can tell them apart, and nothing is called people that is not. */
export const peopleAreCountable: Rule = (draft, { catalogue }) =>
  draft.metrics.items.flatMap(({ path, value }) => {
    const source = adapterOf(meaningOfSource(catalogue, value.source));
    if (source === null) return [];
    const unit = unitOf(value, catalogue);
    const at = [...path, value.unit === undefined ? "goal" : "unit"];
    if (value.unit !== undefined && value.unit !== unit)
      return [
        wrong(
          at,
          `These words count ${unit === "person" ? "people" : "requests"} at the source "${value.source}".`,
          `Write "${unit}", or leave it out.`,
        ),
      ];
    if (source.countsPeople || unit !== "person") return [];
    const able = catalogue.sources.filter((known) => known.countsPeople).map((known) => known.kind);
    const remedy = able.length === 0 ? 'Write "request".' : `Take it from a source that does (${able.join(", ")}), or write "request".`;
    return [wrong(at, `The source "${value.source}" does not count people.`, remedy)];
  });
