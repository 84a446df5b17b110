import type { Language } from "../core/plan.ts";
import type { Glance } from "../core/view/build-release-view.ts";
import { standsOf } from "../core/view/stands.ts";
import type { ReleaseSummary } from "./contract.ts";

/** A release in a list, as `buildReleaseView` says it, without the verdicts of its checks: those take time. */
export function summaryOf({ release, phases, asks }: Glance, nowMs: number, language: Language = release.plan.language): ReleaseSummary {
  const { id, plan, versions, startedBy, startedFor, createdMs, status } = release;
  const phase = "phase" in status ? phases[status.phase] : undefined;
  const progress = phase && { observedMs: phase.observedMs ?? 0, ofMs: phase.observeMs };
  return {
    id,
    plan: plan.name,
    title: plan.title,
    environment: plan.environment,
    versions,
    startedBy,
    startedFor,
    createdMs,
    status: status.kind,
    ...standsOf(release, { plan, nowMs, ...(progress && { progress }) }, language),
    sinceMs: status.sinceMs,
    timeZone: plan.timeZone,
    phases,
    asks,
  };
}
