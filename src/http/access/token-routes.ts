import type { Context } from "hono";
import type { Role } from "../../core/plan.ts";
import { UserError } from "../../errors.ts";
import { callerOf, checkAccessIn } from "../auth.ts";
import type { Env } from "../auth.ts";
import { createTokenBody, pageQuery } from "../contract/access.ts";
import type { CreateTokenAnswer, ListTokensAnswer } from "../contract/access.ts";
import { readBody, readQuery } from "../input.ts";
import { pageOf } from "../pages.ts";
import type { AppParts } from "../parts.ts";
import type { Caller } from "../tokens.ts";
import { rolesIn } from "./grants.ts";

/** Tokens of machines, newest first, without the tokens. */
export async function listTokens(context: Context<Env>, parts: AppParts): Promise<Response> {
  const query = readQuery(context, pageQuery);
  const { items, next } = pageOf(await parts.access.machines.list(), ({ id }) => id, query);
  const answer: ListTokensAnswer = { tokens: items, next };
  return context.json(answer);
}

/**
 * Makes a token that may do what is asked, and never more than who makes it. Throws `role-missing` for a role that they do not have themselves in
 * each of the environments, `people-only` and `name-taken`.
 */
export async function createToken(context: Context<Env>, parts: AppParts): Promise<Response> {
  const { name, roles, environments: asked, expiresInDays } = await readBody(context, createTokenBody);
  const caller = onlyPeople(callerOf(context));
  const environments = asked ?? caller.environments;
  for (const role of roles) checkGiven(caller, role, environments);
  if (parts.access.roster.knows(name)) throw new UserError("name-taken", `A person here is called ${name}, or nearly.`);
  const createdBy = caller.name;
  const answer: CreateTokenAnswer = await parts.access.machines.create({
    name,
    roles: [...new Set(roles)],
    environments,
    createdBy,
    expiresInDays,
  });
  parts.log("info", "token-created", { token: answer.view.id, name, roles, environments, by: createdBy });
  return context.json(answer, 201);
}

/** Throws `role-missing` unless the caller has the role wherever the token shall have it. Everybody may look, and so let others look. */
function checkGiven(caller: Caller, role: Role, environments: readonly string[] | null): void {
  if (role === "viewer") return;
  if (environments !== null) return environments.forEach((environment) => checkAccessIn(environment, caller, [role]));
  if (!rolesIn(caller, null).includes(role)) {
    throw new UserError("role-missing", `${caller.name} is not ${role} everywhere.`, { needs: [role] });
  }
}

/** Revokes a token. Throws `token-gone` when there is none of this id in force. */
export async function revokeToken(context: Context<Env>, parts: AppParts): Promise<Response> {
  const id = context.req.param("id") ?? "";
  const by = callerOf(context).name;
  if (!(await parts.access.machines.revoke({ id, by }))) throw new UserError("token-gone", `No token in force has the id ${id}.`);
  parts.log("info", "token-revoked", { token: id, by });
  return context.body(null, 204);
}

/** The caller, who is no machine. Throws `people-only`. */
export function onlyPeople(caller: Caller): Caller {
  if (caller.isMachine) throw new UserError("people-only", `${caller.name} is a machine.`);
  return caller;
}
