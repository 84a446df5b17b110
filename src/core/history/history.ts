import type { Entry } from "../decision.ts";
import { isCounting } from "../evidence-book.ts";
import type { Standing } from "../evidence-book.ts";
import type { newborn } from "../apply.ts";
import type { ReadingSeen } from "../observation.ts";
import { beginToFollow, followRow, standingOfCheck } from "./follow-check.ts";
import type { EvidenceRow, Followed } from "./follow-check.ts";

/** How the evidence of one check grew, kept at so few moments that it can be drawn: a fold over the release's rows. */
export interface History {
  readonly now: Followed;
  /** Rows that are in it. */
  readonly rows: number;
  /** Oldest first. */
  readonly moments: Thinned<Moment>;
  /** What was read while people were exposed, in windows, oldest first. */
  readonly readings: Thinned<ReadingWindow>;
  /** The latest level or score of the canary; `null`: none, or it has none. */
  readonly lastLevel: number | null;
}

/** The evidence after one row, to be judged when somebody looks. */
export interface Moment {
  readonly atMs: number;
  readonly seen: Followed;
}

/** What was read of each arm in one window: counts of a rate, or the sum of the levels and their number. */
export interface ReadingWindow {
  /** Of its last reading. */
  readonly atMs: number;
  readonly canary: Sum;
  /** `null`: nothing was read of stable. */
  readonly stable: Sum | null;
  /** The least and the greatest level of the canary; `null` of counts. */
  readonly extremes: { readonly least: number; readonly greatest: number } | null;
}

export interface Sum {
  readonly sum: number;
  readonly of: number;
}

/** Items of which the last one of each span of `widthMs` is kept, or the spans are joined; at most `atMost` of them, as the span doubles when there are more. */
interface Thinned<Item> {
  readonly atMost: number;
  readonly widthMs: number;
  readonly items: readonly Item[];
}

/** Moments at which a history is judged at most. */
export const momentsAtMost = 300;
/** Windows of counts: in fewer of them each has enough to be a rate. */
const countWindowsAtMost = 100;

/** The history before anything happened. Throws when the plan has no such check. */
export function beginHistory(head: Parameters<typeof newborn>[0], check: string): History {
  const now = beginToFollow(head, check);
  const spec = now.book.checks.find(({ id }) => id === check)?.spec.kind;
  const areCounts = spec === "rate" || spec === "against-stable" || spec === "none" || spec === "threshold";
  const widthMs = Math.max(1, head.plan.scrapeMs);
  return {
    now,
    rows: 0,
    moments: { atMost: momentsAtMost, widthMs, items: [] },
    readings: { atMost: areCounts ? countWindowsAtMost : momentsAtMost, widthMs, items: [] },
    lastLevel: null,
  };
}

/** The history with one more row, and the journal's entry of that row; `null`: it led to none. */
export function addToHistory(before: History, row: EvidenceRow, entry: Entry | null): History {
  const { seen, after } = followRow(before.now, row, entry);
  const history = { ...before, now: after, rows: row.number };
  if (!isCounting(before.now.release.status)) return history;
  const { nowMs, readings } = row.observation;
  const quantity = seen.book.checks.find(({ id }) => id === seen.check)?.quantity ?? "";
  const window = windowOf(nowMs, readings[quantity]);
  return {
    ...history,
    moments: thinned(before.moments, { atMs: nowMs, seen }, (_, later) => later),
    readings: window === null ? before.readings : thinned(before.readings, window, joined),
    lastLevel: window?.extremes?.greatest ?? before.lastLevel,
  };
}

/** What the evidence said at each moment. */
export function standingsOfHistory({ moments }: History): readonly { readonly atMs: number; readonly standing: Standing }[] {
  return moments.items.map(({ atMs, seen }) => ({ atMs, standing: standingOfCheck(seen, atMs) }));
}

/** Everything that was read, as one window; `null`: nothing was. */
export function allReadings({ readings }: History): ReadingWindow | null {
  return readings.items.reduce<ReadingWindow | null>((all, window) => (all === null ? window : joined(all, window)), null);
}

/** The value that a sum stands for: a rate, or the mean level; `null`: of nothing. */
export function valueOf(sum: Sum | null): number | null {
  return sum === null || sum.of === 0 ? null : sum.sum / sum.of;
}

function windowOf(atMs: number, reading: ReadingSeen | undefined): ReadingWindow | null {
  if (reading?.kind !== "increment") return null;
  const { increment } = reading;
  switch (increment.kind) {
    case "counts": {
      const { canary, stable } = increment;
      return {
        atMs,
        canary: { sum: canary.bad, of: canary.total },
        stable: stable === null ? null : { sum: stable.bad, of: stable.total },
        extremes: null,
      };
    }
    case "level": {
      const { canary, stable } = increment;
      return {
        atMs,
        canary: { sum: canary, of: 1 },
        stable: stable === null ? null : { sum: stable, of: 1 },
        extremes: { least: canary, greatest: canary },
      };
    }
    case "probe":
      return { atMs, canary: { sum: increment.down ? 1 : 0, of: 1 }, stable: null, extremes: null };
  }
}

function joined(earlier: ReadingWindow, later: ReadingWindow): ReadingWindow {
  return {
    atMs: later.atMs,
    canary: { sum: earlier.canary.sum + later.canary.sum, of: earlier.canary.of + later.canary.of },
    stable:
      earlier.stable === null || later.stable === null
        ? (later.stable ?? earlier.stable)
        : { sum: earlier.stable.sum + later.stable.sum, of: earlier.stable.of + later.stable.of },
    extremes:
      earlier.extremes === null || later.extremes === null
        ? (later.extremes ?? earlier.extremes)
        : {
            least: Math.min(earlier.extremes.least, later.extremes.least),
            greatest: Math.max(earlier.extremes.greatest, later.extremes.greatest),
          },
  };
}

/** One item more, joined with those of the same span of time. */
function thinned<Item extends { readonly atMs: number }>(
  before: Thinned<Item>,
  item: Item,
  join: (earlier: Item, later: Item) => Item,
): Thinned<Item> {
  let { widthMs } = before;
  let items = withItem(before.items, { item, widthMs, join });
  while (items.length > before.atMost) {
    widthMs *= 2;
    items = items.reduce<readonly Item[]>((kept, next) => withItem(kept, { item: next, widthMs, join }), []);
  }
  return { ...before, widthMs, items };
}

interface Added<Item> {
  readonly item: Item;
  readonly widthMs: number;
  readonly join: (earlier: Item, later: Item) => Item;
}

function withItem<Item extends { readonly atMs: number }>(items: readonly Item[], { item, widthMs, join }: Added<Item>): readonly Item[] {
  const last = items.at(-1);
  const isSameSpan = last !== undefined && Math.floor(last.atMs / widthMs) === Math.floor(item.atMs / widthMs);
  return isSameSpan ? [...items.slice(0, -1), join(last, item)] : [...items, item];
}
