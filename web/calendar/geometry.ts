import type { CalendarDay } from "../../src/http/contract/calendar.ts";

const dayMs = 24 * 3_600_000;

/** A stretch of time, epoch ms, `toMs` not included. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The part of a stretch that lies in one day, in percent of the day's height: what the wall clock shows decides, so that days stand side by side. */
export interface Piece {
  readonly day: number;
  readonly topPct: number;
  readonly heightPct: number;
  /** False where it comes from the day before, or goes on into the next. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

type DayShape = Pick<CalendarDay, "fromMs" | "toMs" | "change">;

/**
 * Where a moment of a day stands, in percent from its midnight to the next: the time that clocks show. An hour that is left out stays empty; where the
 * clock is put back, the hour that comes twice is drawn once, at half the speed, so that what is later is always lower.
 */
export function heightOf({ fromMs, change }: DayShape, atMs: number): number {
  return (wallMs(fromMs, change, atMs) / dayMs) * 100;
}

function wallMs(fromMs: number, change: DayShape["change"], atMs: number): number {
  const elapsedMs = atMs - fromMs;
  if (change === null) return elapsedMs;
  if (change.byMs > 0) return atMs < change.atMs ? elapsedMs : elapsedMs + change.byMs;
  const twiceMs = -change.byMs;
  const firstMs = change.atMs - twiceMs;
  if (atMs <= firstMs) return elapsedMs;
  const lastMs = change.atMs + twiceMs;
  return atMs < lastMs ? firstMs - fromMs + (atMs - firstMs) / 2 : elapsedMs - twiceMs;
}

/** The pieces of a stretch, day by day; none where it lies outside of these days. */
export function piecesOf(days: readonly DayShape[], { fromMs, toMs }: Stretch): readonly Piece[] {
  return days.flatMap((day, index) => {
    const [beginsMs, endsMs] = [Math.max(fromMs, day.fromMs), Math.min(toMs, day.toMs)];
    if (beginsMs >= endsMs) return [];
    const topPct = heightOf(day, beginsMs);
    // A day's last moment is its midnight, also where the next day begins later.
    const bottomPct = endsMs === day.toMs ? 100 : heightOf(day, endsMs);
    return [{ day: index, topPct, heightPct: bottomPct - topPct, isFirst: beginsMs === fromMs, isLast: endsMs === toMs }];
  });
}

/** The hour that is left out, or that comes twice, of a day whose clock is changed, in percent; `null`: there is none. */
export function changedHour(
  day: DayShape,
): { readonly topPct: number; readonly heightPct: number; readonly kind: "missing" | "twice" } | null {
  const { change } = day;
  if (change === null) return null;
  const heightPct = (Math.abs(change.byMs) / dayMs) * 100;
  // Where midnight itself is left out, the day begins with the gap.
  const topPct = change.byMs > 0 ? ((change.atMs - day.fromMs) / dayMs) * 100 : heightOf(day, change.atMs + change.byMs);
  return { topPct, heightPct, kind: change.byMs > 0 ? "missing" : "twice" };
}

/** Beside which others each stretch is drawn: a lane for each, and how many lanes its neighbours take; those that do not meet share a lane. */
export function lanesOf(stretches: readonly Stretch[]): readonly { readonly lane: number; readonly lanes: number }[] {
  const order = stretches.map((_, index) => index).toSorted((a, b) => (stretches[a]?.fromMs ?? 0) - (stretches[b]?.fromMs ?? 0));
  const placed = new Map<number, { lane: number; group: number }>();
  const widths: number[] = [];
  let [group, ends, groupEndsMs]: [number, number[], number] = [-1, [], -Infinity];
  for (const index of order) {
    const { fromMs, toMs } = stretches[index] ?? { fromMs: 0, toMs: 0 };
    if (fromMs >= groupEndsMs) {
      group += 1;
      ends = [];
      groupEndsMs = toMs;
    }
    const free = ends.findIndex((endMs) => endMs <= fromMs);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = toMs;
    groupEndsMs = Math.max(groupEndsMs, toMs);
    placed.set(index, { lane, group });
    widths[group] = ends.length;
  }
  return stretches.map((_, index) => {
    const found = placed.get(index) ?? { lane: 0, group: 0 };
    return { lane: found.lane, lanes: widths[found.group] ?? 1 };
  });
}
