import { Temporal } from "temporal-polyfill";
import { holidayOn } from "./holidays.ts";
import type { Plan, WeekRange } from "./plan.ts";

/** What the windows rest on: a whole plan will do. */
export type WindowsOf = Pick<Plan, "windows" | "timeZone" | "language">;

/** Whether a window is open. `says` is the plan's own words, or the holiday's name in the plan's language with its country: "Assomption (FR)". */
export type WindowAnswer =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: "avoided" | "not-preferred" | "holiday"; readonly says: string };

const DAY_MINUTES = 1_440;
const WEEK_MINUTES = 7 * DAY_MINUTES;
/** How far ahead an opening is looked for. */
export const HORIZON_DAYS = 400;
const DAY_MS = 86_400_000;
/** It is looked for a week at a time, ms. */
const STRIDE_MS = 7 * DAY_MS;
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

/** The minute of the week, 0 to 10 079, that clocks show in the zone at `atMs` (epoch ms). */
export function minuteOfWeek(timeZone: string, atMs: number): number {
  return minuteOf(Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone));
}

/**
 * Every moment from `fromMs` to before `toMs` (epoch ms) at which an answer can change, ascending, `fromMs` first: between two of them all
 * answers stay the same.
 */
export function edgesOf(plan: WindowsOf, { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): readonly number[] {
  const dayOf = (atMs: number): Temporal.PlainDate =>
    Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(plan.timeZone).toPlainDate();
  const edges = new Set([fromMs]);
  // A day beside each end: a clock that skips midnight, or is put back across it, moves an edge of one day into the next.
  const last = dayOf(toMs).add({ days: 1 });
  for (let day = dayOf(fromMs).subtract({ days: 1 }); Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 1 })) {
    for (const atMs of edgesOfDay(plan, day)) if (atMs > fromMs && atMs < toMs) edges.add(atMs);
  }
  return [...edges].toSorted((a, b) => a - b);
}

function minuteOf(local: Temporal.ZonedDateTime): number {
  return (local.dayOfWeek - 1) * DAY_MINUTES + local.hour * 60 + local.minute;
}

/** How many minutes the range is long by the wall clock, 1 to 10 080. */
export function minutesOfRange({ fromMinute, toMinute }: WeekRange): number {
  return (toMinute - fromMinute + WEEK_MINUTES) % WEEK_MINUTES || WEEK_MINUTES;
}

function answer(plan: WindowsOf, local: Temporal.ZonedDateTime, purpose: "start" | "advance"): WindowAnswer {
  const { avoid, prefer, avoidHolidays } = plan.windows;
  const minute = minuteOf(local);
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
  const untilMs = fromMs + HORIZON_DAYS * DAY_MS;
  for (let strideMs = fromMs; strideMs < untilMs; strideMs += STRIDE_MS) {
    const found = edgesOf(plan, { fromMs: strideMs, toMs: strideMs + STRIDE_MS }).find(isOpen);
    if (found !== undefined) return found;
  }
  return null;
}

/** Every moment, epoch ms, at which an answer can change because of a local day; they come in no order. */
function edgesOfDay(plan: WindowsOf, date: Temporal.PlainDate): ReadonlySet<number> {
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
  return edges;
}
