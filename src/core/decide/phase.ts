import { isSameData } from "../canonical-json.ts";
import { compares } from "../checks.ts";
import { neverRead, unreadable } from "../evidence-book.ts";
import type { Standing } from "../evidence-book.ts";
import { openObstacles } from "../obstacles.ts";
import { openReport } from "../open-report.ts";
import { rollbackRoles } from "../roles.ts";
import type { HoldReason, Status } from "../status.ts";
import { tooSmallFor, isWithoutStable } from "../wanted.ts";
import type { Sight, Step } from "./sight.ts";
import { missingRoles, nextSignOff } from "./sign-offs.ts";

/** What a stand in a phase rests on. */
export type Ahead = Pick<Sight, "release" | "plan" | "book" | "nowMs" | "standings" | "isMismatched"> & {
  readonly seen: Pick<Sight["seen"], "frozen" | "frozenSinceMs" | "nowMs" | "workloads">;
};

/** The gates of `phase` that are not `pass` now. */
export function openGates(sight: Pick<Sight, "standings">, phase: number): readonly Standing[] {
  return sight.standings.filter((standing) => standing.check.phase === phase && standing.verdict.kind !== "pass");
}

/** Whether a person asked to go on before the observation time is over. */
export type Pace = "in time" | "at once";

/** Where a release stands in `phase` when nothing is breached and nobody paused it: observing, holding for a reason, or going on. */
export function standInPhase(sight: Ahead, phase: number, pace: Pace): Step {
  const obstacle = obstacleTo(sight, phase);
  if (obstacle) return { status: hold(sight, phase, obstacle), facts: [] };
  const plan = sight.plan.phases[phase];
  if (!plan) throw new Error(`the plan has no phase ${phase}`);
  const observedMs = sight.book.observedMs[phase] ?? 0;
  if (pace === "in time" && observedMs < plan.observeMs) return { status: observe(sight, phase), facts: [] };
  const open = openGates(sight, phase);
  if (open.length === 0) {
    const doubted = pace === "at once" ? doubtedGuards(sight) : [];
    return doubted.length === 0
      ? goOn(sight, phase)
      : { status: hold(sight, phase, { kind: "undecided", checks: ids(doubted) }), facts: [] };
  }
  const checks = open.map((standing) => standing.check.id);
  const leftMs = plan.observeMs + plan.extendMs - observedMs;
  const helps = open.every((standing) => standing.moreMs !== null && standing.moreMs <= leftMs);
  // Once people were asked, a forecast that wavers does not take the question back; only a decision does.
  if (leftMs > 0 && helps && !hasAsked(sight, phase)) {
    const untilObservedMs = observedMs + Math.max(...open.map((standing) => standing.moreMs ?? 0));
    const isNews = sight.release.extended !== phase;
    return { status: observe(sight, phase), facts: isNews ? [{ kind: "extended", phase, checks, untilObservedMs }] : [] };
  }
  const isBlind = !hasAsked(sight, phase) && open.every((standing) => standing.verdict.kind === "no-data");
  return { status: hold(sight, phase, { kind: isBlind ? "no-data" : "undecided", checks }), facts: [] };
}

/**
 * Why the release would hold although a person who may decides to go on at once; `null`: it would go on, or it is in no phase. A report is no reason:
 * who goes on has decided about it.
 */
export function holdAhead(ahead: Ahead): HoldReason | null {
  const { status } = ahead.release;
  if (status.kind !== "observing" && status.kind !== "holding") return null;
  const step = standInPhase({ ...ahead, release: { ...ahead.release, reports: [] } }, status.phase, "at once");
  return step.status.kind === "holding" ? step.status.why : null;
}

function hasAsked(sight: Ahead, phase: number): boolean {
  const { status } = sight.release;
  return status.kind === "holding" && status.phase === phase && status.why.kind === "undecided";
}

