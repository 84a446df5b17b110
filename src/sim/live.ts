import { digestOfPlan } from "../core/chain.ts";
import type { Plan } from "../core/plan.ts";
import { isOver } from "../core/status.ts";
import { EnvironmentFrozen } from "../ports.ts";
import type { NewRelease } from "../ports.ts";
import { diligent, look, order } from "./colleagues.ts";
import type { Controllers } from "./controllers.ts";
import type { Random } from "./random.ts";
import type { Scenario } from "./scenario.ts";
import { beside } from "./simulated-world.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** Tuesday, 2025-08-19, 14:00 in Paris. */
export const tuesdayMs = Date.UTC(2025, 7, 19, 12);
/** The id of the story's own release, and of the one beside it. */
export const release = "sim";
const besideId = release + beside;

interface Living {
  readonly time: VirtualTime;
  readonly controllers: Controllers;
  readonly chance: Random;
}

/** One release of a story, from the wish to begin it. */
interface Lived {
  readonly id: string;
  readonly plan: Plan;
  readonly acknowledged: string[];
  /** Since when it is over, ms; infinity before. */
  overSinceMs: number;
  /** True while it goes somewhere by itself: such a story must not be cut. */
  isMoving: boolean;
  /** True when its colleagues have gone home. */
  isLeftAlone: boolean;
}

/** How much longer than asked a story may take to come to rest, ms. */
const toComeToRestMs = 60 * 60_000;
/** How long the last requests have to be answered once nobody asks any more, ms. */
const toBeAnsweredMs = 60_000;

/** Starts the releases, sends the colleagues round, and lets time pass until all is over. Answers the acknowledged requests by release. */
export async function live(scenario: Scenario, living: Living): Promise<ReadonlyMap<string, readonly string[]>> {
  const { time, controllers } = living;
  const own: Lived = {
    id: release,
    plan: scenario.plan,
    acknowledged: [],
    overSinceMs: Number.POSITIVE_INFINITY,
    isMoving: true,
    isLeftAlone: false,
  };
  const lived = [own];
  for (const { atMs, kind } of scenario.orders ?? []) {
    time.at(atMs, () => {
      if (kind === "crash") controllers.kill();
      else again(order(controllers.engine(), release, kind).then((id) => own.acknowledged.push(id)));
    });
  }
  controllers.boot();
  beginAt(10, own, scenario, living);
  if (scenario.beside) {
    const other = { ...own, id: besideId, plan: planBeside(scenario.plan), acknowledged: [] };
    lived.push(other);
    beginAt(scenario.beside.atMs, other, scenario, living);
  }
  // Longer than the end: what it owes is delivered, what it kept is cleared away, and a late order finds it.
  const afterwardsMs = scenario.plan.keepPreviousMs + scenario.plan.keepStoppedMs;
  await time.run(scenario.untilMs, () => lived.every(({ overSinceMs }) => time.elapsedMs() > overSinceMs + afterwardsMs));
  await time.run(scenario.untilMs + toComeToRestMs, () => lived.every(({ isMoving, overSinceMs }) => !isMoving || overSinceMs < 0));
  for (const each of lived) each.isLeftAlone = true;
  await time.run(time.elapsedMs() + toBeAnsweredMs, () => false);
  return new Map(lived.filter(({ overSinceMs }) => overSinceMs >= 0).map(({ id, acknowledged }) => [id, acknowledged]));
}

/** Asks for the release until it is there, and looks after it until the end. */
function beginAt(atMs: number, lived: Lived, scenario: Scenario, { time, controllers, chance }: Living): void {
  const habits = scenario.habits ?? diligent;
  const begin = (): void => {
    const head = headOf(lived, time.elapsedMs() + (scenario.startsAtMs ?? tuesdayMs));
    again(
      controllers
        .engine()
        .release(head)
        .catch((error: unknown) => {
          if (!(error instanceof EnvironmentFrozen)) throw error;
          // Refused for good: there is no such release.
          lived.overSinceMs = Number.NEGATIVE_INFINITY;
        }),
    );
  };
  const round = (): void => {
    if (lived.overSinceMs < 0 || lived.isLeftAlone) return;
    time.at(time.elapsedMs() + habits.everyMs, round);
    again(look(controllers.engine(), lived.id, habits, chance).then((ids) => lived.acknowledged.push(...ids)));
    again(
      controllers
        .engine()
        .view(lived.id)
        .then((view) => {
          if (!view) return begin();
          lived.isMoving = !isOver(view.release.status) && !["waiting", "holding"].includes(view.release.status.kind);
          if (isOver(view.release.status)) lived.overSinceMs = Math.min(lived.overSinceMs, time.elapsedMs());
        }),
    );
  };
  time.at(atMs, begin);
  time.at(atMs - 10 + habits.everyMs, round);
}

/** A person whose call failed comes back at the next round; what was not acknowledged may or may not have happened. */
function again(asked: Promise<unknown>): void {
  void Promise.allSettled([asked]);
}

/** The same plan for other services at another router; its sources have names of their own. */
export function planBeside(plan: Plan): Plan {
  const metrics = Object.values(plan.metrics).map((metric) => [metric.name, { ...metric, source: metric.source + beside }] as const);
  return {
    ...plan,
    name: plan.name + beside,
    services: plan.services.map((service) => ({ ...service, name: service.name + beside })),
    traffic: { ...plan.traffic, kind: plan.traffic.kind + beside },
    metrics: Object.fromEntries(metrics),
  };
}

function headOf({ id, plan }: Lived, createdMs: number): NewRelease {
  return {
    id,
    plan,
    planHash: digestOfPlan(plan),
    environment: plan.environment,
    services: plan.services.map((service) => service.name),
    createdMs,
    startedBy: "Aline",
    reason: "simulated start",
    versions: Object.fromEntries(plan.services.map((service) => [service.name, { canary: "v2", stable: "v1" }])),
    startKey: id,
  };
}
