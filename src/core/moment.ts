import { Temporal } from "temporal-polyfill";

/**
 * The moment that a person wrote, epoch ms in the zone given: "2025-08-19T14:00" (or with a space) is the time there, "…+02:00" and "…Z" are one
 * everywhere. `null` when it is no day and time.
 */
export function parseMoment(text: string): ((timeZone: string) => number) | null {
  const tidy = text.trim().replace(/^(\d{4}-\d{2}-\d{2}) (?=\d)/, "$1T");
  try {
    if (/(?:Z|[+-]\d{2}(?::?\d{2})?)$/i.test(tidy.slice(10))) {
      const atMs = Temporal.Instant.from(tidy).epochMilliseconds;
      return () => atMs;
    }
    const local = Temporal.PlainDateTime.from(tidy);
    return (timeZone) => local.toZonedDateTime(timeZone).epochMilliseconds;
  } catch {
    return null;
  }
}
