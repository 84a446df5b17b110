import { useEffect, useState } from "react";

/*
 * The only place of the dashboard that reads a clock or sets a timer.
 */

/** This machine's time, epoch ms: right for spans, and off by as much as the machine is for moments. */
export function localNowMs(): number {
  return Date.now();
}

/** Calls `what` every `ms` until the answer is called. */
export function every(ms: number, what: () => void): () => void {
  const timer = setInterval(what, ms);
  return () => clearInterval(timer);
}

/** Calls `what` once, `ms` from now, unless the answer is called before. */
export function after(ms: number, what: () => void): () => void {
  const timer = setTimeout(what, ms);
  return () => clearTimeout(timer);
}

/** When something was known, by two clocks: what the server said then (`serverMs`), and this machine's time at that moment. */
export interface Reading {
  readonly serverMs: number;
  readonly localMs: number;
}

/** The server's time now, epoch ms, as it follows from its last word; drawn anew every `ms`. */
export function useServerNow(reading: Reading, ms = 1_000): number {
  const localMs = useLocalNow(ms);
  return reading.serverMs + Math.max(0, localMs - reading.localMs);
}

/** This machine's time, drawn anew every `ms`. */
export function useLocalNow(ms = 1_000): number {
  const [nowMs, setNowMs] = useState(localNowMs);
  useEffect(() => every(ms, () => setNowMs(localNowMs())), [ms]);
  return nowMs;
}
