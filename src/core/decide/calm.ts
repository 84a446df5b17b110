import { isSameData } from "../canonical-json.ts";
import type { Fact } from "../decision.ts";
import type { Status, Wait } from "../status.ts";
import { openObstacles } from "../obstacles.ts";
import { openReport } from "../open-report.ts";
import { rollbackRoles } from "../roles.ts";
import { isGone, isReady, isTrafficAsWanted } from "../wanted.ts";
import { standInPhase } from "./phase.ts";
import type { Pace } from "./phase.ts";
import { rollBack } from "./roll-back.ts";
import type { Sight, Step } from "./sight.ts";
import { stay } from "./sight.ts";
import { missingRoles } from "./sign-offs.ts";

/** What happens by itself when nothing is breached and nobody gives an order. */
export function decideCalm(sight: Sight, pace: Pace): Step {
  const { status } = sight.release;
  switch (status.kind) {
    case "waiting":
      return decideWaiting(sight);
    case "preparing":
      return decidePreparing(sight);
    case "shifting":
      return decideShifting(sight, status.phase);
    case "observing":
      return standInPhase(sight, status.phase, pace);
    case "holding":
      return isForPeople(status) ? stay(sight) : standInPhase(sight, status.phase, pace);
    case "promoting":
      return decidePromoting(sight, status);
    case "promoted":
      return decidePromoted(sight, status);
    case "stopped":
      return decideStopped(sight, status);
    case "rolling-back":
    case "rolled-back":
    case "halted":
      return stay(sight);
  }
}

/** These holds end by a person's word or a deadline only. */
function isForPeople(status: Status & { kind: "holding" }): boolean {
  return status.why.kind === "paused" || status.why.kind === "countdown" || status.why.kind === "investigation";
}

function decideWaiting(sight: Sight): Step {
  const waits: Wait[] = [];
  const { nowMs, release } = sight;
  if (release.notBeforeMs !== null && nowMs < release.notBeforeMs) waits.push({ kind: "scheduled", atMs: release.notBeforeMs });
  const start = { kind: "start" } as const;
  const obstacles = openObstacles(start, release, sight.seen);
  const report = openReport(release);
  if (report) waits.push({ kind: "reported", by: report.by, roles: rollbackRoles(sight.plan) });
  for (const obstacle of obstacles) if (obstacle.kind === "freeze") waits.push({ kind: "freeze", environment: obstacle.environment });
  const missing = missingRoles(release, start);
  if (missing.length > 0) waits.push({ kind: "sign-off", roles: missing });
  if (obstacles.some((obstacle) => obstacle.kind === "window")) waits.push({ kind: "window" });
  if (waits.length === 0) return { status: { kind: "preparing", sinceMs: nowMs }, facts: [] };
  const { status } = release;
  const isSame = status.kind === "waiting" && isSameData(status.for, waits);
  return isSame ? stay(sight) : { status: { kind: "waiting", sinceMs: nowMs, for: waits }, facts: [] };
}

/** Out of preparing leads only: everything ready, seen, readable and every check answered well. Too late or a bad answer stops, with nobody exposed. */
function decidePreparing(sight: Sight): Step {
  const { release, seen, plan } = sight;
  const { status } = release;
  if (status.kind !== "preparing") return stay(sight);
  const facts: Fact[] = seen.checks.flatMap((check): Fact[] => {
    const told: Fact = { kind: "check", name: check.name, ok: check.ok, detail: check.detail };
    return check.name === "rollback" && check.ok ? [told, { kind: "rehearsed", tookMs: check.tookMs }] : [told];
  });
  const bad = seen.checks.find((check) => !check.ok);
  if (bad) return rollBack(sight, { kind: "stop" }, { kind: "check-failed", detail: `${bad.name}: ${bad.detail}` }, facts);
  const isStanding = isReady(release, seen, "canary") && isReady(release, seen, "stable") && isTrafficAsWanted(release, seen);
  const silent = sight.book.quantities.filter((quantity) => sight.book.answeredMs[quantity] === undefined);
  if (isStanding && silent.length === 0 && openReport(release)) return { status, facts };
  if (seen.checks.length > 0 && isStanding && silent.length === 0) {
    return { status: { kind: "shifting", phase: 0, sinceMs: sight.nowMs }, facts };
  }
  if (sight.nowMs - status.sinceMs <= plan.readyWithinMs) return { status, facts };
  return rollBack(sight, { kind: "stop" }, { kind: "not-ready", detail: whyNotReady(sight, silent) }, facts);
}

