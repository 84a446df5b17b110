/** Resolves when everything that waits for its turn in this process has had one. */
export function othersTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
