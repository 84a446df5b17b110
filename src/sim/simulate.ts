import type { Status } from "../core/status.ts";
import { recall } from "../engine/replay.ts";
import type { Notice, StoredRelease } from "../ports.ts";
import { controllersOf } from "./controllers.ts";
import { calm } from "./faults.ts";
import type { Weather } from "./faults.ts";
import { live, planBeside, release, tuesdayMs } from "./live.ts";
import { MemoryStore } from "./memory-store.ts";
import { witness } from "./promises.ts";
import type { Sights } from "./promises.ts";
import { random } from "./random.ts";
import type { Scenario } from "./scenario.ts";
import { Shop } from "./shop.ts";
import { outdoors, restartRouter, shareInForce, simulatedWorld } from "./simulated-world.ts";
import type { Outdoors, WorldOptions } from "./simulated-world.ts";
import { virtualTime } from "./virtual-time.ts";
import type { VirtualTime } from "./virtual-time.ts";

export interface Story {
  readonly stored: StoredRelease;
  readonly status: Status;
  readonly notices: readonly Notice[];
  /** Promises that were broken; empty in every good story. */
  readonly broken: readonly string[];
  readonly crashes: number;
  readonly troubles: readonly string[];
  /** Share in force at the end, percent. */
  readonly shareAtEndPct: number;
}

/** Lives one release through with the real engine in a seeded world. */
export async function simulate(scenario: Scenario): Promise<Story> {
  const chance = random(scenario.seed);
  const time = virtualTime(scenario.startsAtMs ?? tuesdayMs);
  const outside = outdoors();
  const watching = witness(sightsOf(scenario, { time, outdoors: outside }));
  const store = watching.watch(new MemoryStore());
  const world: WorldOptions = {
    ...outsideOf(scenario, time),
    time,
    chance,
    outdoors: outside,
    onAsked: (wanted) => watching.asked(wanted),
    onApplied: (wanted) => watching.applied(wanted),
  };
  const weather = (): Weather =>
    time.elapsedMs() >= (scenario.calmFromMs ?? Number.POSITIVE_INFINITY) ? calm : (scenario.weather ?? calm);
  const controllers = controllersOf({ time, weather, chance, restartAfterMs: scenario.restartAfterMs ?? 15_000 }, (process) =>
    simulatedWorld(world, { ...process, store, weather }),
  );
  for (const step of scenario.clockSteps ?? []) time.at(step.atMs, () => time.step(step.byMs));
  for (const atMs of scenario.routerRestartsMs ?? []) time.at(atMs, () => restartRouter(outside, world.shop, time.elapsedMs()));
  for (const stall of scenario.stalls ?? []) time.at(stall.atMs, () => controllers.freeze(stall.forMs));
  const acknowledged = await live(scenario, { time, controllers, chance });
  const isStuck = scenario.stuckSlot !== undefined;
  for (const [id, ids] of acknowledged) await watching.atEnd({ id, acknowledged: ids, isStuck });
  const stored = await store.load(release);
  if (!stored) throw new Error("the simulated release was never created");
  return {
    stored,
    status: recall(stored).release.status,
    notices: [...outside.arrived.values()],
    broken: watching.broken,
    crashes: controllers.crashes(),
    troubles: controllers.troubles,
    shareAtEndPct: shareInForce(outside, time.elapsedMs()),
  };
}

function sightsOf(scenario: Scenario, { time, outdoors: outside }: { readonly time: VirtualTime; readonly outdoors: Outdoors }): Sights {
  return {
    elapsedMs: () => time.elapsedMs(),
    outdoors: outside,
    isRouterHonest: (scenario.weather ?? calm).stale === 0,
    areCountersWhole: (scenario.routerRestartsMs ?? []).length === 0,
    calmFromMs: Math.max(scenario.calmFromMs ?? 0, ...(scenario.outages ?? []).map((outage) => outage.untilMs)),
  };
}

type Outside = Pick<WorldOptions, "shop" | "besideShop" | "readyAfterMs" | "breaks" | "isOut" | "isRouterOut">;

/** What is true of the world outside, as the scenario says. */
function outsideOf(scenario: Scenario, time: VirtualTime): Outside {
  const { plan, truths, seed } = scenario;
  const people = { truths, peoplePerSecond: scenario.peoplePerSecond ?? 50, requestsPerPerson: scenario.requestsPerPerson ?? 3 };
  const isNow = (span: { readonly fromMs: number; readonly untilMs: number }): boolean =>
    time.elapsedMs() >= span.fromMs && time.elapsedMs() < span.untilMs;
  const isOut = (name: string): boolean => (scenario.outages ?? []).some((outage) => outage.of === name && isNow(outage));
  return {
    shop: new Shop({ ...people, plan, episodes: scenario.episodes ?? [] }, random(seed + 1)),
    besideShop: new Shop({ ...people, plan: planBeside(plan), episodes: scenario.beside?.episodes ?? [] }, random(seed + 2)),
    readyAfterMs(version, slot) {
      if (slot === scenario.stuckSlot && !(slot === "stable" && version === "v1")) return Number.POSITIVE_INFINITY;
      return version === "v2" ? (scenario.readyAfterMs ?? 8_000) : 2_000;
    },
    breaks: (arms) => scenario.breaksWhenMixed === true && new Set(Object.values(arms)).size > 1,
    isOut,
    isRouterOut: () => isOut("router"),
  };
}
