import { applyFact, toldAt } from "../apply.ts";
import type { Fact } from "../decision.ts";
import type { Role } from "../plan.ts";
import type { Release, SignOff } from "../release.ts";
import { kindsAtAnyRevision } from "../requests.ts";
import type { Refusal, Request } from "../requests.ts";
import { openReport } from "../open-report.ts";
import { deedOf, denialOf, rollbackRoles, rolesFor } from "../roles.ts";
import { isTerminal } from "../status.ts";
import { overridable, unfit } from "./fit.ts";
import { holdAhead } from "./phase.ts";
import type { Sight } from "./sight.ts";
import { approvable, driftedSince, isStarterAlone, missingRoles, needsOf, rolesOf, signOffsFor } from "./sign-offs.ts";

/** The answers to the requests of one tick: what each got, the release with what was signed and said, and the strictest order that was accepted. */
export interface Answers {
  readonly facts: readonly Fact[];
  readonly release: Release;
  /** Strictest first: a rollback or stop of the same tick goes before everything else. `null`: nobody ordered anything. */
  readonly order: Request | null;
}

/** A `resume` that stands beside an accepted `promote` has only answered a report: there was no pause to end and nothing that failed. */
const orders = ["rollback", "stop", "pause", "promote", "resume"] as const;

/**
 * Answers every request, oldest first; each gets exactly one `accepted` or `refused` fact. Reports come last: nobody who asked in this tick has read
 * them.
 */
export function answerRequests(sight: Sight): Answers {
  let answers: Answers = { facts: [], release: sight.release, order: null };
  const isReport = (request: Request): number => Number(request.kind === "report");
  const byAge = [...sight.seen.requests].sort(
    (left, right) => isReport(left) - isReport(right) || left.atMs - right.atMs || (left.id < right.id ? -1 : 1),
  );
  for (const request of byAge) answers = answerOne({ ...sight, release: answers.release }, request, answers);
  return answers;
}

function answerOne(sight: Sight, request: Request, answers: Answers): Answers {
  const asked = { request: request.id, by: request.by.name, asked: request.kind } as const;
  // Whatever the release would say to it by now: it was answered when it was asked.
  if (request.denied) return { ...answers, facts: [...answers.facts, { kind: "refused", ...asked, ...request.denied }] };
  const refusal =
    staleness(sight.release, request) ??
    notTheirs(sight.release, request) ??
    (request.kind === "approve" ? refusalOfApproval(sight, request) : unfitNow(request.kind, sight));
  if (refusal) return { ...answers, facts: [...answers.facts, { kind: "refused", ...asked, refusal }] };
  const given = wordsOf(sight, request);
  return {
    facts: [...answers.facts, { kind: "accepted", ...asked, reason: request.reason }, ...given],
    release: given.reduce(applyFact, answers.release),
    order: stricter(answers.order, request),
  };
}

function unfitNow(kind: Request["kind"], sight: Sight): Refusal | null {
  const situation = { ...sight, holdsOn: kind === "promote" ? holdAhead(sight) : null };
  const isReported = sight.seen.requests.some((request) => request.kind === "report") && unfit("report", situation) === null;
  // Nobody goes on early past a problem that they cannot have read of.
  return unfit(kind, situation) ?? (kind === "promote" && isReported ? { kind: "just-reported" } : null);
}

