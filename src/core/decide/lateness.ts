import type { Awaited, Fact } from "../decision.ts";
import type { Plan } from "../plan.ts";
import type { Status } from "../status.ts";
import { isGone, isReady, isShareAsWanted, isTrafficAsWanted } from "../wanted.ts";
import type { Sight, Step } from "./sight.ts";

/**
 * Said once for each step that takes longer than it should, so that nothing waits in silence: a router that never shows the share, an old
 * version that cannot be copied, a rollback that is not read back in time. It goes on trying; people may take the release back.
 */
export function lateness(sight: Sight, step: Step): readonly Fact[] {
  const { release, nowMs } = sight;
  const { status } = release;
  const limitMs = limitOf(status, sight.plan);
  if (limitMs === null || release.isLate || step.status !== status || !("sinceMs" in status)) return [];
  const afterMs = nowMs - status.sinceMs;
  const awaits = afterMs > limitMs ? awaited(sight) : null;
  return awaits === null ? [] : [{ kind: "late", awaits, afterMs, detail: detailOf(sight, awaits) }];
}

/** How long a step may take before people are told; `null`: it has no such limit, or a deadline of its own. */
function limitOf(status: Status, plan: Plan): number | null {
  switch (status.kind) {
    case "shifting":
    case "promoting":
      return plan.readyWithinMs;
    case "rolling-back": {
      const trafficMs = status.cause.kind === "person" ? plan.rollback.manualMs : plan.rollback.automaticMs;
      return status.step === "traffic" ? trafficMs : trafficMs + plan.readyWithinMs;
    }
    default:
      return null;
  }
}

function awaited({ release, seen }: Sight): Awaited | null {
  const { status } = release;
  const step = "step" in status ? status.step : null;
  if (step === "cloning" && !isReady(release, seen, "previous")) return "previous";
  if ((step === "replacing" || step === "restoring") && !isReady(release, seen, "stable")) return "stable";
  if (step === "clearing") return isGone(release, seen, "canary") ? null : "canary-gone";
  const isThere = step === "traffic" ? isShareAsWanted(release, seen) : isTrafficAsWanted(release, seen);
  return isThere ? null : "router";
}

function detailOf({ seen, plan }: Sight, awaits: Awaited): string {
  const { traffic, workloads } = seen;
  if (awaits === "router") return traffic.kind === "unseen" ? traffic.why : `it shows ${traffic.value.sharePct} %`;
  if (workloads.kind === "unseen") return workloads.why;
  const slot = awaits === "canary-gone" ? "canary" : awaits;
  const known = plan.services.map(({ name }) => ({ name, workload: workloads.value[name]?.[slot] }));
  const late = known.filter(({ workload }) => (awaits === "canary-gone" ? workload !== undefined : workload?.isReady !== true));
  return late.map(({ name, workload }) => `${name}: ${workload?.detail ?? "does not run"}`).join("; ");
}
