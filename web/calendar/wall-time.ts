const formats = new Map<string, Intl.DateTimeFormat>();

/** What clocks show in a zone, as if it were UTC, epoch ms, to the second. */
function wallOf(atMs: number, timeZone: string): number {
  const two = "2-digit" as const;
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat("en-US", {
      timeZone,
      year: "numeric",
      month: two,
      day: two,
      hour: two,
      minute: two,
      second: two,
      hourCycle: "h23",
    });
  formats.set(timeZone, format);
  const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/**
 * The moment at which clocks in a zone show a day and a time, "2025-12-31T18:00", epoch ms; `null` when it is none. A time that is left out is the
 * moment of the change; one that comes twice is the first.
 */
export function momentIn(timeZone: string, text: string): number | null {
  const wallMs = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text) ? Date.parse(`${text}Z`) : Number.NaN;
  if (Number.isNaN(wallMs)) return null;
  const dayMs = 86_400_000;
  // The offsets a day before and after are all that may hold at that time.
  const offsets = [wallMs - dayMs, wallMs + dayMs].map((nearMs) => wallOf(nearMs, timeZone) - nearMs);
  const candidates = offsets.map((offsetMs) => wallMs - offsetMs).toSorted((a, b) => a - b);
  const exact = candidates.find((atMs) => wallOf(atMs, timeZone) === wallMs);
  if (exact !== undefined) return exact;
  const [offsetMs = 0] = offsets;
  return changeBefore(wallMs - offsetMs, timeZone);
}

/** The change of the clock that lies in the day before a moment, to the minute. */
function changeBefore(atMs: number, timeZone: string): number {
  let [beforeMs, afterMs] = [atMs - 86_400_000, atMs];
  const offsetOf = (ms: number): number => wallOf(ms, timeZone) - ms;
  const before = offsetOf(beforeMs);
  while (afterMs - beforeMs > 1_000) {
    const middleMs = Math.floor((beforeMs + afterMs) / 2_000) * 1_000;
    if (offsetOf(middleMs) === before) beforeMs = middleMs;
    else afterMs = middleMs;
  }
  return afterMs;
}

/** The date some days after another one (or before), both YYYY-MM-DD. */
export function daysAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The date, YYYY-MM-DD, of a moment in a zone. */
export function dateIn(atMs: number, timeZone: string): string {
  return new Date(wallOf(atMs, timeZone)).toISOString().slice(0, 10);
}

/** The Monday of the week of a date, both YYYY-MM-DD. */
export function mondayOf(date: string): string {
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return daysAfter(date, -((weekday + 6) % 7));
}

/** True for a day that exists, written YYYY-MM-DD. */
export function isDate(text: string): boolean {
  if (!/^20\d{2}-\d{2}-\d{2}$/.test(text)) return false;
  const atMs = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(text);
}
