import type { Clock } from "../ports.ts";
import type { Answer } from "./exchange.ts";

/** An hour that somebody asks for would blind a release: it is asked again after this, ms. */
const longestMs = 60_000;
/** What is waited for when somebody says 429 and not how long, ms. */
const usualMs = 5_000;

/** What a vendor that was asked too often has asked for: nothing is sent before it is over. Shared by every query of a connection. */
export class Patience {
  readonly #clock: Clock;
  #untilMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Throws while patience is asked for; `who` begins the message. */
  check(who: string): void {
    const leftMs = this.#untilMs - this.#clock.monotonicMs();
    if (leftMs > 0) throw new Error(`${who} was asked too often (429) and wants ${Math.ceil(leftMs / 1000)} s more of patience`);
  }

  /** Takes note of a 429. */
  note({ headers }: Pick<Answer, "headers">): void {
    const waitMs = retryAfterMs(headers, this.#clock.nowMs()) ?? usualMs;
    this.#untilMs = this.#clock.monotonicMs() + Math.min(longestMs, waitMs);
  }
}

/**
 * How long an answer asks to wait, ms: `retry-after` in seconds or as a date, or else a vendor's own header that says when its window is over;
 * `null`: it does not say.
 *
 * Source: RFC 9110, 10.2.3; https://docs.sentry.io/api/ratelimits/ (reset: epoch seconds); https://docs.datadoghq.com/api/latest/rate-limits/ (reset: seconds left)
 */
export function retryAfterMs(headers: Answer["headers"], nowMs: number): number | null {
  const { "retry-after": after, "x-sentry-rate-limit-reset": sentryReset, "x-ratelimit-reset": datadogReset } = headers;
  const seconds = after ?? datadogReset;
  if (seconds !== undefined && /^\s*\d+(?:\.\d+)?\s*$/.test(seconds)) return Number(seconds) * 1000;
  const dateMs = after === undefined ? Number.NaN : Date.parse(after);
  if (Number.isFinite(dateMs)) return Math.max(0, dateMs - nowMs);
  const resetMs = sentryReset === undefined ? Number.NaN : Number(sentryReset) * 1000;
  return Number.isFinite(resetMs) ? Math.max(0, resetMs - nowMs) : null;
}
