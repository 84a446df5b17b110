import type { Asked } from "./meters.ts";

/** How the last call of a connection ended. */
export interface LastCall {
  /** `null`: it answered. */
  readonly why: string | null;
  /** The last call that was answered: when (epoch ms), and how long it took; `null`: none was. */
  readonly answer: { readonly atMs: number; readonly tookMs: number } | null;
}

/** One call that came to its end. */
export interface EndedCall {
  readonly atMs: number;
  readonly tookMs: number;
  /** Why it failed; `null`: it was answered. */
  readonly why: string | null;
}

/** The last call of each connection since the server began. */
export class LastCalls {
  readonly #calls = new Map<string, LastCall & { readonly asked: Asked }>();

  ended(asked: Asked, { atMs, tookMs, why }: EndedCall): void {
    const key = keyOf(asked);
    const answer = why === null ? { atMs, tookMs } : (this.#calls.get(key)?.answer ?? null);
    this.#calls.set(key, { asked, why, answer });
  }

  /** `null`: it was not asked yet. */
  of(asked: Asked): LastCall | null {
    return this.#calls.get(keyOf(asked)) ?? null;
  }

  /** Everything that was asked. */
  asked(): readonly Asked[] {
    return [...this.#calls.values()].map(({ asked }) => asked);
  }
}

function keyOf({ port, name }: Asked): string {
  return `${port} ${name}`;
}
