import { Temporal } from "temporal-polyfill";
import { holidayOn } from "./holidays.ts";
import { unionOf } from "./spans.ts";
import type { FrozenSpan } from "./when.ts";
import { edgesOf, isInRange, minuteOfWeek } from "./windows.ts";
import type { WeekRange } from "./plan.ts";
import type { WindowsOf } from "./windows.ts";

/** A local day; times are epoch ms. */
export interface Day {
  /** YYYY-MM-DD in the plan's zone. */
  readonly date: string;
  /** A day of a clock change is not 24 h long. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Where the clock is put forward (`byMs` above 0) or back on this day; `null`: it is not. */
  readonly change: { readonly atMs: number; readonly byMs: number } | null;
  /** The public holiday's name with its country, where the plan avoids it; `null`: none. */
  readonly holiday: string | null;
}

/** Something that covers a part of the calendar, from `fromMs` to before `toMs` (epoch ms). */
export interface Band {
  readonly kind: "preferred" | "avoided" | "holiday" | "freeze";
  readonly fromMs: number;
  readonly toMs: number;
  /** The plan's own words, the holiday's name, or the freeze's reason. */
  readonly says: string;
}

/** A freeze as the calendar shows it. */
export interface SaidFreeze extends FrozenSpan {
  readonly says: string;
}

/** The days from a local date (YYYY-MM-DD) on. A day that the zone left out (Samoa's 30 December 2011) is not among them. */
export function daysOf(plan: WindowsOf, { from, count }: { readonly from: string; readonly count: number }): readonly Day[] {
  const first = Temporal.PlainDate.from(from);
  const startOf = (date: Temporal.PlainDate): number => date.toZonedDateTime(plan.timeZone).epochMilliseconds;
  return Array.from({ length: count }, (_, index) => first.add({ days: index }))
    .map((date) => ({
      date: date.toString(),
      fromMs: startOf(date),
      toMs: startOf(date.add({ days: 1 })),
      change: changeOf(plan, startOf(date), startOf(date.add({ days: 1 }))),
      holiday: holidayOf(plan, date.toString()),
    }))
    .filter(({ fromMs, toMs }) => fromMs < toMs);
}

/** The local date (YYYY-MM-DD) of a moment (epoch ms). */
export function dateOf({ timeZone }: Pick<WindowsOf, "timeZone">, atMs: number): string {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone).toPlainDate().toString();
}

/** The Monday (YYYY-MM-DD) of the week of a local date. */
export function mondayOf(date: string): string {
  const day = Temporal.PlainDate.from(date);
  return day.subtract({ days: day.dayOfWeek - 1 }).toString();
}

/** What covers these days, cut at their ends: ranges of the plan, its holidays, and the freezes of its environment. Bands may overlap. */
export function bandsOf(
  plan: WindowsOf & { readonly environment: string },
  days: readonly Day[],
  freezes: readonly SaidFreeze[],
): readonly Band[] {
  const span = { fromMs: days[0]?.fromMs ?? 0, toMs: days.at(-1)?.toMs ?? 0 };
  const frozen = freezes.filter(({ environment }) => environment === plan.environment);
  return [
    ...rangesOf(plan, "preferred", span),
    ...rangesOf(plan, "avoided", span),
    ...days.flatMap(({ fromMs, toMs, holiday }) => (holiday === null ? [] : [{ kind: "holiday" as const, fromMs, toMs, says: holiday }])),
    ...frozen.map(({ sinceMs, untilMs, says }) => ({ kind: "freeze" as const, fromMs: sinceMs, toMs: untilMs ?? Infinity, says })),
  ]
    .map((band) => ({ ...band, fromMs: Math.max(band.fromMs, span.fromMs), toMs: Math.min(band.toMs, span.toMs) }))
    .filter(({ fromMs, toMs }) => fromMs < toMs);
}

/** A day that begins with a change, because the clock skips midnight, has that one. */
function changeOf({ timeZone }: WindowsOf, fromMs: number, toMs: number): Day["change"] {
  const before = Temporal.Instant.fromEpochMilliseconds(fromMs - 1).toZonedDateTimeISO(timeZone);
  const after = before.getTimeZoneTransition("next");
  if (after === null || after.epochMilliseconds >= toMs) return null;
  const byMs = (after.offsetNanoseconds - before.offsetNanoseconds) / 1_000_000;
  return byMs === 0 ? null : { atMs: after.epochMilliseconds, byMs };
}

function holidayOf(plan: WindowsOf, date: string): string | null {
  for (const country of plan.windows.avoidHolidays) {
    const name = holidayOn(country, date, plan.language);
    if (name !== null) return `${name} (${country})`;
  }
  return null;
}

/** The plan's ranges of one kind where the clock shows them; ranges with the same words ("tue-thu 14:00-17:00") are one where they touch. */
function rangesOf(
  plan: WindowsOf,
  kind: "preferred" | "avoided",
  span: { readonly fromMs: number; readonly toMs: number },
): readonly Band[] {
  const ranges = kind === "preferred" ? plan.windows.prefer : plan.windows.avoid;
  const edges = edgesOf(plan, span);
  const pieces = edges.map((fromMs, index) => ({
    fromMs,
    lastMs: (edges[index + 1] ?? span.toMs) - 1,
    minute: minuteOfWeek(plan.timeZone, fromMs),
  }));
  const covered = (says: string): readonly WeekRange[] => ranges.filter((range) => range.says === says);
  return [...new Set(ranges.map(({ says }) => says))].flatMap((says) =>
    unionOf(pieces.filter(({ minute }) => covered(says).some((range) => isInRange(range, minute)))).map(({ fromMs, lastMs }) => ({
      kind,
      fromMs,
      toMs: lastMs + 1,
      says,
    })),
  );
}
