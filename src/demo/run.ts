import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isOver } from "../core/status.ts";
import type { ReleaseView } from "../http/release-view.ts";
import type { Api } from "./api.ts";
import { colleagues, workOn } from "./colleagues.ts";
import type { CrowdTally } from "./crowd-count.ts";
import { complaintsOf, outcomeOf } from "./outcome.ts";
import type { Outcome } from "./outcome.ts";
import { createCrowd } from "./people.ts";
import type { Crowd } from "./people.ts";
import { habits } from "./person.ts";
import type { Scenario } from "./scenarios.ts";
import { openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";
import { sayTrafficNeeded } from "./traffic-needed.ts";

/** What the demo is asked to play. */
export interface DemoOptions {
  readonly scenarios: readonly Scenario[];
  /** `null`: the plan takes about 90 s, and longer in proportion where fewer people come, so that each phase sees as many. */
  readonly speed: number | null;
  /** People a second; `null`: what this machine carries, at most 300. */
  readonly peoplePerSecond: number | null;
  readonly seed: number;
  readonly keepDir: string | null;
}

/** Where the demo tells what happens. */
export interface Screen {
  say(line: string): void;
  /** The release as it is now, with what the people met so far. */
  show(view: ReleaseView, people: Passing): void;
  /** One release is over. */
  end(outcome: Outcome, complaints: readonly string[]): void;
}

/** The people since the demo began, and how many of them came in the last seconds, per second. */
export interface Passing {
  readonly tally: CrowdTally;
  readonly perSecond: number;
}

const looksEveryMs = 200;
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
  screen.say("starting the shop, PriceTruth, the edge and the server on loopback …");
  const stage = await openStage(options.keepDir, signal);
  try {
    const lost = new AbortController();
    stage.onLoss((says) => lost.abort(new Error(says)));
    const either = AbortSignal.any([signal, lost.signal]);
    const crowd = createCrowd({ originOf: () => stage.edgeUrl, seed: options.seed, habits });
    try {
      const planText = stage.planText(await openDoors(crowd, options, screen));
      const complaints: string[] = [];
      for (const scenario of options.scenarios)
        complaints.push(...(await play({ scenario, stage, planText, crowd, options, screen, signal: either })));
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

/** Measures the machine, lets people come, and answers the speed of the plan. */
async function openDoors(crowd: Crowd, options: DemoOptions, screen: Screen): Promise<number> {
  await crowd.measure({ abreast: 8, forMs: 700 });
  const mostHere = await crowd.measure({ abreast: 24, forMs: 1300 });
  const perSecond = options.peoplePerSecond ?? Math.max(10, Math.min(mostPerSecond, Math.round(mostHere * usedPart)));
  screen.say(`this machine carries ${Math.round(mostHere)} people/s through the edge; ${perSecond} new people/s come now`);
  for (const line of sayTrafficNeeded()) screen.say(line);
  crowd.arrive(perSecond);
  const speed = options.speed ?? Math.max(leastSpeed, Math.min(usualSpeed, Math.round((usualSpeed * perSecond) / mostPerSecond)));
  screen.say(`the plan's minutes run ${speed} times as fast: 15 min take ${Math.round(900 / speed)} s`);
  return speed;
}

interface Play {
  readonly scenario: Scenario;
  readonly stage: Stage;
  readonly planText: string;
  readonly crowd: Crowd;
  readonly options: DemoOptions;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

async function play({ scenario, stage, planText, crowd, options, screen, signal }: Play): Promise<readonly string[]> {
  screen.say(`releasing version ${scenario.version}: ${scenario.says}`);
  const before = crowd.tally();
  const api = stage.apiFor(colleagues[0]);
  const { id } = await api.startRelease(
    {
      plan: { text: planText, file: "plan.yaml" },
      versions: Object.fromEntries(stage.services.map((service) => [service, scenario.version])),
      reason: scenario.says,
    },
    `demo-${options.seed}-${scenario.name}`,
  );
  const done = new AbortController();
  const working = AbortSignal.any([signal, done.signal]);
  const atWork = colleagues.map((colleague) =>
    workOn({ colleague, api: stage.apiFor(colleague), release: id, seed: options.seed, signal: working }),
  );
  try {
    // A colleague who cannot work any more ends the demo too: nobody would ever sign.
    const view = await Promise.race([watch({ api, id, crowd, screen, signal }), ...atWork.map(neverEnds)]);
    const { outcome, complaints } = await sumUp({ scenario, stage, crowd, options, before, view, api });
    screen.end(outcome, complaints);
    return complaints.map((complaint) => `${scenario.name}: ${complaint}`);
  } finally {
    done.abort();
    await Promise.allSettled(atWork);
    crowd.reach(0);
  }
}

async function neverEnds(work: Promise<void>): Promise<never> {
  await work;
  return new Promise<never>(() => undefined);
}

interface Watching {
  readonly api: Api;
  readonly id: string;
  readonly crowd: Crowd;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

/** Shows the release until it is over and nobody is asked anything any more; throws when it takes far longer than its plan. */
async function watch({ api, id, crowd, screen, signal }: Watching): Promise<ReleaseView> {
  const startedMs = performance.now();
  let last = { people: crowd.tally().people, atMs: startedMs, perSecond: 0 };
  let overMs: number | null = null;
  for (;;) {
    const view = await api.show(id);
    const phase = view.phases.findIndex(({ state }) => state === "now");
    if (phase >= 0) crowd.reach(phase);
    const nowMs = performance.now();
    const tally = crowd.tally();
    if (nowMs - last.atMs >= 1_000) {
      last = { people: tally.people, atMs: nowMs, perSecond: ((tally.people - last.people) * 1000) / (nowMs - last.atMs) };
    }
    screen.show(view, { tally, perSecond: last.perSecond });
    if (isOver(view.status)) {
      overMs ??= nowMs;
      const isAsked = view.people.some(({ state }) => state === "asked");
      if (!isAsked || nowMs - overMs > 3_000) return view;
    }
    const patienceMs = 60_000 + 3 * view.phases.reduce((sum, { observeMs }) => sum + observeMs, 0);
    if (nowMs - startedMs > patienceMs)
      throw new Error(`the release is not over after ${Math.round(patienceMs / 1000)} s: ${view.sentence}`);
    await wait(looksEveryMs, undefined, { signal });
  }
}

interface Summing extends Omit<Play, "screen" | "signal" | "planText"> {
  readonly before: CrowdTally;
  readonly view: ReleaseView;
  readonly api: Api;
}

async function sumUp({
  scenario,
  stage,
  crowd,
  options,
  before,
  view,
  api,
}: Summing): Promise<{ readonly outcome: Outcome; readonly complaints: readonly string[] }> {
  const [entries, lastCanaryMs, clockAheadMs, verified] = await Promise.all([
    api.journal(view.id),
    stage.lastCanaryMs(),
    measureClock(api, view.id),
    api.verify(view.id),
  ]);
  const after = crowd.tally();
  const outcome = outcomeOf({
    scenario,
    view,
    entries,
    clockAheadMs,
    lastCanaryMs,
    before,
    after,
    isVerified: verified.ok,
    keptDir: options.keepDir === null ? null : join(options.keepDir, "data"),
  });
  const failures = after.failures.slice(before.failures.length).map((failure) => `failed: ${failure}`);
  return { outcome, complaints: [...complaintsOf(outcome, scenario), ...failures] };
}

/** Server's clock minus the real one, ms, from the quickest of some answers: off by at most half of its time on the way. */
async function measureClock(api: Api, release: string): Promise<number> {
  let best = { tookMs: Infinity, aheadMs: 0 };
  for (let asked = 0; asked < 5; asked += 1) {
    const sentMs = performance.timeOrigin + performance.now();
    const { nowMs } = await api.show(release);
    const gotMs = performance.timeOrigin + performance.now();
    if (gotMs - sentMs < best.tookMs) best = { tookMs: gotMs - sentMs, aheadMs: nowMs - (sentMs + gotMs) / 2 };
  }
  return best.aheadMs;
}
