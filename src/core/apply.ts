import { isSameData } from "./canonical-json.ts";
import type { Verdict } from "../evidence/verdict.ts";
import { checksOf, isOfPresentShare } from "./checks.ts";
import { isGuard } from "./decide/looks-away.ts";
import type { Decision, Entry, Fact } from "./decision.ts";
import type { Plan } from "./plan.ts";
import type { Release, Versions } from "./release.ts";
import { isExposed } from "./status.ts";
import type { Status } from "./status.ts";

/** What a release is before its first decision. */
export function newborn(head: {
  readonly id: string;
  readonly plan: Plan;
  readonly planHash: string;
  readonly versions: Readonly<Record<string, Versions>>;
  readonly startedBy: string;
  readonly startedFor?: string | null;
  readonly reason: string;
  readonly createdMs: number;
  readonly notBeforeMs?: number | null;
}): Release {
  return {
    id: head.id,
    revision: 0,
    plan: head.plan,
    planHash: head.planHash,
    versions: head.versions,
    startedBy: head.startedBy,
    startedFor: head.startedFor ?? null,
    reason: head.reason,
    createdMs: head.createdMs,
    notBeforeMs: head.notBeforeMs ?? null,
    status: { kind: "waiting", sinceMs: head.createdMs, for: [] },
    signOffs: [],
    rehearsedMs: null,
    told: {},
    failedMs: {},
    dismissed: [],
    shown: [{ revision: 0, told: {} }],
    wasExposed: false,
    reports: [],
    isReportLate: false,
    acknowledged: null,
    overrides: [],
    materialRevision: 0,
    extended: null,
    isLate: false,
    rollback: null,
  };
}

/** The release after one more journal entry. Throws when the entry is not the next one. */
export function apply(release: Release, entry: Entry): Release {
  if (entry.revision !== release.revision + 1) throw new Error(`entry ${entry.revision} does not follow revision ${release.revision}`);
  const { decision } = entry;
  const isMoved = !isSamePlace(release.status, decision.status);
  const before = { ...release, revision: entry.revision, status: decision.status, isLate: release.isLate && !isMoved };
  const after = applyFacts(before, decision.facts);
  const isMaterial = isMoved || decision.facts.some((fact) => matters(release, fact));
  const now = { revision: entry.revision, told: after.told };
  return {
    ...after,
    failedMs: failedAfter(release, decision.facts, entry.atMs),
    wasExposed: release.wasExposed || isExposed(decision.status),
    shown: isMaterial ? [now] : after.told === release.told ? release.shown : [...release.shown, now],
    materialRevision: isMaterial ? entry.revision : release.materialRevision,
    rollback: rollbackAfter(release, decision, entry.atMs),
  };
}

/** True when both stand in the same status, phase and step, whatever the times and reasons are. */
export function isSamePlace(before: Status, after: Status): boolean {
  const place = (status: Status): string =>
    [
      status.kind,
      "phase" in status ? status.phase : "",
      "step" in status ? status.step : "",
      status.kind === "holding" ? status.why.kind : "",
      status.kind === "rolling-back" ? status.reaction.kind : "",
    ].join("/");
  return place(before) === place(after);
}

const badness: Readonly<Record<Verdict["kind"], number>> = { pass: 0, undecided: 1, "no-data": 1, invalid: 2, fail: 3 };

/** True when `now` is a worse answer than `before`: a sign-off that saw `before` does not cover it. */
export function worsened(before: Verdict["kind"], now: Verdict["kind"]): boolean {
  return badness[now] > badness[before];
}

/** Who clicks has to have seen it: a reaction that begins, a worse answer, a report. One that only says again what is open makes no click stale. */
function matters({ reports, told }: Release, fact: Fact): boolean {
  switch (fact.kind) {
    case "breach":
      return true;
    case "verdict":
      return worsened(told[fact.check] ?? "undecided", fact.verdict.kind);
    case "reported":
      return !reports.some(({ by, reason }) => by === fact.report.by && reason === fact.report.reason);
    default:
      return false;
  }
}

