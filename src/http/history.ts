import type { Context } from "hono";
import { UserError } from "../errors.ts";
import { checksOf } from "../core/checks.ts";
import { askedCheck } from "../core/messages/context.ts";
import type { AskedCheck } from "../core/messages/context.ts";
import type { Plan } from "../core/plan.ts";
import { buildHistoryView } from "../core/view/build-history-view.ts";
import type { Env } from "./auth.ts";
import { historyQuery } from "./contract/insight.ts";
import type { HistoryAnswer } from "./contract/insight.ts";
import { readQuery } from "./input.ts";
import type { AppParts } from "./parts.ts";
import { releaseOrRefuse } from "./releases.ts";
import { details } from "./details.ts";

/** How the evidence of one gate or guard grew. Throws `release-unknown`, or `query-invalid` when the plan has no such check. */
export async function history(context: Context<Env>, parts: AppParts): Promise<Response> {
  const { release, entries } = await releaseOrRefuse(parts, context.req.param("id") ?? "");
  const { check, language } = readQuery(context, historyQuery);
  const { plan } = release;
  const asked = checkOrRefuse(plan, check);
  const grown = await parts.engine.history(release.id, asked.id);
  if (grown === null) throw new UserError("release-unknown", details.noRelease(release.id));
  const of = { plan, entries: entries.map(({ entry }) => entry), nowMs: parts.engine.nowMs() };
  const answer: HistoryAnswer = buildHistoryView(grown, of, language ?? plan.language);
  return context.json(answer);
}

/** The gate or guard that somebody names, by its id or by the words of the plan. Throws `query-invalid` with those that there are. */
export function checkOrRefuse(plan: Plan, named: string): AskedCheck {
  const all = checksOf(plan).flatMap(({ id }) => askedCheck(plan, id) ?? []);
  const asked = all.find(({ id }) => id === named) ?? all.find(({ says }) => says === named);
  if (asked !== undefined) return asked;
  const known = all.map(({ id }) => `"${id}"`).join(", ");
  throw new UserError("query-invalid", details.noCheck(named, known), {
    errors: [{ pointer: "/check", detail: details.notACheck() }],
  });
}
