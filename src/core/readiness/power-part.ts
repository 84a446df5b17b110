import { askedCheck } from "../messages/context.ts";
import { sayForeseen, sayNeeded, sayProbability, sayTraffic } from "../messages/power.ts";
import { readinessWords } from "../messages/readiness.ts";
import type { Language, Plan } from "../plan.ts";
import { powerOf, sureEnough } from "../power.ts";
import type { CheckPower, ExpectedTraffic, PowerAsk } from "../power.ts";
import { doubtful, fine } from "./readiness.ts";
import type { ReadinessItem } from "./readiness.ts";

/** How much traffic is reckoned with, and where that was seen; `null`: somebody said it, or nobody knows. */
export interface Reckoned {
  readonly traffic: ExpectedTraffic;
  readonly seenIn: string | null;
}

/** Which gates of the first phase the traffic decides, and which it does not. */
export function powerItems(
  plan: Plan,
  { traffic, seenIn }: Reckoned,
  sourceOf: PowerAsk["sourceOf"],
  language: Language,
): readonly ReadinessItem[] {
  const words = readinessWords[language];
  const said = sayTraffic(traffic, language);
  const first = said === null ? [] : [fine(words.traffic, seenIn === null ? words.given(said) : words.seen(said, seenIn))];
  const gates = powerOf(plan, { traffic, truths: {}, sourceOf })[0]?.checks.filter(({ kind }) => kind === "gate") ?? [];
  if (gates.length === 0) return [...first, fine(words.gates, words.noGates)];
  return [...first, ...gates.map((power) => gateItem(plan, power, language))];
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
