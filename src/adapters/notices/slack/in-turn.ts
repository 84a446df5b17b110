/** Runs what has the same key one after the other, in the order of the calls; a failure stops nobody. */
export type InTurn = <T>(key: string, run: () => Promise<T>) => Promise<T>;

/** Answers an `InTurn` of its own. */
export function createInTurn(): InTurn {
  const last = new Map<string, Promise<unknown>>();
  return async (key, run) => {
    const before = last.get(key) ?? Promise.resolve();
    const mine = before.then(run, run);
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}
