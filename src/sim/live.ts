import { digestOfPlan } from "../core/chain.ts";
import type { Plan } from "../core/plan.ts";
import { isOver } from "../core/status.ts";
import type { HoldReason, Status } from "../core/status.ts";
import { EnvironmentFrozen } from "../ports.ts";
import type { NewRelease } from "../ports.ts";
import { diligent, look, order } from "./colleagues.ts";
import type { Controllers } from "./controllers.ts";
import type { Random } from "./random.ts";
import type { Scenario } from "./scenario.ts";
import { beside } from "./simulated-world.ts";
import type { Reached } from "./span.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** Tuesday, 2025-08-19, 14:00 in Paris. */
export const tuesdayMs = Date.UTC(2025, 7, 19, 12);
/** The id of the story's own release, and of the one beside it. */
export const release = "sim";
const besideId = release + beside;
const newVersion = "v2";
const oldVersion = "v1";

interface Living {
  readonly time: VirtualTime;
  readonly controllers: Controllers;
  readonly chance: Random;
  readonly reached: Reached;
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
  /** For what it waits that does not come by itself, and since when, ms; `null` while it does not. */
  rests: { readonly why: string; readonly sinceMs: number } | null;
  /** True when it has waited so for as long as the story is told. */
  isAtRest: boolean;
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
    rests: null,
    isAtRest: false,
  };
  const lived = [own];
  for (const { kind, ...moment } of scenario.orders ?? []) {
    atMoment(moment, living, () => {
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
  const afterwardsMs = scenario.afterwardsMs ?? scenario.plan.keepPreviousMs + scenario.plan.keepStoppedMs;
  await time.run(scenario.untilMs, () => lived.every((each) => each.isAtRest || time.elapsedMs() > each.overSinceMs + afterwardsMs));
  if (lived.every(({ isAtRest }) => isAtRest)) return acknowledgedOf(lived);
  await time.run(scenario.untilMs + toComeToRestMs, () => lived.every(({ isMoving, overSinceMs }) => !isMoving || overSinceMs < 0));
  for (const each of lived) each.isLeftAlone = true;
  await time.run(time.elapsedMs() + toBeAnsweredMs, () => false);
  return acknowledgedOf(lived);
}

/** Of every release that was begun. */
function acknowledgedOf(lived: readonly Lived[]): ReadonlyMap<string, readonly string[]> {
  return new Map(lived.filter(({ overSinceMs }) => overSinceMs >= 0).map(({ id, acknowledged }) => [id, acknowledged]));
}

/** How often it is looked whether a share is in force, ms. */
const lookMs = 1_000;

function atMoment(moment: { readonly atMs: number; readonly sinceSharePct?: number }, { time, reached }: Living, work: () => void): void {
  const { atMs, sinceSharePct } = moment;
  if (sinceSharePct === undefined) return time.at(atMs, work);
  const look = (): void => {
    const sinceMs = reached(sinceSharePct);
    if (sinceMs === Number.POSITIVE_INFINITY) time.at(time.elapsedMs() + lookMs, look);
    else time.at(sinceMs + atMs, work);
  };
  time.at(lookMs, look);
}

/** Asks for the release until it is there, and looks after it until the end. */
function beginAt(atMs: number, lived: Lived, scenario: Scenario, { time, controllers, chance }: Living): void {
  const habits = scenario.habits ?? diligent;
  const begin = (): void => {
    const head = headOf(lived, scenario, time.elapsedMs());
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
    // Before the story is left nobody asks for anything any more, so that nothing is left unanswered.
    const isLeaving = restedMs(lived, time.elapsedMs()) > (scenario.restMs ?? Number.POSITIVE_INFINITY) - toBeAnsweredMs;
    if (!isLeaving) again(look(controllers.engine(), lived.id, habits, chance).then((ids) => lived.acknowledged.push(...ids)));
    again(
      controllers
        .engine()
        .view(lived.id)
        .then((view) => (view ? note(lived, view.release.status, { ...scenario, nowMs: time.elapsedMs() }) : begin())),
    );
  };
  time.at(atMs, begin);
  time.at(atMs - 10 + habits.everyMs, round);
}

/** Takes down where the release stands now. */
function note(
  lived: Lived,
  status: Status,
  { nowMs, stuckSlot, restMs = Number.POSITIVE_INFINITY }: Pick<Scenario, "stuckSlot" | "restMs"> & { readonly nowMs: number },
): void {
  const why = waitsFor(status, stuckSlot !== undefined);
  if (why === null) lived.rests = null;
  else if (lived.rests?.why !== why) lived.rests = { why, sinceMs: nowMs };
  lived.isAtRest = restedMs(lived, nowMs) >= restMs;
  lived.isMoving = !isOver(status) && !["waiting", "holding"].includes(status.kind);
  if (isOver(status)) lived.overSinceMs = Math.min(lived.overSinceMs, nowMs);
}

/** What a release waits for that does not come by itself, as long as it is the same; `null`: it goes on. */
function waitsFor(status: Status, isStuck: boolean): string | null {
  if (status.kind === "holding") return forPeople.has(status.why.kind) ? status.why.kind : null;
  return isStuck && "step" in status ? status.step : null;
}

/** Reasons to hold that end by what a person does, or by luck. */
const forPeople: ReadonlySet<HoldReason["kind"]> = new Set<HoldReason["kind"]>([
  "undecided",
  "failed",
  "invalid",
  "paused",
  "sign-off",
  "reported",
]);

function restedMs({ rests }: Lived, nowMs: number): number {
  return rests === null ? 0 : nowMs - rests.sinceMs;
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

function headOf({ id, plan }: Lived, { startsAtMs, versions }: Scenario, elapsedMs: number): NewRelease {
  const versionsOf = (service: string): NewRelease["versions"][string] => {
    const canary = versions?.[service] ?? newVersion;
    return { canary, stable: canary === oldVersion ? `before ${oldVersion}` : oldVersion };
  };
  return {
    id,
    plan,
    planHash: digestOfPlan(plan),
    environment: plan.environment,
    services: plan.services.map((service) => service.name),
    createdMs: elapsedMs + (startsAtMs ?? tuesdayMs),
    startedBy: "Bruno",
    reason: plan.language === "fr" ? "démarrage simulé" : "simulated start",
    versions: Object.fromEntries(plan.services.map((service) => [service.name, versionsOf(service.name)])),
    startKey: id,
  };
}
