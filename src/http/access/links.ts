import type { Clock } from "../../ports.ts";
import { digestOf, newSecret } from "./secrets.ts";

/** A link opens the dashboard for so long, ms. */
const lastsMs = 10 * 60_000;
/** Links that are open at once, of everybody together: the oldest makes room. */
const mostOpen = 1_000;

/** One-time links: codes that are kept as digests, in memory only, and work once. */
export class Links<Holder> {
  readonly #clock: Clock;
  readonly #open = new Map<string, { readonly holder: Holder; readonly untilMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A new code for `holder`, and when it ends, epoch ms. */
  mint(holder: Holder): { readonly code: string; readonly expiresMs: number } {
    this.#forget();
    const code = newSecret();
    this.#open.set(digestOf(code), { holder, untilMs: this.#clock.monotonicMs() + lastsMs });
    return { code, expiresMs: this.#clock.nowMs() + lastsMs };
  }

  /** Whose code this is, once; `null`: nobody's, used before, or too late. */
  redeem(code: string): Holder | null {
    const digest = digestOf(code);
    const found = this.#open.get(digest);
    this.#open.delete(digest);
    return found !== undefined && this.#clock.monotonicMs() < found.untilMs ? found.holder : null;
  }

  #forget(): void {
    for (const [digest, { untilMs }] of this.#open) {
      if (this.#clock.monotonicMs() >= untilMs || this.#open.size >= mostOpen) this.#open.delete(digest);
    }
  }
}
