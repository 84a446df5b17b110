import type { Clock } from "../ports.ts";

/** So long one piece of work may last, ms: a tick, or a word to the router, waits no longer for it. */
const sliceMs = 10;

/** The pace of one long piece of work: each time that it has gone on for a while, others have their turn. */
export class Pace {
  readonly #clock: Pick<Clock, "monotonicMs">;
  #sinceMs: number;

  constructor(clock: Pick<Clock, "monotonicMs">) {
    this.#clock = clock;
    this.#sinceMs = clock.monotonicMs();
  }

  /** Lets others have their turn if it is time for that. */
  async rest(): Promise<void> {
    if (this.#isDue()) await this.#othersTurn();
  }

  /** What the work returns; it rests between two of its slices. */
  async through<Result>(work: Generator<undefined, Result>): Promise<Result> {
    for (;;) {
      const step = work.next();
      if (step.done) return step.value;
      if (this.#isDue()) await this.#othersTurn();
    }
  }

  #isDue(): boolean {
    return this.#clock.monotonicMs() - this.#sinceMs >= sliceMs;
  }

  /** Resolves when everything that waits for its turn in this process has had one. */
  async #othersTurn(): Promise<void> {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    this.#sinceMs = this.#clock.monotonicMs();
  }
}
