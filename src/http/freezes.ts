import type { Context } from "hono";
import { UserError } from "../errors.ts";
import { callerOf, checkAccessIn } from "./auth.ts";
import type { Env } from "./auth.ts";
import { liftFreezeBody, routes } from "./contract.ts";
import type { ListFreezesAnswer } from "./contract.ts";
import { readBody } from "./input.ts";
import type { AppParts } from "./parts.ts";

/** The environments that are frozen now. */
export async function listFreezes(context: Context<Env>, parts: AppParts): Promise<Response> {
  const answer: ListFreezesAnswer = { freezes: await parts.store.freezes(parts.engine.nowMs()) };
  return context.json(answer);
}

/** Lifts the freeze of an environment. Throws `freeze-unknown` when there is none. */
export async function liftFreeze(context: Context<Env>, parts: AppParts): Promise<Response> {
  const environment = context.req.param("environment") ?? "";
  const { reason } = await readBody(context, liftFreezeBody);
  const caller = callerOf(context);
  checkAccessIn(environment, caller, routes.liftFreeze.access);
  const by = caller.name;
  const wasFrozen = await parts.store.lift({ environment, by, reason, atMs: parts.engine.nowMs() });
  if (!wasFrozen) throw new UserError("freeze-unknown", `${environment} is not frozen.`);
  parts.log("info", "freeze-lifted", { environment, by, reason });
  return context.body(null, 204);
}
