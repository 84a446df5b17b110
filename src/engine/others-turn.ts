import type { Clock } from "../ports.ts";

/** So long one piece of work may last, ms: a tick, or a word to the router, waits no longer for it. */
const sliceMs = 10;

/** Resolves when everything that waits for its turn in this process has had one. */
function othersTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** What long `work` returns: each time that it has gone on for a while, others have their turn between two of its slices. */
export async function inTurns<Result>(work: Generator<undefined, Result>, clock: Pick<Clock, "monotonicMs">): Promise<Result> {
  let sinceMs = clock.monotonicMs();
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    if (clock.monotonicMs() - sinceMs < sliceMs) continue;
    await othersTurn();
    sinceMs = clock.monotonicMs();
  }
}
