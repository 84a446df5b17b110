import { performance } from "node:perf_hooks";
import type { Clock } from "../ports.ts";

/**
 * The machine's clock. `startsAtMs` (epoch ms) moves it so that it reads that moment now and runs on from there; it exists for demonstrations
 * whose plan has windows. Absent: the time of day.
 */
export function createClock(options: { readonly startsAtMs?: number } = {}): Clock {
  const offsetMs = options.startsAtMs === undefined ? 0 : options.startsAtMs - Date.now();
  return {
    nowMs: () => Date.now() + offsetMs,
    monotonicMs: () => performance.now(),
    wait: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const finish = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", finish);
          resolve();
        };
        const timer = setTimeout(finish, Math.max(0, ms));
        signal?.addEventListener("abort", finish, { once: true });
      }),
  };
}
