import { UserError } from "../../errors.ts";
import type { Clock } from "../../ports.ts";
import type { Log } from "../log.ts";
import { details } from "../details.ts";

/** How many are answered in one window, from one place (an address, a person) and from everywhere. */
export interface TriesAtMost {
  readonly windowMs: number;
  readonly perPlace: number;
  readonly overall: number;
}

/** Places whose failures are remembered: with more of them the oldest are forgotten, and the limit of everybody still holds. */
const mostPlaces = 10_000;

/**
 * Counts what failed. Who has the right secret is never refused, however many others guess beside them: nobody can lock people out of a rollback.
 */
export class Tries {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #atMost: TriesAtMost;
  #counted = new Map<string, number>();
  #all = 0;
  #sinceMs: number;

  /** `log` is told once a window and place, so that guesses do not fill it. */
  constructor(clock: Clock, log: Log, atMost: TriesAtMost) {
    this.#clock = clock;
    this.#log = log;
    this.#atMost = atMost;
    this.#sinceMs = clock.monotonicMs();
  }

  /** One more from `place`. Throws `too-many-tries` when there were too many already, with the seconds until the next is answered. */
  count(place: string): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#sinceMs >= this.#atMost.windowMs) {
      this.#counted = new Map();
      this.#all = 0;
      this.#sinceMs = nowMs;
    }
    const count = (this.#counted.get(place) ?? 0) + 1;
    const oldest = this.#counted.size >= mostPlaces ? this.#counted.keys().next() : null;
    if (oldest?.value !== undefined) this.#counted.delete(oldest.value);
    this.#counted.set(place, count);
    // One place that goes on and on takes up no more of everybody's than are its own.
    const isPlaceOver = count > this.#atMost.perPlace;
    if (!isPlaceOver) this.#all += 1;
    if (!isPlaceOver && this.#all <= this.#atMost.overall) return;
    if (isPlaceOver ? count === this.#atMost.perPlace + 1 : this.#all === this.#atMost.overall + 1) {
      this.#log("warning", "too-many-tries", { from: place, here: count, ofAll: this.#all });
    }
    const retryAfterS = Math.max(1, Math.ceil((this.#sinceMs + this.#atMost.windowMs - nowMs) / 1_000));
    throw new UserError("too-many-tries", details.tooManyTries(retryAfterS), {
      retryAfterS,
    });
  }
}
