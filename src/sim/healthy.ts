import { checksOf, quantitiesOf } from "../core/checks.ts";
import type { Check, Quantity } from "../core/checks.ts";
import type { Plan } from "../core/plan.ts";
import type { Line } from "../evidence/test-spec.ts";
import { facetOf } from "./facets.ts";
import type { Truth } from "./shop.ts";

/** How far a healthy rate or load is on the good side of its line. */
const ofLine = { rate: 0.2, load: 0.5, conversion: 3 } as const;
/** Where the plan has no line of its own: it only compares with stable. */
const unlined = { rate: 0.001, conversion: 0.05, level: 0.4, score: 95 } as const;

/**
 * What every quantity of the plan truly is while both versions are well, by quantity, from the plan's own lines. What is better lower stands at a
 * fifth of its strictest line, a load at half of it; everything that counts failed requests counts the same ones, and so has one rate. A
 * conversion has three times its highest line, and what else is better higher stands half-way between its line and the top of its scale
 * (1 or 100). What is only compared with stable has a rate of 0.1 % where it is better lower and 5 % where it is better higher. No
 * event happens and nothing is down.
 */
export function healthyTruths(plan: Plan): Readonly<Record<string, Truth>> {
  const checks = checksOf(plan);
  const quantities = quantitiesOf(plan);
  const value = new Map(quantities.map((quantity) => [quantity.quantity, healthyOf(quantity, linesOf(quantity, checks))]));
  const failing = quantities.filter(({ metric }) => facetOf(metric) === "failed-requests");
  const leastFailing = Math.min(...failing.map(({ quantity }) => value.get(quantity) ?? Number.POSITIVE_INFINITY));
  for (const { quantity } of failing) value.set(quantity, leastFailing);
  return Object.fromEntries([...value].map(([quantity, healthy]) => [quantity, { canary: healthy, stable: healthy }]));
}

/** Every line that a check draws for the quantity in its own unit; comparisons with stable have none. */
export function linesOf(quantity: Quantity, checks: readonly Check[]): readonly Line[] {
  return checks.flatMap(({ quantity: name, spec }) => {
    if (name !== quantity.quantity) return [];
    switch (spec.kind) {
      case "rate":
        return spec.pass ? [spec.pass, spec.fail] : [spec.fail];
      case "threshold":
        return spec.ofStable ? [] : spec.pass ? [spec.pass, spec.fail] : [spec.fail];
      case "level":
      case "score":
        return [spec.line];
      case "against-stable":
      case "none":
      case "probe":
        return [];
    }
  });
}

function healthyOf({ metric }: Quantity, lines: readonly Line[]): number {
  const below = Math.min(...lines.filter(({ good }) => good === "below").map(({ at }) => at));
  const above = Math.max(...lines.filter(({ good }) => good === "above").map(({ at }) => at));
  const isBelow = Number.isFinite(below);
  switch (metric.kind) {
    case "probe":
    case "count":
      return 0;
    case "latency":
    case "ratio":
      if (isBelow) return below * ofLine.rate;
      if (!Number.isFinite(above)) return metric.better === "higher" ? unlined.conversion : unlined.rate;
      return Math.min(above * ofLine.conversion, (above + 1) / 2);
    case "level":
    case "score":
      if (isBelow) return below * ofLine.load;
      return Number.isFinite(above) ? wellAbove(above) : unlined[metric.kind];
  }
}

function wellAbove(line: number): number {
  const top = [1, 100].find((most) => line <= most);
  return top === undefined ? line * 1.2 : (line + top) / 2;
}
