import { createEngine } from "../engine/engine.ts";
import type { Engine } from "../engine/engine.ts";
import type { Clock, World } from "../ports.ts";
import { wayThrough } from "./faults.ts";
import type { Way, Weather } from "./faults.ts";
import type { Random } from "./random.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** The controller, as one process after another: when one dies, the next is started a while later on the same store. */
export interface Controllers {
  boot(): void;
  /** Kills the process that runs now, wherever it is. */
  kill(): void;
  /** The process that runs now gets no processor for `ms`. */
  freeze(ms: number): void;
  /** Of the process that runs now; of a dead one, every call waits for ever. */
  engine(): Engine;
  /** When each process died, ms since the beginning. */
  readonly crashesMs: readonly number[];
  /** What the engines complained of. */
  readonly troubles: readonly string[];
}

export interface ControllersOptions {
  readonly time: VirtualTime;
  readonly weather: () => Weather;
  readonly chance: Random;
  readonly restartAfterMs: number;
}

export function controllersOf(
  options: ControllersOptions,
  worldOf: (process: { readonly clock: Clock; readonly way: Way }) => World,
): Controllers {
  const { time, weather, chance } = options;
  const troubles: string[] = [];
  const crashesMs: number[] = [];
  let engine: Engine | null = null;
  let kill = (): void => undefined;
  let freeze = (_ms: number): void => undefined;
  const boot = (): void => {
    const clock = time.clock();
    const way = wayThrough({
      clock,
      chance,
      weather,
      later: (afterMs, work) => time.at(time.elapsedMs() + afterMs, work),
      onCrash() {
        crashesMs.push(time.elapsedMs());
        clock.stop();
        time.at(time.elapsedMs() + options.restartAfterMs, boot);
      },
    });
    kill = () => void way.die();
    freeze = (ms) => clock.freeze(ms);
    engine = createEngine(worldOf({ clock, way }), { onTrouble: (message) => troubles.push(message) });
    void engine.start().catch((error: unknown) => {
      troubles.push(`the controller ends: ${String(error)}`);
      return way.die();
    });
  };
  return {
    boot,
    kill: () => kill(),
    freeze: (ms) => freeze(ms),
    engine() {
      if (!engine) throw new Error("no controller was started");
      return engine;
    },
    crashesMs,
    troubles,
  };
}
