import type { Metric } from "../core/plan.ts";

/** The part of the world that a metric sees; `null`: one that no trouble of the simulator reaches. */
export type Facet =
  | "failed-requests"
  | "affected-people"
  | "page-errors"
  | "conversions"
  | "slow-answers"
  | "processor"
  | "memory"
  | "quality"
  | "accessibility"
  | "events"
  | "service"
  | null;

const words = {
  pages: /browser|beacon|blank|uncaught|javascript/,
  processor: /cpu|processor|\bload\b/,
  memory: /memory|\bmem\b|heap|\brss\b/,
  accessibility: /accessib|a11y|\baxe\b|wcag/,
} as const;

/**
 * What the metric sees, by these rules. A probe sees a service; a latency, slow answers. A ratio that is better higher sees conversions; one that
 * is better lower, failed requests, or the people that they affect when it counts people. A count sees single events. A ratio or count
 * whose name, source or words speak of browsers sees errors on pages instead. A level that has to stay above its line sees the quality of something
 * outside; any other sees processor or memory, and a score accessibility, when its name, source or words say so.
 */
export function facetOf(metric: Metric): Facet {
  const said = [metric.name, metric.source, ...Object.values(metric.query)].join(" ").toLowerCase();
  switch (metric.kind) {
    case "probe":
      return "service";
    case "latency":
      return "slow-answers";
    case "count":
      return words.pages.test(said) ? "page-errors" : "events";
    case "ratio":
      if (metric.better === "higher") return "conversions";
      if (words.pages.test(said)) return "page-errors";
      return metric.unit === "person" ? "affected-people" : "failed-requests";
    case "level":
      if (metric.better === "higher") return "quality";
      if (words.memory.test(said)) return "memory";
      return words.processor.test(said) ? "processor" : null;
    case "score":
      return words.accessibility.test(said) ? "accessibility" : null;
  }
}
