import type { Episode } from "./shop.ts";
import { calm } from "./faults.ts";
import type { Weather } from "./faults.ts";
import type { Habits } from "./colleagues.ts";
import { minuteOfWeek } from "../core/windows.ts";
import { keptSeeds } from "./kept-seeds.ts";
import { tuesdayMs } from "./live.ts";
import { random } from "./random.ts";
import type { Random } from "./random.ts";
import { simulate } from "./simulate.ts";
import type { Scenario } from "./scenario.ts";
import type { Story } from "./simulate.ts";
import { healthy, smallPlan } from "./small-plan.ts";

const minuteMs = 60_000;
/** The minute of the week at which the stories begin. */
const tuesdayMinute = minuteOfWeek(smallPlan.timeZone, tuesdayMs);
const forever = Number.POSITIVE_INFINITY;

/** What is wrong with version 2, and the only ends that are right then; `null`: any end that the promises allow. */
interface Fate {
  readonly name: string;
  readonly episodes: readonly Episode[];
  readonly mustNotPromote: boolean;
}

const always = { fromMs: 0, untilMs: forever, fromSharePct: 0 } as const;
const fates: readonly Fate[] = [
  { name: "good", episodes: [], mustNotPromote: false },
  { name: "errors", episodes: [{ of: "errors", arm: "canary", value: 0.1, ...always }], mustNotPromote: true },
  { name: "slow", episodes: [{ of: "latency>500ms", arm: "canary", value: 0.4, ...always }], mustNotPromote: true },
  { name: "very slow", episodes: [{ of: "latency>2000ms", arm: "canary", value: 0.3, ...always }], mustNotPromote: true },
  {
    name: "slow for a minute",
    episodes: [{ of: "latency>2000ms", arm: "canary", value: 0.3, fromMs: 90_000, untilMs: 150_000, fromSharePct: 0 }],
    mustNotPromote: false,
  },
  { name: "few orders", episodes: [{ of: "orders", arm: "canary", value: 0.03, ...always }], mustNotPromote: true },
  { name: "no trials", episodes: [{ of: "trials", arm: "canary", value: 0, ...always }], mustNotPromote: true },
  {
    name: "prices down",
    episodes: [{ of: "prices", arm: "both", value: 1, fromMs: 4 * minuteMs, untilMs: forever, fromSharePct: 0 }],
    mustNotPromote: true,
  },
  { name: "fatal", episodes: [{ of: "fatal", arm: "canary", value: 0.01, ...always }], mustNotPromote: true },
  { name: "cpu", episodes: [{ of: "cpu", arm: "canary", value: 0.95, ...always }], mustNotPromote: true },
  {
    name: "late errors",
    episodes: [{ of: "errors", arm: "canary", value: 0.3, fromMs: 0, untilMs: forever, fromSharePct: 100 }],
    mustNotPromote: true,
  },
  {
    name: "both fail for a minute",
    episodes: [{ of: "errors", arm: "both", value: 0.1, fromMs: 2 * minuteMs, untilMs: 3 * minuteMs, fromSharePct: 0 }],
    mustNotPromote: false,
  },
];

/** The scenario that a seed stands for: a fate, weather that clears up after a while, people, outages, clock steps. */
export function scenarioOf(seed: number): { readonly scenario: Scenario; readonly fate: Fate } {
  const chance = random(seed ^ 0x5e81);
  const fate = chance.pick(fates);
  const calmFromMs = chance.between(0, 15) * minuteMs;
  return {
    fate,
    scenario: withPeople(
      seed,
      moreOf(seed, {
        seed,
        plan: smallPlan,
        truths: healthy,
        episodes: fate.episodes,
        peoplePerSecond: chance.pick([2, 20, 100]),
        habits: habitsOf(chance),
        weather: chance.happens(0.25) ? calm : weatherOf(chance),
        calmFromMs,
        readyAfterMs: chance.happens(0.05) ? forever : chance.between(500, 30_000),
        breaksWhenMixed: chance.happens(0.04),
        outages: outagesOf(chance, calmFromMs),
        clockSteps: chance.happens(0.2)
          ? [{ atMs: chance.between(0, 20) * minuteMs, byMs: chance.pick([-3, -1, 1, 3]) * 60 * minuteMs }]
          : [],
        restartAfterMs: chance.between(1_000, 60_000),
        untilMs: 60 * minuteMs,
      }),
    ),
  };
}

