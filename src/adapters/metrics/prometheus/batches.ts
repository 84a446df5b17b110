/** What waits to be asked, and who waits for it. */
interface Waiting<Want, Got> {
  readonly want: Want;
  readonly signal: AbortSignal;
  readonly resolve: (got: Got) => void;
  readonly reject: (reason: unknown) => void;
}

export interface BatchOptions {
  /** So many calls run at once; what comes meanwhile is asked together by the next one. */
  readonly atOnce: number;
  /** At most so many are asked together. */
  readonly together: number;
  /** True when the error may be the fault of one of those who were asked for together: then each is asked for alone. */
  readonly isOneOf: (error: unknown) => boolean;
}

/**
 * Asks for many at once: whoever comes while as many calls run as may waits, and is asked for together with all others who wait. So a source that is
 * fast answers each by itself, and one that is slow gets fewer and larger calls instead of a queue. A call whose askers have all gone is aborted.
 */
export class Batches<Want, Got> {
  readonly #run: (wants: readonly Want[], signal: AbortSignal) => Promise<Got>;
  readonly #options: BatchOptions;
  readonly #waiting: Waiting<Want, Got>[] = [];
  #running = 0;

  constructor(run: (wants: readonly Want[], signal: AbortSignal) => Promise<Got>, options: BatchOptions) {
    this.#run = run;
    this.#options = options;
  }

  /** What `run` answered for a batch with `want` in it. Throws what it threw, and the signal's reason as soon as it aborts. */
  async ask(want: Want, signal: AbortSignal): Promise<Got> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Got>();
    const abort = (): void => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    this.#waiting.push({ want, signal, resolve, reject });
    // Those who come in the same breath are asked together.
    queueMicrotask(() => this.#drain());
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  #drain(): void {
    while (this.#running < this.#options.atOnce && this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#options.together).filter(({ signal }) => !signal.aborted);
      if (batch.length === 0) continue;
      this.#running += 1;
      void this.#runBatch(batch).finally(() => {
        this.#running -= 1;
        this.#drain();
      });
    }
  }

  async #runBatch(batch: readonly Waiting<Want, Got>[]): Promise<void> {
    const nobody = new AbortController();
    const leave = (): void => {
      if (batch.every(({ signal }) => signal.aborted)) nobody.abort("everybody who asked has gone");
    };
    for (const { signal } of batch) signal.addEventListener("abort", leave, { once: true });
    try {
      const got = await this.#run(
        batch.map(({ want }) => want),
        nobody.signal,
      );
      for (const { resolve } of batch) resolve(got);
    } catch (error) {
      if (batch.length > 1 && this.#options.isOneOf(error)) await Promise.all(batch.map(async (one) => this.#runBatch([one])));
      // Who has an answer already does not hear this.
      for (const { reject } of batch) reject(error);
    } finally {
      for (const { signal } of batch) signal.removeEventListener("abort", leave);
    }
  }
}
