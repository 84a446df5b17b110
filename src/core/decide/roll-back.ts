import type { Fact } from "../decision.ts";
import { endOf } from "../reactions.ts";
import type { Reaction } from "../reactions.ts";
import type { Cause, RollbackFrom, RollbackStep, Status } from "../status.ts";
import { backByHand } from "../way-back.ts";
import { isGone, isReady, isShareAsWanted, isTrafficAsWanted } from "../wanted.ts";
import type { Sight, Step } from "./sight.ts";
import { stay } from "./sight.ts";

const stepsFrom: Readonly<Record<RollbackFrom, readonly [RollbackStep, ...RollbackStep[]]>> = {
  canary: ["traffic", "clearing"],
  previous: ["traffic", "restoring", "returning", "clearing"],
  image: ["restoring", "traffic", "clearing"],
  "image-behind-canary": ["restoring", "traffic", "clearing"],
};

/** Commits to take everybody back; the first step is the one that moves people soonest. */
export function rollBack(sight: Sight, reaction: Reaction, cause: Cause, facts: readonly Fact[]): Step {
  const from = rollbackFrom(sight);
  return { status: { kind: "rolling-back", sinceMs: sight.nowMs, reaction, cause, step: stepsFrom[from][0], from }, facts };
}

/** The next step of a running rollback when the present one is seen done; the order of work is traffic, read back, tell, scale down. */
export function decideRollingBack(sight: Sight): Step {
  const { status } = sight.release;
  if (status.kind !== "rolling-back" || !isStepDone(sight, status.step)) return stay(sight);
  const facts: Fact[] = [];
  if (status.step === "traffic") {
    const tookMs = sight.nowMs - (sight.release.rollback?.committedMs ?? status.sinceMs);
    const withinMs = status.cause.kind === "person" ? sight.plan.rollback.manualMs : sight.plan.rollback.automaticMs;
    facts.push({ kind: "traffic-back", tookMs, withinMs }, ...backByHand(sight.release, sight.nowMs));
  }
  const steps = stepsFrom[status.from];
  const next = steps[steps.indexOf(status.step) + 1];
  if (keepsCanary(sight, status)) return { status: { kind: "stopped", sinceMs: sight.nowMs, cause: status.cause, canary: "kept" }, facts };
  if (next) return { status: { ...status, step: next }, facts };
  return { status: ended(sight, status), facts };
}

function isStepDone(sight: Sight, step: RollbackStep): boolean {
  switch (step) {
    case "traffic":
      // Unreadable workloads must not keep a finished move from being seen.
      return isShareAsWanted(sight.release, sight.seen);
    case "returning":
      return isTrafficAsWanted(sight.release, sight.seen);
    case "restoring":
      return isReady(sight.release, sight.seen, "stable");
    case "clearing":
      return isGone(sight.release, sight.seen, "canary") && isGone(sight.release, sight.seen, "previous");
  }
}

/** `stop` by a breach or a person keeps the canary for inspection; one that never became ready is cleared away. */
function keepsCanary(sight: Sight, status: Status & { kind: "rolling-back" }): boolean {
  const isForInspection = status.cause.kind === "breach" || status.cause.kind === "person";
  return (
    status.step === "traffic" &&
    status.from === "canary" &&
    status.reaction.kind === "stop" &&
    isForInspection &&
    sight.plan.keepStoppedMs > 0
  );
}

function ended(sight: Sight, status: Status & { kind: "rolling-back" }): Status {
  const kind = endOf(status.reaction);
  const base = { sinceMs: sight.nowMs, cause: status.cause };
  return kind === "stopped" ? { kind, ...base, canary: "gone" } : { kind, ...base };
}

function rollbackFrom(sight: Sight): RollbackFrom {
  const { status } = sight.release;
  const isKept = sight.plan.keepPreviousMs > 0;
  if (status.kind === "promoting" && status.step !== "cloning") {
    if (isKept) return "previous";
    return status.step === "replacing" ? "image-behind-canary" : "image";
  }
  if (status.kind === "promoted") return status.previous === "kept" ? "previous" : "image";
  return "canary";
}
