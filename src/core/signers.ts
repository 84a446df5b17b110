import { rolesOf } from "./decide/sign-offs.ts";
import type { Needs, Role } from "./plan.ts";

/** The roles of one person. */
export type Held = readonly Role[];

/** The roles without which the needs are never met and that nobody has; empty: none. */
export function unheld(needs: Needs, team: readonly Held[]): readonly Role[] {
  const nobody = rolesOf(needs).filter((role) => !team.some((person) => person.includes(role)));
  return "all" in needs || nobody.length === needs.any.length ? nobody : [];
}

/** True when different people can speak for the roles, and one of them is none of the starters, who are some of the team. */
export function canSign(needs: Needs, team: readonly Held[], starters: readonly Held[] = []): boolean {
  const others = team.filter((person) => !starters.includes(person));
  if ("any" in needs) return others.some((person) => person.some((role) => needs.any.includes(role)));
  const asked = [...new Set(needs.all)];
  if (asked.length === 0) return true;
  return asked.some((role) =>
    others.some(
      (person) =>
        person.includes(role) &&
        canShare(
          asked.filter((other) => other !== role),
          team.filter((other) => other !== person),
        ),
    ),
  );
}

/** True when each role can have a person of its own. */
function canShare([role, ...more]: readonly Role[], team: readonly Held[]): boolean {
  return (
    role === undefined ||
    team.some(
      (person) =>
        person.includes(role) &&
        canShare(
          more,
          team.filter((other) => other !== person),
        ),
    )
  );
}
