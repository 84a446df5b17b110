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
/** Lines about callers whom nobody knows, in one window. */
const nobodysAtMost = 300;
const longestPath = 200;

/**
 * Writes who was denied what into the log: of people and machines each, of callers whom nobody knows 300 a minute, and then, with the next one, how
 * many more there were. A stranger fills no disk, and hides nobody's name behind theirs.
 */
export function createDenials(log: Log, clock: Pick<Clock, "monotonicMs">): Denials {
  let sinceMs = clock.monotonicMs();
  let nobodys = 0;
  return ({ path, ...denial }) => {
    const nowMs = clock.monotonicMs();
    if (denial.who === null && nowMs - sinceMs >= windowMs) {
      if (nobodys > nobodysAtMost) log("warning", "denied-more", { who: null, more: nobodys - nobodysAtMost });
      [sinceMs, nobodys] = [nowMs, 0];
    }
    nobodys += denial.who === null ? 1 : 0;
    if (denial.who !== null || nobodys <= nobodysAtMost) log("warning", "denied", { ...denial, path: path.slice(0, longestPath) });
  };
}
