import { PortError } from "../ports.ts";
import type { Clock } from "../ports.ts";
import type { Random } from "./random.ts";

/** How often things go wrong, each 0-1 per call. All zero: a perfect world. */
export interface Weather {
  readonly refused: number;
  readonly timedOut: number;
  readonly slow: number;
  /** The work is done, but the answer is an error. */
  readonly lostAnswer: number;
  /** The work is done twice, the second time a while later. */
  readonly repeated: number;
  /** An old answer is given. */
  readonly stale: number;
  /** Of several things that were asked for only the first is done, and then the answer is an error. */
  readonly partial: number;
  /** The process dies before or after this call. */
  readonly crash: number;
}

export const calm: Weather = { refused: 0, timedOut: 0, slow: 0, lostAnswer: 0, repeated: 0, stale: 0, partial: 0, crash: 0 };

/** One process's way to the world: each call may go wrong as the weather says, and after a crash nothing it awaits ever comes back. */
export interface Way {
  /** Does `work` through the weather; the callee never knows. `kind` says what may go wrong: the store is never slow. */
  go<T>(kind: "store" | "store-write" | "read" | "write", work: () => T | Promise<T>): Promise<T>;
  isDead(): boolean;
  /** Kills the process now. The answer never comes. */
  die(): Promise<never>;
}

export interface WayOptions {
  readonly clock: Clock;
  readonly chance: Random;
  /** Asked at every call, so that the weather can clear up. */
  readonly weather: () => Weather;
  readonly onCrash: () => void;
  /** Runs `work` later, outside of this process. */
  readonly later: (afterMs: number, work: () => void) => void;
}

export function wayThrough({ clock, chance, weather, onCrash, later }: WayOptions): Way {
  let isDead = false;
  const die = (): Promise<never> => {
    if (!isDead) {
      isDead = true;
      onCrash();
    }
    return new Promise(() => undefined);
  };
  return {
    isDead: () => isDead,
    die,
    async go(kind, work) {
      if (isDead) return die();
      const now = weather();
      if (chance.happens(now.crash / 2)) return die();
      if (kind === "read" || kind === "write") await trouble(kind, now, { clock, chance, later, work });
      const value = await work();
      if (isDead || chance.happens(now.crash / 2)) return die();
      if ((kind === "write" || kind === "store-write") && chance.happens(now.lostAnswer))
        throw new Error("connection reset before the answer");
      return value;
    },
  };
}

interface Troubled {
  readonly clock: Clock;
  readonly chance: Random;
  readonly later: (afterMs: number, work: () => void) => void;
  readonly work: () => unknown;
}

async function trouble(kind: "read" | "write", now: Weather, { clock, chance, later, work }: Troubled): Promise<void> {
  if (chance.happens(now.refused)) throw new PortError("connection refused", { retry: "later" });
  if (chance.happens(now.timedOut)) return new Promise(() => undefined);
  await clock.wait(chance.happens(now.slow) ? chance.between(200, 3_000) : chance.between(1, 20));
  // A proxy that tries again by itself does so within a moment; a word that is older than the lease is not believed.
  // Nobody waits for the second answer, so nobody hears it when the second try fails.
  if (kind === "write" && chance.happens(now.repeated))
    later(chance.between(10, 500), () => void Promise.allSettled([Promise.resolve().then(work)]));
}
