/** Does `work` once what `who` asked for before is done. */
export type EachInTurn = <T>(who: string, work: () => Promise<T>) => Promise<T>;

/** A queue for each caller: what takes a whole stored release in hand is done once at a time for one of them, however many calls they send at once. */
export function createEachInTurn(): EachInTurn {
  const last = new Map<string, Promise<unknown>>();
  return async (who, work) => {
    const before = last.get(who) ?? Promise.resolve();
    const done = before.then(work, work);
    last.set(who, done);
    try {
      return await done;
    } finally {
      if (last.get(who) === done) last.delete(who);
    }
  };
}
