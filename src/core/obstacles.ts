import { isSameData } from "./canonical-json.ts";
import type { Fact } from "./decision.ts";
import { isSameTarget, nextSignOff } from "./decide/sign-offs.ts";
import type { Release, SignOffFor } from "./release.ts";
import { mayAdvance, mayStart } from "./windows.ts";
import type { WindowAnswer } from "./windows.ts";

/** What keeps a step from being made, whatever the evidence and the sign-offs say. */
export type Obstacle =
  | { readonly kind: "window"; readonly why: Extract<WindowAnswer, { readonly ok: false }>["why"]; readonly says: string }
  | { readonly kind: "freeze"; readonly environment: string };

/** When: the moment (epoch ms), and the environments that are frozen then. */
export interface Moment {
  readonly nowMs: number;
  readonly frozen: readonly string[];
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
    ...(at.frozen.includes(plan.environment) ? [{ kind: "freeze", environment: plan.environment } as const] : []),
    ...(answer.ok ? [] : [{ kind: "window", why: answer.why, says: answer.says } as const]),
  ];
}

/** Those of `obstaclesTo` that no override in force covers. */
export function openObstacles(step: SignOffFor, release: Release, at: Moment): readonly Obstacle[] {
  const covering = release.overrides.filter((override) => isSameTarget(override.for, step));
  return obstaclesTo(step, release, at).filter((obstacle) => !covering.some(({ over }) => isSameData(over, obstacle)));
}

/** The overrides of the next step whose obstacle is gone: should it come back, it takes another word. */
export function overridesOver(release: Release, at: Moment): readonly Extract<Fact, { readonly kind: "override-over" }>[] {
  const step = nextStep(release);
  if (step === null) return [];
  const there = obstaclesTo(step, release, at);
  return release.overrides
    .filter((override) => isSameTarget(override.for, step) && !there.some((obstacle) => isSameData(obstacle, override.over)))
    .map((override) => ({ kind: "override-over", override }));
}
