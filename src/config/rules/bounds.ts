import { doubts } from "../../core/messages/doubts.ts";
import { adapterOf, meaningOfSource } from "../catalogue.ts";
import { sayCondition, sayMilliseconds } from "../conditions.ts";
import type { Finding } from "../finding.ts";
import { wordsOf } from "./metrics.ts";
import { doubt, usesOf } from "./rule.ts";
import type { Rule } from "./rule.ts";

/**
 * A line on a latency is one at which its source counts. Between two of them what is slow is not known, and is never guessed: a fail is proven by
 * what is over the upper one, a pass by what is under the lower.
 *
 * Source: evidence.md 2a
 */
export const latencyLinesAreBounds: Rule = (draft, { catalogue, language }) =>
  usesOf(draft).flatMap((use): Finding[] => {
    const metric = draft.metrics.items.find((entry) => entry.name === use.metric)?.value;
    if (metric?.kind !== "latency") return [];
    const bounds = adapterOf(meaningOfSource(catalogue, metric.source))?.latencyBoundsMs?.(wordsOf(metric)) ?? [];
    const lines = [
      { condition: use.condition, at: use.conditionAt },
      ...(use.fail === null ? [] : [{ condition: use.fail, at: [...use.at, "fail"] }]),
    ];
    return lines.flatMap(({ condition, at }) => {
      if (condition.kind !== "quantile" || bounds.length === 0 || bounds.includes(condition.ms)) return [];
      const { below, above, nearest } = aroundOf(condition.ms, bounds);
      const instead = sayCondition({ ...condition, ms: nearest });
      const said = doubts[language].latencyBound({
        source: metric.source,
        below: below === null ? null : sayMilliseconds(below),
        above: above === null ? null : sayMilliseconds(above),
        line: sayMilliseconds(condition.ms),
        write: `${use.by === "guard" ? `${use.metric} ` : ""}${instead}`,
        bounds: bounds.map(sayMilliseconds).join(", "),
      });
      return [doubt(at, said)];
    });
  });

/** The bounds around a latency, `null` where there is none, and the nearer one. */
function aroundOf(
  ms: number,
  bounds: readonly number[],
): { readonly below: number | null; readonly above: number | null; readonly nearest: number } {
  const below = bounds.findLast((bound) => bound < ms) ?? null;
  const above = bounds.find((bound) => bound > ms) ?? null;
  const isNearerBelow = above === null || (below !== null && ms - below < above - ms);
  return { below, above, nearest: (isNearerBelow ? below : above) ?? ms };
}
