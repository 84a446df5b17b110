import type { SessionPerson } from "../../src/http/contract/access.ts";

type Role = SessionPerson["roles"][number];

/** The roles that a person holds in an environment, each once: those of every grant that holds there. */
export function rolesIn({ roles, environments, grants }: SessionPerson, environment: string): readonly Role[] {
  const there = (grants ?? [{ roles, environments }]).filter((grant) => grant.environments?.includes(environment) ?? true);
  return [...new Set(there.flatMap((grant) => grant.roles))];
}
