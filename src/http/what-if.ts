import type { Context } from "hono";
import { sayCondition } from "../config/conditions.ts";
import { readOtherCondition } from "../config/other-condition.ts";
import type { Tape } from "../core/history/tape.ts";
import { judgeAnew, otherTest } from "../core/history/judge-anew.ts";
import { sayWhatIf } from "../core/messages/what-if.ts";
import { inSlices } from "../core/slices.ts";
import { UserError } from "../errors.ts";
import { callerOf } from "./auth.ts";
import type { Env } from "./auth.ts";
import { whatIfQuery } from "./contract/insight.ts";
import type { WhatIfAnswer } from "./contract/insight.ts";
import { checkOrRefuse } from "./history.ts";
import { readQuery } from "./input.ts";
import type { AppParts } from "./parts.ts";
import { releaseOrRefuse } from "./releases.ts";
import { details } from "./details.ts";

/** The stored readings judged with another condition. Throws `release-unknown`, or `query-invalid` when the condition cannot be told of the check. */
export async function whatIf(context: Context<Env>, parts: AppParts): Promise<Response> {
  const { release } = await releaseOrRefuse(parts, context.req.param("id") ?? "");
  const { check, condition: text, language } = readQuery(context, whatIfQuery);
  const { plan } = release;
  const asked = checkOrRefuse(plan, check);
  const read = readOtherCondition(plan, asked, text);
  if (!read.ok) {
    const errors = [{ pointer: "/condition", detail: details.notSuchACondition(read.message) }];
    throw new UserError("query-invalid", details.conditionWrong(read, { text, own: sayCondition(asked.condition) }), { errors });
  }
  const instead = otherTest(plan, asked.id, read.value);
  const { name: who } = callerOf(context);
  const { signal: gone } = context.req.raw;
  const judged = async (quantity: string, more?: { readonly instead: typeof instead }) =>
    inSlices(judgeAnew(await tapeOrRefuse(parts, release.id, quantity), asked.id, more), parts.turn);
  const own = await parts.inTurn(who, () => judged(asked.check.quantity), gone);
  const other = await parts.inTurn(who, () => judged(instead.quantity, { instead }), gone);
  const condition = sayCondition(read.value);
  const says = `${asked.check.metric} ${condition}`;
  const answer: WhatIfAnswer = {
    check: asked.id,
    condition,
    passedMs: other.passedMs,
    failedMs: other.failedMs,
    says: sayWhatIf(plan, { asked, says, other, own }, language ?? plan.language),
  };
  return context.json(answer);
}

async function tapeOrRefuse(parts: AppParts, id: string, quantity: string): Promise<Tape> {
  const tape = await parts.engine.tape(id, quantity);
  if (tape === null) throw new UserError("release-unknown", details.noRelease(id));
  return tape;
}
