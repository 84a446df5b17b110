import { quantitiesOf } from "../core/checks.ts";
import { lineThatBreaks, lineThatHolds } from "../core/condition.ts";
import type { Condition } from "../core/condition.ts";
import type { AskedCheck } from "../core/messages/context.ts";
import type { Metric, Plan } from "../core/plan.ts";
import { parseCondition, parseGuard, sayCondition } from "./conditions.ts";
import { quoted } from "./parsed.ts";
import type { Misread, Parsed } from "./parsed.ts";

/**
 * Another condition for a gate or guard of a plan that has been released: "< 1%", "error-rate < 1%", "p95 < 800ms". It must be one that the readings of
 * the release can answer, and point the same way.
 */
export function readOtherCondition(plan: Plan, asked: AskedCheck, text: string): Parsed<Condition> {
  const metric = plan.metrics[asked.check.metric];
  if (metric === undefined) throw new Error(`the plan has no metric ${asked.check.metric}, but a check of it`);
  const words = text.trim().startsWith(`${metric.name} `) ? text.trim().slice(metric.name.length + 1) : text;
  const parsed = asked.kind === "guard" ? parseGuard(`${metric.name} ${words}`) : parseCondition(words);
  if (!parsed.ok) return parsed;
  return misfit({ plan, asked, metric, condition: parsed.condition }) ?? { ok: true, value: parsed.condition };
}

interface Asked {
  readonly plan: Plan;
  readonly asked: AskedCheck;
  readonly metric: Metric;
  readonly condition: Condition;
}

function misfit(given: Asked): Misread | null {
  const { asked, metric, condition } = given;
  const says = quoted(sayCondition(condition));
  const own = quoted(sayCondition(asked.condition));
  if (asked.condition.kind === "none" || asked.condition.kind === "down") {
    return { ok: false, message: `${quoted(asked.says)} has no line that could be another one.`, remedy: "Ask about a check with a line." };
  }
  if (!isOfKind(given)) {
    return {
      ok: false,
      message: `${says} cannot be told of "${metric.name}", which is a ${metric.kind}.`,
      remedy: `Write it as ${own} is written.`,
    };
  }
  if (condition.kind === "quantile") {
    const read = boundsOf(given);
    if (!read.includes(condition.ms)) {
      const bounds = read.map((ms) => `${ms} ms`).join(" or ");
      return {
        ok: false,
        message: `This release counted answers slower than ${bounds}, and not than ${condition.ms} ms.`,
        remedy: `Ask about a quantile of ${bounds}.`,
      };
    }
  }
  const good = goodSide(asked.kind, condition, metric);
  const before = goodSide(asked.kind, asked.condition, metric);
  return good === before ? null : { ok: false, message: `${says} points the other way than ${own}.`, remedy: "Turn its sign." };
}

function isOfKind({ asked, metric, condition }: Asked): boolean {
  const isComparison = condition.kind === "of-stable" || condition.kind === "no-regression";
  switch (metric.kind) {
    case "ratio":
      return isComparison || (condition.kind === "line" && condition.percent && !condition.steady && condition.value <= 1);
    case "latency":
      return condition.kind === "quantile";
    case "level":
    case "score": {
      const isPercent = asked.condition.kind === "line" && asked.condition.percent;
      return condition.kind === "line" && condition.percent === isPercent && (metric.kind === "level" || !condition.steady);
    }
    case "count":
    case "probe":
      return false;
  }
}

/** Bounds whose crossings this release counted. */
function boundsOf({ plan, metric }: Asked): readonly number[] {
  const bounds = quantitiesOf(plan).flatMap((quantity) => (quantity.metric.name === metric.name ? (quantity.slowerThanMs ?? []) : []));
  return [...new Set(bounds)].toSorted((a, b) => a - b);
}

function goodSide(kind: AskedCheck["kind"], condition: Condition, metric: Metric): "below" | "above" {
  if (!("is" in condition)) return metric.better === "higher" ? "above" : "below";
  const line = kind === "gate" ? lineThatHolds(condition.is, 0) : lineThatBreaks(condition.is, 0);
  return line.good;
}
