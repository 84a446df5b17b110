import type { Condition } from "../../core/condition.ts";
import type { Check } from "../../core/checks.ts";
import { checksOf, compares } from "../../core/checks.ts";
import { askedCheck } from "../../core/messages/context.ts";
import { sayUndecidable } from "../../core/messages/power.ts";
import type { Plan } from "../../core/plan.ts";
import { powerIn, sureEnough } from "../../core/power.ts";
import type { CheckPower, PowerAsk } from "../../core/power.ts";
import { adapterOf, meaningOfSource } from "../catalogue.ts";
import type { Catalogue } from "../catalogue.ts";
import { sayCondition } from "../conditions.ts";
import { doubt } from "./rule.ts";
import type { LateRule } from "./rule.ts";

/** At the traffic given each gate will be decided in its phase, its extension included, in four releases of five. Without traffic nothing is said. */
export const gatesAreDecidable: LateRule = (_draft, { plan, language, traffic, catalogue }) => {
  if (traffic.loginsPerMinute === null && traffic.rps === null) return [];
  const ask: PowerAsk = { traffic, truths: {}, sourceOf: sourcesAhead(catalogue) };
  let isFirst = true;
  return checksOf(plan).flatMap((check) => {
    const [index, gate] = [check.phase, askedCheck(plan, check.id)];
    if (index === null || gate === null) return [];
    const power = powerIn(plan, ask, { check, index });
    if (power.depends === "readings" || power.outlook === null || power.outlook.withinExtended >= sureEnough) return [];
    const at = { plan, ask, check, index };
    const ways = { wider: widerGate(at), later: decidedLater(at), hardly: hardlyNeeds(at) };
    const said = sayUndecidable({ plan, gate, power, index, traffic, ...ways, isFirst }, language);
    isFirst = false;
    return [doubt(["phases", index, "gates", check.metric], said)];
  });
};

/** What the catalogue knows of the source of a metric. */
export function sourcesAhead(catalogue: Catalogue): PowerAsk["sourceOf"] {
  return (metric) => {
    const source = adapterOf(meaningOfSource(catalogue, metric.source));
    return {
      isSliced: metric.unit === "request" && source?.countsInParts === true,
      runsEveryMs: source === null ? usualRunMs : (source.runsEveryMs ?? 0),
    };
  };
}

/** Of a source that nobody knows: scores that need a browser are not run at each scrape. */
const usualRunMs = 600_000;

interface At {
  readonly plan: Plan;
  readonly ask: PowerAsk;
  readonly check: Check;
  readonly index: number;
}

/** The first later phase in which the gate would be decided; `null` when there is none. */
function decidedLater({ plan, ask, check, index }: At): { readonly phase: Plan["phases"][number]; readonly power: CheckPower } | null {
  for (const [at, phase] of plan.phases.entries()) {
    if (at <= index || (compares(check) && plan.holdbackPct === 0 && phase.sharePct === 100)) continue;
    const power = powerIn(plan, ask, { check, index: at });
    if ((power.outlook?.within ?? 0) >= sureEnough) return { phase, power };
  }
  return null;
}

/** What it takes to prove the fail line alone, where the truth lies on the pass line: the estimate is then a matter of luck. `null` without two lines. */
function hardlyNeeds({ plan, ask, check, index }: At): CheckPower | null {
  const { spec } = check;
  if (spec.kind !== "rate" || spec.pass === null || spec.pass.at === spec.fail.at) return null;
  const truth = { canary: spec.pass.at, stable: spec.pass.at };
  const proof: Check = { ...check, spec: { ...spec, pass: null } };
  return powerIn(plan, { ...ask, truths: { [check.quantity]: truth } }, { check: proof, index });
}

/** Proving that a rate of failures is below its own line takes about four times as much as disproving twice that line (evidence.md 2a). */
function widerGate({
  plan,
  ask,
  check,
  index,
}: At): { readonly written: string; readonly line: string; readonly power: CheckPower } | null {
  const { spec, metric } = check;
  const gate = plan.phases[index]?.gates.find((candidate) => candidate.id === check.id);
  const pass = gate?.condition;
  const isStrict = spec.kind === "rate" && spec.pass?.good === "below" && spec.pass.at === spec.fail.at && spec.fail.at < 0.25;
  if (!isStrict || pass === undefined) return null;
  const fail = twiceBeyond(pass);
  const power = powerIn(plan, ask, { check: { ...check, spec: { ...spec, fail: { ...spec.fail, at: 2 * spec.fail.at } } }, index });
  if (fail === null || (power.outlook?.withinExtended ?? 0) < sureEnough) return null;
  const written = `${metric}: { pass: "${sayCondition(pass)}", fail: "${sayCondition(fail)}", else: hold }`;
  return { written, line: `"${sayCondition(fail)}"`, power };
}

/** The condition that twice as much breaks: "< 0.5%" is "> 1%", "p95 < 500ms" is "p90 > 500ms". */
function twiceBeyond(pass: Condition): Condition | null {
  if (pass.kind === "line") return { ...pass, is: ">", value: Number((2 * pass.value).toPrecision(12)) };
  return pass.kind === "quantile" ? { ...pass, is: ">", quantile: Number((1 - 2 * (1 - pass.quantile)).toFixed(9)) } : null;
}