/** What keeps a phase from being observed at all, the gravest first; `null`: nothing. */
function obstacleTo(sight: Ahead, phase: number): HoldReason | null {
  if (sight.isMismatched) return { kind: "invalid" };
  const shared = sight.standings.filter(({ check, verdict }) => verdict.shared && (check.phase === null || check.phase === phase));
  if (shared.length > 0) return { kind: "shared-incident", checks: ids(shared) };
  const blind = unreadable(sight.release, sight.book, sight.nowMs);
  if (blind.length > 0) return { kind: "no-data", checks: blind };
  const failed = [...openGates(sight, phase), ...lonelyGuards(sight)].filter((standing) => standing.verdict.kind === "fail");
  return failed.length > 0 ? { kind: "failed", checks: ids(failed) } : null;
}

/** Relative guards when everybody is on the new version: against what stable was, they only hold and ask. */
function lonelyGuards({ release, standings }: Ahead): readonly Standing[] {
  if (!isWithoutStable(release)) return [];
  return standings.filter(({ check }) => check.phase === null && compares(check) && !release.dismissed.includes(check.id));
}

/** Guards that were far from their line, until newer readings spoke against it: nobody cuts short the time in which that is decided. */
function doubtedGuards({ release, standings }: Ahead): readonly Standing[] {
  return standings.filter(
    ({ check, verdict }) => check.phase === null && verdict.because.kind === "evidence-restarted" && !release.dismissed.includes(check.id),
  );
}

/** Time is over and every gate passed: the next phase, unless a report, somebody's word, the calendar or a freeze is in the way. */
function goOn(sight: Ahead, phase: number): Step {
  const unread = neverRead(sight.book);
  if (unread.length > 0) return { status: hold(sight, phase, { kind: "no-data", checks: unread }), facts: [] };
  const report = openReport(sight.release);
  if (report) return { status: hold(sight, phase, { kind: "reported", by: report.by, roles: rollbackRoles(sight.plan) }), facts: [] };
  const step = nextSignOff(phase, sight.plan);
  const missing = missingRoles(sight.release, step);
  if (missing.length > 0) return { status: hold(sight, phase, { kind: "sign-off", roles: missing }), facts: [] };
  const [obstacle] = openObstacles(step, sight.release, sight.seen);
  if (obstacle?.kind === "freeze") return { status: hold(sight, phase, { kind: "freeze", environment: obstacle.environment }), facts: [] };
  if (obstacle) return { status: hold(sight, phase, { kind: "window" }), facts: [] };
  if (step.kind === "promote") return { status: { kind: "promoting", step: "cloning", sinceMs: sight.nowMs }, facts: [] };
  // It was asked to grow when this phase began; nobody is sent to a version that cannot serve them yet.
  const small = tooSmallFor(sight.release, sight.seen, phase + 1);
  if (small.length > 0) return { status: hold(sight, phase, { kind: "capacity", services: small }), facts: [] };
  return { status: { kind: "shifting", phase: phase + 1, sinceMs: sight.nowMs }, facts: [] };
}

/** Holding for `why`; the same reason again keeps the old status, so that it is told once. */
export function hold(sight: Pick<Sight, "release" | "nowMs">, phase: number, why: HoldReason): Status {
  const { status } = sight.release;
  if (status.kind === "holding" && status.phase === phase && isSameReason(status.why, why)) return status;
  return { kind: "holding", phase, sinceMs: sight.nowMs, why };
}

function observe(sight: Pick<Sight, "release" | "nowMs">, phase: number): Status {
  const { status } = sight.release;
  return status.kind === "observing" && status.phase === phase ? status : { kind: "observing", phase, sinceMs: sight.nowMs };
}

/** Which sources are silent may change with every scrape; which gates are open may not. */
function isSameReason(before: HoldReason, now: HoldReason): boolean {
  if (before.kind !== now.kind) return false;
  if (now.kind === "no-data" || now.kind === "shared-incident") return true;
  return isSameData(before, now);
}

function ids(standings: readonly Standing[]): readonly string[] {
  return standings.map((standing) => standing.check.id);
}
