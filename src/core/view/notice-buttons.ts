import { unfit } from "../decide/fit.ts";
import type { Situation } from "../decide/fit.ts";
import { approvable, missingRoles } from "../decide/sign-offs.ts";
import { sayConsequence } from "../messages/actions.ts";
import { buttonWords } from "../messages/buttons.ts";
import type { ApprovalStep, ButtonWords } from "../messages/buttons.ts";
import { capital, namePhase } from "../messages/context.ts";
import { sayTime } from "../messages/times.ts";
import type { Plan, Role } from "../plan.ts";
import type { Release, SignOffFor } from "../release.ts";
import type { PersonView } from "../release-view.ts";
import type { Request } from "../requests.ts";
import { isExposed } from "../status.ts";
import type { Status } from "../status.ts";
import { validatorsNow } from "../way-back.ts";
import { stakesOf } from "./actions-view.ts";
import { approvalsNow } from "./people-view.ts";

/** A button below a message about a release, in words; whoever presses it is asked once more, with the consequence. */
export interface ButtonState extends ButtonWords {
  readonly kind: Extract<Request["kind"], "approve" | "acknowledge" | "resume" | "pause" | "rollback">;
  /** `approve`: the role that speaks; else `null`. */
  readonly as: Role | null;
  readonly no: string;
  /** True when it ends the release. */
  readonly isGrave: boolean;
}

/**
 * What may be pressed where the release stands, `nowMs` being the moment of its last entry: an approval for each role that is still missing, or that
 * a rollback by hand was executed, then to go on after a report, pause, then the way back. Pure.
 */
export function buttonsOf(release: Release, wantedPct: number, nowMs: number): readonly ButtonState[] {
  const { plan, status } = release;
  const { language } = plan;
  const { no, acknowledge, goOn, pause, rollback, callOff, over, keptUntil } = buttonWords[language];
  const situation: Situation = { release, standings: [], seen: { nowMs, frozen: [], superseded: false } };
  const stakes = stakesOf(situation, { people: null, wantedPct }, { plan }, language);
  const unless = (kind: Exclude<ButtonState["kind"], "approve">, words: Omit<ButtonWords, "consequence">, more: readonly string[] = []) => {
    if (unfit(kind, situation) !== null) return [];
    const consequence = [`${capital(sayConsequence(kind, stakes, language))}.`, ...more].join(" ");
    return [{ kind, as: null, ...words, consequence, no, isGrave: kind === "rollback" }];
  };
  const isKept = status.kind === "promoted" && status.previous === "kept";
  const later = isKept ? [keptUntil(sayTime(plan, status.sinceMs + plan.keepPreviousMs))] : [];
  const back = isExposed(status) || status.kind === "promoted" ? rollback : callOff;
  return [
    ...approvalButtons(release),
    ...unless("acknowledge", acknowledge),
    ...(stakes.answersReport === null || isGoingBack(status) ? [] : unless("resume", goOn)),
    ...unless("pause", pause),
    // Who is being taken back needs no second order.
    ...(status.kind === "rolling-back" ? [] : unless("rollback", back, [...later, over])),
  ];
}

function approvalButtons(release: Release): readonly ButtonState[] {
  const { plan, status } = release;
  const { approve, no } = buttonWords[plan.language];
  const target = isGoingBack(status) ? null : approvable(status, plan);
  if (target === null) return [];
  const asked = target.kind === "rollback" ? validatorsNow(release) : missingRoles(release, target);
  return asked.map((as) => ({ kind: "approve", as, ...approve(stepOf(plan, target), as), no, isGrave: false }));
}

/** Who has signed what is asked for now, and who is still asked; empty: nobody is. Pure. */
export function approvalsOf(release: Release): readonly PersonView[] {
  return isGoingBack(release.status) ? [] : approvalsNow(release, release.plan.language);
}

/** A countdown or an investigation: what is asked then is whether everybody goes back, not what comes next. */
function isGoingBack(status: Status): boolean {
  return status.kind === "holding" && "breach" in status.why;
}

function stepOf(plan: Plan, target: SignOffFor): ApprovalStep {
  const index = target.kind === "phase" ? target.phase : 0;
  const { sharePct = 0, audience = "everyone" } = plan.phases[index] ?? {};
  if (target.kind === "phase") return { kind: "phase", name: namePhase(plan, index, plan.language), sharePct, audience };
  return target.kind === "start" ? { kind: "start", sharePct, audience } : target;
}
