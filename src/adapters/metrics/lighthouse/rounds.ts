import type { Clock } from "../../../ports.ts";
import type { CategoryRead } from "./read-report.ts";

/** What one version's page came to, by category. */
export type Scored = ReadonlyMap<string, CategoryRead>;

/** One run on each version, one after the other: what is compared was measured on the same machine within a minute. */
export type Round =
  /** `stable`: `null` when it has no page, or could not be measured. `atMs`: when the canary was, epoch ms. */
  | { readonly kind: "measured"; readonly canary: Scored; readonly stable: Scored | null; readonly atMs: number }
  | { readonly kind: "failed"; readonly why: string };

/** What somebody who asks is told. */
export type Told =
  | Round
  /** There is no new round; the last one has been told. */
  | { readonly kind: "later" }
  /** Nothing has been measured yet. */
  | { readonly kind: "first" };

/** When a page is to be measured. */
export interface Pace {
  readonly clock: Clock;
  /** Between the beginnings of two rounds once there are enough of them, ms. */
  readonly everyMs: number;
  /** How long somebody who asks is kept waiting for a round that is under way, ms: under the time that the engine gives a source. */
  readonly patienceMs: number;
}

/** After a round that failed the next one waits at least so long, unless they come faster anyway, ms. */
const afterFailureMs = 60_000;

/**
 * What is known of one page of one release. Rounds follow one another until there are as many as are needed to decide, then one begins every
 * `everyMs`. They go on in the background when whoever asked has gone, and each is told once to everyone who asks, by name.
 */
export class Rounds {
  readonly #pace: Pace;
  readonly #told = new Map<string, number>();
  #latest: Round | null = null;
  /** Rounds that have ended, and those of them that measured. */
  #ended = 0;
  #measured = 0;
  #begunMs: number | null = null;
  #underWay: Promise<void> | null = null;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  /** Begins a round when it is time; `needed`: rounds that decide; `measure` is given how many ended before, and never rejects. */
  begin(needed: number, measure: (number: number) => Promise<Round>): void {
    if (this.#underWay !== null || !this.#isTime(needed)) return;
    this.#begunMs = this.#pace.clock.monotonicMs();
    this.#underWay = measure(this.#ended).then((round) => {
      this.#latest = round;
      this.#ended += 1;
      if (round.kind === "measured") this.#measured += 1;
      this.#underWay = null;
    });
  }

  /** Waits a moment for what is under way. Throws the signal's reason. */
  async wait(signal: AbortSignal): Promise<void> {
    if (this.#underWay !== null) {
      const done = new AbortController();
      const { clock, patienceMs } = this.#pace;
      await Promise.race([this.#underWay, clock.wait(patienceMs, AbortSignal.any([signal, done.signal]))]);
      done.abort();
    }
    signal.throwIfAborted();
  }

  /** What `asker` has not been told yet. A failure is told until there is something else. */
  tell(asker: string): Told {
    if (this.#latest === null) return { kind: "first" };
    const isNew = this.#told.get(asker) !== this.#ended;
    this.#told.set(asker, this.#ended);
    return isNew || this.#latest.kind === "failed" ? this.#latest : { kind: "later" };
  }

  #isTime(needed: number): boolean {
    if (this.#begunMs === null) return true;
    const { clock, everyMs } = this.#pace;
    const waitMs = this.#latest?.kind === "failed" ? Math.min(everyMs, afterFailureMs) : this.#measured < needed ? 0 : everyMs;
    return clock.monotonicMs() - this.#begunMs >= waitMs;
  }
}
