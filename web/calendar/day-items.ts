import type { CalendarAnswer, CalendarBand, CalendarDay, CalendarRelease } from "../../src/http/contract/calendar.ts";

/** Something that stands in a day, cut at the day's ends; times are epoch ms. */
export type DayItem =
  | { readonly kind: "band"; readonly fromMs: number; readonly toMs: number; readonly band: CalendarBand }
  | { readonly kind: "starts"; readonly fromMs: number; readonly toMs: number; readonly extendedLastMs: number | null }
  | { readonly kind: "release"; readonly fromMs: number; readonly toMs: number; readonly release: CalendarRelease };

/** What stands in a day, by its beginning; of what begins together, what lasts longer goes first. */
export function itemsOf(answer: Pick<CalendarAnswer, "bands" | "starts" | "releases">, day: CalendarDay): readonly DayItem[] {
  const items: readonly DayItem[] = [
    ...answer.bands.map((band) => ({ kind: "band" as const, fromMs: band.fromMs, toMs: band.toMs, band })),
    ...answer.starts.map(({ fromMs, lastMs, extendedLastMs }) => ({ kind: "starts" as const, fromMs, toMs: lastMs, extendedLastMs })),
    ...answer.releases.map((release) => ({
      kind: "release" as const,
      fromMs: release.fromMs,
      toMs: Math.max(release.extendedToMs, release.fromMs + 1),
      release,
    })),
  ];
  return items
    .filter(({ fromMs, toMs }) => fromMs < day.toMs && toMs >= day.fromMs)
    .filter((item) => item.kind === "starts" || item.toMs > day.fromMs)
    .map((item) => ({ ...item, fromMs: Math.max(item.fromMs, day.fromMs), toMs: Math.min(item.toMs, day.toMs) }))
    .toSorted((a, b) => a.fromMs - b.fromMs || b.toMs - a.toMs);
}
