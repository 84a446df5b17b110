import type { AppParts } from "./parts.ts";

/** Commits of one release, as something to wait for. */
export interface News {
  /** Resolves at the next commit, at once when there was one since the last wait, or when `signal` aborts. */
  changed(signal: AbortSignal): Promise<void>;
  stop(): void;
}

/** Listens to `release` until stopped. Several commits between two waits count as one. */
export function newsOf(parts: Pick<AppParts, "engine">, release: string): News {
  let isFresh = false;
  let wake = (): void => undefined;
  const stop = parts.engine.onCommit((id) => {
    if (id !== release) return;
    isFresh = true;
    wake();
  });
  return {
    stop,
    changed: async (signal) => {
      if (!isFresh && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          signal.addEventListener("abort", wake, { once: true });
        });
        signal.removeEventListener("abort", wake);
      }
      isFresh = false;
    },
  };
}

/** Resolves after `leastMs`, and then at the next commit or after `mostMs` in all; at once when `signal` aborts. */
export async function newsWithin(
  parts: Pick<AppParts, "clock">,
  news: News,
  { leastMs, mostMs, signal }: { readonly leastMs: number; readonly mostMs: number; readonly signal: AbortSignal },
): Promise<void> {
  await parts.clock.wait(leastMs, signal);
  const turn = new AbortController();
  const either = AbortSignal.any([turn.signal, signal]);
  const both = [parts.clock.wait(mostMs - leastMs, either), news.changed(either)];
  await Promise.race(both);
  turn.abort();
  await Promise.all(both);
}
