import { checksOf } from "../../core/checks.ts";
import type { Check } from "../../core/checks.ts";
import { sayDuration } from "../../core/duration.ts";
import { askedCheck, quote, sayPhase } from "../../core/messages/context.ts";
import { sayMissed, sayMissing } from "../../core/messages/missed.ts";
import { sayRate } from "../../core/messages/numbers.ts";
import { sayProbability, sayTraffic } from "../../core/messages/power.ts";
import type { Gate, Plan } from "../../core/plan.ts";
import { missesMuch, powerIn, sureEnough } from "../../core/power.ts";
import type { CheckPower, PowerAsk } from "../../core/power.ts";
import { sayCondition } from "../conditions.ts";
import { sourcesAhead } from "./decidable.ts";
import { doubt } from "./rule.ts";
import type { LateRule } from "./rule.ts";

/**
 * What `no regression` lets pass by the luck of its estimate is not much more than what it allows. Nothing is said without traffic, of a gate that is
 * not decided at all, and of one whose fail line is written.
 */
export const estimatesMissLittle: LateRule = (_draft, { plan, language, traffic, catalogue }) => {
  if (traffic.loginsPerMinute === null && traffic.rps === null) return [];
  const ask: PowerAsk = { traffic, truths: {}, sourceOf: sourcesAhead(catalogue) };
  return checksOf(plan).flatMap((check) => {
    const [index, asked, gate] = [check.phase, askedCheck(plan, check.id), gateOf(plan, check)];
    // Whoever has written a fail line has said what a pass has to disprove.
    if (index === null || asked === null || gate?.condition.kind !== "no-regression" || gate.fail !== null) return [];
    const power = powerIn(plan, ask, { check, index });
    const isDecided = power.outlook !== null && power.outlook.withinExtended >= sureEnough;
    const nearer = nearerLine(gate, check);
    if (!isDecided || power.misses === null || !missesMuch(power) || nearer === null) return [];
    const tight = powerIn(plan, ask, { check: nearer.check, index });
    const { loginsPerMinute, rps } = traffic;
    const depends = power.depends === "people" ? { loginsPerMinute, rps: null } : { loginsPerMinute: null, rps };
    const phase = plan.phases[index];
    if (phase === undefined) return [];
    const said = sayMissing(
      {
        gate: quote(asked.says, language),
        phase: quote(sayPhase(phase, language), language),
        traffic: sayTraffic(depends, language) ?? "",
        what: sayMissed(power.misses, language),
        stable: sayRate(power.truth.stable, language),
        ...nearer,
        chance: sayProbability(tight.outlook?.within ?? 0, language),
        longer: longEnough(tight),
      },
      language,
    );
    return [doubt(["phases", index, "gates", check.metric], said)];
  });
};

function gateOf(plan: Plan, check: Check): Gate | undefined {
  return check.phase === null ? undefined : plan.phases[check.phase]?.gates.find(({ id }) => id === check.id);
}

/** The gate with a fail line twice as far from stable as it allows; `null` where that is not nearer than the line that it has. */
function nearerLine({ condition }: Gate, check: Check): { readonly check: Check; readonly write: string; readonly line: string } | null {
  const { spec, metric } = check;
  if (condition.kind !== "no-regression" || spec.kind !== "against-stable") return null;
  const isMore = spec.fail.good === "above";
  const at = Number((isMore ? 1 - 2 * condition.beyond : 1 + 2 * condition.beyond).toFixed(9));
  if (isMore ? at <= spec.fail.at : at >= spec.fail.at) return null;
  const line = `"${sayCondition({ kind: "of-stable", is: isMore ? "<" : ">", ratio: at })}"`;
  const write = `${metric}: { pass: ${sayCondition(condition)}, fail: ${line}, else: hold }`;
  return { check: { ...check, spec: { ...spec, fail: { ...spec.fail, at } } }, write, line };
}

const minuteMs = 60_000;
/** Nobody watches a phase for longer; times to observe are written in whole five minutes. */
const mostObservedMs = 24 * 60 * minuteMs;
const roundMs = 5 * minuteMs;

function longEnough({ outlook }: CheckPower): string | null {
  const enoughMs = outlook?.enoughMs ?? null;
  return enoughMs === null || enoughMs > mostObservedMs ? null : sayDuration(Math.ceil(enoughMs / roundMs) * roundMs);
}
