import type { MetricSource, Reading } from "../../ports.ts";
import type { SourceDefinition } from "../define.ts";
import { throwWhenNothingIsKnown } from "../readings.ts";
import { checkWords, expositionMetrics } from "./exposition/words.ts";
import { prometheusConnection } from "./prometheus/connection.ts";
import type { PrometheusConnection } from "./prometheus/connection.ts";
import { Reader } from "./prometheus/reader.ts";
import { examine } from "./prometheus/examine.ts";

/**
 * Reads the raw counters and gauges of every target of a release from a Prometheus, or what speaks its language: all metrics of all targets in one query
 * where they can be asked for together, with every sample of the last minutes as it was scraped. Nothing is a `rate()`: one series per process is handed
 * on, and the engine takes the differences.
 *
 * An arm that Prometheus has nothing of, or cannot scrape, is `unavailable` for every metric that its service has a part in; a scrape that is late is
 * neither. When no query can be answered, the read throws.
 */
export const prometheus: SourceDefinition<PrometheusConnection> = {
  kind: "prometheus",
  says: "Reads raw counters, histograms and gauges of each version from a Prometheus server.",
  connection: prometheusConnection,
  isBuiltIn: false,
  metrics: expositionMetrics,
  countsPeople: false,
  checkQuery: checkWords,
  examine: async (words, examination, surroundings, signal) => examine(new Reader(words, surroundings), examination, signal),
  create: (words, surroundings) => {
    const reader = new Reader(words, surroundings);
    return {
      async read(queries, context, signal) {
        signal.throwIfAborted();
        if (queries.length === 0) return new Map<string, Reading>();
        const readings = await reader.read(queries, context, signal);
        throwWhenNothingIsKnown(readings);
        return readings;
      },
    } satisfies MetricSource;
  },
};