function whyNotReady(sight: Sight, silent: readonly string[]): string {
  const { workloads, traffic } = sight.seen;
  if (workloads.kind === "unseen") return workloads.why;
  const late = sight.plan.services.flatMap(({ name }) =>
    (["stable", "canary"] as const).flatMap((slot) => {
      const workload = workloads.value[name]?.[slot];
      return workload?.isReady ? [] : [`${name} ${slot}: ${workload ? workload.detail : "does not run"}`];
    }),
  );
  if (late.length > 0) return late.join("; ");
  if (traffic.kind === "unseen") return traffic.why;
  const unread = silent.map((quantity) => `${quantity}: ${sight.book.trouble[quantity] ?? "no answer"}`);
  return unread.length > 0 ? unread.join("; ") : "the router was not seen at share 0 with these addresses";
}

function decideShifting(sight: Sight, phase: number): Step {
  if (!isTrafficAsWanted(sight.release, sight.seen)) return stay(sight);
  const sharePct = sight.seen.traffic.kind === "seen" ? sight.seen.traffic.value.sharePct : 0;
  return { status: { kind: "observing", phase, sinceMs: sight.nowMs }, facts: [{ kind: "share-seen", phase, sharePct }] };
}

function decidePromoting(sight: Sight, status: Status & { kind: "promoting" }): Step {
  const { release, seen, plan, nowMs } = sight;
  switch (status.step) {
    case "cloning":
      if (!isTrafficAsWanted(release, seen) || !isReady(release, seen, "previous") || openReport(release)) return stay(sight);
      return { status: { kind: "promoting", step: "replacing", sinceMs: nowMs }, facts: [] };
    case "replacing":
      if (!isReady(release, seen, "stable")) return stay(sight);
      return { status: { kind: "promoting", step: "returning", sinceMs: nowMs }, facts: [] };
    case "returning":
      if (!isTrafficAsWanted(release, seen)) return stay(sight);
      return { status: { kind: "promoting", step: "clearing", sinceMs: nowMs }, facts: [] };
    case "clearing":
      if (!isGone(release, seen, "canary")) return stay(sight);
      return { status: { kind: "promoted", sinceMs: nowMs, previous: plan.keepPreviousMs > 0 ? "kept" : "gone" }, facts: [] };
  }
}

function decidePromoted(sight: Sight, status: Status & { kind: "promoted" }): Step {
  const isOver = sight.nowMs - status.sinceMs >= sight.plan.keepPreviousMs;
  // The short way back is kept as long as somebody may still decide to take it.
  const isDue = sight.seen.superseded || (isOver && openReport(sight.release) === null);
  if (status.previous === "kept") return isDue ? { status: { ...status, previous: "going" }, facts: [] } : stay(sight);
  if (status.previous === "gone" || !isGone(sight.release, sight.seen, "previous")) return stay(sight);
  return { status: { ...status, previous: "gone" }, facts: [{ kind: "cleared", what: "previous" }] };
}

function decideStopped(sight: Sight, status: Status & { kind: "stopped" }): Step {
  const isDue = sight.seen.superseded || sight.nowMs - status.sinceMs >= sight.plan.keepStoppedMs;
  if (status.canary === "kept") return isDue ? { status: { ...status, canary: "going" }, facts: [] } : stay(sight);
  if (status.canary === "gone" || !isGone(sight.release, sight.seen, "canary")) return stay(sight);
  return { status: { ...status, canary: "gone" }, facts: [{ kind: "cleared", what: "canary" }] };
}
