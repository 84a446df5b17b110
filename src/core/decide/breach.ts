import { compares } from "../checks.ts";
import type { Fact } from "../decision.ts";
import type { Standing } from "../evidence-book.ts";
import { strictness } from "../reactions.ts";
import type { Reaction } from "../reactions.ts";
import { isExposed } from "../status.ts";
import type { Breach, HoldReason, Status } from "../status.ts";
import { isWithoutStable } from "../wanted.ts";
import { rollBack } from "./roll-back.ts";
import type { Sight, Step } from "./sight.ts";

/** The least time kept between committing a delayed rollback and its deadline, ms. */
const leastMarginMs = 1_000;
/** What a rollback is taken to last when it was never rehearsed, ms. */
const unrehearsedMs = 5_000;

/** What the strictest failed check sets off; `null` when nothing failed that is not being dealt with already. */
export function decideBreach(sight: Sight): Step | null {
  return decideFailed(sight, () => sight.nowMs);
}

/** As `decideBreach`; a reaction runs from `sinceMs`, epoch ms. */
function decideFailed(sight: Sight, sinceMs: (failure: Failure) => number): Step | null {
  const { status } = sight.release;
  if (!isExposed(status) && status.kind !== "rolling-back") return null;
  const worst = failures(sight).sort(strictestFirst)[0];
  if (!worst || !isUpgrade(sight, worst.reaction)) return null;
  const breach: Breach = { check: worst.standing.check.id, atMs: sinceMs(worst), reaction: worst.reaction };
  const told: Fact = { kind: "breach", check: breach.check, verdict: worst.standing.verdict };
  if (status.kind === "rolling-back") {
    const upgraded: Fact = { kind: "upgraded", from: status.reaction, to: worst.reaction };
    return { status: { ...status, reaction: worst.reaction, cause: { kind: "breach", breach } }, facts: [told, upgraded] };
  }
  const delayed = delayedReaction(sight, breach);
  if (!delayed || status.kind === "promoting") return rollBack(sight, worst.reaction, { kind: "breach", breach }, [told]);
  return { status: { kind: "holding", phase: phaseOf(sight), sinceMs: sight.nowMs, why: delayed }, facts: [told] };
}

/**
 * Where what runs ends because `ended` is dealt with: the reaction to what else is failed and open begins in the same moment, so that nothing goes on
 * past it; `null`: there is nothing else.
 */
export function decideNext(sight: Sight, ended: readonly string[]): Step | null {
  const { release, nowMs } = sight;
  const { status } = release;
  if (status.kind !== "holding" || !("breach" in status.why)) return null;
  const observing: Status = { kind: "observing", phase: status.phase, sinceMs: nowMs };
  const next = { ...sight, release: { ...release, status: observing, dismissed: [...release.dismissed, ...ended] } };
  // A rollback that waited meanwhile keeps the time that it promised; an investigation is given whole, for it takes people.
  return decideFailed(next, ({ reaction, standing }) =>
    reaction.kind === "rollback-within" ? (release.failedMs[standing.check.id] ?? nowMs) : nowMs,
  );
}

/** A running countdown or investigation: cancelled by fresh evidence, or committed when its time has come; `null`: it goes on. */
export function decideRunning(sight: Sight, goOn: (phase: number) => Step): Step | null {
  const { status } = sight.release;
  if (status.kind !== "holding") return null;
  const { why } = status;
  if (why.kind !== "countdown" && why.kind !== "investigation") return null;
  if (why.kind === "countdown" && sight.fresh?.kind === "pass") {
    const next = decideNext(sight, [why.breach.check]) ?? goOn(status.phase);
    return { ...next, facts: [{ kind: "cancelled", check: why.breach.check, verdict: sight.fresh }, ...next.facts] };
  }
  return sight.nowMs >= why.commitByMs ? rollBack(sight, why.breach.reaction, { kind: "breach", breach: why.breach }, []) : null;
}

interface Failure {
  readonly standing: Standing;
  readonly reaction: Reaction;
}

/** Every failed check that has a reaction and counts now: guards, and gates of this phase or a later one, which can never pass. */
function failures(sight: Sight): Failure[] {
  const phase = phaseOf(sight);
  const isAlone = isWithoutStable(sight.release);
  return sight.standings.flatMap((standing) => {
    const { check, verdict } = standing;
    const counts = (check.phase === null || check.phase >= phase) && !(isAlone && compares(check));
    const isOpen = verdict.kind === "fail" && !verdict.shared && counts && !sight.release.dismissed.includes(check.id);
    return isOpen && check.reaction ? [{ standing, reaction: check.reaction }] : [];
  });
}

/** Of reactions that are equally strict, the one that acts sooner goes first. */
function strictestFirst(left: Failure, right: Failure): number {
  return strictness(right.reaction) - strictness(left.reaction) || delayMs(left.reaction) - delayMs(right.reaction);
}

function delayMs(reaction: Reaction): number {
  if (reaction.kind === "investigate") return reaction.forMs;
  return reaction.kind === "rollback-within" ? reaction.withinMs : 0;
}

/** A reaction replaces a running one when it is stricter, or when it is the same and would have people back sooner. */
function isUpgrade(sight: Sight, reaction: Reaction): boolean {
  const running = runningReaction(sight.release.status);
  if (!running) return true;
  const by = strictness(reaction) - strictness(running.reaction);
  if (by !== 0 || running.doneByMs === null) return by > 0;
  const delayed = delayedReaction(sight, { check: "", atMs: sight.nowMs, reaction });
  return delayed !== null && delayed.doneByMs < running.doneByMs;
}

function phaseOf(sight: Sight): number {
  const { status } = sight.release;
  return "phase" in status ? status.phase : sight.plan.phases.length - 1;
}

/** The reaction that runs, with the moment that it promised; `null` in place of the moment: it acts already. */
function runningReaction(status: Status): { readonly reaction: Reaction; readonly doneByMs: number | null } | null {
  if (status.kind === "rolling-back") return { reaction: status.reaction, doneByMs: null };
  if (status.kind === "holding" && "breach" in status.why) return { reaction: status.why.breach.reaction, doneByMs: status.why.doneByMs };
  return null;
}

/**
 * The hold during which a delayed reaction runs, with the moment of no return; `null` for those that act at once. What a running reaction has
 * promised before is never put off. Source: DESIGN.md 4.
 */
function delayedReaction(sight: Sight, breach: Breach): Delayed | null {
  const { reaction, atMs } = breach;
  const { status } = sight.release;
  const running = status.kind === "holding" && "breach" in status.why ? status.why : { commitByMs: Infinity, doneByMs: Infinity };
  if (reaction.kind === "investigate") {
    const commitByMs = Math.min(atMs + reaction.forMs, running.commitByMs);
    return {
      kind: "investigation",
      breach,
      commitByMs,
      doneByMs: Math.min(commitByMs + sight.plan.rollback.automaticMs, running.doneByMs),
    };
  }
  if (reaction.kind !== "rollback-within") return null;
  const doneByMs = Math.min(atMs + reaction.withinMs, running.doneByMs);
  const marginMs = Math.max(leastMarginMs, 2 * (sight.release.rehearsedMs ?? unrehearsedMs));
  return { kind: "countdown", breach, commitByMs: Math.max(sight.nowMs, Math.min(doneByMs - marginMs, running.commitByMs)), doneByMs };
}

type Delayed = Extract<HoldReason, { readonly commitByMs: number }>;
