const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
] as const;

const pattern = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** More than a year is a slip of the pen, and would overflow timers. */
const longestMs = 366 * 86_400_000;

/** Milliseconds of "15m", "1h30m", "500ms" or "0"; `null` when the text is no duration, or longer than 366 days. */
export function parseDuration(text: string): number | null {
  if (text === "0") return 0;
  const parts = text.length > 40 ? null : pattern.exec(text);
  if (parts === null || text === "") return null;
  const ms = units.reduce((sum, [, unitMs], at) => sum + Number(parts[at + 1] ?? 0) * unitMs, 0);
  return ms > longestMs ? null : ms;
}

/** The shortest words for whole milliseconds, not negative: 5 400 000 is "1h30m", 0 is "0". `parseDuration` reads them back. */
export function sayDuration(durationMs: number): string {
  let left = durationMs;
  let words = "";
  // Days are only for round ones: nobody thinks of 90 minutes in days, and "24h" is what people write.
  for (const [unit, unitMs] of left % 86_400_000 === 0 && left > 86_400_000 ? units : units.slice(1)) {
    const count = Math.floor(left / unitMs);
    if (count > 0) words += `${count}${unit}`;
    left -= count * unitMs;
  }
  return words === "" ? "0" : words;
}
