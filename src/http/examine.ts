import type { Context } from "hono";
import { parseMoment } from "../core/moment.ts";
import type { Plan } from "../core/plan.ts";
import { callerOf, checkAccessIn } from "./auth.ts";
import type { Env } from "./auth.ts";
import { examineBody, routes } from "./contract.ts";
import type { ExamineAnswer, ExaminedPart } from "./contract.ts";
import { readBody } from "./input.ts";
import type { AppParts } from "./parts.ts";
import { readPlanOrRefuse } from "./plan-body.ts";
import { sayFrozen } from "./say-frozen.ts";

/** Looks at what a release of the plan would rest on, from where it would run: this server's connections, freezes and releases. */
export async function examine(context: Context<Env>, parts: AppParts): Promise<Response> {
  const body = await readBody(context, examineBody);
  const { plan, problems } = readPlanOrRefuse(parts, body.plan);
  checkAccessIn(plan.environment, callerOf(context), routes.examine.access);
  const signal = AbortSignal.any([parts.closing, context.req.raw.signal]);
  const moment = body.at === undefined ? null : parseMoment(body.at);
  const startsMs = moment === null ? parts.clock.nowMs() : moment(plan.timeZone);
  const active = body.orphans ? await parts.store.active() : null;
  const asked = { plan, versions: body.versions, startsMs, doubts: problems.length, active };
  const [server, examined] = await Promise.all([lookAtServer(parts, plan), parts.examine(asked, signal)]);
  const answer: ExamineAnswer = { parts: [server, ...examined] };
  return context.json(answer);
}

/** Whether this server could begin a release there now. */
async function lookAtServer(parts: AppParts, plan: Plan): Promise<ExaminedPart> {
  const { environment } = plan;
  const services = plan.services.map(({ name }) => name);
  const freeze = (await parts.store.freezes(parts.engine.nowMs())).find((one) => one.environment === environment);
  const frozen: ExaminedPart["checks"] =
    freeze === undefined
      ? [{ what: environment, verdict: "ok", says: "It is not frozen.", remedy: null }]
      : [
          {
            what: environment,
            verdict: "wrong",
            says: sayFrozen(freeze, plan),
            remedy: `${freeze.untilMs === null ? "A" : "Wait until then, or a"} release manager lifts it: serin freeze lift ${environment}.`,
          },
        ];
  return { part: "server", checks: [...frozen, ...(await busyServices(parts, services))] };
}

async function busyServices(parts: AppParts, services: readonly string[]): Promise<ExaminedPart["checks"]> {
  const active = await parts.store.active();
  const views = await Promise.all(active.map(async (id) => [id, await parts.engine.view(id)] as const));
  return services.flatMap((service) =>
    views
      .filter(([, seen]) => seen !== null && Object.hasOwn(seen.release.versions, service))
      .map(([id]) => ({
        what: service,
        verdict: "doubtful" as const,
        says: `It is in release ${id}, which is active or keeps its previous version.`,
        remedy: `See where it stands: serin release show ${id}.`,
      })),
  );
}
