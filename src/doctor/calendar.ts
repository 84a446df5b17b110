import { Temporal } from "temporal-polyfill";
import { doubtful, fine } from "../adapters/check.ts";
import type { Check } from "../adapters/define.ts";
import { sayMisfit } from "../core/messages/when.ts";
import type { Plan } from "../core/plan.ts";
import { misfitOf, nextFit } from "../core/when.ts";
import type { Misfit } from "../core/when.ts";
import { nextOpening } from "../core/windows.ts";

/** Whether the release may start at the moment given (epoch ms) and the whole plan fits then, and when it does next. */
export function lookAtCalendar(plan: Plan, startsMs: number): readonly Check[] {
  const when = sayMoment(startsMs, plan.timeZone);
  const whole = { extensions: true, freezes: [] };
  const misfit = misfitOf(plan, startsMs, whole);
  if (misfit === null) return [fine(when, "A release may start then.")];
  const nextMs = nextFit(plan, startsMs, whole) ?? nextOpening(plan, startsMs);
  const remedy =
    nextMs === null
      ? "No moment of the next 400 days will do: change the plan's windows."
      : `The next moment is ${sayMoment(nextMs, plan.timeZone)}.`;
  return [doubtful(when, sayTrouble(plan, startsMs, misfit), remedy)];
}

function sayTrouble(plan: Plan, startMs: number, misfit: Misfit): string {
  if (misfit.kind !== "closed") {
    return `A release may start then, but with every extension the plan does not fit: ${sayMisfit(plan, { misfit, startMs }, "en")}.`;
  }
  const { why, says } = misfit.answer;
  return `${why === "not-preferred" ? `It is outside of ${says}, which the plan prefers.` : `The plan avoids it: ${says}.`} The release waits until then.`;
}

/** "Tue 2025-08-19 14:00 Europe/Paris". */
function sayMoment(atMs: number, timeZone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone);
  const day = local.toLocaleString("en", { weekday: "short" });
  return `${day} ${local.toPlainDate().toString()} ${local.toPlainTime().toString({ smallestUnit: "minute" })} ${timeZone}`;
}
