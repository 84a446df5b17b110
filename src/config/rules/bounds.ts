import { adapterOf, meaningOfSource } from "../catalogue.ts";
import { sayCondition, sayMilliseconds } from "../conditions.ts";
import { doubtful } from "../finding.ts";
import type { Finding } from "../finding.ts";
import { wordsOf } from "./metrics.ts";
import { usesOf } from "./rule.ts";
import type { Rule, Use } from "./rule.ts";

/**
 * A line on a latency is one at which its source counts. Between two of them what is slow is not known, and is never guessed: a fail is proven by
 * what is over the upper one, a pass by what is under the lower.
 *
 * Source: evidence.md 2a
 */
export const latencyLinesAreBounds: Rule = (draft, { catalogue }) =>
  usesOf(draft).flatMap((use): Finding[] => {
    const metric = draft.metrics.items.find((entry) => entry.name === use.metric)?.value;
    if (metric?.kind !== "latency") return [];
    const bounds = adapterOf(meaningOfSource(catalogue, metric.source))?.latencyBoundsMs?.(wordsOf(metric)) ?? [];
    const lines = [
      { condition: use.condition, at: use.conditionAt },
      ...(use.fail === null ? [] : [{ condition: use.fail, at: [...use.at, "fail"] }]),
    ];
    return lines.flatMap(({ condition, at }) =>
      condition.kind !== "quantile" || bounds.length === 0 || bounds.includes(condition.ms)
        ? []
        : [doubtful(at, ...sayBetween({ use, condition, source: metric.source, bounds }))],
    );
  });

interface Between {
  readonly use: Use;
  readonly condition: Extract<Use["condition"], { readonly kind: "quantile" }>;
  readonly source: string;
  readonly bounds: readonly number[];
}

/** Message and remedy. */
function sayBetween({ use, condition, source, bounds }: Between): readonly [string, string] {
  const { ms } = condition;
  const below = bounds.findLast((bound) => bound < ms) ?? null;
  const above = bounds.find((bound) => bound > ms) ?? null;
  const counts =
    below === null
      ? `up to ${sayMilliseconds(above ?? 0)} at the least, not up to ${sayMilliseconds(ms)}: none is proven fast`
      : above === null
        ? `up to ${sayMilliseconds(below)} at the most, not up to ${sayMilliseconds(ms)}: none is proven slow`
        : `up to ${sayMilliseconds(below)} and up to ${sayMilliseconds(above)}, not up to ${sayMilliseconds(ms)}: what takes between the two is proven neither fast nor slow`;
  const isNearerBelow = above === null || (below !== null && ms - below < above - ms);
  const instead = sayCondition({ ...condition, ms: (isNearerBelow ? below : above) ?? ms });
  return [
    `The source "${source}" counts answers ${counts}.`,
    `Write "${use.by === "guard" ? `${use.metric} ` : ""}${instead}". There are ${bounds.map(sayMilliseconds).join(", ")}.`,
  ];
}
