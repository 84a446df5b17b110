/** A time in whole minutes of the vendor's clock: from inclusive, to exclusive, epoch ms. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

const minuteMs = 60_000;

/**
 * The minutes since the release began that are over and had `delayMs` to arrive; `null` while there is none. It always begins at the same minute,
 * so a sum over it is cumulative, and what arrives later than `delayMs` is in a later one.
 */
export function closedWindow(sinceMs: number, nowMs: number, delayMs: number): Window | null {
  const fromMs = Math.floor(sinceMs / minuteMs) * minuteMs;
  const toMs = Math.floor((nowMs - delayMs) / minuteMs) * minuteMs;
  return toMs > fromMs ? { fromMs, toMs } : null;
}

/** The last `minutes` that are over and had `delayMs` to arrive. */
export function lastMinutes(nowMs: number, delayMs: number, minutes: number): Window {
  const toMs = Math.floor((nowMs - delayMs) / minuteMs) * minuteMs;
  return { fromMs: toMs - minutes * minuteMs, toMs };
}
