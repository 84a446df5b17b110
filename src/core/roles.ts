import { looksAway } from "./decide/looks-away.ts";
import { approvable, missingRoles, needsOf, rolesOf } from "./decide/sign-offs.ts";
import { openReport } from "./open-report.ts";
import type { Reported } from "./open-report.ts";
import { roles } from "./plan.ts";
import type { Plan, Role } from "./plan.ts";
import type { Release } from "./release.ts";
import type { Person, Refusal, Request, RequestKind } from "./requests.ts";
import { isPaused } from "./status.ts";

/**
 * What a role may do to a release. `resume-past` is a `resume` that looks away from a failed guard or has a failed gate judged afresh;
 * `resume-reported` one that goes on after a problem was reported, and so does `promote-reported`.
 */
export type Deed = RequestKind | "resume-past" | "resume-reported" | "promote-reported";

/** Who may: always the same roles, everybody who may look, or whom the plan names; `otherwise` where it names nobody. */
export type Who =
  | { readonly kind: "roles"; readonly roles: readonly Role[]; readonly machines: "may" | "may not" }
  | { readonly kind: "everybody" }
  | {
      readonly kind: "plan";
      readonly names: "sign-offs" | "rollback";
      readonly otherwise: readonly Role[];
      readonly machines: "may" | "may not";
    };

/**
 * Roles and what they may ask of a release: the one table that decisions, the actions of a view and docs/people.md follow. Machines give nobody's
 * word: what counts as somebody's judgement is closed to them, whatever their roles are.
 */
export const whoMay: Readonly<Record<Deed, Who>> = {
  approve: { kind: "plan", names: "sign-offs", otherwise: [], machines: "may not" },
  pause: { kind: "roles", roles: ["release-manager", "devops-lead", "qa-lead", "product-owner"], machines: "may" },
  resume: { kind: "roles", roles: ["release-manager", "devops-lead"], machines: "may" },
  "resume-past": { kind: "roles", roles: ["release-manager"], machines: "may not" },
  "resume-reported": { kind: "plan", names: "rollback", otherwise: ["release-manager", "devops-lead"], machines: "may not" },
  promote: { kind: "roles", roles: ["release-manager", "devops-lead"], machines: "may" },
  "promote-reported": { kind: "roles", roles: ["release-manager"], machines: "may not" },
  override: { kind: "roles", roles: ["release-manager"], machines: "may not" },
  report: { kind: "everybody" },
  acknowledge: { kind: "roles", roles: ["devops-lead"], machines: "may not" },
  stop: { kind: "plan", names: "rollback", otherwise: ["release-manager", "devops-lead"], machines: "may" },
  rollback: { kind: "plan", names: "rollback", otherwise: ["release-manager", "devops-lead"], machines: "may" },
};

/** Who may start a release. */
export const startRoles: readonly Role[] = ["release-manager", "devops-lead"];

/** The row of the table that a request of this kind falls under now. */
export function deedOf(kind: RequestKind, release: Reported): Deed {
  const isReported = openReport(release) !== null;
  if (kind === "promote") return isReported ? "promote-reported" : kind;
  if (kind !== "resume") return kind;
  const { status } = release;
  if (looksAway(status).length > 0) return "resume-past";
  // Whoever may end a pause may do so; what was reported meanwhile stays open until somebody decides who may.
  return isReported && !isPaused(status) ? "resume-reported" : kind;
}

/** What of a release says who may ask it. */
type Asked = Reported & Pick<Release, "plan" | "signOffs" | "wasExposed">;

/** The roles of which one is needed to ask for it now; of an approval those that are still missing, empty where nobody is asked any more. */
export function rolesFor(kind: RequestKind, release: Asked): readonly Role[] {
  const who = whoMay[deedOf(kind, release)];
  switch (who.kind) {
    case "everybody":
      return roles;
    case "roles":
      return who.roles;
    case "plan": {
      if (who.names === "rollback") return rollbackRoles(release.plan);
      const target = approvable(release.status, release.plan);
      return target === null ? who.otherwise : missingRoles(release, target);
    }
  }
}

/** True when somebody of these roles may ask for it now; whether it fits where the release stands is another question. */
export function mayAsk(kind: RequestKind, release: Asked, by: Person): boolean {
  const who = whoMay[deedOf(kind, release)];
  if (by.isMachine && who.kind !== "everybody" && who.machines === "may not") return false;
  return rolesFor(kind, release).some((role) => by.roles.includes(role));
}

/**
 * Why this is not for who asks, wherever the release goes on from here: a role that they have not, or a judgement that is no program's. `null`: it may
 * be for them, and whether it fits is another question.
 */
export function denialOf(
  { kind, by, as }: Pick<Request, "kind" | "by" | "as">,
  release: Asked,
): Extract<Refusal, { kind: "role" | "machine" }> | null {
  const who = whoMay[deedOf(kind, release)];
  if (who.kind === "everybody") return null;
  if (by.isMachine && who.machines === "may not") return { kind: "machine" };
  const target = kind === "approve" ? approvable(release.status, release.plan) : null;
  if (kind === "approve" && target === null) return null;
  const needs = target === null ? rolesFor(kind, release) : rolesOf(needsOf(release.plan, target));
  const speaking = as === null || kind !== "approve" ? by.roles : by.roles.filter((role) => role === as);
  return needs.length === 0 || needs.some((role) => speaking.includes(role)) ? null : { kind: "role", needs };
}

/** Who may take people back; a plan that names nobody leaves it to the release manager and the DevOps lead. */
export function rollbackRoles(plan: Plan): readonly Role[] {
  const named = rolesOf(plan.people.rollback);
  return named.length > 0 || whoMay.rollback.kind !== "plan" ? named : whoMay.rollback.otherwise;
}