/** What the request puts into the journal beside its acceptance. */
function wordsOf(sight: Sight, request: Request): readonly Fact[] {
  const { release, nowMs } = sight;
  const word = { by: request.by.name, reason: request.reason, atMs: nowMs };
  switch (request.kind) {
    case "approve":
      return [{ kind: "signed", signOff: signOffOf(sight, request) }, ...answeredReports(sight, request)];
    case "report": {
      const asks: readonly Fact[] =
        release.rollback === null ? [{ kind: "asks", for: "decision", roles: rollbackRoles(release.plan) }] : [];
      // Told when it was asked, not when it was read: from there the time runs that a rollback by hand may take.
      return [{ kind: "reported", report: { ...word, atMs: Math.min(request.atMs, nowMs) } }, ...asks];
    }
    case "acknowledge": {
      const roles = missingRoles(release, { kind: "rollback" });
      const asks: readonly Fact[] = roles.length > 0 ? [{ kind: "asks", for: "validation", roles }] : [];
      return [{ kind: "acknowledged", acknowledgement: word }, ...asks];
    }
    case "override":
      return overridable(release, sight.seen).map(({ step, obstacle }) => ({
        kind: "overrode",
        override: { ...word, for: step, over: obstacle },
      }));
    case "resume":
    case "promote":
      return answeredReports(sight, request);
    case "pause":
    case "stop":
    case "rollback":
      return [];
  }
}

/** Whoever may decide about a report, has read it and goes on has answered it; of who signs, the role that signs has to be one of those. */
function answeredReports(sight: Sight, request: Request): readonly Fact[] {
  const { release } = sight;
  if (openReport(release) === null || request.by.isMachine) return [];
  const speaks = request.kind === "approve" ? [roleOfApproval(sight, request)] : request.by.roles;
  const deciders = deedOf(request.kind, release) === "promote-reported" ? rolesFor(request.kind, release) : rollbackRoles(release.plan);
  if (!deciders.some((role) => speaks.includes(role))) return [];
  return [{ kind: "report-answered", by: request.by.name, asked: request.kind }];
}

function stricter(before: Request | null, now: Request): Request | null {
  const rank = (request: Request): number => orders.findIndex((kind) => kind === request.kind);
  if (rank(now) < 0) return before;
  return before && rank(before) < rank(now) ? before : now;
}

/** Somebody who saw an older story may still stop or take back, but not let anything go on. */
function staleness(release: Release, request: Request): Refusal | null {
  if (kindsAtAnyRevision.includes(request.kind)) return null;
  const expected = request.expectRevision;
  if (expected !== null && expected >= release.materialRevision) return null;
  return { kind: "stale", expected: expected ?? 0, actual: release.revision };
}

/** As the table of roles says; who approves is looked at with the approval. */
function notTheirs(release: Release, request: Request): Refusal | null {
  const denial = denialOf(request, release);
  return request.kind === "approve" && denial?.kind === "role" ? null : denial;
}

function refusalOfApproval(sight: Sight, request: Request): Refusal | null {
  const { release, plan } = sight;
  const closed = unfit("approve", sight);
  const target = approvable(release.status, plan);
  if (closed || !target) return closed ?? { kind: "not-asked-for" };
  const asked = rolesOf(needsOf(plan, target));
  const role = roleOfApproval(sight, request);
  if (!role) return { kind: "role", needs: asked };
  const signed = signOffsFor(release, target);
  // One person counts for one role per sign-off.
  if (signed.some((signOff) => signOff.role === role || signOff.by === request.by.name)) return { kind: "already-signed" };
  if (isStarterAlone(release, target, { by: request.by.name, role })) return { kind: "starter-alone", roles: asked };
  const check = isTerminal(release.status) ? null : driftedSince(seenBy(release, request), release, sight.standings);
  return check === null ? null : { kind: "drifted", check };
}

/** What was noted of the checks when the person looked. */
function seenBy(release: Release, request: Request): SignOff["saw"] {
  return toldAt(release, request.expectRevision ?? release.revision);
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
  const { release } = sight;
  const target = approvable(release.status, sight.plan);
  const role = roleOfApproval(sight, request);
  if (!target || !role) throw new Error("an approval was accepted that nobody asked for");
  return {
    by: request.by.name,
    role,
    for: target,
    revision: request.expectRevision ?? release.revision,
    atMs: sight.nowMs,
    saw: seenBy(release, request),
    ...(target.kind === "start" ? { planHash: release.planHash } : {}),
  };
}
