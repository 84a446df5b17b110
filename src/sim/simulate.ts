import { digestOfPlan } from "../core/chain.ts";
import type { Slot } from "../core/observation.ts";
import type { Plan } from "../core/plan.ts";
import type { Request } from "../core/requests.ts";
import { isOver } from "../core/status.ts";
import type { Status } from "../core/status.ts";
import { recall } from "../engine/replay.ts";
import type { NewRelease, Notice, StoredRelease, WantedTraffic } from "../ports.ts";
import { diligent, look, order } from "./colleagues.ts";
import type { Habits } from "./colleagues.ts";
import { controllersOf } from "./controllers.ts";
import type { Controllers } from "./controllers.ts";
import { calm } from "./faults.ts";
import type { Weather } from "./faults.ts";
import { MemoryStore } from "./memory-store.ts";
import { witness } from "./promises.ts";
import { random } from "./random.ts";
import type { Random } from "./random.ts";
import { Shop } from "./shop.ts";
import type { Episode, Truth } from "./shop.ts";
import { outdoors, shareInForce, simulatedWorld } from "./simulated-world.ts";
import { virtualTime } from "./virtual-time.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** Everything that a simulated story depends on: the same scenario with the same seed is told in the same words. */
export interface Scenario {
  readonly seed: number;
  readonly plan: Plan;
  /** By metric or quantity of the plan: what it truly is. */
  readonly truths: Readonly<Record<string, Truth>>;
  readonly episodes?: readonly Episode[];
  readonly peoplePerSecond?: number;
  readonly requestsPerPerson?: number;
  readonly habits?: Habits;
  readonly weather?: Weather;
  /** The weather clears up then, ms since the beginning. */
  readonly calmFromMs?: number;
  readonly readyAfterMs?: number;
  /** A slot in which nothing ever becomes ready; the old version in the stable slot does. */
  readonly stuckSlot?: Slot;
  readonly breaksWhenMixed?: boolean;
  /** Sources that are unreachable for a while, ms since the beginning; the router under the name "router". */
  readonly outages?: readonly { readonly of: string; readonly fromMs: number; readonly untilMs: number }[];
  /** Steps of the wall clock. */
  readonly clockSteps?: readonly { readonly atMs: number; readonly byMs: number }[];
  /** What the release manager asks for, and when the controller is killed, ms since the beginning. */
  readonly orders?: readonly { readonly atMs: number; readonly kind: Request["kind"] | "crash" }[];
  /** A killed controller comes back after this long, ms. */
  readonly restartAfterMs?: number;
  readonly startsAtMs?: number;
  /** The story is cut there at the latest, ms. */
  readonly untilMs: number;
}

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

/** Tuesday, 2025-08-19, 14:00 in Paris. */
const tuesdayMs = Date.UTC(2025, 7, 19, 12);
const release = "sim";

/** Lives one release through with the real engine in a seeded world. */
export async function simulate(scenario: Scenario): Promise<Story> {
  const chance = random(scenario.seed);
  const time = virtualTime(scenario.startsAtMs ?? tuesdayMs);
  const watching = witness();
  const store = watching.watch(new MemoryStore());
  const outside = outdoors();
  const shopOptions = {
    plan: scenario.plan,
    truths: scenario.truths,
    episodes: scenario.episodes ?? [],
    peoplePerSecond: scenario.peoplePerSecond ?? 50,
    requestsPerPerson: scenario.requestsPerPerson ?? 3,
  };
  const truth = new Shop(shopOptions, random(scenario.seed + 1));
  const isOut = (name: string): boolean =>
    (scenario.outages ?? []).some((outage) => outage.of === name && time.elapsedMs() >= outage.fromMs && time.elapsedMs() < outage.untilMs);
  const weather = (): Weather =>
    time.elapsedMs() >= (scenario.calmFromMs ?? Number.POSITIVE_INFINITY) ? calm : (scenario.weather ?? calm);
  const world = {
    time,
    shop: truth,
    chance,
    outdoors: outside,
    readyAfterMs: (version: string, slot: Slot) => {
      if (slot === scenario.stuckSlot && !(slot === "stable" && version === "v1")) return Number.POSITIVE_INFINITY;
      return version === "v2" ? (scenario.readyAfterMs ?? 8_000) : 2_000;
    },
    breaks: (arms: Readonly<Record<string, string>>) => scenario.breaksWhenMixed === true && new Set(Object.values(arms)).size > 1,
    isOut,
    onAsked: (wanted: WantedTraffic) => watching.asked(wanted),
    isRouterOut: () => isOut("router"),
  };
  const controllers = controllersOf({ time, weather, chance, restartAfterMs: scenario.restartAfterMs ?? 15_000 }, (process) =>
    simulatedWorld(world, { ...process, store, weather }),
  );
  for (const step of scenario.clockSteps ?? []) time.at(step.atMs, () => time.step(step.byMs));
  const acknowledged = await live(scenario, { time, controllers, chance });
  await watching.atEnd({ id: release, outdoors: outside, acknowledged, isStuck: scenario.stuckSlot !== undefined });
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

interface Living {
  readonly time: VirtualTime;
  readonly controllers: Controllers;
  readonly chance: Random;
}

/** Starts the release, sends the colleagues round, and lets time pass until the story is over. Answers the acknowledged requests. */
async function live(scenario: Scenario, { time, controllers, chance }: Living): Promise<readonly string[]> {
  const habits = scenario.habits ?? diligent;
  const acknowledged: string[] = [];
  let isOverSinceMs = Number.POSITIVE_INFINITY;
  const begin = (): void => void controllers.engine().release(headOf(scenario.plan, time.elapsedMs() + (scenario.startsAtMs ?? tuesdayMs)));
  const round = (): void => {
    time.at(time.elapsedMs() + habits.everyMs, round);
    void look(controllers.engine(), release, habits, chance).then((ids) => acknowledged.push(...ids));
    void controllers
      .engine()
      .view(release)
      .then((view) => {
        if (!view) begin();
        if (view && isOver(view.release.status)) isOverSinceMs = Math.min(isOverSinceMs, time.elapsedMs());
      });
  };
  for (const { atMs, kind } of scenario.orders ?? []) {
    time.at(atMs, () => {
      if (kind === "crash") controllers.kill();
      else void order(controllers.engine(), release, kind).then((id) => acknowledged.push(id));
    });
  }
  controllers.boot();
  time.at(10, begin);
  time.at(habits.everyMs, round);
  // Longer than the end: what it owes is delivered, what it kept is cleared away, and a late order finds it.
  const afterwardsMs = scenario.plan.keepPreviousMs + scenario.plan.keepStoppedMs;
  await time.run(scenario.untilMs, () => time.elapsedMs() > isOverSinceMs + afterwardsMs);
  return acknowledged;
}

function headOf(plan: Plan, createdMs: number): NewRelease {
  return {
    id: release,
    plan,
    planHash: digestOfPlan(plan),
    environment: plan.environment,
    services: plan.services.map((service) => service.name),
    createdMs,
    startedBy: "Aline",
    reason: "simulated start",
    versions: Object.fromEntries(plan.services.map((service) => [service.name, { canary: "v2", stable: "v1" }])),
    startKey: "sim",
  };
}
