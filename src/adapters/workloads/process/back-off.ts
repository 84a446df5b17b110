const firstMs = 100;
const longestMs = 10_000;

/** Answers how long to wait before the next start, ms, after `failures` (1 or more) in a row: 100 ms, doubling, at most 10 s. */
export function backOffMs(failures: number): number {
  return Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 20));
}
