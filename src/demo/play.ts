import { join } from "node:path";
import type { Api } from "./api.ts";
import { complaintOf } from "./checks.ts";
import type { Checking } from "./checks.ts";
import { colleagues, workOn } from "./colleagues.ts";
import type { CrowdTally } from "./crowd-count.ts";
import { harmBound, parsePlan } from "./harm-bound.ts";
import { complaintsOf, outcomeOf } from "./outcome.ts";
import type { Outcome } from "./outcome.ts";
import type { Crowd } from "./people.ts";
import type { DemoOptions, Screen } from "./run.ts";
import type { Scenario } from "./scenario.ts";
import type { Stage } from "./stage.ts";
import type { Story } from "./story.ts";
import { conduct } from "./troubles.ts";
import { watch } from "./watch.ts";
import type { Watched } from "./watch.ts";

/** One release to be played on a stage that stands, with people who come. */
export interface Play {
  readonly scenario: Scenario;
  readonly stage: Stage;
  readonly planText: string;
  readonly peoplePerSecond: number;
  readonly crowd: Crowd;
  readonly story: Story;
  readonly options: DemoOptions;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

/** Plays one release to its end and answers why it did not end as it should; empty when it did. */
export async function playScenario(play: Play): Promise<readonly string[]> {
  const { scenario, stage, planText, crowd, story, options, screen, signal } = play;
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
  const hurries = (phase: number): boolean => scenario.hurriesIn.includes(phase) && !story.isTroubled(phase);
  const atWork = [
    ...colleagues.map((colleague) =>
      workOn({ colleague, api: stage.apiFor(colleague), release: id, seed: options.seed, hurries, signal: working }),
    ),
    conduct({ troubles: scenario.troubles, stage, story, journal: () => api.journal(id), signal: working }),
  ];
  try {
    // A colleague who cannot work any more ends the demo too: nobody would ever sign.
    const watched = await Promise.race([watch({ api, id, ends: scenario.ends, crowd, story, screen, signal }), ...atWork.map(neverEnds)]);
    const { outcome, complaints } = await sumUp(play, { before, watched, api });
    screen.end(
      outcome,
      complaints,
      watched.ended.phases.map(({ name }) => name),
    );
    return complaints.map((complaint) => `${scenario.name}: ${complaint}`);
  } finally {
    done.abort();
    await Promise.allSettled(atWork);
  }
}

async function neverEnds(work: Promise<void>): Promise<never> {
  await work;
  return new Promise<never>(() => undefined);
}

interface Summing {
  readonly before: CrowdTally;
  readonly watched: Watched;
  readonly api: Api;
}

async function sumUp(
  { scenario, stage, crowd, story, options, planText, peoplePerSecond }: Play,
  { before, watched, api }: Summing,
): Promise<{ readonly outcome: Outcome; readonly complaints: readonly string[] }> {
  const { ended: view } = watched;
  const [entries, router, clockAheadMs, verified] = await Promise.all([
    api.journal(view.id),
    stage.routerSeen(),
    measureClock(api, view.id),
    api.verify(view.id),
  ]);
  const after = crowd.tally();
  const outcome = outcomeOf({
    scenario,
    view,
    entries,
    clockAheadMs,
    lastCanaryMs: router.lastCanaryMs,
    troubledMs: story.seen.troubledMs,
    usersHarmedBound: harmBound(scenario, parsePlan(planText), peoplePerSecond),
    before,
    after,
    isVerified: verified.ok,
    keptDir: options.keepDir === null ? null : join(options.keepDir, "data"),
  });
  const failures = after.failures.slice(before.failures.length).map((failure) => `failed: ${failure}`);
  const phases = view.phases.map(({ name }) => name);
  const checking: Checking = { scenario, stage, api, planText, view, entries, sightings: story.seen, after };
  const checked: (string | null)[] = [];
  for (const check of [{ kind: "told" } as const, ...scenario.checks]) checked.push(await complaintOf(check, checking));
  return { outcome, complaints: [...complaintsOf(outcome, scenario, phases), ...checked.filter((one) => one !== null), ...failures] };
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
