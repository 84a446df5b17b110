import type { Language } from "../words/language.ts";
import { sayWhen } from "../words/numbers.ts";

/** The zone of whoever looks, as the browser knows it. */
export function localZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** A moment in the zone of whoever looks, with its year where that is not the year of `nowMs`. */
export function localMoment(atMs: number, nowMs: number, language: Language): string {
  const zone = localZone();
  const [year, thisYear] = [new Date(atMs).getFullYear(), new Date(nowMs).getFullYear()];
  const said = sayWhen(atMs, nowMs, zone, language);
  return year === thisYear ? said : `${said} (${year})`;
}

/** What a `datetime-local` field holds, as epoch ms; `null`: nothing that is a moment. */
export function momentOf(field: string): number | null {
  const atMs = field === "" ? Number.NaN : new Date(field).getTime();
  return Number.isFinite(atMs) ? atMs : null;
}
