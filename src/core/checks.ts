import type { Line, TestSpec } from "../evidence/test-spec.ts";
import { lineThatBreaks, lineThatHolds } from "./condition.ts";
import type { Condition } from "./condition.ts";
import type { Gate, Guard, Metric, Plan, ThresholdTest } from "./plan.ts";
import type { Reaction } from "./reactions.ts";

/** A gate or a guard as something to be judged: which quantity it reads, which test it runs, what its failure sets off. */
export interface Check {
  /** `Gate.id` or `Guard.id`. */
  readonly id: string;
  /** Phase index of a gate; `null` for a guard, which is watched in every phase. */
  readonly phase: number | null;
  readonly metric: string;
  readonly quantity: string;
  readonly spec: TestSpec;
  /** `null`: a failure holds and asks. */
  readonly reaction: Reaction | null;
}

/** What is asked of the sources at each scrape: a metric, for latencies with the bound whose crossings are counted. */
export interface Quantity {
  /** Key in readings: the metric's name, or "name>500ms". */
  readonly quantity: string;
  readonly metric: Metric;
  readonly slowerThanMs: number | null;
}

/** Share of the false-rollback budget that is left to gates with a reaction of their own when the guards use it up. */
const gatesLeftover = 0.2;
/** A saturated resource fails when 4 of the last 5 levels are over the line (k of n, evidence.md 2e). */
const levelRule: ThresholdTest = { k: 4, n: 5 };
/** Source: DESIGN.md 4: down is 3 of 3. */
const probeRule = 3;
/** Source: DESIGN.md 6: the default fail line of `no regression`, as a ratio of stable; its inverse where lower is better. */
const regressionRatio = 0.5;

/** Every gate and guard of the plan, gates first, in the plan's order. */
export function checksOf(plan: Plan): readonly Check[] {
  const gates = plan.phases.flatMap((phase, index) => phase.gates.map((gate) => gateCheck(plan, gate, index, phase.observeMs)));
  return [...gates, ...plan.guards.map((guard) => guardCheck(plan, guard))];
}

/** Every quantity that some check reads, each once. */
export function quantitiesOf(plan: Plan): readonly Quantity[] {
  const found = new Map<string, Quantity>();
  for (const item of [...plan.phases.flatMap((phase) => phase.gates), ...plan.guards]) {
    const metric = metricOf(plan, item.metric);
    const quantity = quantityName(item.metric, item.condition);
    found.set(quantity, { quantity, metric, slowerThanMs: item.condition.kind === "quantile" ? item.condition.ms : null });
  }
  return [...found.values()];
}

/** True when the test compares with the stable arm, so that a sample-ratio mismatch makes it void and 100 % ends it. */
export function compares(check: Check): boolean {
  return check.spec.kind === "against-stable" || (check.spec.kind === "threshold" && check.spec.ofStable);
}

/** True when its failure is a proof, which stays whatever is read later; a plain rule looks at the latest readings alone. */
export function provesFailure({ spec }: Check): boolean {
  return spec.kind === "rate" || spec.kind === "against-stable" || spec.kind === "none";
}

/** True when the verdict is about the share in force alone, so that it is judged anew at the next one: what a resource needs depends on how many come. */
export function isOfPresentShare({ spec }: Check): boolean {
  return spec.kind === "level";
}

function gateCheck(plan: Plan, gate: Gate, phase: number, observeMs: number): Check {
  const pass = lineOf(gate.condition, metricOf(plan, gate.metric), "must hold");
  const fail = gate.fail
    ? lineOf(gate.fail, metricOf(plan, gate.metric), "must not hold")
    : (guardLineFor(plan, gate) ?? failByDefault(gate.condition, pass));
  const alpha = gate.otherwise ? budgetOfGate(plan) : plan.alpha;
  const ask = { condition: gate.condition, metric: metricOf(plan, gate.metric), pass, fail, threshold: gate.threshold, alpha, observeMs };
  return {
    id: gate.id,
    phase,
    metric: gate.metric,
    quantity: quantityName(gate.metric, gate.condition),
    spec: specOf(plan, ask),
    reaction: gate.otherwise,
  };
}

function guardCheck(plan: Plan, guard: Guard): Check {
  const fail = lineOf(guard.condition, metricOf(plan, guard.metric), "must not hold");
  const observeMs = Math.max(...plan.phases.map((phase) => phase.observeMs));
  const alpha = plan.alpha * guard.weight * guardScale(plan);
  const ask = {
    condition: guard.condition,
    metric: metricOf(plan, guard.metric),
    pass: null,
    fail,
    threshold: guard.threshold,
    alpha,
    observeMs,
  };
  return {
    id: guard.id,
    phase: null,
    metric: guard.metric,
    quantity: quantityName(guard.metric, guard.condition),
    spec: specOf(plan, ask),
    reaction: guard.reaction,
  };
}

