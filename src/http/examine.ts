import type { Context } from "hono";
import { parseMoment } from "../core/moment.ts";
import type { ByLanguage } from "../core/messages/context.ts";
import { readinessWords } from "../core/messages/readiness.ts";
import type { Language, Plan } from "../core/plan.ts";
import { callerOf, checkAccessIn } from "./auth.ts";
import type { Env } from "./auth.ts";
import { examineBody, languageQuery, routes } from "./contract.ts";
import type { ExamineAnswer, ExaminedPart } from "./contract.ts";
import { readBody, readQuery } from "./input.ts";
import type { AppParts } from "./parts.ts";
import { readPlanOrRefuse } from "./plan-body.ts";

interface ServerWords {
  readonly part: string;
  readonly notFrozen: string;
  inRelease(id: string): string;
  show(id: string): string;
}

const serverWords: ByLanguage<ServerWords> = {
  en: {
    part: "server",
    notFrozen: "It is not frozen.",
    inRelease: (id) => `It is in release ${id}, which is active or keeps its previous version.`,
    show: (id) => `See where it stands: serin release show ${id}.`,
  },
  fr: {
    part: "serveur",
    notFrozen: "Il n’est pas gelé.",
    inRelease: (id) => `Il est dans ${id}, qui est en cours ou garde sa version précédente.`,
    show: (id) => `Voyez où elle en est\u202f: serin release show ${id}.`,
  },
};

/** Looks at what a release of the plan would rest on, from where it would run: this server's connections, freezes and releases. */
export async function examine(context: Context<Env>, parts: AppParts): Promise<Response> {
  const { language: asked } = readQuery(context, languageQuery);
  const body = await readBody(context, examineBody);
  const { plan, problems } = readPlanOrRefuse(parts, body.plan);
  checkAccessIn(plan.environment, callerOf(context), routes.examine.access);
  const signal = AbortSignal.any([parts.closing, context.req.raw.signal]);
  const moment = body.at === undefined ? null : parseMoment(body.at);
  const startsMs = moment === null ? parts.clock.nowMs() : moment(plan.timeZone);
  const active = body.orphans ? await parts.store.active() : null;
  const language = asked ?? plan.language;
  const examining = { plan, versions: body.versions, startsMs, doubts: problems.length, active };
  const [server, examined] = await Promise.all([lookAtServer(parts, plan, language), parts.examine(examining, signal)]);
  const answer: ExamineAnswer = { language, parts: [server, ...examined(language)] };
  return context.json(answer);
}

/** Whether this server could begin a release there now. */
async function lookAtServer(parts: AppParts, { environment, services }: Plan, language: Language): Promise<ExaminedPart> {
  const words = readinessWords[language];
  const freeze = (await parts.store.freezes(parts.engine.nowMs())).find((one) => one.environment === environment);
  const frozen: ExaminedPart["checks"][number] =
    freeze === undefined
      ? { what: environment, verdict: "ok", code: "server.not-frozen", says: serverWords[language].notFrozen, remedy: null }
      : { what: environment, verdict: "wrong", code: "server.frozen", says: words.frozen(freeze), remedy: words.lift(environment) };
  const busy = await busyServices(
    parts,
    services.map(({ name }) => name),
    language,
  );
  return { code: "part.server", part: serverWords[language].part, checks: [frozen, ...busy] };
}

async function busyServices(parts: AppParts, services: readonly string[], language: Language): Promise<ExaminedPart["checks"]> {
  const active = await parts.store.active();
  const views = await Promise.all(active.map(async (id) => [id, await parts.engine.view(id)] as const));
  return services.flatMap((service) =>
    views
      .filter(([, seen]) => seen !== null && Object.hasOwn(seen.release.versions, service))
      .map(([id]) => ({
        what: service,
        verdict: "doubtful" as const,
        code: "server.service-busy",
        says: serverWords[language].inRelease(id),
        remedy: serverWords[language].show(id),
      })),
  );
}
