import type { Context, MiddlewareHandler } from "hono";
import { UserError } from "../errors.ts";
import type { Person } from "../core/requests.ts";
import type { Access as Doors, Identified } from "./access/access.ts";
import { rolesIn } from "./access/grants.ts";
import type { Access } from "./contract.ts";
import type { Caller } from "./tokens.ts";
import { details } from "./details.ts";

/** What handlers find in the context of a call. */
export interface CallVariables {
  /** Who calls; `null` on the routes that anybody may call. */
  person: Caller | null;
  /** How they showed it; `null` as `person` is. */
  identified: Identified | null;
}
export type Env = { Variables: CallVariables };

/**
 * Lets a call through when its token's or session's person may have `access`; otherwise throws `token-missing`, `role-missing` or what
 * `Access.identify` throws.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
 */
export function authenticate(doors: Doors, access: Access): MiddlewareHandler<Env> {
  return async (context, next) => {
    const identified = access === "anybody" ? null : await doors.identify(context);
    context.set("identified", identified);
    context.set("person", identified?.caller ?? null);
    if (access !== "anybody") {
      if (identified === null) throw new UserError("token-missing", details.needsSession());
      checkAccess(identified.caller, access);
    }
    await next();
  };
}

/** The person of a call that went through `authenticate`. */
export function callerOf(context: Context<Env>): Caller {
  const person: Caller | null | undefined = context.get("person");
  if (!person) throw new Error("a route that anybody may call asked who calls");
  return person;
}

/** Who calls and how they showed it, of a call that went through `authenticate`. */
export function identifiedOf(context: Context<Env>): Identified {
  const identified: Identified | null | undefined = context.get("identified");
  if (!identified) throw new Error("a route that anybody may call asked how they showed who they are");
  return identified;
}

/** The person with the roles that hold in `environment`; none elsewhere. */
export function personIn(caller: Caller, environment: string): Person {
  return { name: caller.name, roles: rolesIn(caller, environment), ...(caller.isMachine ? { isMachine: true } : {}) };
}

/** Throws `role-missing` unless the person may have `access`. */
export function checkAccess(person: Person, access: Exclude<Access, "anybody">, environment: string | null = null): void {
  if (access === "person" || access.some((role) => person.roles.includes(role))) return;
  throw new UserError("role-missing", details.roleMissing(person.name, access, environment), { needs: access });
}

/** Throws `role-missing` unless one of the roles holds in `environment`. */
export function checkAccessIn(environment: string, caller: Caller, access: Exclude<Access, "anybody">): void {
  checkAccess(personIn(caller, environment), access, environment);
}
