import { checksOf } from "../checks.ts";
import { askedCheck } from "../messages/context.ts";
import { sayForeseen, sayNeeded, sayProbability, sayTraffic } from "../messages/power.ts";
import { readinessWords } from "../messages/readiness.ts";
import type { Language, Plan } from "../plan.ts";
import { powerIn, sureEnough } from "../power.ts";
import type { CheckPower, ExpectedTraffic, PowerAsk } from "../power.ts";
import { doubtful, fine } from "./readiness.ts";
import type { ReadinessItem } from "./readiness.ts";

/** How much traffic is reckoned with, and where that was seen; `null`: somebody said it, or nobody knows. */
export interface Reckoned {
  readonly traffic: ExpectedTraffic;
  readonly seenIn: string | null;
}

/** Which gates of the first phase the traffic decides, and which it does not. Each gate is a yield, as each takes a while. */
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
  for (const check of gates) yield gateItem(plan, powerIn(plan, { traffic, truths: {}, sourceOf }, { check, index: 0 }), language);
}

function gateItem(plan: Plan, power: CheckPower, language: Language): ReadinessItem {
  const words = readinessWords[language];
  const what = askedCheck(plan, power.check.id)?.says ?? power.check.id;
  const { outlook, proves, depends } = power;
  if (outlook === null) return doubtful(what, words.dependsOn[depends === "people" ? "people" : "requests"], words.sayTraffic);
  if (proves === null) return doubtful(what, words.between, words.moreTime);
  const chance = sayProbability(outlook.withinExtended, language);
  if (outlook.withinExtended >= sureEnough) return fine(what, words.decides(sayForeseen(outlook.meanMs, language), chance));
  return doubtful(what, words.doesNotDecide(chance, sayNeeded(power.needs, language)), words.moreTime);
}
