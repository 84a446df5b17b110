import type { Language } from "./language.ts";

const locales: Readonly<Record<Language, string>> = { en: "en-GB", fr: "fr-FR" };
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language}${JSON.stringify(options)}`;
  const made = formats.get(key) ?? new Intl.DateTimeFormat(locales[language], options);
  formats.set(key, made);
  return made;
}

/** "14:32" in a zone. The zone is named once on every screen that shows times. */
export function sayTime(atMs: number, timeZone: string): string {
  return formatOf("en", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(atMs);
}

/** "14:32:08" in a zone. */
export function sayTimeExactly(atMs: number, timeZone: string): string {
  return formatOf("en", { timeZone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(atMs);
}

/** "Tue 19 Aug" or "mar. 19 août" in a zone. */
export function sayDay(atMs: number, timeZone: string, language: Language): string {
  return formatOf(language, { timeZone, weekday: "short", day: "numeric", month: "short" }).format(atMs).replace(",", "");
}

/** The time of day, with its day when that is not the day of `nowMs`: "14:32", "Tue 19 Aug 14:32". */
export function sayWhen(atMs: number, nowMs: number, timeZone: string, language: Language): string {
  const [day, today] = [sayDay(atMs, timeZone, language), sayDay(nowMs, timeZone, language)];
  const isToday = day === today && Math.abs(nowMs - atMs) < 48 * 3_600_000;
  return isToday ? sayTime(atMs, timeZone) : `${day} ${sayTime(atMs, timeZone)}`;
}

/** A span by its two largest parts: "8 s", "4 min 30 s", "1 h 45 min", "2 d 3 h". Negative spans are zero. */
export function saySpan(ms: number, language: Language): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds}\u00a0s`;
  if (seconds < 3_600) return parts(Math.floor(seconds / 60), "min", seconds % 60, "s");
  const minutes = Math.round(seconds / 60);
  if (minutes < 2_880) return parts(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(minutes / 60);
  return parts(Math.floor(hours / 24), language === "fr" ? "j" : "d", hours % 24, "h");
}

/** A span that people only glance at, by its largest part: "8 s", "4 min", "2 h", "3 d". */
export function sayAge(ms: number, language: Language): string {
  return saySpan(ms, language).split(/(?<=[a-z])\u00a0/u)[0] ?? "";
}

function parts(large: number, unit: string, small: number, rest: string): string {
  return small === 0 ? `${large}\u00a0${unit}` : `${large}\u00a0${unit}\u00a0${small}\u00a0${rest}`;
}

/** A countdown as a clock shows it: "3:12", "1:03:12"; what is left of a second counts as one. Negative spans are "0:00". */
export function sayClock(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  const pad = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
}

/** A whole number with its thousands apart: "4,116", "4 116". */
export function sayCount(value: number, language: Language): string {
  return new Intl.NumberFormat(locales[language], { maximumFractionDigits: 0 }).format(value);
}

/** How long a call took: "0.4 ms", "12 ms", "5,003 ms"; to the tenth below 10. */
export function sayMs(ms: number, language: Language): string {
  const said = new Intl.NumberFormat(locales[language], { maximumFractionDigits: ms < 10 ? 1 : 0 }).format(ms);
  return `${said}\u00a0ms`;
}

/** A share of 0-100 in percent: "10 %", "9.4 %"; to the tenth below 100, as shares are looked at. */
export function sayPercent(value: number, language: Language): string {
  const said = new Intl.NumberFormat(locales[language], { maximumFractionDigits: 1 }).format(value);
  return `${said}${language === "fr" ? "\u202f" : "\u00a0"}%`;
}
