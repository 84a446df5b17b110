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
