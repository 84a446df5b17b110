import type { Line, TestSpec } from "../evidence/test-spec.ts";
import type { Check } from "./checks.ts";
import type { Metric, Plan } from "./plan.ts";

/** What a metric truly is on each arm, in the unit of its test: rates 0-1, levels and scores as they are, a probe's 1 for down. */
export interface Truth {
  readonly canary: number;
  readonly stable: number;
}

/** Which of a check's truths is assumed: of a gate that all is well, of a guard that harm is there. */
export type Mood = "well" | "harm";

/** Failures that are half as likely as the line allows, and what people do a quarter more often than it asks: a version that is well. */
const wellOdds = { below: 0.5, above: 1.25 };
/** Harm is five times beyond the line. */
const harmFactor = 5;
/** What stable does where only the ratio to it has a line: 2 % of people come that far, 0.2 % fail. */
const usualRates = { higher: 0.02, lower: 0.002 };
/** Levels and scores are rules: it only matters on which side of the line they are. */
const farFromLine = 0.1;

/** What is assumed of a check's metric when nobody says what it truly is. */
export function usualTruth(plan: Plan, check: Check, mood: Mood): Truth {
  const { spec } = check;
  switch (spec.kind) {
    case "rate":
      return { canary: rateOf(spec, mood), stable: rateOf(spec, "well") };
    case "against-stable": {
      const stable = usualRates[betterOf(plan, check)];
      return { canary: mood === "well" ? stable : Math.min(0.999, stable * beyond(spec.fail)), stable };
    }
    case "none":
      return { canary: mood === "well" ? 0 : Math.min(1, harmFactor * spec.rate), stable: 0 };
    case "level":
    case "score":
      return bothAt(besideLine(spec.line, mood));
    case "probe":
      return { canary: mood === "well" ? 0 : 1, stable: 0 };
    case "threshold":
      return thresholdTruth(plan, check, spec, mood);
  }
}

/** True for a check whose truth is a rate of stable's, so that stable's own rate must be assumed too. */
export function isOfStable(spec: TestSpec): boolean {
  return spec.kind === "against-stable" || (spec.kind === "threshold" && spec.ofStable);
}

function thresholdTruth(plan: Plan, check: Check, spec: Extract<TestSpec, { readonly kind: "threshold" }>, mood: Mood): Truth {
  const stable = usualRates[betterOf(plan, check)];
  if (spec.ofStable) return { canary: mood === "well" ? stable : Math.min(0.999, stable * beyond(spec.fail)), stable };
  const isRate = ["ratio", "latency"].includes(plan.metrics[check.metric]?.kind ?? "ratio");
  if (isRate) return { canary: rateOf(spec, mood), stable: rateOf(spec, "well") };
  return bothAt(besideLine(mood === "well" ? (spec.pass ?? spec.fail) : spec.fail, mood));
}

function rateOf(lines: { readonly pass: Line | null; readonly fail: Line }, mood: Mood): number {
  const line = mood === "well" ? (lines.pass ?? lines.fail) : lines.fail;
  const factor = mood === "well" ? wellOdds[line.good] : line.good === "below" ? harmFactor : 1 / harmFactor;
  const odds = (factor * line.at) / Math.max(1e-9, 1 - line.at);
  return rounded(odds / (1 + odds));
}

/** Two digits are all that an assumption has. */
function rounded(rate: number): number {
  return Number(rate.toPrecision(2));
}

function besideLine(line: Line, mood: Mood): number {
  const isAbove = (line.good === "above") === (mood === "well");
  return line.at * (isAbove ? 1 + farFromLine : 1 - farFromLine);
}

function bothAt(value: number): Truth {
  return { canary: value, stable: value };
}

/** Five times beyond a line that is a ratio to stable: a fifth of it, or five times as much. */
function beyond(line: Line): number {
  return line.good === "below" ? line.at * harmFactor : line.at / harmFactor;
}

function betterOf(plan: Plan, check: Check): Metric["better"] {
  return plan.metrics[check.metric]?.better ?? "lower";
}
