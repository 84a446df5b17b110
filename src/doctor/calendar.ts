import { Temporal } from "temporal-polyfill";
import { doubtful, fine } from "../adapters/check.ts";
import type { Check } from "../adapters/define.ts";
import type { Plan } from "../core/plan.ts";
import { mayStart, nextOpening } from "../core/windows.ts";

/** Whether the release may start at the moment given (epoch ms), and when it may next. */
export function lookAtCalendar(plan: Plan, startsMs: number): readonly Check[] {
  const when = sayMoment(startsMs, plan.timeZone);
  const answer = mayStart(plan, startsMs);
  if (answer.ok) return [fine(when, "A release may start then.")];
  const opensMs = nextOpening(plan, startsMs);
  const remedy =
    opensMs === null
      ? "No moment of the next 400 days will do: change the plan's windows."
      : `The next moment is ${sayMoment(opensMs, plan.timeZone)}.`;
  const why =
    answer.why === "not-preferred" ? `It is outside of ${answer.says}, which the plan prefers.` : `The plan avoids it: ${answer.says}.`;
  return [doubtful(when, `${why} The release waits until then.`, remedy)];
}

/** "Tue 2025-08-19 14:00 Europe/Paris". */
function sayMoment(atMs: number, timeZone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone);
  const day = local.toLocaleString("en", { weekday: "short" });
  return `${day} ${local.toPlainDate().toString()} ${local.toPlainTime().toString({ smallestUnit: "minute" })} ${timeZone}`;
}