/** As `applyFact` for one after the other; what is told of many checks is copied once. */
function applyFacts(before: Release, facts: readonly Fact[]): Release {
  let release = before;
  let told: Record<string, Verdict["kind"]> | null = null;
  for (const fact of facts) {
    if (fact.kind === "verdict" || fact.kind === "breach" || fact.kind === "cancelled") {
      told ??= { ...release.told };
      told[fact.check] = fact.verdict.kind;
      continue;
    }
    release = applyFact(told === null ? release : { ...release, told }, fact);
    told = null;
  }
  return told === null ? release : { ...release, told };
}

/** The release after one fact, its status and times aside. */
export function applyFact(release: Release, fact: Fact): Release {
  switch (fact.kind) {
    case "signed":
      return { ...release, signOffs: [...release.signOffs, fact.signOff] };
    case "lapsed":
      return { ...release, signOffs: release.signOffs.filter((signOff) => !isSame(signOff, fact.signOff)) };
    case "verdict":
    case "breach":
    case "cancelled":
      return { ...release, told: { ...release.told, [fact.check]: fact.verdict.kind } };
    case "share-seen":
      return { ...release, told: ofEveryShare(release.told, release.plan) };
    case "rehearsed":
      return { ...release, rehearsedMs: fact.tookMs };
    case "late":
      return { ...release, isLate: true };
    case "extended":
      return { ...release, extended: fact.phase };
    case "dismissed":
      return isGuard(release.plan, fact.check)
        ? { ...release, dismissed: [...release.dismissed, fact.check] }
        : { ...release, told: without(release.told, fact.check) };
    case "reported":
      return { ...release, reports: [...release.reports, fact.report] };
    case "report-late":
      return { ...release, isReportLate: true };
    case "report-answered":
      return { ...release, reports: [], isReportLate: false };
    case "acknowledged":
      return { ...release, acknowledged: fact.acknowledgement };
    case "overrode":
      return { ...release, overrides: [...release.overrides, fact.override] };
    case "override-over":
      return { ...release, overrides: release.overrides.filter((override) => !isSameData(override, fact.override)) };
    case "recovered":
      return { ...release, dismissed: release.dismissed.filter((check) => check !== fact.check) };
    default:
      return release;
  }
}

/** A failure that somebody has looked at, that is over, or whose test begins anew at the next share, does not count from then on. */
function failedAfter({ failedMs, plan }: Release, facts: readonly Fact[], atMs: number): Release["failedMs"] {
  return facts.reduce((before, fact) => {
    switch (fact.kind) {
      case "verdict":
      case "breach":
        if (fact.verdict.kind !== "fail") return without(before, fact.check);
        return fact.verdict.shared ? before : { [fact.check]: atMs, ...before };
      case "cancelled":
      case "dismissed":
      case "recovered":
        return without(before, fact.check);
      case "share-seen":
        return ofEveryShare(before, plan);
      default:
        return before;
    }
  }, failedMs);
}

/** A gate that is judged afresh is open again, and that is no news. */
function without<Value>(byCheck: Readonly<Record<string, Value>>, gone: string): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(byCheck).filter(([check]) => check !== gone));
}

/** What begins anew at the next share is open again, and that is no news. */
function ofEveryShare<Value>(byCheck: Readonly<Record<string, Value>>, plan: Plan): Readonly<Record<string, Value>> {
  const anew = new Set(checksOf(plan).flatMap((check) => (isOfPresentShare(check) ? [check.id] : [])));
  return Object.fromEntries(Object.entries(byCheck).filter(([check]) => !anew.has(check)));
}

/** What was noted of the checks for somebody who looked at `revision`, which is not older than the material one. */
export function toldAt({ shown }: Pick<Release, "shown">, revision: number): Release["told"] {
  return (shown.findLast((seen) => seen.revision <= revision) ?? shown[0])?.told ?? {};
}

function isSame(left: Release["signOffs"][number], right: Release["signOffs"][number]): boolean {
  return left.by === right.by && left.role === right.role && left.atMs === right.atMs && isSameData(left.for, right.for);
}

function rollbackAfter(release: Release, decision: Decision, atMs: number): Release["rollback"] {
  if (decision.facts.some((fact) => fact.kind === "traffic-back"))
    return { committedMs: release.rollback?.committedMs ?? atMs, seenMs: atMs };
  if (decision.status.kind === "rolling-back" && release.status.kind !== "rolling-back") return { committedMs: atMs, seenMs: null };
  return release.rollback;
}
