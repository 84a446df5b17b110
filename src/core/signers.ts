import { rolesOf } from "./decide/sign-offs.ts";
import type { Needs, Role } from "./plan.ts";

/** The roles of one person. */
export type Held = readonly Role[];

/** The roles without which the needs are never met and that nobody has; empty: none. */
export function unheld(needs: Needs, team: readonly Held[]): readonly Role[] {
  const nobody = rolesOf(needs).filter((role) => !team.some((person) => person.includes(role)));
  return "all" in needs || nobody.length === needs.any.length ? nobody : [];
}

/** True when different people can speak for the roles, and one of them is not the starter, who is one of the team; `null`: somebody else. */
export function canSign(needs: Needs, team: readonly Held[], starter: Held | null = null): boolean {
  const others = team.filter((person) => person !== starter);
  if ("any" in needs) return others.some((person) => person.some((role) => needs.any.includes(role)));
  const [only, ...more] = new Set(needs.all);
  if (only !== undefined && more.length === 0) return others.some((person) => person.includes(only));
  return canShare([...new Set(needs.all)], team);
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
