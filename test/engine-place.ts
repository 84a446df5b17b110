import { digestOfPlan } from "../src/core/chain.ts";
import type { Request } from "../src/core/requests.ts";
import { createEngine } from "../src/engine/engine.ts";
import type { Engine } from "../src/engine/engine.ts";
import type { NewRelease, Store, World } from "../src/ports.ts";
import { calm, wayThrough } from "../src/sim/faults.ts";
import { MemoryStore } from "../src/sim/memory-store.ts";
import { witness } from "../src/sim/promises.ts";
import { random } from "../src/sim/random.ts";
import { Shop } from "../src/sim/shop.ts";
import type { Episode } from "../src/sim/shop.ts";
import { outdoors, simulatedWorld } from "../src/sim/simulated-world.ts";
import type { Outdoors } from "../src/sim/simulated-world.ts";
import { healthy, smallPlan } from "../src/sim/small-plan.ts";
import { virtualTime } from "../src/sim/virtual-time.ts";
import type { ProcessClock, VirtualTime } from "../src/sim/virtual-time.ts";

export const minuteMs = 60_000;
export const plan = { ...smallPlan, people: { ...smallPlan.people, start: { all: [] }, advance: {} } };
export const manager = { name: "Aline", roles: ["release-manager"] } as const;

/** One engine after another in the same world, whose promises are watched. */
export interface Place {
  readonly store: Store;
  readonly time: VirtualTime;
  readonly outdoors: Outdoors;
  /** Promises that were broken. */
  readonly broken: readonly string[];
  readonly troubles: readonly string[];
  readonly recoveries: readonly string[];
  /** The engine that runs now. */
  readonly engine: Engine;
  readonly clock: ProcessClock;
  /** Kills the engine and starts another on the same store. */
  readonly restart: () => Promise<void>;
  /** Lets `ms` pass. */
  readonly pass: (ms: number) => Promise<void>;
  readonly statusOf: (id: string) => Promise<string>;
}

export interface PlaceOptions {
  readonly episodes?: readonly Episode[];
  /** The store as the engine meets it. */
  readonly store?: (store: Store) => Store;
  /** The world as the engine meets it. */
  readonly world?: (world: World) => World;
  readonly isRouterOut?: () => boolean;
}

/** A place where nothing goes wrong but what `options` say. */
export async function place(options: PlaceOptions = {}): Promise<Place> {
  const time = virtualTime(Date.UTC(2025, 7, 19, 12));
  const outside = outdoors();
  const sights = { elapsedMs: () => time.elapsedMs(), outdoors: outside, isRouterHonest: true, areCountersWhole: true, calmFromMs: 0 };
  const watching = witness(sights);
  const memory = watching.watch(new MemoryStore());
  const store = options.store?.(memory) ?? memory;
  const troubles: string[] = [];
  const recoveries: string[] = [];
  const chance = random(1);
  const weather = () => calm;
  const never = () => false;
  const episodes = options.episodes ?? [];
  const shop = new Shop({ plan, truths: healthy, episodes, peoplePerSecond: 50, requestsPerPerson: 3 }, random(2));
  const boot = async (): Promise<{ engine: Engine; clock: ProcessClock }> => {
    const clock = time.clock();
    const way = wayThrough({ clock, chance, weather, onCrash: () => undefined, later: () => undefined });
    const world = simulatedWorld(
      {
        time,
        shop,
        chance,
        outdoors: outside,
        readyAfterMs: () => 1_000,
        breaks: never,
        isOut: never,
        isRouterOut: options.isRouterOut ?? never,
        onAsked: (wanted) => watching.asked(wanted),
        onApplied: (wanted) => watching.applied(wanted),
      },
      { clock, way, store, weather },
    );
    const engine = createEngine(options.world?.(world) ?? world, {
      onTrouble: (message) => troubles.push(message),
      onRecovery: (message) => recoveries.push(message),
    });
    await engine.start();
    return { engine, clock };
  };
  let now = await boot();
  return {
    store,
    time,
    outdoors: outside,
    broken: watching.broken,
    troubles,
    recoveries,
    get engine() {
      return now.engine;
    },
    get clock() {
      return now.clock;
    },
    restart: async () => {
      now.clock.stop();
      now = await boot();
    },
    async pass(ms) {
      let isPassed = false;
      time.at(time.elapsedMs() + ms, () => void (isPassed = true));
      await time.run(Number.POSITIVE_INFINITY, () => isPassed);
    },
    async statusOf(id) {
      const status = (await now.engine.view(id))?.release.status;
      return status && "previous" in status ? `${status.kind} ${status.previous}` : (status?.kind ?? "unknown");
    },
  };
}

export const head = (id: string, more: Partial<NewRelease> = {}): NewRelease => ({
  id,
  plan,
  planHash: digestOfPlan(plan),
  environment: plan.environment,
  services: ["frontend", "backend"],
  createdMs: 0,
  startedBy: "Bruno",
  reason: "planned",
  versions: { frontend: { canary: `${id}-new`, stable: `${id}-old` }, backend: { canary: `${id}-new`, stable: `${id}-old` } },
  startKey: null,
  ...more,
});

export const ask = (release: string, kind: Request["kind"]): Request => ({
  id: `${release}-${kind}`,
  release,
  atMs: 0,
  by: manager,
  kind,
  expectRevision: null,
  reason: "because",
  as: null,
});
