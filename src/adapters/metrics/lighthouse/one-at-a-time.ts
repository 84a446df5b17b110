let queue: Promise<unknown> = Promise.resolve();

/** Runs one after the other whatever this process measures, whichever source asked: two browsers at once would measure each other. */
export function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
  const turn = queue.then(work);
  queue = turn.catch(() => {});
  return turn;
}
