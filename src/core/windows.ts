import { Temporal } from "temporal-polyfill";
import { holidayOn } from "./holidays.ts";
import type { Plan } from "./plan.ts";

/** When a release may start or advance. Minutes are counted from Monday 00:00 in the plan's zone, 0 to 10 080; a range that ends before it starts wraps. */
export interface Windows {
  /** Empty: any time is as good as another. */
  readonly prefer: readonly WeekRange[];
  readonly avoid: readonly WeekRange[];
  /** ISO 3166 country codes whose public holidays are avoided. */
  readonly avoidHolidays: readonly string[];
}

export interface WeekRange {
  readonly fromMinute: number;
  readonly toMinute: number;
  /** The words of the plan: "tue-thu 14:00-17:00". */
  readonly says: string;
}

/** What the windows rest on: a whole plan will do. */
export type WindowsOf = Pick<Plan, "windows" | "timeZone" | "language">;

/** Whether a window is open. `says` is the plan's own words, or the holiday's name in the plan's language with its country: "Assomption (FR)". */
export type WindowAnswer =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: "avoided" | "not-preferred" | "holiday"; readonly says: string };

const DAY_MINUTES = 1_440;
const WEEK_MINUTES = 7 * DAY_MINUTES;
const HORIZON_DAYS = 400;
const OPEN: WindowAnswer = { ok: true };

/** Whether a release may start at `atMs` (epoch ms): in a preferred range, if there is any, in no avoided one, and on no holiday. */
export function mayStart(plan: WindowsOf, atMs: number): WindowAnswer {
  return answer(plan, Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(plan.timeZone), "start");
}

/** Whether a release may enter its next phase at `atMs` (epoch ms): preferred ranges bind only the start, avoided ones and holidays bind both. */
export function mayAdvance(plan: WindowsOf, atMs: number): WindowAnswer {
  return answer(plan, Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(plan.timeZone), "advance");
}

/**
 * The earliest moment at or after `fromMs` at which `mayStart` says yes, in epoch ms; `null` when there is none within 400 days.
 *
 * Right across clock changes: the answer can only change at an edge of a range, at midnight, or where the zone's clock is put forward
 * or back, and all of these are tried.
 */
export function nextOpening(plan: WindowsOf, fromMs: number): number | null {
  return nextMoment(plan, fromMs, (atMs) => mayStart(plan, atMs).ok);
}

/** As `nextOpening`, for an advance. */
export function nextAdvance(plan: WindowsOf, fromMs: number): number | null {
  return nextMoment(plan, fromMs, (atMs) => mayAdvance(plan, atMs).ok);
}

/** True when the minute of the week (0 to 10 079) lies in the range; a range that ends where it starts is the whole week. */
export function isInRange(range: WeekRange, minuteOfWeek: number): boolean {
  return range.fromMinute < range.toMinute
    ? minuteOfWeek >= range.fromMinute && minuteOfWeek < range.toMinute
    : minuteOfWeek >= range.fromMinute || minuteOfWeek < range.toMinute;
}

function answer(plan: WindowsOf, local: Temporal.ZonedDateTime, purpose: "start" | "advance"): WindowAnswer {
  const { avoid, prefer, avoidHolidays } = plan.windows;
  const minute = (local.dayOfWeek - 1) * DAY_MINUTES + local.hour * 60 + local.minute;
  const avoided = avoid.find((range) => isInRange(range, minute));
  if (avoided !== undefined) return { ok: false, why: "avoided", says: avoided.says };
  for (const country of avoidHolidays) {
    const name = holidayOn(country, local.toPlainDate().toString(), plan.language);
    if (name !== null) return { ok: false, why: "holiday", says: `${name} (${country})` };
  }
  const isPreferred = prefer.length === 0 || purpose === "advance" || prefer.some((range) => isInRange(range, minute));
  return isPreferred ? OPEN : { ok: false, why: "not-preferred", says: [...new Set(prefer.map((range) => range.says))].join(", ") };
}

function nextMoment(plan: WindowsOf, fromMs: number, isOpen: (atMs: number) => boolean): number | null {
  if (isOpen(fromMs)) return fromMs;
  const first = Temporal.Instant.fromEpochMilliseconds(fromMs).toZonedDateTimeISO(plan.timeZone).toPlainDate();
  for (let day = 0; day <= HORIZON_DAYS; day += 1) {
    const found = edgesOfDay(plan, first.add({ days: day })).find((atMs) => atMs > fromMs && isOpen(atMs));
    if (found !== undefined) return found;
  }
  return null;
}

/** Every moment of a local day at which an answer can change, ascending, epoch ms. */
function edgesOfDay(plan: WindowsOf, date: Temporal.PlainDate): readonly number[] {
  const start = date.toZonedDateTime(plan.timeZone);
  const end = date.add({ days: 1 }).toZonedDateTime(plan.timeZone);
  const edges = new Set([start.epochMilliseconds]);
  for (const range of [...plan.windows.prefer, ...plan.windows.avoid]) {
    for (const minute of [range.fromMinute % WEEK_MINUTES, range.toMinute % WEEK_MINUTES]) {
      if (Math.floor(minute / DAY_MINUTES) !== date.dayOfWeek - 1) continue;
      const time = date.toPlainDateTime({ hour: Math.floor((minute % DAY_MINUTES) / 60), minute: minute % 60 });
      for (const disambiguation of ["earlier", "later"] as const)
        edges.add(time.toZonedDateTime(plan.timeZone, { disambiguation }).epochMilliseconds);
    }
  }
  const change = start.getTimeZoneTransition("next");
  if (change !== null && change.epochMilliseconds < end.epochMilliseconds) edges.add(change.epochMilliseconds);
  return [...edges].sort((a, b) => a - b);
}
