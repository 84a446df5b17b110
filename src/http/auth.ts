import type { Context, MiddlewareHandler } from "hono";
import { UserError } from "../errors.ts";
import type { Person } from "../core/requests.ts";
import type { Access } from "./contract.ts";
import { personOf } from "./tokens.ts";
import type { Caller } from "./tokens.ts";

/** What handlers find in the context of a call. */
export interface CallVariables {
  /** Who calls; `null` on the routes that anybody may call. */
  person: Caller | null;
}
export type Env = { Variables: CallVariables };

/**
 * Lets a call through when its bearer token's person may have `access`; otherwise throws `token-missing`, `token-unknown` or `role-missing`.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
 */
export function authenticate(tokens: ReadonlyMap<string, Caller>, access: Access): MiddlewareHandler<Env> {
  return async (context, next) => {
    if (access === "anybody") context.set("person", null);
    else {
      const person = personFrom(context, tokens);
      context.set("person", person);
      checkAccess(person, access);
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

/** The person with the roles that hold in `environment`; none elsewhere. */
export function personIn(caller: Caller, environment: string): Person {
  const isThere = caller.environments === null || caller.environments.includes(environment);
  return { name: caller.name, roles: isThere ? caller.roles : [] };
}

/** Throws `role-missing` unless the person may have `access`. */
export function checkAccess(person: Person, access: Exclude<Access, "anybody">, where = ""): void {
  if (access === "person" || access.some((role) => person.roles.includes(role))) return;
  throw new UserError("role-missing", `${person.name} is not ${access.join(" or ")}${where}.`, { needs: access });
}

/** Throws `role-missing` unless one of the roles holds in `environment`. */
export function checkAccessIn(environment: string, caller: Caller, access: Exclude<Access, "anybody">): void {
  checkAccess(personIn(caller, environment), access, ` in ${environment}`);
}

function personFrom(context: Context<Env>, tokens: ReadonlyMap<string, Caller>): Caller {
  const header = context.req.header("authorization");
  const token = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(header ?? "")?.[1];
  if (token === undefined) throw new UserError("token-missing", "This call needs `Authorization: Bearer TOKEN`.");
  const person = personOf(tokens, token);
  if (!person) throw new UserError("token-unknown", "Nobody here has this token.");
  return person;
}
