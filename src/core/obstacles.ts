import { isSameData } from "./canonical-json.ts";
import type { Fact } from "./decision.ts";
import { isSameTarget, nextSignOff } from "./decide/sign-offs.ts";
import type { Observation } from "./observation.ts";
import type { Obstacle, Release, SignOffFor } from "./release.ts";
import { mayAdvance, mayStart } from "./windows.ts";

/** When: the moment (epoch ms), and the environments that are frozen then, with since when where that is known. */
export type Moment = Pick<Observation, "nowMs" | "frozen" | "frozenSinceMs">;

/** What an observation keeps of the freezes in force: the environments, and since when the youngest freeze of each holds. */
export function frozenBy(
  freezes: readonly { readonly environment: string; readonly sinceMs: number }[],
): Pick<Observation, "frozen" | "frozenSinceMs"> {
  if (freezes.length === 0) return { frozen: [] };
  const since: Record<string, number> = {};
  for (const { environment, sinceMs } of freezes) since[environment] = Math.max(since[environment] ?? sinceMs, sinceMs);
  return { frozen: Object.keys(since), frozenSinceMs: since };
}

/** The next step that window and freeze have a say in; `null`: none, as on any way back. */
export function nextStep({ status, plan }: Pick<Release, "status" | "plan">): SignOffFor | null {
  if (status.kind === "waiting") return { kind: "start" };
  return "phase" in status ? nextSignOff(status.phase, plan) : null;
}

/**
 * Everything that stands in the way of the step at that moment, overridden or not. A start is looked at as of the moment that it is scheduled for;
 * preferred ranges bind the start alone, avoided ones, holidays and freezes also each advance and the promotion.
 */
export function obstaclesTo(step: SignOffFor, release: Pick<Release, "plan" | "notBeforeMs">, at: Moment): readonly Obstacle[] {
  const { plan, notBeforeMs } = release;
  const answer = step.kind === "start" ? mayStart(plan, Math.max(at.nowMs, notBeforeMs ?? 0)) : mayAdvance(plan, at.nowMs);
  return [
    ...(at.frozen.includes(plan.environment) ? [freezeOf(plan.environment, at)] : []),
    ...(answer.ok ? [] : [{ kind: "window", why: answer.why, says: answer.says } as const]),
  ];
}

function freezeOf(environment: string, { frozenSinceMs }: Moment): Obstacle {
  const sinceMs = frozenSinceMs?.[environment];
  return { kind: "freeze", environment, ...(sinceMs === undefined ? {} : { sinceMs }) };
}

/** True when a word about `over` is one about `obstacle`: a freeze that began later than the one that it was given on is another one. */
function isCovered(obstacle: Obstacle, over: Obstacle): boolean {
  if (obstacle.kind !== "freeze" || over.kind !== "freeze") return isSameData(obstacle, over);
  return obstacle.environment === over.environment && (obstacle.sinceMs ?? 0) <= (over.sinceMs ?? 0);
}

/** Those of `obstaclesTo` that no override in force covers. */
export function openObstacles(step: SignOffFor, release: Release, at: Moment): readonly Obstacle[] {
  const covering = release.overrides.filter((override) => isSameTarget(override.for, step));
  return obstaclesTo(step, release, at).filter((obstacle) => !covering.some(({ over }) => isCovered(obstacle, over)));
}

/** The overrides of the next step whose obstacle is gone: should it come back, it takes another word. */
export function overridesOver(release: Release, at: Moment): readonly Extract<Fact, { readonly kind: "override-over" }>[] {
  const step = nextStep(release);
  // Asked at each tick: the calendar is not opened for a release that has none.
  if (step === null || release.overrides.length === 0) return [];
  const there = obstaclesTo(step, release, at);
  return release.overrides
    .filter((override) => isSameTarget(override.for, step) && !there.some((obstacle) => isCovered(obstacle, override.over)))
    .map((override) => ({ kind: "override-over", override }));
}
