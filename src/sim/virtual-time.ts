import type { Clock } from "../ports.ts";

/** Time that passes only when nothing is left to do: months of waiting in a moment, and always in the same order. */
export interface VirtualTime {
  /** Milliseconds since the beginning. */
  elapsedMs(): number;
  /** A clock of one process. */
  clock(): ProcessClock;
  /** Moves the wall clock by `ms`, without time passing. */
  step(ms: number): void;
  /** Runs `work` at `atMs` since the beginning. */
  at(atMs: number, work: () => void): void;
  /** Lets everything happen until `untilMs` since the beginning, or until `isDone`. */
  run(untilMs: number, isDone: () => boolean): Promise<void>;
  /** Lets `ms` pass with everything that happens in them: it is that much later when this resolves, also where nothing happened. */
  pass(ms: number): Promise<void>;
}

export interface ProcessClock extends Clock {
  /** None of its waits ever ends any more, as in a process that was killed. */
  stop(): void;
  /** None of its waits ends for `ms`, as in a process that gets no processor. */
  freeze(ms: number): void;
}

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly ring: () => void;
}

export function virtualTime(startsAtMs: number): VirtualTime {
  const timers = new Heap();
  let elapsedMs = 0;
  let steppedMs = 0;
  let order = 0;
  const run = async (untilMs: number, isDone: () => boolean): Promise<void> => {
    for (;;) {
      await everythingElse();
      if (isDone()) return;
      const next = timers.popUntil(untilMs);
      if (!next) return;
      elapsedMs = next.atMs;
      next.ring();
    }
  };
  const at = (atMs: number, ring: () => void): void => timers.push({ atMs: Math.max(atMs, elapsedMs), order: (order += 1), ring });
  return {
    elapsedMs: () => elapsedMs,
    step: (ms) => void (steppedMs += ms),
    at,
    clock() {
      let isStopped = false;
      let frozenUntilMs = 0;
      return {
        nowMs: () => startsAtMs + elapsedMs + steppedMs,
        monotonicMs: () => elapsedMs,
        wait: (ms, signal) =>
          new Promise((resolve) => {
            const ring = (): void => {
              if (isStopped) return;
              if (elapsedMs < frozenUntilMs) at(frozenUntilMs, ring);
              else resolve();
            };
            if (signal?.aborted) return ring();
            at(elapsedMs + Math.max(0, ms), ring);
            signal?.addEventListener("abort", ring, { once: true });
          }),
        stop: () => void (isStopped = true),
        freeze: (ms) => void (frozenUntilMs = elapsedMs + ms),
      };
    },
    run,
    async pass(ms) {
      const untilMs = elapsedMs + ms;
      await run(untilMs, () => false);
      elapsedMs = untilMs;
    },
  };
}

/** Resolves when no promise callback is left to run: an immediate comes after all of them. */
function everythingElse(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Earliest first; of the same moment, the one that was set first. */
class Heap {
  readonly #timers: Timer[] = [];

  push(timer: Timer): void {
    const timers = this.#timers;
    let index = timers.length;
    timers.push(timer);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(timer, timers[parent])) break;
      timers[index] = timers[parent] ?? timer;
      index = parent;
    }
    timers[index] = timer;
  }

  /** The first one, when its moment is not after `untilMs`; a later one stays. */
  popUntil(untilMs: number): Timer | undefined {
    const [first] = this.#timers;
    return first && first.atMs <= untilMs ? this.#pop() : undefined;
  }

  #pop(): Timer | undefined {
    const timers = this.#timers;
    const first = timers[0];
    const last = timers.pop();
    if (!first || !last || timers.length === 0) return first;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const child = isBefore(timers[left + 1] ?? last, timers[left]) && left + 1 < timers.length ? left + 1 : left;
      const candidate = timers[child];
      if (!candidate || !isBefore(candidate, last)) break;
      timers[index] = candidate;
      index = child;
    }
    timers[index] = last;
    return first;
  }
}

function isBefore(left: Timer, right: Timer | undefined): boolean {
  return right === undefined || left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);
}
