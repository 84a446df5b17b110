import type { Clock } from "../ports.ts";

/** A trouble that lasts is said again after this long, ms. */
const againAfterMs = 60_000;

/** What goes wrong, by whom it concerns: said when it begins, when it becomes another, once a minute while it lasts, and when it is over. */
export class Troubles {
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #say: (message: string) => void;
  readonly #now = new Map<string, { readonly message: string; readonly saidMs: number }>();

  constructor(clock: Pick<Clock, "monotonicMs">, say: (message: string) => void) {
    this.#clock = clock;
    this.#say = say;
  }

  /** True while anything is wrong. */
  get areThere(): boolean {
    return this.#now.size > 0;
  }

  tell(whom: string, message: string): void {
    const nowMs = this.#clock.monotonicMs();
    const before = this.#now.get(whom);
    if (before?.message === message && nowMs - before.saidMs < againAfterMs) return;
    this.#now.set(whom, { message, saidMs: nowMs });
    this.#say(message);
  }

  /** Answers whether there was any: then it is over. */
  end(whom: string): boolean {
    return this.#now.delete(whom);
  }
}
