import type { Comparison, Condition } from "../../core/condition.ts";
import { adapterOf, meaningOfSource } from "../catalogue.ts";
import { sayCondition } from "../conditions.ts";
import type { Draft } from "../draft.ts";
import { wrong } from "../finding.ts";
import type { Finding, Path } from "../finding.ts";
import { wordsOf } from "./metrics.ts";
import { isRelative, usesOf } from "./rule.ts";
import type { Rule, Use } from "./rule.ts";

type MetricDraft = Draft["metrics"]["items"][number]["value"];

/** What each kind of metric is judged by, for the remedy. */
const judgedBy: Readonly<Record<MetricDraft["kind"], string>> = {
  ratio: '"< 0.5%", "> 70%", "< 50% of stable" or "no regression"',
  latency: '"p95 < 500ms"',
  level: '"< 80%", "< 80% and stable" or "< 500"',
  score: '">= 90"',
  count: '"none"; for a guard "> 0"',
  probe: '"is down"',
};

/** A condition can be told of a metric of that kind and unit. */
export const conditionsFit: Rule = (draft) =>
  withMetric(draft).flatMap(({ use, metric }) => [
    ...misfit(use.by, use.condition, metric, use.metric).map((why) => why(use.conditionAt)),
    ...(use.fail === null ? [] : misfit(use.by, use.fail, metric, use.metric).map((why) => why([...use.at, "fail"]))),
  ]);

/** Comparing needs a stable arm. */
export const comparisonsHaveTwoArms: Rule = (draft, { catalogue }) =>
  withMetric(draft).flatMap(({ use, metric }) => {
    if (![use.condition, ...(use.fail === null ? [] : [use.fail])].some(isRelative)) return [];
    if (adapterOf(meaningOfSource(catalogue, metric.source))?.hasStableArm?.(wordsOf(metric)) !== false) return [];
    const message = `"${use.metric}" has no stable arm, so it cannot be compared with one.`;
    return [
      wrong(
        use.conditionAt,
        message,
        'Write a line of its own, such as "< 1%", or take the metric from a source that tells the arms apart.',
      ),
    ];
  });

/** A gate's fail line lies beyond its pass line, on the same scale. */
export const failLinesLieBeyond: Rule = (draft) =>
  withMetric(draft).flatMap(({ use, metric }) => {
    if (use.fail === null) return [];
    const problem = beyond(use.condition, use.fail, goodOf(draft, use.metric, metric));
    return problem === null ? [] : [wrong([...use.at, "fail"], problem.message, problem.remedy)];
  });

/** "no regression" needs to know which way is good. */
export const regressionsHaveADirection: Rule = (draft) =>
  withMetric(draft).flatMap(({ use, metric }) => {
    if (use.condition.kind !== "no-regression" || metric.kind !== "ratio" || goodOf(draft, use.metric, metric) !== null) return [];
    return [
      wrong(
        use.conditionAt,
        `Nothing says whether more of "${use.metric}" is better or worse.`,
        `Write "better: higher" or "better: lower" in the metric ${use.metric}.`,
      ),
    ];
  });

/** `test: threshold` and `of` belong together, and only lines have readings to count. */
export const thresholdsAreWhole: Rule = (draft) => {
  const gates = draft.phases.items.flatMap((phase) =>
    phase.value.gates.items.flatMap(({ path, value }) => ("pass" in value ? [{ path, value, condition: value.pass }] : [])),
  );
  const guards = draft.guards.items.map(({ path, value }) => ({ path, value, condition: value.when.condition }));
  return [...gates, ...guards].flatMap(({ path, value, condition }): Finding[] => {
    if (value.test === undefined && value.of === undefined) return [];
    if (value.of === undefined)
      return [{ ...wrong(path, "test: threshold does not say of how many readings.", 'Add of: "3 of 5".'), on: "key" }];
    if (value.test === undefined)
      return [wrong([...path, "of"], '"of" counts readings, and this is judged by evidence.', "Add test: threshold, or remove it.")];
    const isLine = condition.kind === "line" || condition.kind === "quantile" || isRelative(condition);
    return isLine
      ? []
      : [
          wrong(
            [...path, "test"],
            `${JSON.stringify(sayCondition(condition))} has no readings beyond a line to count.`,
            "Remove test and of.",
          ),
        ];
  });
};

/** Which way of a metric is good, from its own words, the plan's conditions and its kind; `null` when nothing says so. */
export function goodOf(draft: Draft, name: string, metric: MetricDraft): Side | null {
  if (metric.better !== undefined) return metric.better;
  for (const use of usesOf(draft)) {
    const { condition } = use;
    if (use.metric !== name || (condition.kind !== "line" && condition.kind !== "of-stable")) continue;
    return sideOf(use.by, condition);
  }
  return goodByWords(metric);
}

export type Side = "lower" | "higher";

/** The side that a gate asks for, or a guard keeps to, with a line that points this way. */
export function sideOf(by: Use["by"], condition: { readonly is: Comparison }): Side {
  return condition.is.startsWith("<") === (by === "gate") ? "lower" : "higher";
}

/** Which way of a metric is good, from its own words and its kind alone; `null` when they do not say. */
export function goodByWords(metric: MetricDraft): Side | null {
  if (metric.better !== undefined) return metric.better;
  if (metric["goal"] !== undefined || metric["good"] !== undefined) return "higher";
  if (metric["bad"] !== undefined || metric.kind === "latency" || metric.kind === "count" || metric.kind === "probe") return "lower";
  return metric.kind === "score" ? "higher" : null;
}

