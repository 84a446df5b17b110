import type { Clock } from "../ports.ts";

/** Rings once for any number of reasons; a ring while nobody waits is not lost. */
export interface Bell {
  ring(): void;
  isRung(): boolean;
  wait(ms: number): Promise<void>;
}

export function bell(clock: Clock): Bell {
  let rung = new AbortController();
  return {
    ring: () => rung.abort("rung"),
    isRung: () => rung.signal.aborted,
    async wait(ms) {
      await clock.wait(ms, rung.signal);
      rung = new AbortController();
    },
  };
}
