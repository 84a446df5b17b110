import type { Context } from "hono";
import { UserError } from "../errors.ts";
import type { Freeze } from "../ports.ts";
import { callerOf, checkAccessIn } from "./auth.ts";
import type { Env } from "./auth.ts";
import { setFreezeBody } from "./contract/calendar.ts";
import { liftFreezeBody, routes } from "./contract.ts";
import type { ListFreezesAnswer } from "./contract.ts";
import { readBody } from "./input.ts";
import type { AppParts } from "./parts.ts";
import type { Phrase } from "../core/messages/phrases.ts";
import { details } from "./details.ts";

/** The environments that are frozen now. */
export async function listFreezes(context: Context<Env>, parts: AppParts): Promise<Response> {
  const answer: ListFreezesAnswer = { freezes: await parts.store.freezes(parts.engine.nowMs()) };
  return context.json(answer);
}

/** Freezes an environment by hand. Throws `body-invalid` where it would freeze nothing: an environment that is not there, an end that is over. */
export async function setFreeze(context: Context<Env>, parts: AppParts): Promise<Response> {
  const { environment, reason, untilMs = null } = await readBody(context, setFreezeBody);
  const caller = callerOf(context);
  const sinceMs = parts.engine.nowMs();
  const wrong = (pointer: string, detail: Phrase): UserError =>
    new UserError("body-invalid", details.wrong(pointer, detail), { errors: [{ pointer, detail }] });
  if (!parts.environments.includes(environment)) {
    throw wrong("/environment", details.noEnvironment(parts.environments));
  }
  checkAccessIn(environment, caller, routes.setFreeze.access);
  if (untilMs !== null && untilMs <= sinceMs) throw wrong("/untilMs", details.endIsPast());
  const freeze: Freeze = { environment, release: null, sinceMs, by: caller.name, reason, untilMs };
  await parts.store.freeze(freeze);
  parts.log("info", "environment-frozen", { environment, by: caller.name, reason, untilMs });
  return context.json(freeze, 201);
}

/** Lifts the freeze of an environment. Throws `freeze-unknown` when there is none. */
export async function liftFreeze(context: Context<Env>, parts: AppParts): Promise<Response> {
  const environment = context.req.param("environment") ?? "";
  const { reason } = await readBody(context, liftFreezeBody);
  const caller = callerOf(context);
  checkAccessIn(environment, caller, routes.liftFreeze.access);
  const by = caller.name;
  const wasFrozen = await parts.store.lift({ environment, by, reason, atMs: parts.engine.nowMs() });
  if (!wasFrozen) throw new UserError("freeze-unknown", await notFrozen(parts, environment));
  parts.log("info", "freeze-lifted", { environment, by, reason });
  return context.body(null, 204);
}

/** A freeze that ended by itself is one that somebody may still look for. */
async function notFrozen(parts: AppParts, environment: string): Promise<Phrase> {
  const ended = (await parts.store.freezes(0)).findLast((freeze) => freeze.environment === environment);
  if (ended?.untilMs == null) return details.notFrozen(environment);
  return details.thawed(environment, ended.by, ended.reason ?? "", new Date(ended.untilMs).toISOString());
}
