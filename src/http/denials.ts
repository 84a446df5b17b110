import type { Clock } from "../ports.ts";
import type { Log } from "./log.ts";

/** A call that was refused for who made it. */
export interface Denial {
  readonly code: string;
  readonly method: string;
  readonly path: string;
  /** `null`: nobody knows. */
  readonly who: string | null;
  /** The address that it came from. */
  readonly from: string;
}

/** Writes a denial down. */
export type Denials = (denial: Denial) => void;

const windowMs = 60_000;
/** Lines about one caller in one window; whoever nobody knows is one caller. */
const linesAtMost = 300;
const longestPath = 200;

/**
 * Writes who was denied what into the log: of each person and machine, and of all whom nobody knows together, 300 a minute, and then, with the next one,
 * how many more there were. Nobody fills a disk, and nobody hides behind another.
 */
export function createDenials(log: Log, clock: Pick<Clock, "monotonicMs">): Denials {
  const counted = new Map<string | null, { sinceMs: number; lines: number }>();
  return ({ path, ...denial }) => {
    const { who } = denial;
    const nowMs = clock.monotonicMs();
    const before = counted.get(who);
    const isOver = before === undefined || nowMs - before.sinceMs >= windowMs;
    if (isOver && before !== undefined && before.lines > linesAtMost)
      log("warning", "denied-more", { who, more: before.lines - linesAtMost });
    const now = isOver ? { sinceMs: nowMs, lines: 0 } : before;
    counted.set(who, now);
    now.lines += 1;
    if (now.lines <= linesAtMost) log("warning", "denied", { ...denial, path: path.slice(0, longestPath) });
  };
}
