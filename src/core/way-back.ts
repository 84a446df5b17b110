import type { Fact } from "./decision.ts";
import { missingRoles } from "./decide/sign-offs.ts";
import type { Role } from "./plan.ts";
import type { Release } from "./release.ts";
import { openReport } from "./open-report.ts";
import { rolesFor, rollbackRoles } from "./roles.ts";
import { isTerminal } from "./status.ts";

/**
 * True when people had seen the new version and were, or are being, taken back because somebody asked for it or had reported a problem before. Who
 * reports one while everybody is being taken back already makes no way back by hand of it.
 */
export function isBackByHand(release: Pick<Release, "wasExposed" | "rollback" | "reports" | "status">): boolean {
  const { status } = release;
  const isAsked = "cause" in status && status.cause.kind === "person";
  return release.wasExposed && release.rollback !== null && (isAsked || wayBackSince(release)?.since === "report");
}

/** From when a way back by hand is measured, epoch ms: the first report before the decision, otherwise the decision; `null`: neither. */
export function wayBackSince({
  reports,
  rollback,
}: Pick<Release, "reports" | "rollback">): { readonly since: "report" | "decision"; readonly atMs: number } | null {
  const [report] = reports;
  if (report !== undefined && report.atMs <= (rollback?.committedMs ?? Infinity)) return { since: "report", atMs: report.atMs };
  return rollback === null ? null : { since: "decision", atMs: rollback.committedMs };
}

/** True when everybody is back, by hand, and nobody has said yet that it was executed. */
export function awaitsAcknowledgement(release: Release): boolean {
  return isBackByHand(release) && release.rollback?.seenMs !== null && release.acknowledged === null;
}

/**
 * Who has to say now that the state after a rollback is well; empty: nobody. After a way back by hand the DevOps lead's word comes first; whoever
 * validates without waiting for it is not refused.
 */
export function validatorsNow(release: Release): readonly Role[] {
  return isTerminal(release.status) && !awaitsAcknowledgement(release) ? missingRoles(release, { kind: "rollback" }) : [];
}

/** What is told when everybody is seen back at `nowMs`: how long it took since the report, and who is asked next. */
export function backByHand(release: Release, nowMs: number): readonly Fact[] {
  const from = wayBackSince(release);
  if (!isBackByHand(release) || from === null) return [];
  const withinMs = release.plan.rollback.manualMs;
  const took: readonly Fact[] = from.since === "report" ? [{ kind: "way-back", tookMs: nowMs - from.atMs, withinMs }] : [];
  return [...took, { kind: "asks", for: "acknowledgement", roles: rolesFor("acknowledge", release) }];
}

/** True while people wait for a decision about a report, and the time that the plan allows for it is not known to be over. */
export function awaitsDecision(release: Pick<Release, "reports" | "isReportLate" | "wasExposed" | "rollback" | "status">): boolean {
  const { reports, isReportLate, wasExposed, rollback, status } = release;
  const isBack = isTerminal(status) || (rollback !== null && rollback.seenMs !== null);
  return reports.length > 0 && !isReportLate && wasExposed && !isBack;
}

/**
 * Said once when the time that the plan allows for a way back by hand is over since the first report, and people are not back: where nobody has
 * decided yet, those who have to are asked again.
 */
export function reportLateness(release: Release, nowMs: number): readonly Fact[] {
  const [report] = release.reports;
  const withinMs = release.plan.rollback.manualMs;
  if (report === undefined || !awaitsDecision(release) || nowMs - report.atMs <= withinMs) return [];
  const late: Fact = { kind: "report-late", afterMs: nowMs - report.atMs, withinMs };
  return openReport(release) === null ? [late] : [late, { kind: "asks", for: "decision", roles: rollbackRoles(release.plan) }];
}
