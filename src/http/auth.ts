import type { Context, MiddlewareHandler } from "hono";
import { UserError } from "../errors.ts";
import type { Person } from "../core/requests.ts";
import type { Access } from "./contract.ts";
import { personOf } from "./tokens.ts";

/** What handlers find in the context of a call. */
export interface CallVariables {
  /** Who calls; `null` on the routes that anybody may call. */
  person: Person | null;
}
export type Env = { Variables: CallVariables };

/**
 * Lets a call through when its bearer token's person may have `access`; otherwise throws `token-missing`, `token-unknown` or `role-missing`.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
 */
export function authenticate(tokens: ReadonlyMap<string, Person>, access: Access): MiddlewareHandler<Env> {
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
export function callerOf(context: Context<Env>): Person {
  const person: Person | null | undefined = context.get("person");
  if (!person) throw new Error("a route that anybody may call asked who calls");
  return person;
}

function personFrom(context: Context<Env>, tokens: ReadonlyMap<string, Person>): Person {
  const header = context.req.header("authorization");
  const token = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(header ?? "")?.[1];
  if (token === undefined) throw new UserError("token-missing", "This call needs `Authorization: Bearer TOKEN`.");
  const person = personOf(tokens, token);
  if (!person) throw new UserError("token-unknown", "Nobody here has this token.");
  return person;
}

function checkAccess(person: Person, access: Exclude<Access, "anybody">): void {
  if (access === "person" || access.some((role) => person.roles.includes(role))) return;
  throw new UserError("role-missing", `${person.name} is not ${access.join(" or ")}.`, { needs: access });
}
