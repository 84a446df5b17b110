import { sayMoment } from "../core/messages/times.ts";
import type { Plan } from "../core/plan.ts";
import { EnvironmentFrozen } from "../ports.ts";
import type { Freeze } from "../ports.ts";

/** Who froze an environment and why, and until when on the clock of `plan`: a sentence in English. */
export function sayFrozen(freeze: Freeze, plan: Pick<Plan, "timeZone">): string {
  const { message } = new EnvironmentFrozen(freeze);
  return freeze.untilMs === null ? `${message}.` : `${message}; until ${sayMoment(plan, freeze.untilMs, "en")}.`;
}
