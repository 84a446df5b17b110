import { readinessWords } from "../messages/readiness.ts";
import { sayObstacles } from "../messages/obstacles.ts";
import { sayStatusKind } from "../messages/statuses.ts";
import { sayMoment, sayWhen } from "../messages/times.ts";
import { sayClosed, sayMisfit } from "../messages/when.ts";
import { frozenBy, nextStep, obstaclesTo, openObstacles } from "../obstacles.ts";
import type { Language } from "../plan.ts";
import type { Release } from "../release.ts";
import { isOver } from "../status.ts";
import { misfitOf, nextFit, runLength } from "../when.ts";
import type { FrozenSpan } from "../when.ts";
import { doubtful, fine, wrong } from "./readiness.ts";
import type { ReadinessItem } from "./readiness.ts";

/** A freeze, and why it is there: a release was halted, or somebody froze it by hand. */
export interface ReasonedFreeze extends FrozenSpan {
  readonly release: string | null;
  readonly by: string | null;
  readonly reason: string | null;
}

export interface Moment {
  readonly nowMs: number;
  readonly freezes: readonly ReasonedFreeze[];
}

/**
 * Whether the release starts at its moment, and the whole plan fits; of one that has begun, whether it may advance. What a release manager has let
 * pass is in nobody's way.
 */
export function windowItems(release: Release, { nowMs, freezes }: Moment, language: Language): readonly ReadinessItem[] {
  const words = readinessWords[language];
  const { plan, status, notBeforeMs } = release;
  if (isOver(status)) return [wrong(words.advanceNow, words.isOver(sayStatusKind(status.kind, language)), words.beginAnother)];
  const isToBegin = status.kind === "waiting";
  const atMs = isToBegin ? Math.max(nowMs, notBeforeMs ?? 0) : nowMs;
  const here = freezes.filter(({ environment, untilMs }) => environment === plan.environment && (untilMs === null || untilMs > atMs));
  const step = nextStep(release);
  const then = { nowMs: atMs, ...frozenBy(here) };
  const open = step === null ? [] : openObstacles(step, release, then);
  const passed = step === null || open.length > 0 ? [] : obstaclesTo(step, release, then);
  const what = !isToBegin ? words.advanceNow : atMs > nowMs ? words.startAt(sayMoment(plan, atMs, language)) : words.startNow;
  // Nobody knows when a freeze without an end is lifted: what is named is when it fits from then on.
  const nextMs = nextFit(plan, atMs, { extensions: true, freezes: freezes.filter(({ untilMs }) => untilMs !== null) });
  const sayNext = here.some(({ untilMs }) => untilMs === null) ? words.nextOnceLifted : words.nextStart;
  const next = nextMs === null ? words.noStart : sayNext(sayMoment(plan, nextMs, language));
  if (open.length > 0)
    return open.flatMap((obstacle) =>
      obstacle.kind === "freeze"
        ? here.map((freeze) => wrong(freeze.environment, words.frozen(freeze), words.lift(freeze.environment)))
        : [wrong(what, words.waitsUntil(sayClosed(obstacle, language)), next)],
    );
  const may = passed.length > 0 ? words.letPass(sayObstacles(passed, language)) : isToBegin ? words.mayStart : words.mayAdvance;
  if (!isToBegin) return [fine(what, may)];
  const misfit = misfitOf(plan, atMs, { extensions: true, freezes: [] });
  const endsMs = atMs + runLength(plan).longestMs;
  const whole =
    misfit === null
      ? fine(words.wholePlan, words.fits(sayWhen(plan, { atMs: endsMs, nowMs }, language)))
      : doubtful(words.wholePlan, words.doesNotFit(sayMisfit(plan, { misfit, startMs: atMs }, language)), next);
  return [fine(what, may), whole];
}