/** What came later draws from a chance of its own, so that the seeds stand for what they stood for. */
function moreOf(seed: number, scenario: Scenario & { readonly calmFromMs: number }): Scenario {
  const chance = random(seed ^ 0xfa17);
  const { calmFromMs, weather = calm, habits } = scenario;
  const until = (count: number): readonly number[] => Array.from({ length: count }, () => chance.between(0, calmFromMs));
  const stuckSlot = chance.happens(0.04) ? chance.pick(["previous", "stable"]) : null;
  const outage = { of: chance.pick(["console", "store"]), fromMs: chance.between(0, calmFromMs) };
  return {
    ...scenario,
    ...(habits ? { habits: { ...habits, rejects: chance.pick([0, 0, 0, 0.3]) } } : {}),
    weather: { ...weather, partial: weather === calm ? 0 : chance.pick([0, 0.2]) },
    outages: [
      ...(scenario.outages ?? []),
      ...(chance.happens(0.2) ? [{ ...outage, untilMs: chance.between(outage.fromMs, calmFromMs) }] : []),
    ],
    routerRestartsMs: chance.happens(0.2) ? until(1 + chance.below(3)) : [],
    stalls: chance.happens(0.2) ? until(2).map((atMs) => ({ atMs, forMs: chance.between(1_000, 120_000) })) : [],
    ...(stuckSlot ? { stuckSlot } : {}),
    ...(chance.happens(0.2)
      ? { beside: { atMs: chance.between(10_000, calmFromMs + 20_000), episodes: chance.pick(fates).episodes } }
      : {}),
  };
}

/** People who report and override, and a time that is avoided; the kept seeds stay without, because they stand for what they once broke. */
function withPeople(seed: number, scenario: Scenario): Scenario {
  const chance = random(seed ^ 0x3e0b);
  if (keptSeeds.has(seed) || !scenario.habits || !chance.happens(0.3)) return scenario;
  const habits = { ...scenario.habits, reports: chance.pick([0.005, 0.05]), overrides: chance.pick([0, 0.02, 0.2]) };
  if (!chance.happens(0.5)) return { ...scenario, habits };
  const fromMinute = tuesdayMinute + chance.below(20);
  const avoid = [{ fromMinute, toMinute: fromMinute + 2 + chance.below(20), says: "tue afternoon" }];
  return { ...scenario, habits, plan: { ...scenario.plan, windows: { ...scenario.plan.windows, avoid } } };
}

/** Longer than any weather lasts, ms. */
const restMs = 20 * minuteMs;

/**
 * Where a release waits, or for what never gets ready, and nobody asks for anything of their own accord, nothing goes on: once that has lasted for
 * longer than anything is wrong with the world, the story is told. The kept seeds are lived to their end.
 */
function restOf(seed: number, { habits }: Scenario): Pick<Scenario, "restMs"> {
  const { meddles = 0, panics = 0, reports = 0, overrides = 0 } = habits ?? {};
  const isRestless = meddles + panics + reports + overrides > 0;
  return isRestless || keptSeeds.has(seed) ? {} : { restMs };
}

/** Lives the seed's story through; adds to the broken promises an end that its fate forbids. */
export async function live(seed: number): Promise<Story & { readonly fate: string }> {
  const { scenario, fate } = scenarioOf(seed);
  const story = await simulate({ ...scenario, ...restOf(seed, scenario) });
  const isWrong = fate.mustNotPromote && story.status.kind === "promoted";
  return { ...story, fate: fate.name, broken: isWrong ? [...story.broken, `a bad version (${fate.name}) was promoted`] : story.broken };
}

function habitsOf(chance: Random): Habits {
  return {
    everyMs: chance.between(5_000, 40_000),
    meddles: chance.pick([0, 0, 0.1]),
    panics: chance.pick([0, 0, 0, 0.01]),
    away: chance.happens(0.1) ? ["product-owner"] : [],
  };
}

function weatherOf(chance: Random): Weather {
  const often = chance.pick([0.01, 0.05, 0.2]);
  const some = (): number => (chance.happens(0.5) ? 0 : chance.between(0, often));
  return {
    refused: some(),
    timedOut: some(),
    slow: some(),
    lostAnswer: some(),
    repeated: some(),
    stale: some(),
    partial: 0,
    crash: chance.pick([0, 0.0005, 0.003]),
  };
}

function outagesOf(chance: Random, beforeMs: number): Scenario["outages"] & {} {
  if (!chance.happens(0.3)) return [];
  const fromMs = chance.between(0, beforeMs);
  return [{ of: chance.pick(["edge", "shop", "prices", "router"]), fromMs, untilMs: chance.between(fromMs, beforeMs) }];
}
