import type { Fact } from "../decision.ts";
import type { Plan, Role } from "../plan.ts";
import type { Release, SignOff } from "../release.ts";
import type { Refusal, Request } from "../requests.ts";
import { isExposed } from "../status.ts";
import { openGates } from "./phase.ts";
import { looksAway } from "./looks-away.ts";
import type { Sight } from "./sight.ts";
import { approvable, missingRoles, needsOf, nextSignOff, rolesOf, signOffsFor, verdictsSeen } from "./sign-offs.ts";

/** The answers to the requests of one tick: what each got, the release with the new sign-offs, and the strictest order that was accepted. */
export interface Answers {
  readonly facts: readonly Fact[];
  readonly release: Release;
  /** Strictest first: a rollback or stop of the same tick goes before everything else. `null`: nobody ordered anything. */
  readonly order: Request | null;
}

const strictestFirst = ["rollback", "stop", "pause", "resume", "promote"] as const;

/** Answers every request, oldest first; each gets exactly one `accepted` or `refused` fact. */
export function answerRequests(sight: Sight): Answers {
  let answers: Answers = { facts: [], release: sight.release, order: null };
  const byAge = [...sight.seen.requests].sort((left, right) => left.atMs - right.atMs || (left.id < right.id ? -1 : 1));
  for (const request of byAge) answers = answerOne({ ...sight, release: answers.release }, request, answers);
  return answers;
}

function answerOne(sight: Sight, request: Request, answers: Answers): Answers {
  const asked = { request: request.id, by: request.by.name, asked: request.kind } as const;
  const refusal = staleness(sight.release, request) ?? refusalOf(sight, request);
  if (refusal) return { ...answers, facts: [...answers.facts, { kind: "refused", ...asked, refusal }] };
  const facts: readonly Fact[] = [...answers.facts, { kind: "accepted", ...asked, reason: request.reason }];
  if (request.kind !== "approve") return { ...answers, facts, order: stricter(answers.order, request) };
  const signOff = signOffOf(sight, request);
  return {
    ...answers,
    facts: [...facts, { kind: "signed", signOff }],
    release: { ...answers.release, signOffs: [...answers.release.signOffs, signOff] },
  };
}

function stricter(before: Request | null, now: Request): Request {
  const rank = (request: Request): number => strictestFirst.findIndex((kind) => kind === request.kind);
  return before && rank(before) < rank(now) ? before : now;
}

/** Somebody who saw an older story may still stop or take back, but not let anything go on. */
function staleness(release: Release, request: Request): Refusal | null {
  if (request.kind === "rollback" || request.kind === "stop" || request.kind === "pause") return null;
  const expected = request.expectRevision;
  if (expected !== null && expected >= release.materialRevision) return null;
  return { kind: "stale", expected: expected ?? 0, actual: release.revision };
}

function refusalOf(sight: Sight, request: Request): Refusal | null {
  switch (request.kind) {
    case "approve":
      return refusalOfApproval(sight, request);
    case "rollback":
      return refusalOfEnd(sight, request);
    case "stop":
      return refusalOfEnd(sight, request);
    case "pause":
      return roleRefusal(request, ["release-manager", "devops-lead", "qa-lead", "product-owner"]) ?? refusalOfPause(sight);
    case "resume":
      return refusalOfResume(sight, request);
    case "promote":
      return roleRefusal(request, ["release-manager", "devops-lead"]) ?? refusalOfPromotion(sight);
  }
}

function refusalOfApproval(sight: Sight, request: Request): Refusal | null {
  const target = approvable(sight.release.status, sight.plan);
  if (!target) return { kind: "not-asked-for" };
  const asked = rolesOf(needsOf(sight.plan, target));
  if (asked.length === 0) return { kind: "not-asked-for" };
  const role = roleOfApproval(sight, request);
  if (!role) return { kind: "role", needs: asked };
  const signed = signOffsFor(sight.release, target);
  // One person counts for one role per sign-off.
  return signed.some((signOff) => signOff.role === role || signOff.by === request.by.name) ? { kind: "already-signed" } : null;
}

/** The role that the person speaks for: the one that was named, or the first of theirs that is still missing, or one that is asked for at all. */
function roleOfApproval(sight: Sight, request: Request): Role | null {
  const target = approvable(sight.release.status, sight.plan);
  if (!target) return null;
  const theirs = rolesOf(needsOf(sight.plan, target)).filter((role) => request.by.roles.includes(role));
  if (request.as !== null) return theirs.includes(request.as) ? request.as : null;
  const missing = missingRoles(sight.release, target);
  return theirs.find((role) => missing.includes(role)) ?? theirs[0] ?? null;
}

function signOffOf(sight: Sight, request: Request): SignOff {
  const target = approvable(sight.release.status, sight.plan);
  const role = roleOfApproval(sight, request);
  if (!target || !role) throw new Error("an approval was accepted that nobody asked for");
  const { revision } = sight.release;
  return { by: request.by.name, role, for: target, revision, atMs: sight.nowMs, saw: verdictsSeen(sight.standings) };
}

function refusalOfEnd(sight: Sight, request: Request): Refusal | null {
  const { status } = sight.release;
  const mayEnd = isExposed(status) || status.kind === "waiting" || status.kind === "preparing";
  const mayRollBack = mayEnd || status.kind === "rolling-back" || (status.kind === "promoted" && !sight.seen.superseded);
  const fits = request.kind === "rollback" ? mayRollBack : mayEnd;
  return roleRefusal(request, rollbackRoles(sight.plan)) ?? (fits ? null : { kind: "not-now", status: status.kind });
}

/** Who may take people back; a plan that names nobody leaves it to the release manager and the DevOps lead. */
function rollbackRoles(plan: Plan): readonly Role[] {
  const named = rolesOf(plan.people.rollback);
  return named.length > 0 ? named : ["release-manager", "devops-lead"];
}

function refusalOfPause(sight: Sight): Refusal | null {
  const { status } = sight.release;
  const runsByItself = status.kind === "holding" && (status.why.kind === "countdown" || status.why.kind === "investigation");
  const fits =
    status.kind === "shifting" ||
    status.kind === "observing" ||
    (status.kind === "holding" && !runsByItself && status.why.kind !== "paused");
  return fits ? null : { kind: "not-now", status: status.kind };
}

function refusalOfResume(sight: Sight, request: Request): Refusal | null {
  const { status } = sight.release;
  if (status.kind !== "holding") return { kind: "not-now", status: status.kind };
  if (status.why.kind === "paused") return roleRefusal(request, ["release-manager", "devops-lead"]);
  if (looksAway(status, sight.plan).length > 0) return roleRefusal(request, ["release-manager"]);
  return { kind: "not-now", status: status.kind };
}

/** `promote` goes on before the time is over; it never goes past an open gate or a missing sign-off. */
function refusalOfPromotion(sight: Sight): Refusal | null {
  const { status } = sight.release;
  const held =
    status.kind === "holding" &&
    ["paused", "investigation", "countdown", "invalid", "no-data", "shared-incident"].includes(status.why.kind);
  if ((status.kind !== "observing" && status.kind !== "holding") || held) return { kind: "not-now", status: status.kind };
  const open = openGates(sight, status.phase).map((standing) => standing.check.id);
  if (open.length > 0) return { kind: "gate-open", checks: open };
  const missing = missingRoles(sight.release, nextSignOff(status.phase, sight.plan));
  return missing.length > 0 ? { kind: "waits-for", roles: missing } : null;
}

function roleRefusal(request: Request, needs: readonly Role[]): Refusal | null {
  return needs.some((role) => request.by.roles.includes(role)) ? null : { kind: "role", needs };
}
