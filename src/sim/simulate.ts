import type { Status } from "../core/status.ts";
import { recall } from "../engine/replay.ts";
import type { Notice, StoredRelease, ToldNotice } from "../ports.ts";
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
import { lapses, outdoors, reachedMs, restartRouter, shareInForce, simulatedWorld } from "./simulated-world.ts";
import type { Lapse, Outdoors, WorldOptions } from "./simulated-world.ts";
import { isWithin } from "./span.ts";
import type { Reached, Span } from "./span.ts";
import { virtualTime } from "./virtual-time.ts";
import type { VirtualTime } from "./virtual-time.ts";

export interface Story {
  readonly stored: StoredRelease;
  readonly status: Status;
  readonly notices: readonly Notice[];
  /** What became of every notice that was due. */
  readonly told: readonly ToldNotice[];
  /** Promises that were broken; empty in every good story. */
  readonly broken: readonly string[];
  /** When the controller died, ms since the beginning. */
  readonly crashesMs: readonly number[];
  readonly troubles: readonly string[];
  /** Share in force at the end, percent. */
  readonly shareAtEndPct: number;
  readonly reached: Reached;
  /** When the router took everybody home by itself. */
  readonly lapses: readonly Lapse[];
  /** Until when the router refused everything once it was asked for a smaller share, ms since the beginning; `null`: it never did. */
  readonly deafUntilMs: number | null;
  /** People of the canary whom something met that stable did not have, as expected from the rates. */
  readonly harmed: number;
  /** Environments that are frozen at the end. */
  readonly frozen: readonly string[];
}

/** Lives one release through with the real engine in a seeded world. */
export async function simulate(scenario: Scenario): Promise<Story> {
  const chance = random(scenario.seed);
  const time = virtualTime(scenario.startsAtMs ?? tuesdayMs);
  const outside = outdoors();
  const reached: Reached = (sharePct) => reachedMs(outside.router, sharePct);
  const watching = witness(sightsOf(scenario, { time, outdoors: outside }));
  const store = watching.watch(new MemoryStore());
  const world: WorldOptions = {
    ...outsideOf(scenario, { time, outdoors: outside }),
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
  const acknowledged = await live(scenario, { time, controllers, chance, reached });
  const isStuck = scenario.stuckSlot !== undefined;
  for (const [id, ids] of acknowledged) await watching.atEnd({ id, acknowledged: ids, isStuck });
  const stored = await store.load(release);
  if (!stored) throw new Error("the simulated release was never created");
  return {
    stored,
    status: stored.entries.at(-1)?.entry.decision.status ?? recall(stored).release.status,
    notices: [...outside.arrived.values()],
    told: await store.told(release),
    broken: watching.broken,
    crashesMs: controllers.crashesMs,
    troubles: controllers.troubles,
    shareAtEndPct: shareInForce(outside, time.elapsedMs()),
    reached,
    lapses: lapses(outside, time.elapsedMs()),
    deafUntilMs: outside.router.refusesUntilMs,
    harmed: world.shop.harmed,
    frozen: (await store.freezes(time.clock().nowMs())).map((freeze) => freeze.environment),
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

type Outside = Pick<WorldOptions, "shop" | "besideShop" | "readyAfterMs" | "breaks" | "isOut" | "isRouterOut" | "refusesBackMs">;

/** What is true of the world outside, as the scenario says. */
function outsideOf(scenario: Scenario, { time, outdoors: outside }: { readonly time: VirtualTime; readonly outdoors: Outdoors }): Outside {
  const { plan, seed, peoplePerSecond = 50, loginsPerSecond = peoplePerSecond, requestsPerPerson = 3, drawnRatio = 1 } = scenario;
  const people = { truths: scenario.truths, peoplePerSecond, loginsPerSecond, requestsPerPerson, drawnRatio };
  const reachedAt =
    (router: Outdoors["router"]): Reached =>
    (sharePct) =>
      reachedMs(router, sharePct);
  const [own, other] = [reachedAt(outside.router), reachedAt(outside.besideRouter)];
  const isNow = (span: Span): boolean => isWithin(span, time.elapsedMs(), own);
  const isOut = (name: string): boolean => (scenario.outages ?? []).some((outage) => outage.of === name && isNow(outage));
  const isNew = (service: string, version: string): boolean => version === (scenario.versions?.[service] ?? "v2");
  return {
    shop: new Shop({ ...people, plan, episodes: scenario.episodes ?? [], mishaps: scenario.mishaps ?? [], reached: own }, random(seed + 1)),
    besideShop: new Shop(
      { ...people, plan: planBeside(plan), episodes: scenario.beside?.episodes ?? [], reached: other },
      random(seed + 2),
    ),
    readyAfterMs(service, version, slot) {
      if (slot === scenario.stuckSlot && !(slot === "stable" && !isNew(service, version))) return Number.POSITIVE_INFINITY;
      return isNew(service, version) ? (scenario.readyAfterMs ?? 8_000) : 2_000;
    },
    breaks: (arms) => scenario.breaksWhenMixed === true && new Set(Object.values(arms)).size > 1,
    isOut,
    isRouterOut: () => isOut("router"),
    ...(scenario.refusesBackMs === undefined ? {} : { refusesBackMs: scenario.refusesBackMs }),
  };
}
