import { Temporal } from "temporal-polyfill";
import { doubtful, fine } from "../adapters/check.ts";
import type { Check } from "../adapters/define.ts";
import type { Plan } from "../core/plan.ts";
import { misfitOf, nextFit } from "../core/when.ts";
import { nextOpening } from "../core/windows.ts";
import { findings } from "./findings.ts";

/** Whether the release may start at the moment given (epoch ms) and the whole plan fits then, and when it does next. */
export function lookAtCalendar(plan: Plan, startsMs: number): readonly Check[] {
  const when = sayMoment(startsMs, plan.timeZone);
  const whole = { extensions: true, freezes: [] };
  const misfit = misfitOf(plan, startsMs, whole);
  if (misfit === null) return [fine(when, findings.mayStart())];
  const nextMs = nextFit(plan, startsMs, whole) ?? nextOpening(plan, startsMs);
  const next = nextMs === null ? null : sayMoment(nextMs, plan.timeZone);
  return [doubtful(when, findings.mayNotStart({ plan, startMs: startsMs, misfit }, next))];
}

/** "Tue 2025-08-19 14:00 Europe/Paris". */
function sayMoment(atMs: number, timeZone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone);
  const day = local.toLocaleString("en", { weekday: "short" });
  return `${day} ${local.toPlainDate().toString()} ${local.toPlainTime().toString({ smallestUnit: "minute" })} ${timeZone}`;
}
