import { readinessWords } from "../messages/readiness.ts";
import { sayMoment, sayWhen } from "../messages/times.ts";
import { sayClosed, sayMisfit } from "../messages/when.ts";
import type { Language } from "../plan.ts";
import type { Release } from "../release.ts";
import { misfitOf, nextFit, runLength } from "../when.ts";
import type { FrozenSpan } from "../when.ts";
import { mayAdvance, mayStart } from "../windows.ts";
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

/** Whether the release may start now and the whole plan fits; of one that has begun, whether it may advance. */
export function windowItems({ plan, status }: Release, { nowMs, freezes }: Moment, language: Language): readonly ReadinessItem[] {
  const words = readinessWords[language];
  const here = freezes.filter(({ environment }) => environment === plan.environment);
  const frozen = here.map((freeze) => wrong(freeze.environment, words.frozen(freeze), words.lift(freeze.environment)));
  // Nobody knows when a freeze without an end is lifted: what is named is when it fits from then on.
  const nextMs = nextFit(plan, nowMs, { extensions: true, freezes: freezes.filter(({ untilMs }) => untilMs !== null) });
  const sayNext = here.some(({ untilMs }) => untilMs === null) ? words.nextOnceLifted : words.nextStart;
  const next = nextMs === null ? words.noStart : sayNext(sayMoment(plan, nextMs, language));
  const hasBegun = status.kind !== "waiting" && status.kind !== "preparing";
  const answer = hasBegun ? mayAdvance(plan, nowMs) : mayStart(plan, nowMs);
  const what = hasBegun ? words.advanceNow : words.startNow;
  if (!answer.ok) {
    const item = answer.why === "not-preferred" ? doubtful : wrong;
    return [...frozen, item(what, words.waitsUntil(sayClosed(answer, language)), next)];
  }
  if (hasBegun) return [...frozen, fine(what, words.mayAdvance)];
  const misfit = misfitOf(plan, nowMs, { extensions: true, freezes: [] });
  const endsMs = nowMs + runLength(plan).longestMs;
  const whole =
    misfit === null
      ? fine(words.wholePlan, words.fits(sayWhen(plan, { atMs: endsMs, nowMs }, language)))
      : doubtful(words.wholePlan, words.doesNotFit(sayMisfit(plan, { misfit, startMs: nowMs }, language)), next);
  return [...frozen, fine(what, words.mayStart), whole];
}
