import { createRequire } from "node:module";
import type Holidays from "date-holidays";
import type { Language } from "./plan.ts";

// The calendar of the whole world takes some 150 ms to load; it is loaded by the first plan that avoids holidays, and by no other.
const load = createRequire(import.meta.url);
const DAY_MS = 86_400_000;

const calendars = new Map<string, Holidays>();
const years = new Map<string, ReadonlyMap<string, string>>();

/**
 * The name of the public holiday that falls on a local date (YYYY-MM-DD) of a country (ISO 3166 code); `null` on any other day. An
 * unknown country has no holidays: `isHolidayCountry` tells.
 *
 * The name is in `language` where the calendar has it, otherwise in the country's own. Regional holidays do not count.
 *
 * Source: https://github.com/commenthol/date-holidays (ISC, its data CC BY-SA 3.0)
 */
export function holidayOn(country: string, date: string, language: Language): string | null {
  return holidaysOf(country, Number(date.slice(0, 4)), language).get(date) ?? null;
}

/** True when the calendar knows the public holidays of this country (ISO 3166 code, upper case). */
export function isHolidayCountry(country: string): boolean {
  return country in calendarOf("FR").getCountries();
}

function holidaysOf(country: string, year: number, language: Language): ReadonlyMap<string, string> {
  const key = `${country} ${year} ${language}`;
  const known = years.get(key);
  if (known !== undefined) return known;
  const days = new Map<string, string>();
  for (const holiday of calendarOf(country).getHolidays(year, language)) {
    if (holiday.type !== "public") continue;
    const firstMs = Date.parse(`${holiday.date.slice(0, 10)}T00:00:00Z`);
    const count = Math.max(1, Math.round((holiday.end.getTime() - holiday.start.getTime()) / DAY_MS));
    for (let day = 0; day < count; day += 1) days.set(new Date(firstMs + day * DAY_MS).toISOString().slice(0, 10), holiday.name);
  }
  years.set(key, days);
  return days;
}

function calendarOf(country: string): Holidays {
  const known = calendars.get(country);
  if (known !== undefined) return known;
  const Calendar = load("date-holidays") as typeof Holidays;
  const calendar = new Calendar(country);
  calendars.set(country, calendar);
  return calendar;
}