interface Ask {
  readonly condition: Condition;
  readonly metric: Metric;
  readonly pass: Line | null;
  readonly fail: Line;
  readonly threshold: ThresholdTest | null;
  readonly alpha: number;
  readonly observeMs: number;
}

function specOf(plan: Plan, ask: Ask): TestSpec {
  const { condition, metric, pass, fail } = ask;
  const budget = { alpha: ask.alpha, beta: plan.beta, plannedScrapes: plannedScrapes(plan) };
  if (condition.kind === "down") return { kind: "probe", k: probeRule };
  if (condition.kind === "none") return { kind: "none", rate: metric.rate, ...budget };
  const ofStable = condition.kind === "of-stable" || condition.kind === "no-regression";
  if (ask.threshold) return { kind: "threshold", pass, fail, ofStable, ...ask.threshold };
  if (ofStable) return { kind: "against-stable", unit: metric.unit, pass, fail, ...budget };
  if (metric.kind === "level") {
    const steady = condition.kind === "line" && condition.steady ? { limit: 1, withinMs: 2 * ask.observeMs } : null;
    return { kind: "level", line: pass ?? fail, ...levelRule, steady };
  }
  if (metric.kind === "score") {
    const { minRuns, isApproximate } = metric;
    return { kind: "score", line: pass ?? fail, minRuns, alpha: ask.alpha, ...(isApproximate && { isApproximate }) };
  }
  return { kind: "rate", unit: metric.unit, pass, fail, ...budget };
}

/** The line of a condition in the unit of its test: a quantile's line is the fraction that may be slower. */
function lineOf(condition: Condition, metric: Metric, reading: "must hold" | "must not hold"): Line {
  const line = reading === "must hold" ? lineThatHolds : lineThatBreaks;
  switch (condition.kind) {
    case "line":
      return line(condition.is, condition.value);
    case "quantile":
      // Rounded because 1 - 0.95 is not 0.05 in binary.
      return line(condition.is, Number((1 - condition.quantile).toFixed(9)));
    case "of-stable":
      return line(condition.is, condition.ratio);
    case "no-regression":
      return metric.better === "higher" ? { good: "above", at: 1 - condition.beyond } : { good: "below", at: 1 + condition.beyond };
    case "none":
    case "down":
      return { good: "below", at: 0 };
  }
}

function failByDefault(condition: Condition, pass: Line): Line {
  if (condition.kind !== "no-regression") return pass;
  return pass.good === "above" ? { good: "above", at: regressionRatio } : { good: "below", at: 1 / regressionRatio };
}

/** The line of a guard on the same quantity, when it lies on the worse side of the gate's own line. */
function guardLineFor(plan: Plan, gate: Gate): Line | null {
  const metric = metricOf(plan, gate.metric);
  const pass = lineOf(gate.condition, metric, "must hold");
  for (const guard of plan.guards) {
    if (guard.metric !== gate.metric || !isSameScale(guard.condition, gate.condition)) continue;
    const line = lineOf(guard.condition, metric, "must not hold");
    const isWorse = line.good === "below" ? line.at >= pass.at : line.at <= pass.at;
    if (line.good === pass.good && isWorse) return line;
  }
  return null;
}

function isSameScale(guard: Condition, gate: Condition): boolean {
  if (guard.kind === "quantile" && gate.kind === "quantile") return guard.ms === gate.ms;
  if (gate.kind === "no-regression") return guard.kind === "of-stable";
  return guard.kind === gate.kind;
}

function quantityName(metric: string, condition: Condition): string {
  return condition.kind === "quantile" ? `${metric}>${condition.ms}ms` : metric;
}

function metricOf(plan: Plan, name: string): Metric {
  const metric = plan.metrics[name];
  if (!metric) throw new Error(`the plan has no metric ${name}: it was not checked before it came here`);
  return metric;
}

function plannedScrapes(plan: Plan): number {
  const wholeMs = plan.phases.reduce((sum, phase) => sum + phase.observeMs + phase.extendMs, 0);
  return Math.max(1, Math.ceil(wholeMs / plan.scrapeMs));
}

/** What scales the guards' weights so that they and the reacting gates share one budget. */
function guardScale(plan: Plan): number {
  const guards = plan.guards.reduce((sum, guard) => sum + guard.weight, 0);
  const ceiling = reactingGates(plan) === 0 ? 1 : 1 - gatesLeftover;
  return guards > ceiling ? ceiling / guards : 1;
}

function budgetOfGate(plan: Plan): number {
  const used = plan.guards.reduce((sum, guard) => sum + guard.weight, 0) * guardScale(plan);
  return (plan.alpha * (1 - used)) / Math.max(1, reactingGates(plan));
}

function reactingGates(plan: Plan): number {
  return plan.phases.flatMap((phase) => phase.gates).filter((gate) => gate.otherwise).length;
}
