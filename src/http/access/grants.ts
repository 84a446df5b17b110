import type { Role } from "../../core/plan.ts";
import type { Grant } from "../../ports.ts";
import type { Caller } from "../tokens.ts";

/** Somebody with what several sources give them: each role where its source says. */
export function callerWith(name: string, given: readonly Grant[]): Caller {
  const grants = given.map(({ roles, environments }): Grant => ({ roles, environments }));
  const roles = [...new Set(grants.flatMap((grant) => grant.roles))];
  const places = grants.map(({ environments }) => environments);
  const environments = places.includes(null) ? null : [...new Set(places.flatMap((place) => place ?? []))];
  return { name, roles, environments, grants: grants.map(grantOf) };
}

/** Of who brings a grant, only the grant. */
function grantOf({ roles, environments }: Grant): Grant {
  return { roles, environments };
}

/** The roles that a caller holds in an environment; `null`: everywhere, in those too that nobody knows yet. */
export function rolesIn(caller: Caller, environment: string | null): readonly Role[] {
  const grants: readonly Grant[] = caller.grants ?? [caller];
  const there = grants.filter(({ environments }) => environments === null || (environment !== null && environments.includes(environment)));
  return [...new Set(there.flatMap(({ roles }) => roles))];
}
