import type { Clock } from "../ports.ts";

/**
 * Epoch ms that never runs back and never slower than the monotonic clock. A wall clock that is set forward is followed; one that is set back is
 * waited for, so that no deadline is ever put off.
 */
export function steadyTime(clock: Clock, atLeastMs: number): () => number {
  let anchorMs = Math.max(clock.nowMs(), atLeastMs);
  let anchorMonotonicMs = clock.monotonicMs();
  return () => {
    const monotonicMs = clock.monotonicMs();
    anchorMs = Math.max(anchorMs + monotonicMs - anchorMonotonicMs, clock.nowMs());
    anchorMonotonicMs = monotonicMs;
    return Math.round(anchorMs);
  };
}
