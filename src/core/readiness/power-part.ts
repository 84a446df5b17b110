import { checksOf } from "../checks.ts";
import { askedCheck, sayPhase } from "../messages/context.ts";
import { sayMissed } from "../messages/missed.ts";
import { sayForeseen, sayNeeded, sayProbability, sayTraffic } from "../messages/power.ts";
import { readinessWords } from "../messages/readiness.ts";
import type { Language, Plan } from "../plan.ts";
import { missesMuch, powerIn, sureEnough } from "../power.ts";
import type { CheckPower, ExpectedTraffic, PowerAsk } from "../power.ts";
import { doubtful, fine } from "./readiness.ts";
import type { ReadinessItem } from "./readiness.ts";

/** How much traffic is reckoned with, and where that was seen; `null`: somebody said it, or nobody knows. */
export interface Reckoned {
  readonly traffic: ExpectedTraffic;
  readonly seenIn: string | null;
}

/**
 * Which gates of the first phase the traffic decides, and which it does not; and what gates of any phase may miss that pass on their estimate. Each
 * gate is a yield, as each takes a while.
 */
export function* powerItems(
  plan: Plan,
  { traffic, seenIn }: Reckoned,
  sourceOf: PowerAsk["sourceOf"],
  language: Language,
): Generator<ReadinessItem, void> {
  const words = readinessWords[language];
  const said = sayTraffic(traffic, language);
  if (said !== null) yield fine(words.traffic, seenIn === null ? words.given(said) : words.seen(said, seenIn));
  const gates = checksOf(plan).filter(({ phase }) => phase === 0);
  if (gates.length === 0) yield fine(words.gates, words.noGates);
  const ask: PowerAsk = { traffic, truths: {}, sourceOf };
  for (const check of gates) yield gateItem(plan, powerIn(plan, ask, { check, index: 0 }), language);
  for (const check of checksOf(plan)) {
    if (check.phase === null || check.phase === 0 || check.spec.kind !== "against-stable") continue;
    const later = laterItem(plan, powerIn(plan, ask, { check, index: check.phase }), language);
    if (later !== null) yield later;
  }
}

/** What a gate of a later phase may miss, though it passes; `null`: what passes there is proven, or nobody knows the traffic. */
function laterItem(plan: Plan, power: CheckPower, language: Language): ReadinessItem | null {
  const words = readinessWords[language];
  const phase = plan.phases[power.check.phase ?? 0];
  if (power.misses === null || phase === undefined) return null;
  const what = words.inPhase(askedCheck(plan, power.check.id)?.says ?? power.check.id, sayPhase(phase, language));
  const says = words.misses(sayMissed(power.misses, language));
  return missesMuch(power) ? doubtful(what, says, words.moreTime) : fine(what, says);
}

function gateItem(plan: Plan, power: CheckPower, language: Language): ReadinessItem {
  const words = readinessWords[language];
  const what = askedCheck(plan, power.check.id)?.says ?? power.check.id;
  const { outlook, proves, depends } = power;
  if (outlook === null) return doubtful(what, words.dependsOn[depends === "people" ? "people" : "requests"], words.sayTraffic);
  if (proves === null) return doubtful(what, words.between, words.moreTime);
  const chance = sayProbability(outlook.withinExtended, language);
  const missed = power.misses === null ? "" : ` ${words.misses(sayMissed(power.misses, language))}`;
  if (outlook.withinExtended < sureEnough)
    return doubtful(what, `${words.doesNotDecide(chance, sayNeeded(power.needs, language))}${missed}`, words.moreTime);
  const says = `${words.decides(sayForeseen(outlook.meanMs, language), chance)}${missed}`;
  return missesMuch(power) ? doubtful(what, says, words.moreTime) : fine(what, says);
}
