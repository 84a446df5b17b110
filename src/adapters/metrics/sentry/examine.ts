import { z } from "zod";
import type { Clock } from "../../../ports.ts";
import { doubtful, fine, subjects as shared, wrong } from "../../check.ts";
import type { Check, Examination } from "../../define.ts";
import { SentryRefusal, releaseName } from "../../sentry-api.ts";
import type { SentryApi, SentryPlace } from "../../sentry-api.ts";
import { readErrors, errorFields } from "./answers.ts";
import { Asking, projectIds } from "./ask.ts";
import { findings, subjects } from "./findings.ts";
import type { Refused } from "./findings.ts";
import { readWords } from "./words.ts";

export interface Examined {
  readonly place: SentryPlace;
  readonly api: SentryApi;
  readonly clock: Clock;
}

const namesShape = z.array(z.object({ name: z.string() }));
const versionsShape = z.array(z.object({ version: z.string() }));
const dayMs = 86_400_000;

/**
 * What only Sentry knows: whether the token reads its projects, whether they know the plan's environment, whether their releases are called as the
 * connection says, whether sessions are sent, and whether each query is understood. Never throws, except with the signal's reason.
 */
export async function examineSentry(examined: Examined, examination: Examination, signal: AbortSignal): Promise<readonly Check[]> {
  const { api, place, clock } = examined;
  const checks: Check[] = [];
  const look = async <T>(what: Check["what"], work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (cause) {
      signal.throwIfAborted();
      const why = cause instanceof Error ? cause.message : String(cause);
      checks.push(wrong(what, findings.refuses(why, refusedOf(cause), place.organization)));
      return null;
    }
  };
  const projects = await look(subjects.projects(), () => projectIds(api, place, signal));
  if (projects === null) return checks;
  checks.push(fine(subjects.projects(), findings.readsProjects([place.project].flat())));
  const { plan, queries } = examination;
  const environments = await look(subjects.environment(), async () =>
    Promise.all([place.project].flat().map((slug) => environmentsOf(examined, slug, signal))),
  );
  if (environments !== null) checks.push(environmentCheck(plan.environment, environments.flat()));
  const path = `/organizations/${place.organization}`;
  const versions = await look(subjects.names(), async () =>
    versionsShape
      .parse((await api.get(`${path}/releases/`, { project: projects, per_page: 100 }, signal)).json)
      .map(({ version }) => version),
  );
  if (versions !== null) checks.push(namesCheck(place.release, plan, versions));
  const asking = new Asking(api, place.organization, { askedMs: clock.nowMs(), signal });
  const slice = { projects, environment: plan.environment, sinceMs: clock.nowMs() - dayMs, names: (versions ?? []).slice(0, 10) };
  const health = slice.names.length === 0 ? null : await look(subjects.sessions(), () => asking.health(slice));
  if (health !== null) checks.push(sessionsCheck(health.sessions.total));
  for (const { metric } of queries) {
    const read = readWords(metric.kind, metric.query);
    const query = read.kind === "asked" ? read.asked.query : null;
    if (query === null) continue;
    const what = shared.queryOf(metric.name);
    const params = {
      project: projects,
      environment: plan.environment,
      statsPeriod: "1h",
      query,
      field: errorFields,
      dataset: "errors",
      per_page: 1,
    };
    const errors = await look(what, async () => readErrors((await api.get(`${path}/events/`, params, signal)).json));
    if (errors !== null) checks.push(fine(what, findings.understands(errors.events)));
  }
  return checks;
}

async function environmentsOf({ api, place }: Examined, slug: string, signal: AbortSignal): Promise<readonly string[]> {
  const { json } = await api.get(`/projects/${place.organization}/${slug}/environments/`, {}, signal);
  return namesShape.parse(json).map(({ name }) => name);
}

function environmentCheck(environment: string, known: readonly string[]): Check {
  const what = subjects.environment(environment);
  return known.includes(environment) ? fine(what, findings.knows()) : doubtful(what, findings.environmentUnknown(known.slice(0, 5)));
}

/** A release of the plan's services that is called as the connection says begins as the template does with any version. */
function namesCheck(template: string, { services, environment }: Examination["plan"], versions: readonly string[]): Check {
  const what = subjects.names();
  const pieces = services.map(
    ({ name }) => releaseName(template, { service: name, version: "\u0001", environment })?.split("\u0001") ?? [],
  );
  const isLike = ([before = "", after = ""]: readonly string[]): boolean =>
    versions.some((name) => name.startsWith(before) && name.endsWith(after));
  const strange = services.filter((_, at) => !isLike(pieces[at] ?? [])).map(({ name }) => name);
  return strange.length === 0
    ? fine(what, findings.namesFit())
    : doubtful(what, findings.namesDiffer(strange, template, versions.slice(0, 3)));
}

function sessionsCheck(sessions: number): Check {
  const what = subjects.sessions();
  return sessions > 0 ? fine(what, findings.sessions(sessions)) : doubtful(what, findings.noSessions());
}

const refusals: Readonly<Record<number, Refused>> = { 400: "query", 401: "token", 403: "scopes", 404: "place" };

function refusedOf(cause: unknown): Refused {
  return cause instanceof SentryRefusal && cause.status !== null ? (refusals[cause.status] ?? "other") : "other";
}
