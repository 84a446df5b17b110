import { parseMoment } from "../core/moment.ts";
import { UserError } from "../errors.ts";

/** The moment that was typed after `--at`, epoch ms in the zone given (`parseMoment`). Throws `input-invalid`. */
export function startOf(text: string): (timeZone: string) => number {
  const moment = parseMoment(text);
  if (moment === null) throw new UserError("input-invalid", `--at is a day and a time, not "${text}". Write --at 2025-08-19T14:00.`);
  return moment;
}
