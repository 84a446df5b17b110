import { Temporal } from "temporal-polyfill";
import { UserError } from "../errors.ts";

/** The moment that was typed, epoch ms in the zone given: "2025-08-19T14:00" is the time there, "…+02:00" and "…Z" are one everywhere. Throws `input-invalid`. */
export function startOf(text: string): (timeZone: string) => number {
  const tidy = text.trim().replace(/^(\d{4}-\d{2}-\d{2}) (?=\d)/, "$1T");
  try {
    if (/(?:Z|[+-]\d{2}(?::?\d{2})?)$/i.test(tidy.slice(10))) {
      const atMs = Temporal.Instant.from(tidy).epochMilliseconds;
      return () => atMs;
    }
    const local = Temporal.PlainDateTime.from(tidy);
    return (timeZone) => local.toZonedDateTime(timeZone).epochMilliseconds;
  } catch {
    throw new UserError("input-invalid", `--at is a day and a time, not "${text}". Write --at 2025-08-19T14:00.`);
  }
}
