import type { Condition } from "../../core/condition.ts";
import { doubts } from "../../core/messages/doubts.ts";
import { sayLatency, sayNumber, sayRate } from "../../core/messages/numbers.ts";
import type { Language } from "../../core/plan.ts";
import { sayCondition, sayGuard } from "../conditions.ts";
import type { Draft } from "../draft.ts";
import { doubt } from "./rule.ts";
import type { LateRule } from "./rule.ts";

type MetricDraft = Draft["metrics"]["items"][number]["value"];
type GuardDraft = Draft["guards"]["items"][number]["value"];

/** Between a gate's line and a guard's something is said: the gate has a fail line or a reaction of its own. */
export const nothingIsLeftBetweenLines: LateRule = (draft, { language }) =>
  draft.phases.items.flatMap((phase) =>
    phase.value.gates.items.flatMap(({ name, path, value }) => {
      const isLong = "pass" in value;
      if (isLong && (value.fail !== undefined || value.else !== undefined || value.of !== undefined)) return [];
      const pass = isLong ? value.pass : value;
      const guard = draft.guards.items.find(({ value: candidate }) => isBeyond(draft, { metric: name, pass }, candidate))?.value;
      if (guard === undefined) return [];
      const [from, to] = between(pass, guard.when.condition, language);
      const said = doubts[language].betweenLines({
        gate: `${name} ${sayCondition(pass)}`,
        guard: sayGuard(guard.when),
        from,
        to,
        write: asLongGate(name, pass, guard.when.condition),
      });
      return [doubt(path, said)];
    }),
  );

/** The gate with what is meant said aloud. A guard's line on another latency is no line of this gate: it counts other answers. */
function asLongGate(metric: string, pass: Condition, fail: Condition): string {
  const hasLine = pass.kind !== "quantile" || (fail.kind === "quantile" && fail.ms === pass.ms);
  const quoted = (condition: Condition): string =>
    condition.kind === "no-regression" ? sayCondition(condition) : `"${sayCondition(condition)}"`;
  return `${metric}: { pass: ${quoted(pass)}, ${hasLine ? `fail: ${quoted(fail)}, ` : ""}else: hold }`;
}

/** True for a guard that watches the same thing as the gate, with a line further out. */
function isBeyond(draft: Draft, gate: { readonly metric: string; readonly pass: Condition }, guard: GuardDraft): boolean {
  const { metric, condition } = guard.when;
  const [mine, theirs] = [gate.metric, metric].map((name) => draft.metrics.items.find((entry) => entry.name === name)?.value);
  if (mine === undefined || theirs === undefined) return false;
  const isSame = gate.metric === metric;
  const { pass } = gate;
  if (pass.kind === "no-regression") return isSame && condition.kind === "of-stable";
  if (!("is" in pass) || !("is" in condition) || pass.kind !== condition.kind) return false;
  const isTurned = pass.is.startsWith("<") !== condition.is.startsWith("<");
  const [near, far] = [valueOf(pass), valueOf(condition)];
  const isFurther = pass.is.startsWith("<") ? far > near : far < near;
  return isTurned && isFurther && isSameScale(pass, condition) && (isSame || isSibling(mine, theirs, pass));
}

function isSameScale(pass: Condition, fail: Condition): boolean {
  if (pass.kind === "line" && fail.kind === "line") return pass.percent === fail.percent;
  return pass.kind !== "quantile" || (fail.kind === "quantile" && fail.quantile === pass.quantile);
}

/** Two metrics of one thing: failures of the same requests, or the same answers' latency, perhaps of a part of them. */
function isSibling(mine: MetricDraft, theirs: MetricDraft, pass: Condition): boolean {
  const isSameSource = mine.kind === theirs.kind && mine.source === theirs.source;
  if (mine.kind === "latency") return isSameSource && mine["histogram"] === theirs["histogram"] && mine["of"] === theirs["of"];
  const areFailures = mine["bad"] !== undefined && theirs["bad"] !== undefined && mine["total"] === theirs["total"];
  return isSameSource && mine.kind === "ratio" && areFailures && "is" in pass && pass.is.startsWith("<");
}

function valueOf(condition: Condition): number {
  switch (condition.kind) {
    case "line":
      return condition.value;
    case "quantile":
      return condition.ms;
    case "of-stable":
      return condition.ratio;
    case "no-regression":
      return 1 - condition.beyond;
    case "none":
    case "down":
      return 0;
  }
}

/** The two values, the smaller one first, in words. */
function between(pass: Condition, fail: Condition, language: Language): readonly [string, string] {
  const say = (condition: Condition): string => {
    if (condition.kind === "quantile") return sayLatency(condition.ms, language);
    if (condition.kind === "line" && !condition.percent) return sayNumber(condition.value, language, 3);
    return sayRate(valueOf(condition), language);
  };
  const [low, high] = valueOf(pass) < valueOf(fail) ? [pass, fail] : [fail, pass];
  const isOfStable = high.kind === "no-regression" || high.kind === "of-stable";
  const ofStable = language === "fr" ? " de la version stable" : " of stable";
  return [say(low), `${say(high)}${isOfStable ? ofStable : ""}`];
}
