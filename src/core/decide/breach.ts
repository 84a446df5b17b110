import type { Fact } from "../decision.ts";
import type { Standing } from "../evidence-book.ts";
import { strictness } from "../reactions.ts";
import type { Reaction } from "../reactions.ts";
import { isExposed } from "../status.ts";
import type { Breach, HoldReason, Status } from "../status.ts";
import { rollBack } from "./roll-back.ts";
import type { Sight, Step } from "./sight.ts";

/** The least time kept between committing a delayed rollback and its deadline, ms. */
const leastMarginMs = 1_000;
/** What a rollback is taken to last when it was never rehearsed, ms. */
const unrehearsedMs = 5_000;

/** What the strictest failed check sets off; `null` when nothing failed that is not being dealt with already. */
export function decideBreach(sight: Sight): Step | null {
  const { status } = sight.release;
  if (!isExposed(status) && status.kind !== "rolling-back") return null;
  const worst = failures(sight).sort((left, right) => strictness(right.reaction) - strictness(left.reaction))[0];
  if (!worst || strictness(worst.reaction) <= runningStrictness(status)) return null;
  const breach: Breach = { check: worst.standing.check.id, atMs: sight.nowMs, reaction: worst.reaction };
  const told: Fact = { kind: "breach", check: breach.check, verdict: worst.standing.verdict };
  if (status.kind === "rolling-back") {
    const upgraded: Fact = { kind: "upgraded", from: status.reaction, to: worst.reaction };
    return { status: { ...status, reaction: worst.reaction, cause: { kind: "breach", breach } }, facts: [told, upgraded] };
  }
  const delayed = delayedReaction(sight, breach);
  if (!delayed || status.kind === "promoting") return rollBack(sight, worst.reaction, { kind: "breach", breach }, [told]);
  return { status: { kind: "holding", phase: phaseOf(sight), sinceMs: sight.nowMs, why: delayed }, facts: [told] };
}

/** A running countdown or investigation: cancelled by fresh evidence, or committed when its time has come; `null`: it goes on. */
export function decideRunning(sight: Sight, goOn: (phase: number) => Step): Step | null {
  const { status } = sight.release;
  if (status.kind !== "holding") return null;
  const { why } = status;
  if (why.kind !== "countdown" && why.kind !== "investigation") return null;
  if (why.kind === "countdown" && sight.fresh?.kind === "pass") {
    const next = goOn(status.phase);
    return { ...next, facts: [{ kind: "cancelled", check: why.breach.check, verdict: sight.fresh }, ...next.facts] };
  }
  return sight.nowMs >= why.commitByMs ? rollBack(sight, why.breach.reaction, { kind: "breach", breach: why.breach }, []) : null;
}

/** Every failed check that has a reaction and counts now: guards, and gates of this phase or a later one, which can never pass. */
function failures(sight: Sight): { readonly standing: Standing; readonly reaction: Reaction }[] {
  const phase = phaseOf(sight);
  return sight.standings.flatMap((standing) => {
    const { check, verdict } = standing;
    const counts = check.phase === null || check.phase >= phase;
    const isOpen = verdict.kind === "fail" && !verdict.shared && counts && !sight.release.dismissed.includes(check.id);
    return isOpen && check.reaction ? [{ standing, reaction: check.reaction }] : [];
  });
}

function phaseOf(sight: Sight): number {
  const { status } = sight.release;
  return "phase" in status ? status.phase : sight.plan.phases.length - 1;
}

/** -1 when no reaction runs. */
function runningStrictness(status: Status): number {
  if (status.kind === "rolling-back") return strictness(status.reaction);
  if (status.kind === "holding" && "breach" in status.why) return strictness(status.why.breach.reaction);
  return -1;
}

/** The hold during which a delayed reaction runs, with the moment of no return; `null` for those that act at once. Source: DESIGN.md 4. */
function delayedReaction(sight: Sight, breach: Breach): HoldReason | null {
  const { reaction, atMs } = breach;
  if (reaction.kind === "investigate") {
    const commitByMs = atMs + reaction.forMs;
    return { kind: "investigation", breach, commitByMs, doneByMs: commitByMs + sight.plan.rollback.automaticMs };
  }
  if (reaction.kind !== "rollback-within") return null;
  const doneByMs = atMs + reaction.withinMs;
  const marginMs = Math.max(leastMarginMs, 2 * (sight.release.rehearsedMs ?? unrehearsedMs));
  return { kind: "countdown", breach, commitByMs: Math.max(atMs, doneByMs - marginMs), doneByMs };
}
