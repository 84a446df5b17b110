/** What long `work` returns, done slice by slice: between two of them `othersTurn` lets everybody else go on. */
export async function inSlices<Result>(work: Generator<undefined, Result>, othersTurn: () => Promise<void>): Promise<Result> {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    await othersTurn();
  }
}

/** What long `work` returns, at once. */
export function toEnd<Result>(work: Generator<undefined, Result>): Result {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
