import type { Trouble } from "../core/messages/troubles.ts";
import type { Plan } from "../core/plan.ts";
import { runLength } from "../core/when.ts";
import { nextOpening } from "../core/windows.ts";
import type { NamedScenario, Planned, Site } from "./catalogue.ts";
import { changesOf } from "./changes.ts";
import { diligent } from "./colleagues.ts";
import { healthyTruths } from "./healthy.ts";
import { tuesdayMs } from "./live.ts";
import { outcomeOf } from "./outcome.ts";
import type { Outcome } from "./outcome.ts";
import type { Scenario } from "./scenario.ts";
import { simulate } from "./simulate.ts";
import type { Story } from "./simulate.ts";
import { beginsMs } from "./span.ts";

/** What is played beside the scenario itself. */
export interface Stage {
  readonly plan: Plan;
  readonly seed: number;
  readonly site: Site;
  /** By service, what is released; a service that is not named gets "v2". */
  readonly versions: Readonly<Record<string, string>>;
}

/** A scenario that was lived through. */
export interface Played {
  readonly story: Story;
  readonly outcome: Outcome;
  readonly happenings: readonly Happening[];
  /** By quantity: what both versions show while all is well. */
  readonly healthy: Readonly<Record<string, number>>;
}

/** Something that the world did by itself: from `atMs` on (since the release was created), or over then. */
export interface Happening {
  readonly atMs: number;
  readonly trouble: Trouble;
  readonly is: "there" | "over";
}

const minuteMs = 60_000;
/** A release that waits for people is left after so long, ms. */
export const restMs = 30 * minuteMs;
/** One that is over is looked at for so long, ms. */
const afterwardsMs = 2 * minuteMs;

/**
 * Lives a scenario through on a plan. People look every 20 s and sign what waits for them once its evidence is there; they decide nothing else.
 * Throws when serin broke one of its promises: that is our mistake, and no story to tell.
 */
export async function play(named: NamedScenario, stage: Stage): Promise<Played> {
  const { plan, site } = stage;
  const truths = healthyTruths(plan);
  const planned = named.troubles(plan, site);
  const { peoplePerSecond, loginsPerSecond, requestsPerPerson } = site;
  const scenario: Scenario = {
    seed: stage.seed,
    plan,
    truths,
    peoplePerSecond,
    loginsPerSecond,
    requestsPerPerson,
    ...changesOf(planned, { plan, site, truths }),
    versions: stage.versions,
    startsAtMs: startsAtMs(plan),
    untilMs: longestMs(plan),
    habits: { ...diligent, signs: "on evidence" },
    restMs,
    afterwardsMs,
  };
  const story = await simulate(scenario);
  if (story.broken.length > 0) throw new Error(`the simulated release broke a promise: ${story.broken.join("; ")}`);
  return {
    story,
    outcome: outcomeOf(story.stored),
    happenings: happeningsOf(planned, story, scenario),
    healthy: Object.fromEntries(Object.entries(truths).map(([quantity, { stable }]) => [quantity, stable])),
  };
}

/** True when a version that does harm went through to everybody. */
export function isMissed({ named, played }: { readonly named: NamedScenario; readonly played: Played }): boolean {
  return named.isBad && played.outcome.end.kind === "promoted";
}

/** The first moment, from the planned day or a Tuesday at 14:00 in Paris on, at which the plan lets a release start. */
export function startsAtMs(plan: Plan): number {
  const fromMs = plan.plannedFor === null ? tuesdayMs : Date.parse(`${plan.plannedFor}T00:00:00Z`);
  return nextOpening(plan, fromMs) ?? fromMs;
}

/** Twice the observation with every extension, and an hour for everything else. */
function longestMs(plan: Plan): number {
  return 2 * runLength(plan).longestMs + 60 * minuteMs;
}

function happeningsOf(planned: readonly Planned[], story: Story, scenario: Scenario): readonly Happening[] {
  const createdMs = story.stored.head.createdMs - (scenario.startsAtMs ?? 0);
  const endMs = (story.stored.entries.at(-1)?.entry.atMs ?? 0) - (scenario.startsAtMs ?? 0);
  const all = [
    ...planned.flatMap((item) => timesOf(item, story)),
    ...story.lapses.map((lapse) => ({ trouble: { kind: "lease-over" } as const, ...lapse })),
  ];
  return all
    .flatMap(({ trouble, fromMs, untilMs }): readonly Happening[] => [
      { atMs: fromMs, trouble, is: "there" },
      ...(untilMs === null ? [] : [{ atMs: untilMs, trouble, is: "over" } as const]),
    ])
    .filter(({ atMs }) => atMs <= endMs)
    .map((happening) => ({ ...happening, atMs: Math.max(0, happening.atMs - createdMs) }))
    .sort((left, right) => left.atMs - right.atMs);
}

interface Times {
  readonly trouble: Trouble;
  readonly fromMs: number;
  readonly untilMs: number | null;
}

/** When a trouble truly was there, ms since the story's beginning; empty when its time never came. */
function timesOf({ trouble, ...span }: Planned, story: Story): readonly Times[] {
  if (trouble.kind === "dead-controller")
    return story.crashesMs.map((fromMs) => ({ trouble, fromMs, untilMs: fromMs + span.untilMs - span.fromMs }));
  if (trouble.kind === "deaf-router") {
    const untilMs = story.deafUntilMs;
    return untilMs === null ? [] : [{ trouble, fromMs: untilMs - (span.untilMs - span.fromMs), untilMs }];
  }
  const fromMs = beginsMs(span, story.reached);
  if (fromMs === Number.POSITIVE_INFINITY) return [];
  const lastsMs = span.untilMs - span.fromMs;
  return [{ trouble, fromMs, untilMs: Number.isFinite(lastsMs) ? fromMs + lastsMs : null }];
}
