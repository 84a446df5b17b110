import { Agent } from "undici";
import { chanceOf, waitMsOf } from "./chance.ts";
import type { Chance } from "./chance.ts";
import { createCrowdCount } from "./crowd-count.ts";
import type { CrowdTally } from "./crowd-count.ts";
import { visitShop } from "./person.ts";
import type { Habits } from "./person.ts";
import { fairWeather } from "./weather.ts";
import type { Weather } from "./weather.ts";

/** An open stream of new people: they come when they come, however slow the shop is. */
export interface Crowd {
  /** Lets `perSecond` people come on average from now on; 0 = nobody new. */
  arrive(perSecond: number): void;
  /** Lets people come one after the other, `abreast` at a time and without thinking, and answers how many a second got through. */
  measure(measure: { readonly abreast: number; readonly forMs: number }): Promise<number>;
  tally(): CrowdTally;
  /** Nobody new; resolves when the last visit is over. */
  leave(): Promise<void>;
}

/** Whom the crowd consists of, and where they go. */
export interface CrowdOptions {
  /** The origin that answers a path: "http://127.0.0.1:8080". */
  readonly originOf: (path: string) => string;
  readonly seed: number;
  readonly habits: Habits;
  /** What people bring along to the shop at this moment; absent: fair weather. */
  weather?(): Weather;
}

/** At most so many people are in the shop at once; who comes then is turned away and counted. */
const mostAtOnce = 4000;

/** People for the shop, none yet. Their number, times and wishes come from the seed. */
export function createCrowd(options: CrowdOptions): Crowd {
  const agent = new Agent({ connections: 128, pipelining: 1, keepAliveTimeout: 2_000, keepAliveMaxTimeout: 2_000 });
  const count = createCrowdCount();
  const visits = new Set<Promise<void>>();

  function come(habits: Habits): Promise<void> {
    const person = count.person();
    const visit = visitShop({
      shop: agent,
      originOf: options.originOf,
      seed: `person ${options.seed} ${person.number}`,
      habits,
      weather: () => options.weather?.() ?? fairWeather,
      tell: (answer) => person.tell(answer),
    }).finally(() => visits.delete(visit));
    visits.add(visit);
    return visit;
  }

  const arrivals = createArrivals(chanceOf(`arrivals ${options.seed}`), () => {
    if (visits.size < mostAtOnce) void come(options.habits);
    else count.turnAway();
  });

  return {
    arrive: arrivals.atRate,
    async measure({ abreast, forMs }) {
      const untilMs = performance.now() + forMs;
      let through = 0;
      const queue = async (): Promise<void> => {
        while (performance.now() < untilMs) {
          await come({ ...options.habits, thinkMs: 0 });
          through += 1;
        }
      };
      await Promise.all(Array.from({ length: abreast }, queue));
      return (through * 1000) / forMs;
    },
    tally: () => count.tally(),
    async leave() {
      arrivals.atRate(0);
      while (visits.size > 0) await Promise.all(visits);
      await agent.close();
    },
  };
}

/** Calls `come` as a Poisson process; whoever is due while the thread was busy comes at once, so that slowness never thins the stream. */
function createArrivals(chance: Chance, come: () => void): { readonly atRate: (perSecond: number) => void } {
  let timer: NodeJS.Timeout | null = null;
  function schedule(perSecond: number, dueMs: number): void {
    const catchUp = (): void => {
      let nextMs = dueMs;
      while (nextMs <= performance.now()) {
        come();
        nextMs += waitMsOf(chance, perSecond);
      }
      schedule(perSecond, nextMs);
    };
    timer = setTimeout(catchUp, Math.max(0, dueMs - performance.now()));
  }
  return {
    atRate(perSecond) {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      if (perSecond > 0) schedule(perSecond, performance.now() + waitMsOf(chance, perSecond));
    },
  };
}
