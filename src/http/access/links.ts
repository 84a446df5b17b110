import type { Clock } from "../../ports.ts";
import { digestOf, newSecret } from "./secrets.ts";

/** A link opens the dashboard for so long, ms. */
const lastsMs = 10 * 60_000;
/** Links that are open at once, of everybody together and of one person: the oldest makes room. */
const mostOpen = 1_000;
const mostOfOne = 20;

/** One-time links: codes that are kept as digests, in memory only, and work once. */
export class Links<Holder extends { readonly name: string }> {
  readonly #clock: Clock;
  readonly #open = new Map<string, { readonly holder: Holder; readonly untilMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A new code for `holder`, and when it ends, epoch ms. */
  mint(holder: Holder): { readonly code: string; readonly expiresMs: number } {
    this.#makeRoom(holder.name);
    const code = newSecret();
    this.#open.set(digestOf(code), { holder, untilMs: this.#clock.monotonicMs() + lastsMs });
    return { code, expiresMs: this.#clock.nowMs() + lastsMs };
  }

  /** Whose code this is; `null`: nobody's, used before, or too late. It is not used by that. */
  holderOf(code: string): Holder | null {
    const found = this.#open.get(digestOf(code));
    return found !== undefined && this.#clock.monotonicMs() < found.untilMs ? found.holder : null;
  }

  /** Whose code this is, once; `null` as `holderOf`. */
  redeem(code: string): Holder | null {
    const holder = this.holderOf(code);
    this.#open.delete(digestOf(code));
    return holder;
  }

  /** None of this person's opens anything any more. */
  end(name: string): void {
    for (const [digest, { holder }] of this.#open) if (holder.name === name) this.#open.delete(digest);
  }

  #makeRoom(name: string): void {
    let theirs = [...this.#open.values()].filter(({ holder }) => holder.name === name).length;
    for (const [digest, { holder, untilMs }] of this.#open) {
      const isTooManyth = this.#open.size >= mostOpen || (holder.name === name && theirs >= mostOfOne);
      if (this.#clock.monotonicMs() < untilMs && !isTooManyth) continue;
      this.#open.delete(digest);
      if (holder.name === name) theirs -= 1;
    }
  }
}
