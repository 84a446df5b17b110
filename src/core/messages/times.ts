import type { Language, Plan } from "../plan.ts";

const locales: Readonly<Record<Language, string>> = { fr: "fr-FR", en: "en-GB" };
const formats = new Map<string, Intl.DateTimeFormat>();

/** The time of day in the plan's zone: "14:32". The zone is named once on every screen that shows it. */
export function sayTime(plan: Pick<Plan, "timeZone">, atMs: number): string {
  return format("en-GB", plan.timeZone, "time").format(atMs);
}

/** The time of day to the second: "14:32:08". */
export function sayTimeExactly(plan: Pick<Plan, "timeZone">, atMs: number): string {
  return format("en-GB", plan.timeZone, "seconds").format(atMs);
}

/** Day and time in the plan's zone, the zone named: "Tue 19 Aug 2025 14:00 (Europe/Paris)". */
export function sayMoment(plan: Pick<Plan, "timeZone">, atMs: number, language: Language): string {
  return `${sayDay(plan, atMs, language)} ${sayTime(plan, atMs)} (${plan.timeZone})`;
}

/** A time of day, with its day when that is not the day of `nowMs`. */
export function sayWhen(plan: Pick<Plan, "timeZone">, when: { readonly atMs: number; readonly nowMs: number }, language: Language): string {
  const day = sayDay(plan, when.atMs, language);
  return day === sayDay(plan, when.nowMs, language) ? sayTime(plan, when.atMs) : `${day} ${sayTime(plan, when.atMs)}`;
}

/** The day in the plan's zone: "Tue 19 Aug 2025". */
export function sayDay(plan: Pick<Plan, "timeZone">, atMs: number, language: Language): string {
  const parts = format(locales[language], plan.timeZone, "day").formatToParts(atMs);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((found) => found.type === type)?.value ?? "";
  return `${part("weekday")} ${part("day")} ${part("month")} ${part("year")}`;
}

function format(locale: string, timeZone: string, kind: "time" | "seconds" | "day"): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone} ${kind}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  const made = new Intl.DateTimeFormat(locale, {
    timeZone,
    ...(kind === "day" ? { weekday: "short", day: "numeric", month: "short", year: "numeric" } : clock),
    ...(kind === "seconds" ? { second: "2-digit" } : {}),
  });
  formats.set(key, made);
  return made;
}