function withMetric(draft: Draft): readonly { readonly use: Use; readonly metric: MetricDraft }[] {
  return usesOf(draft).flatMap((use) => {
    const entry = draft.metrics.items.find((metric) => metric.name === use.metric);
    return entry === undefined ? [] : [{ use, metric: entry.value }];
  });
}

type Misfit = (path: Path) => Finding;

function misfit(by: Use["by"], condition: Condition, metric: MetricDraft, name: string): readonly Misfit[] {
  const says = JSON.stringify(sayCondition(condition));
  const no = (remedy: string): readonly Misfit[] => [
    (path) => wrong(path, `${says} cannot be told of "${name}", which is a ${metric.kind}.`, remedy),
  ];
  const fits = `Write a condition such as ${judgedBy[metric.kind]}.`;
  if (metric.kind === "probe" && by === "gate") {
    return [
      (path) => wrong(path, `"${name}" is a probe, and probes are for guards.`, `Write a guard: { when: "${name} is down", then: halt }.`),
    ];
  }
  if (!isOfKind(by, condition, metric)) return no(fits);
  if (condition.kind !== "line") return [];
  const isShare = metric.kind === "ratio" || (metric.kind === "level" && metric["limit"] !== undefined);
  if (isShare && !condition.percent) {
    // "< 500" of a ratio is another quantity; "< 0.5" may be percent or a ratio, so nothing is guessed.
    return [
      (path) =>
        wrong(
          path,
          `"${name}" is a share, and ${says} has no %.`,
          `Write ${JSON.stringify(sayCondition({ ...condition, value: condition.value / 100, percent: true }))}.`,
        ),
    ];
  }
  if (isShare && condition.value > 1 && metric.kind === "ratio")
    return [(path) => wrong(path, `No ratio is over 100%, and ${says} asks for it.`, fits)];
  if (metric.kind === "score" && condition.percent) {
    return [
      (path) =>
        wrong(
          path,
          `"${name}" is a score, and scores have no %.`,
          `Write ${JSON.stringify(sayCondition({ ...condition, value: Number((condition.value * 100).toFixed(6)), percent: false }))}.`,
        ),
    ];
  }
  return [];
}

function isOfKind(by: Use["by"], condition: Condition, metric: MetricDraft): boolean {
  switch (metric.kind) {
    case "ratio":
      return (condition.kind === "line" && !condition.steady) || isRelative(condition);
    case "latency":
      return condition.kind === "quantile";
    case "level":
      return condition.kind === "line";
    case "score":
      return condition.kind === "line" && !condition.steady;
    case "count":
      return by === "gate"
        ? condition.kind === "none"
        : condition.kind === "line" && condition.is === ">" && condition.value === 0 && !condition.steady;
    case "probe":
      return condition.kind === "down" && by === "guard";
  }
}

/** What is wrong with a fail line, or `null`. Between the two lines nothing is decided, so they must leave room, not overlap. */
function beyond(
  pass: Condition,
  fail: Condition,
  good: "lower" | "higher" | null,
): { readonly message: string; readonly remedy: string } | null {
  const passSays = sayCondition(pass);
  if (pass.kind === "none" || pass.kind === "down") return { message: `"${passSays}" has no second line.`, remedy: "Remove fail." };
  if (pass.kind === "no-regression") {
    const wanted = good === "lower" ? ">" : "<";
    if (fail.kind === "of-stable" && fail.is.startsWith(wanted)) return null;
    return {
      message: `A fail line of "${passSays}" is a ratio of stable.`,
      remedy: good === "lower" ? 'Write "> 200% of stable".' : 'Write "< 50% of stable".',
    };
  }
  if (fail.kind !== pass.kind)
    return {
      message: `"${sayCondition(fail)}" is on another scale than "${passSays}".`,
      remedy: "Write both lines of a gate in the same way.",
    };
  const isTurned = fail.is.startsWith("<") !== ("is" in pass && pass.is.startsWith("<"));
  if (!isTurned)
    return {
      message: `"${sayCondition(fail)}" points the same way as "${passSays}": pass says what must hold, fail what must not.`,
      remedy: "Turn the sign of the fail line.",
    };
  if (pass.kind === "quantile" && fail.kind === "quantile" && pass.ms !== fail.ms)
    return {
      message: `"${sayCondition(fail)}" counts what is slower than ${fail.ms} ms, and "${passSays}" what is slower than ${pass.ms} ms: two different numbers.`,
      remedy: `Write a quantile of ${pass.ms} ms, such as "${sayCondition({ ...fail, ms: pass.ms, quantile: worseQuantile(pass.quantile) })}", or a guard of its own: { when: "METRIC ${sayCondition(fail)}", then: rollback }.`,
    };
  const room = lineOf(fail) - lineOf(pass);
  const isBeyond = "is" in pass && pass.is.startsWith("<") ? room >= 0 : room <= 0;
  return isBeyond
    ? null
    : {
        message: `"${sayCondition(fail)}" lies on the good side of "${passSays}", so both could hold at once.`,
        remedy: "Write a fail line at or beyond the pass line.",
      };
}

/** Twice as much may be slower: p95 is p90 then. */
function worseQuantile(quantile: number): number {
  return Number(Math.max(0.01, 1 - 2 * (1 - quantile)).toFixed(9));
}

function lineOf(condition: Condition): number {
  switch (condition.kind) {
    case "line":
      return condition.value;
    case "quantile":
      // The part that may be slower is what is judged.
      return 1 - condition.quantile;
    case "of-stable":
      return condition.ratio;
    case "no-regression":
    case "none":
    case "down":
      return 0;
  }
}
