import { approvable, missingRoles } from "../decide/sign-offs.ts";
import { buttonWords } from "../messages/buttons.ts";
import type { ApprovalStep, ButtonWords } from "../messages/buttons.ts";
import { namePhase } from "../messages/context.ts";
import type { Plan, Role } from "../plan.ts";
import type { Release, SignOffFor } from "../release.ts";
import type { PersonView } from "../release-view.ts";
import type { Request } from "../requests.ts";
import { isExposed } from "../status.ts";
import type { Status } from "../status.ts";
import { approvalsNow } from "./people-view.ts";

/** A button below a message about a release, in words; whoever presses it is asked once more, with the consequence. */
export interface ButtonState extends ButtonWords {
  readonly kind: Extract<Request["kind"], "approve" | "pause" | "rollback">;
  /** `approve`: the role that speaks; else `null`. */
  readonly as: Role | null;
  readonly no: string;
  /** True when it ends the release. */
  readonly isGrave: boolean;
}

/** What may be pressed where the release stands: an approval for each role that is still missing, then pause, then the way back. Pure. */
export function buttonsOf(release: Release, sharePct: number): readonly ButtonState[] {
  const { plan, status } = release;
  const words = buttonWords[plan.language];
  const pause: ButtonState = { kind: "pause", as: null, ...words.pause(sharePct), no: words.no, isGrave: false };
  const back = isBeforeExposure(status) ? words.callOff : words.rollback(stableOf(release));
  const rollback: ButtonState = { kind: "rollback", as: null, ...back, no: words.no, isGrave: true };
  return [...approvalButtons(release), ...(mayPause(status) ? [pause] : []), ...(mayGoBack(status) ? [rollback] : [])];
}

function approvalButtons(release: Release): readonly ButtonState[] {
  const { plan, status } = release;
  const { approve, no } = buttonWords[plan.language];
  const target = isGoingBack(status) ? null : approvable(status, plan);
  if (target === null) return [];
  return missingRoles(release, target).map((as) => ({ kind: "approve", as, ...approve(stepOf(plan, target), as), no, isGrave: false }));
}

/** Who has signed what is asked for now, and who is still asked; empty: nobody is. Pure. */
export function approvalsOf(release: Release): readonly PersonView[] {
  return isGoingBack(release.status) ? [] : approvalsNow(release, release.plan.language);
}

/** A countdown or an investigation: what is asked then is whether everybody goes back, not what comes next. */
function isGoingBack(status: Status): boolean {
  return status.kind === "holding" && "breach" in status.why;
}

function isBeforeExposure(status: Status): boolean {
  return status.kind === "waiting" || status.kind === "preparing";
}

function mayPause(status: Status): boolean {
  if (status.kind === "holding") return !isGoingBack(status) && status.why.kind !== "paused";
  return status.kind === "shifting" || status.kind === "observing";
}

function mayGoBack(status: Status): boolean {
  return isBeforeExposure(status) || isExposed(status) || (status.kind === "promoted" && status.previous === "kept");
}

function stepOf(plan: Plan, target: SignOffFor): ApprovalStep {
  const index = target.kind === "phase" ? target.phase : 0;
  const { sharePct = 0, audience = "everyone" } = plan.phases[index] ?? {};
  if (target.kind === "phase") return { kind: "phase", name: namePhase(plan, index, plan.language), sharePct, audience };
  return target.kind === "start" ? { kind: "start", sharePct, audience } : target;
}

/** Digests fill a dialog and say nothing. */
const longestVersions = 100;

function stableOf({ versions }: Release): string | null {
  const named = Object.entries(versions)
    .map(([service, { stable }]) => `${service} ${stable}`)
    .join(", ");
  return named.length > longestVersions ? null : named;
}
