import type { Language } from "../plan.ts";

/** U+00A0: keeps a number and its unit on one line. */
const NO_BREAK = "\u00a0";
/** U+202F: the narrow no-break space that French puts before %, ;, : and inside numbers. */
const NARROW = "\u202f";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A number with `digits` significant digits at most, at least all before the decimal mark: 0.214 → "0.21" or "0,21", 4116 → "4,116" or "4 116". */
export function sayNumber(value: number, language: Language, digits = 2): string {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  const magnitude = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  const decimals = Math.min(6, Math.max(0, digits - 1 - magnitude));
  const [whole = "0", fraction = ""] = Math.abs(value).toFixed(decimals).split(".");
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/gu, language === "fr" ? NARROW : ",");
  const trimmed = fraction.replace(/0+$/u, "");
  const text = trimmed === "" ? grouped : `${grouped}${language === "fr" ? "," : "."}${trimmed}`;
  return value < 0 && /[1-9]/u.test(text) ? `-${text}` : text;
}

/** Numbers to one precision, that of the largest with `digits` significant digits: 0.0007 and 4.9 are "0" and "4.9". */
export function sayNumbersAlike(values: readonly number[], language: Language, digits = 2): readonly string[] {
  const largest = Math.max(...values.map(Math.abs).filter(Number.isFinite), 0);
  const stepAt = largest === 0 ? 1 : 10 ** (Math.floor(Math.log10(largest)) - digits + 1);
  return values.map((value) =>
    sayNumber(Math.abs(value) < stepAt / 2 ? 0 : value, language, Math.max(1, digits + magnitudes(value, largest))),
  );
}

function magnitudes(value: number, largest: number): number {
  return value === 0 || largest === 0 || !Number.isFinite(value)
    ? 0
    : Math.floor(Math.log10(Math.abs(value))) - Math.floor(Math.log10(largest));
}

/** A whole number with its thousands apart. */
export function sayCount(value: number, language: Language): string {
  return sayNumber(Math.round(value), language, 15);
}

/** A rate (0-1) in percent: 0.0021 → "0.21 %". */
export function sayRate(rate: number, language: Language, digits = 2): string {
  return withPercent(sayNumber(rate * 100, language, digits), language);
}

/** A share (0-100) in percent: 10 → "10 %". */
export function sayShare(sharePct: number, language: Language): string {
  return withPercent(sayNumber(sharePct, language, 3), language);
}

/** Puts the percent sign where the language wants it. */
export function withPercent(text: string, language: Language): string {
  return `${text}${language === "fr" ? NARROW : NO_BREAK}%`;
}

/** Puts a unit after a number so that no line ends between them. */
export function withUnit(text: string, unit: string): string {
  return `${text}${NO_BREAK}${unit}`;
}

/** A span of time by its two largest parts: "0.41 s", "4 min 30 s", "1 h 45 min", "2 d 3 h". Negative durations are zero. */
export function saySpan(ms: number, language: Language): string {
  const positiveMs = Math.max(0, ms);
  if (positiveMs < 9_950) return withUnit(sayNumber(positiveMs / SECOND_MS, language), "s");
  if (Math.round(positiveMs / SECOND_MS) < 3_600)
    return parts(positiveMs, { unitMs: MINUTE_MS, unit: "min", restMs: SECOND_MS, rest: "s" });
  if (Math.round(positiveMs / MINUTE_MS) < 2_880) return parts(positiveMs, { unitMs: HOUR_MS, unit: "h", restMs: MINUTE_MS, rest: "min" });
  return parts(positiveMs, { unitMs: DAY_MS, unit: language === "fr" ? "j" : "d", restMs: HOUR_MS, rest: "h" });
}

/** A forecast, no more exact than it is: "~40 s", "~6 min", "~2 h". */
export function sayAbout(ms: number, language: Language): string {
  if (ms < 95 * SECOND_MS) return `~${saySpan(Math.max(1, Math.round(ms / (10 * SECOND_MS))) * 10 * SECOND_MS, language)}`;
  if (ms < 95 * MINUTE_MS) return `~${saySpan(Math.round(ms / MINUTE_MS) * MINUTE_MS, language)}`;
  return `~${withUnit(sayNumber(ms / HOUR_MS, language), "h")}`;
}

/** Milliseconds of a latency line as people write them: "500 ms", "2 s". */
export function sayLatency(ms: number, language: Language): string {
  return ms < SECOND_MS ? withUnit(sayNumber(ms, language, 3), "ms") : withUnit(sayNumber(ms / SECOND_MS, language, 3), "s");
}

function parts(ms: number, by: { readonly unitMs: number; readonly unit: string; readonly restMs: number; readonly rest: string }): string {
  const rounded = Math.round(ms / by.restMs) * by.restMs;
  const units = Math.floor(rounded / by.unitMs);
  const rest = Math.round((rounded - units * by.unitMs) / by.restMs);
  const said = [units > 0 ? withUnit(String(units), by.unit) : "", rest > 0 ? withUnit(String(rest), by.rest) : ""];
  return said.filter((part) => part !== "").join(NO_BREAK);
}
