import type { Turn } from "./turns.ts";

/** What `work` returns, done slice by slice: between two of them everybody else who waits has a turn. */
export async function inSlices<Result>(work: Generator<undefined, Result>, turn: Turn): Promise<Result> {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    await turn();
  }
}
