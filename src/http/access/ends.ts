/** What somebody showed and may lose: a session or a token, by its digest, and when it ends by itself, epoch ms. */
export interface Proof {
  readonly digest: string;
  readonly endsMs: number;
}

/** Tells who waits for it that what somebody showed is not in force any more. */
export class Ends {
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Calls `tell` when it ends, unless the answer was called before. */
  await(digest: string, tell: () => void): () => void {
    const all = this.#waiting.get(digest) ?? new Set();
    this.#waiting.set(digest, all.add(tell));
    return () => {
      all.delete(tell);
      if (all.size === 0 && this.#waiting.get(digest) === all) this.#waiting.delete(digest);
    };
  }

  /** It ends now. */
  ended(digest: string): void {
    const all = this.#waiting.get(digest) ?? new Set();
    this.#waiting.delete(digest);
    for (const tell of all) tell();
  }
}
