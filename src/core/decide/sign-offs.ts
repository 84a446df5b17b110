import type { Verdict } from "../../evidence/verdict.ts";
import { shapeOf } from "../alike.ts";
import { worsened } from "../apply.ts";
import type { Fact } from "../decision.ts";
import type { Standing } from "../evidence-book.ts";
import type { Needs, Plan, Role } from "../plan.ts";
import type { Release, SignOff, SignOffFor } from "../release.ts";
import { isTerminal } from "../status.ts";
import type { Status } from "../status.ts";

/** What may be approved in this status; `null`: nothing. */
export function approvable(status: Status, plan: Plan): SignOffFor | null {
  switch (status.kind) {
    case "waiting":
      return { kind: "start" };
    case "shifting":
    case "observing":
    case "holding":
      return nextSignOff(status.phase, plan);
    case "rolled-back":
    case "stopped":
    case "halted":
      return { kind: "rollback" };
    case "preparing":
    case "promoting":
    case "promoted":
    case "rolling-back":
      return null;
  }
}

/** What has to be approved to leave `phase`. */
export function nextSignOff(phase: number, plan: Plan): SignOffFor {
  return phase + 1 < plan.phases.length ? { kind: "phase", phase: phase + 1 } : { kind: "promote" };
}

/** Who has to approve it. */
export function needsOf(plan: Plan, target: SignOffFor): Needs {
  switch (target.kind) {
    case "start":
      return plan.people.start;
    case "phase":
      return plan.people.advance[target.phase] ?? { all: [] };
    case "promote":
      return plan.people.promote;
    case "rollback":
      return plan.people.validateRollback;
  }
}

/** Every role that the needs name. */
export function rolesOf(needs: Needs): readonly Role[] {
  return "all" in needs ? needs.all : needs.any;
}

/** How the roles that are missing are joined in a sentence: each has to, or any one of them. */
export function jointOf(needs: Needs): "and" | "or" {
  return "any" in needs ? "or" : "and";
}

/** The roles still missing for `target`; of `any`, all of them until one has signed. Where nobody was exposed there is no rollback to validate. */
export function missingRoles(release: Pick<Release, "plan" | "signOffs" | "wasExposed">, target: SignOffFor): readonly Role[] {
  if (target.kind === "rollback" && !release.wasExposed) return [];
  const needs = needsOf(release.plan, target);
  const signed = signOffsFor(release, target).map((signOff) => signOff.role);
  if ("all" in needs) return needs.all.filter((role) => !signed.includes(role));
  return needs.any.length === 0 || needs.any.some((role) => signed.includes(role)) ? [] : needs.any;
}

/** The sign-offs that are in force for `target`. */
export function signOffsFor(release: Pick<Release, "signOffs">, target: SignOffFor): readonly SignOff[] {
  return release.signOffs.filter((signOff) => isSameTarget(signOff.for, target));
}

/** True when both are the same step. */
export function isSameTarget(left: SignOffFor, right: SignOffFor): boolean {
  return left.kind === right.kind && (left.kind !== "phase" || right.kind !== "phase" || left.phase === right.phase);
}

/**
 * True when nobody but who started the release, or in whose name it was started, would have approved `target`, once `by` has: somebody else has to look as well. A
 * rollback's validation lets nothing go forward, and whoever holds the role may give it.
 */
export function isStarterAlone(release: Release, target: SignOffFor, signOff: Pick<SignOff, "by" | "role">): boolean {
  const { startedBy, startedFor } = release;
  // In whose name is what a pipeline wrote, perhaps before that person was ever seen here: another spelling is nobody else.
  const isStarter = (by: string): boolean => by === startedBy || (startedFor !== null && shapeOf(by) === shapeOf(startedFor));
  if (target.kind === "rollback" || !isStarter(signOff.by)) return false;
  const after = [...signOffsFor(release, target), signOff];
  return isEnough(needsOf(release.plan, target), after) && after.every(({ by }) => isStarter(by));
}

function isEnough(needs: Needs, signOffs: readonly Pick<SignOff, "role">[]): boolean {
  const signed = signOffs.map(({ role }) => role);
  return "all" in needs ? needs.all.every((role) => signed.includes(role)) : needs.any.some((role) => signed.includes(role));
}

/** The first gate of this phase or guard that is worse now than what a signer saw; `null`: none. A silent source is a reason to hold, not to sign again. */
export function driftedSince(
  saw: Readonly<Record<string, Verdict["kind"]>>,
  release: Release,
  standings: readonly Standing[],
): string | null {
  const phase = "phase" in release.status ? release.status.phase : null;
  const counting = standings.filter(({ check, verdict }) => (check.phase === null || check.phase === phase) && verdict.kind !== "no-data");
  return counting.find(({ check, verdict }) => worsened(saw[check.id] ?? "undecided", verdict.kind))?.check.id ?? null;
}

/**
 * The sign-offs for what comes next whose evidence got worse since: they do not count any more, and it is said. A start rests on the plan alone,
 * which is frozen into the release.
 */
export function lapsed(release: Release, standings: readonly Standing[]): readonly Extract<Fact, { kind: "lapsed" }>[] {
  const target = isTerminal(release.status) ? null : approvable(release.status, release.plan);
  if (!target || target.kind === "start") return [];
  return signOffsFor(release, target).flatMap((signOff) => {
    const check = driftedSince(signOff.saw, release, standings);
    return check === null ? [] : [{ kind: "lapsed" as const, signOff, check }];
  });
}
