import { approvable, missingRoles, needsOf, rolesOf, signOffsFor } from "../decide/sign-offs.ts";
import { capital, namePhase, tell } from "../messages/context.ts";
import type { ByLanguage, Context, Sentences } from "../messages/context.ts";
import { sayRole } from "../messages/people.ts";
import { sayTime } from "../messages/times.ts";
import type { Language, Plan, Role } from "../plan.ts";
import type { Release, SignOffFor } from "../release.ts";
import type { PersonView } from "../release-view.ts";
import { rollbackRoles, rolesFor } from "../roles.ts";
import { isTerminal } from "../status.ts";
import { awaitsAcknowledgement, validatorsNow } from "../way-back.ts";

/** Every approval that the plan asks for, in the order in which they come up; that of a rollback only once there was one. */
export function peopleView(release: Release, language: Language): readonly PersonView[] {
  return targetsOf(release).flatMap((target) =>
    rolesOf(needsOf(release.plan, target)).map((role) => personView(release, role, target, language)),
  );
}

/** The approvals that are asked for now, with those that are there already; empty: nothing is. */
export function approvalsNow(release: Release, language: Language): readonly PersonView[] {
  const target = approvable(release.status, release.plan);
  if (target === null || (target.kind === "rollback" && !release.wasExposed)) return [];
  return rolesOf(needsOf(release.plan, target)).map((role) => personView(release, role, target, language));
}

/** The roles that are asked for something now, each once: an approval, a decision about a report, the word that a way back is done. */
export function rolesAsked(release: Release): readonly Role[] {
  const approvers = approvalsNow(release, "en").flatMap(({ state, role }) => (state === "asked" ? [role] : []));
  const isReported = release.reports.length > 0 && release.rollback === null && !isTerminal(release.status);
  const deciders = isReported ? rollbackRoles(release.plan) : [];
  const doers = awaitsAcknowledgement(release) ? rolesFor("acknowledge", release) : [];
  return [...new Set([...approvers, ...deciders, ...doers])];
}

/** What a role is asked to approve, as it follows "before" or "avant": "50 %". */
export function sayTarget(target: SignOffFor, context: Context, language: Language): string {
  return tell(targets[language], target, context);
}

function personView(release: Release, role: Role, target: SignOffFor, language: Language): PersonView {
  const signOff = signOffsFor(release, target).find((candidate) => candidate.role === role);
  const asked = target.kind === "rollback" ? validatorsNow(release) : missingRoles(release, target);
  const isAsked = isNow(release, target) && asked.includes(role);
  const name = sayTarget(target, { plan: release.plan }, language);
  const time = signOff === undefined ? "" : sayTime(release.plan, signOff.atMs);
  return {
    role,
    title: capital(sayRole(role, language)),
    state: signOff !== undefined ? "signed" : isAsked ? "asked" : "later",
    says: signOff === undefined ? words[language].toSign(name) : `${target.kind === "start" ? words[language].go : name} ${time}`,
    by: signOff?.by ?? null,
  };
}

function isNow(release: Release, target: SignOffFor): boolean {
  const now = approvable(release.status, release.plan);
  return now !== null && now.kind === target.kind && (now.kind !== "phase" || target.kind !== "phase" || now.phase === target.phase);
}

function targetsOf(release: Release): readonly SignOffFor[] {
  const { plan, status } = release;
  const isBack = status.kind === "rolled-back" || status.kind === "stopped" || status.kind === "halted";
  const forward = forwardTargets(plan).filter((target) => !isBack || signOffsFor(release, target).length > 0);
  return isBack && release.wasExposed ? [...forward, { kind: "rollback" }] : forward;
}

/** Every step that people may be asked to approve on the way forward, in their order. */
export function forwardTargets(plan: Plan): readonly SignOffFor[] {
  const phases = plan.phases.map((_, phase): SignOffFor => ({ kind: "phase", phase }));
  return [{ kind: "start" }, ...phases, { kind: "promote" }];
}

const words: ByLanguage<{ readonly go: string; readonly toSign: (name: string) => string }> = {
  en: { go: "go", toSign: (name) => `to sign before ${name}` },
  fr: { go: "go", toSign: (name) => `doit approuver avant ${name}` },
};

const targets: ByLanguage<Sentences<SignOffFor, readonly [Context]>> = {
  en: {
    start: () => "the start",
    phase: ({ phase }, context) => namePhase(context.plan, phase, "en"),
    promote: () => "the promotion",
    rollback: () => "the end of the rollback",
  },
  fr: {
    start: () => "le démarrage",
    phase: ({ phase }, context) => namePhase(context.plan, phase, "fr"),
    promote: () => "la généralisation",
    rollback: () => "la clôture du retour arrière",
  },
};
