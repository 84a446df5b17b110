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
import { routes } from "../contract/routes.ts";
import { details } from "../details.ts";

/** Tokens of machines, newest first, without the tokens. */
export async function listTokens(context: Context<Env>, parts: AppParts): Promise<Response> {
  const query = readQuery(context, pageQuery);
  const { items, next } = pageOf(await parts.access.machines.list(), ({ id }) => id, query);
  const answer: ListTokensAnswer = { tokens: items, next };
  return context.json(answer);
}

/**
 * Makes a token with the roles that are asked for, in environments where its maker is release manager: what a machine may with any role, a
 * release manager may (but go back, where a plan leaves that to others). Throws `role-missing` for another environment, `body-invalid` for one that
 * is not there, `people-only` and `name-taken`.
 */
export async function createToken(context: Context<Env>, parts: AppParts): Promise<Response> {
  const { name, roles, environments: asked, expiresInDays } = await readBody(context, createTokenBody);
  const caller = onlyPeople(callerOf(context));
  const environments = asked ?? managedBy(caller);
  if (asked !== undefined) checkPlaces(caller, asked, parts.environments);
  if (parts.access.roster.like(name) !== null) throw new UserError("name-taken", details.nameTaken(name));
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

/** Where the caller is release manager; `null`: everywhere. */
function managedBy(caller: Caller): readonly string[] | null {
  const makers: readonly Role[] = routes.createToken.access;
  const managing = (caller.grants ?? [caller]).filter(({ roles }) => roles.some((role) => makers.includes(role)));
  if (managing.some(({ environments }) => environments === null)) return null;
  return [...new Set(managing.flatMap(({ environments }) => environments ?? []))];
}

/** Throws unless each of these environments is there, and the caller is release manager in it. */
function checkPlaces(caller: Caller, asked: readonly string[], known: readonly string[]): void {
  for (const [index, environment] of asked.entries()) {
    if (!known.includes(environment)) {
      const wrong = { pointer: `/environments/${index}`, detail: details.noEnvironment(known) };
      throw new UserError("body-invalid", details.wrong(wrong.pointer, wrong.detail), { errors: [wrong] });
    }
    checkAccessIn(environment, caller, routes.createToken.access);
  }
}

/** Revokes a token. Throws `token-gone` when there is none of this id in force. */
export async function revokeToken(context: Context<Env>, parts: AppParts): Promise<Response> {
  const id = context.req.param("id") ?? "";
  const by = callerOf(context).name;
  if (!(await parts.access.machines.revoke({ id, by }))) throw new UserError("token-gone", details.noToken(id));
  parts.log("info", "token-revoked", { token: id, by });
  return context.body(null, 204);
}

/** The caller, who is no machine. Throws `people-only`. */
export function onlyPeople(caller: Caller): Caller {
  if (caller.isMachine) throw new UserError("people-only", details.isMachine(caller.name));
  return caller;
}
