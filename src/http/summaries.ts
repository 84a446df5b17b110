import type { Language } from "../core/plan.ts";
import { phasesOf } from "../core/view/build-release-view.ts";
import { rolesAsked } from "../core/view/people-view.ts";
import { standsOf } from "../core/view/stands.ts";
import type { ReleaseSummary } from "./contract.ts";
import type { ReleaseSeen } from "./parts.ts";

/** A release in a list, as `buildReleaseView` says it, without the verdicts of its checks: those take time. */
export function summaryOf(seen: ReleaseSeen, nowMs: number, language: Language = seen.release.plan.language): ReleaseSummary {
  const { id, plan, versions, startedBy, createdMs, status } = seen.release;
  const phases = phasesOf(seen);
  const phase = "phase" in status ? phases[status.phase] : undefined;
  const progress = phase && { observedMs: phase.observedMs ?? 0, ofMs: phase.observeMs };
  return {
    id,
    plan: plan.name,
    title: plan.title,
    environment: plan.environment,
    versions,
    startedBy,
    createdMs,
    status: status.kind,
    ...standsOf(seen.release, { plan, nowMs, ...(progress && { progress }) }, language),
    sinceMs: status.sinceMs,
    timeZone: plan.timeZone,
    phases,
    asks: rolesAsked(seen.release),
  };
}
