/** Resolves when it is the caller's turn. */
export type Turn = () => Promise<void>;

/**
 * Answers a queue from which one caller goes on at each round of the event loop, in the order in which they came. However many calls arrive at
 * once, a release's own work (a reading, a word to the router, a commit) stands behind one of them at most.
 */
export function createTurns(): Turn {
  let waiting: (() => void)[] = [];
  let at = 0;
  const next = (): void => {
    waiting[at]?.();
    at += 1;
    if (at < waiting.length) return void setImmediate(next);
    waiting = [];
    at = 0;
  };
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 1) setImmediate(next);
    });
}
