import type { WeekRange } from "../core/plan.ts";
import { quoted } from "./parsed.ts";
import type { Parsed } from "./parsed.ts";

const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const minutesADay = 24 * 60;
const pattern = /^(mon|tue|wed|thu|fri|sat|sun)(?:-(mon|tue|wed|thu|fri|sat|sun))?(?: (\d{2}):(\d{2})-(\d{2}):(\d{2}))?$/;

/**
 * The ranges of "tue-thu 14:00-17:00" (one for each day), "sat" or "fri 17:00-24:00", with the text itself as `says`. Days run on over
 * Sunday ("sat-mon"), times over midnight ("fri 22:00-06:00").
 */
export function parseWeekRange(text: string): Parsed<readonly WeekRange[]> {
  const says = text.trim();
  const [, first, last = first, fromHour = "00", fromMinute = "00", toHour = "24", toMinute = "00"] = pattern.exec(says) ?? [];
  const from = minuteOfDay(fromHour, fromMinute);
  const to = minuteOfDay(toHour, toMinute);
  if (first === undefined || last === undefined || from === null || to === null || from === to || from === minutesADay) {
    return {
      ok: false,
      message: `${quoted(text)} is not a range of the week.`,
      remedy: 'Write days and times, such as "tue-thu 14:00-17:00", "fri 17:00-24:00" or "sat".',
    };
  }
  const start = days.indexOf(first);
  const count = ((days.indexOf(last) - start + days.length) % days.length) + 1;
  const ranges = Array.from({ length: count }, (_, at) => {
    const dayStart = ((start + at) % days.length) * minutesADay;
    const end = to > from ? dayStart + to : (dayStart + minutesADay + to) % (days.length * minutesADay);
    return { fromMinute: dayStart + from, toMinute: end, says };
  });
  return { ok: true, value: ranges };
}

/** The ISO 3166 code of "holidays FR"; `null` when the text does not speak of holidays in this form. */
export function parseHolidays(text: string): string | null {
  return /^holidays ([A-Z]{2})$/.exec(text.trim())?.[1] ?? null;
}

function minuteOfDay(hour: string, minute: string): number | null {
  const at = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && at <= minutesADay ? at : null;
}
