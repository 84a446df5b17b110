import { shapeOf } from "../alike.ts";
import { missingRoles, needsOf } from "../decide/sign-offs.ts";
import { namePhase, quote } from "../messages/context.ts";
import { sayRoles } from "../messages/people.ts";
import { readinessWords } from "../messages/readiness.ts";
import type { Language, Needs, Role } from "../plan.ts";
import { openReport } from "../open-report.ts";
import type { Release } from "../release.ts";
import { rollbackRoles } from "../roles.ts";
import { canSign, unheld } from "../signers.ts";
import { forwardTargets, sayTarget } from "../view/people-view.ts";
import { doubtful, fine, wrong } from "./readiness.ts";
import type { ReadinessItem } from "./readiness.ts";

/** Somebody whom the server knows. */
export interface Someone {
  readonly name: string;
  readonly roles: readonly Role[];
  /** Where the roles hold; `null`: everywhere. */
  readonly environments: readonly string[] | null;
  /** True when they called within the last minutes. */
  readonly isOn: boolean;
}

/** Of each role that the plan asks for, who holds it where the release is, and who of them is on; before that, what somebody has to decide first. */
export function peopleItems(release: Release, people: readonly Someone[], language: Language): readonly ReadinessItem[] {
  const words = readinessWords[language];
  const here = people.filter(({ environments }) => environments === null || environments.includes(release.plan.environment));
  const holdersOf = (asked: readonly Role[]): readonly Someone[] => here.filter(({ roles }) => roles.some((role) => asked.includes(role)));
  const items = askedOf(release, language).map(({ roles, clauses }): ReadinessItem => {
    const who = holdersOf(roles);
    const title = sayRoles(roles, language, "or");
    if (who.length === 0) return wrong(title, words.nobodyHolds(clauses.join(", ")), words.name(roles));
    const says = words.holds(who, clauses.join(", "));
    const names = who.map(({ name }) => name);
    return who.some(({ isOn }) => isOn) ? fine(title, says) : doubtful(title, says, words.call(names));
  });
  const team = here.map(({ roles }) => roles);
  // A program signs nothing: in whose name it started is who may be alone.
  const starterName = release.startedFor ?? release.startedBy;
  const shapes = [release.startedBy, release.startedFor].flatMap((name) => (name === null ? [] : [shapeOf(name)]));
  const starters = here.filter(({ name }) => shapes.includes(shapeOf(name))).map(({ roles }) => roles);
  const stuck = forwardTargets(release.plan).filter((target) => {
    const needs = needsOf(release.plan, target);
    // That nobody has the role at all is told by itself.
    const isTold = unheld(needs, team).length > 0;
    return missingRoles(release, target).length > 0 && !isTold && !canSign(needs, team, starters);
  });
  return [
    ...reportItems(release, language),
    ...items,
    ...stuck.map((target) => wrong(sayTarget(target, { plan: release.plan }, language), words.cannotSign(starterName), words.anotherSigns)),
  ];
}

/** A problem that is reported and open: nothing goes on before somebody has decided about it. */
function reportItems(release: Release, language: Language): readonly ReadinessItem[] {
  const words = readinessWords[language];
  const report = openReport(release);
  if (report === null) return [];
  return [wrong(words.openReport, words.reported(report.by, quote(report.reason, language)), words.decide(rollbackRoles(release.plan)))];
}

/** Roles of which one person is needed, and what for, a clause each. */
interface Asked {
  readonly roles: readonly Role[];
  readonly clauses: readonly string[];
}

function askedOf({ plan }: Release, language: Language): readonly Asked[] {
  const words = readinessWords[language];
  const asked = new Map<string, Asked>();
  const add = (needs: Needs, clause: string): void => {
    const groups = "all" in needs ? needs.all.map((role) => [role]) : needs.any.length === 0 ? [] : [needs.any];
    for (const roles of groups) {
      const key = roles.join(" ");
      asked.set(key, { roles, clauses: [...(asked.get(key)?.clauses ?? []), clause] });
    }
  };
  add(plan.people.start, words.signsStart);
  for (const [index] of plan.phases.entries()) {
    const needs = plan.people.advance[index];
    if (needs !== undefined) add(needs, words.signsPhase(quote(namePhase(plan, index, language), language)));
  }
  add(plan.people.promote, words.signsPromotion);
  // Any one of them decides, whom the plan names or does not.
  add({ any: rollbackRoles(plan) }, words.wayBack);
  return [...asked.values()];
}
