import { colleagues } from "./colleagues.ts";
import { createCrowd } from "./people.ts";
import type { Crowd } from "./people.ts";
import type { CrowdTally } from "./crowd-count.ts";
import type { ReleaseView } from "../http/release-view.ts";
import type { Outcome } from "./outcome.ts";
import { habits } from "./person.ts";
import { playScenario } from "./play.ts";
import type { Scenario } from "./scenario.ts";
import { nameOf } from "./targets.ts";
import type { Target } from "./targets.ts";
import { openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";
import { beginStory } from "./story.ts";
import type { Story } from "./story.ts";
import { sayTrafficNeeded } from "./traffic-needed.ts";

/** What the demo is asked to play. */
export interface DemoOptions {
  /** What people come in by. */
  readonly target: Target;
  /** At least one; all of them come in by the same kind of edge. */
  readonly scenarios: readonly [Scenario, ...Scenario[]];
  /** `null`: the plan takes about 90 s, and longer in proportion where fewer people come, so that each phase sees as many. */
  readonly speed: number | null;
  /** People a second; `null`: what this machine carries, at most 300. */
  readonly peoplePerSecond: number | null;
  readonly seed: number;
  readonly keepDir: string | null;
  /** True: shop, server and dashboard stay until `signal` aborts, and people keep coming. */
  readonly isKept: boolean;
}

/** Where the demo tells what happens. */
export interface Screen {
  say(line: string): void;
  /** The release as it is now, with what the people met so far. */
  show(view: ReleaseView, people: Passing): void;
  /** One release is over; `phases` are the names of the plan's phases. */
  end(outcome: Outcome, complaints: readonly string[], phases: readonly string[]): void;
}

/** The people since the demo began, and how many of them came in the last seconds, per second. */
export interface Passing {
  readonly tally: CrowdTally;
  readonly perSecond: number;
}

const mostPerSecond = 300;
/** At this speed the plan of 105 minutes takes 90 s. */
const usualSpeed = 70;
/** Not slower than this by itself, however few people come: a phase then takes 45 s or more. */
const leastSpeed = 20;
/** The part of what the machine carries that is used, so that the latency lines judge the shop and not the crowd. */
const usedPart = 0.4;

/**
 * Plays the scenarios one after the other on one stage and answers why they did not end as they should; empty when they did. Everything that
 * was started is stopped when this resolves or rejects, also when `signal` aborts (it rejects then).
 */
export async function runDemo(options: DemoOptions, screen: Screen, signal: AbortSignal): Promise<readonly string[]> {
  screen.say(`starting the shop, PriceTruth, ${nameOf(options.target)} and the server on loopback …`);
  const stage = await openStage({ keepDir: options.keepDir, target: options.target, edge: options.scenarios[0].edge, signal });
  try {
    await sayDashboard(stage, screen);
    const lost = new AbortController();
    stage.onLoss((says) => lost.abort(new Error(says)));
    const either = AbortSignal.any([signal, lost.signal]);
    let story: Story = beginStory([], 1);
    const crowd = createCrowd({ originOf: () => stage.url, seed: options.seed, habits, weather: () => story.weather() });
    try {
      const machine = await openDoors(crowd, options, screen);
      const complaints: string[] = [];
      for (const scenario of options.scenarios) {
        const { peoplePerSecond, speed } = paceOf(scenario, machine, options);
        sayPace(screen, { peoplePerSecond, speed });
        crowd.arrive(peoplePerSecond);
        story = beginStory(scenario.troubles, speed);
        const planText = stage.planText(speed);
        complaints.push(
          ...(await playScenario({ scenario, stage, planText, peoplePerSecond, crowd, story, options, screen, signal: either })),
        );
      }
      if (options.isKept) await untilAsked(screen, either);
      lost.signal.throwIfAborted();
      return complaints;
    } catch (error) {
      throw lost.signal.aborted ? lost.signal.reason : error;
    } finally {
      await crowd.leave();
    }
  } finally {
    screen.say("stopping what was started …");
    await stage.close();
  }
}

/** Where people look, and as whom: the address is good for one browser. */
async function sayDashboard(stage: Stage, screen: Screen): Promise<void> {
  const [{ name, role }] = colleagues;
  const { url } = await stage.apiFor(colleagues[0]).link();
  screen.say(`the dashboard, as ${name} (${role}), for one browser and ten minutes:`);
  screen.say(`  ${url}`);
}

/** Resolves when somebody has asked for the end. */
async function untilAsked(screen: Screen, signal: AbortSignal): Promise<void> {
  screen.say("every release is over; shop and dashboard stay until Ctrl-C");
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** Measures the machine, lets people come, and answers how many come a second. */
async function openDoors(crowd: Crowd, options: DemoOptions, screen: Screen): Promise<number> {
  await crowd.measure({ abreast: 8, forMs: 700 });
  const mostHere = await crowd.measure({ abreast: 24, forMs: 1300 });
  const perSecond = options.peoplePerSecond ?? Math.max(10, Math.min(mostPerSecond, Math.round(mostHere * usedPart)));
  screen.say(`this machine carries ${Math.round(mostHere)} people/s through ${nameOf(options.target)}`);
  for (const line of sayTrafficNeeded()) screen.say(line);
  crowd.arrive(perSecond);
  return perSecond;
}

/** How many people come a second in a scenario, and how many times as fast as the plan's its minutes run. */
interface Pace {
  readonly peoplePerSecond: number;
  readonly speed: number;
}

function paceOf(scenario: Scenario, machine: number, options: DemoOptions): Pace {
  const peoplePerSecond = Math.min(machine, scenario.peoplePerSecond ?? machine);
  const usual = Math.max(leastSpeed, Math.min(usualSpeed, Math.round((usualSpeed * peoplePerSecond) / mostPerSecond)));
  return { peoplePerSecond, speed: options.speed ?? Math.max(1, Math.round(usual / scenario.slowdown)) };
}

function sayPace(screen: Screen, { peoplePerSecond, speed }: Pace): void {
  screen.say(
    `${peoplePerSecond} new people/s come; the plan's minutes run ${speed} times as fast: 15 min take ${Math.round(900 / speed)} s`,
  );
}
