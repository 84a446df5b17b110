import { z } from "zod";
import type { Clock } from "../../../ports.ts";
import { doubtful, fine, wrong } from "../../check.ts";
import type { Check, Examination } from "../../define.ts";
import { SentryRefusal, releaseName } from "../../sentry-api.ts";
import type { SentryApi, SentryPlace } from "../../sentry-api.ts";
import { readErrors, errorFields } from "./answers.ts";
import { Asking, projectIds } from "./ask.ts";
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
  const look = async <T>(what: string, work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (cause) {
      signal.throwIfAborted();
      checks.push(wrong(what, `${cause instanceof Error ? cause.message : String(cause)}.`, remedyOf(cause, place)));
      return null;
    }
  };
  const projects = await look("projects", () => projectIds(api, place, signal));
  if (projects === null) return checks;
  checks.push(fine("projects", `The token reads ${[place.project].flat().join(", ")}.`));
  const { plan, queries } = examination;
  const environments = await look("environment", async () =>
    Promise.all([place.project].flat().map((slug) => environmentsOf(examined, slug, signal))),
  );
  if (environments !== null) checks.push(environmentCheck(plan.environment, environments.flat()));
  const path = `/organizations/${place.organization}`;
  const versions = await look("names of releases", async () =>
    versionsShape
      .parse((await api.get(`${path}/releases/`, { project: projects, per_page: 100 }, signal)).json)
      .map(({ version }) => version),
  );
  if (versions !== null) checks.push(namesCheck(place.release, plan, versions));
  const asking = new Asking(api, place.organization, { askedMs: clock.nowMs(), signal });
  const slice = { projects, environment: plan.environment, sinceMs: clock.nowMs() - dayMs, names: (versions ?? []).slice(0, 10) };
  const health = slice.names.length === 0 ? null : await look("sessions", () => asking.health(slice));
  if (health !== null) checks.push(sessionsCheck(health.sessions.total));
  for (const { metric } of queries) {
    const read = readWords(metric.kind, metric.query);
    const query = read.kind === "asked" ? read.asked.query : null;
    if (query === null) continue;
    const what = `query of ${metric.name}`;
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
    if (errors !== null) checks.push(fine(what, `Sentry understands it: ${errors.events} in the last hour.`));
  }
  return checks;
}

async function environmentsOf({ api, place }: Examined, slug: string, signal: AbortSignal): Promise<readonly string[]> {
  const { json } = await api.get(`/projects/${place.organization}/${slug}/environments/`, {}, signal);
  return namesShape.parse(json).map(({ name }) => name);
}

function environmentCheck(environment: string, known: readonly string[]): Check {
  const what = `environment ${environment}`;
  if (known.includes(environment)) return fine(what, "Sentry knows it.");
  const others = known.length === 0 ? "none" : known.slice(0, 5).join(", ");
  return doubtful(
    what,
    `Sentry has seen nothing of it; it knows ${others}.`,
    "Give Sentry's SDK this environment, or the plan the one that it sends.",
  );
}

/** A release of the plan's services that is called as the connection says begins as the template does with any version. */
function namesCheck(template: string, { services, environment }: Examination["plan"], versions: readonly string[]): Check {
  const what = "names of releases";
  const pieces = services.map(
    ({ name }) => releaseName(template, { service: name, version: "\u0001", environment })?.split("\u0001") ?? [],
  );
  const isLike = ([before = "", after = ""]: readonly string[]): boolean =>
    versions.some((name) => name.startsWith(before) && name.endsWith(after));
  const strange = services.filter((_, at) => !isLike(pieces[at] ?? [])).map(({ name }) => name);
  if (strange.length === 0) return fine(what, "Sentry has releases that are called so.");
  const seen = versions.length === 0 ? "no release" : versions.slice(0, 3).join(", ");
  return doubtful(
    what,
    `None of ${strange.join(", ")} is called like ${template}; Sentry has ${seen}.`,
    "Write release: in the connection as Sentry's SDK is given it.",
  );
}

function sessionsCheck(sessions: number): Check {
  const what = "sessions";
  if (sessions > 0) return fine(what, `${sessions} in the last day.`);
  return doubtful(
    what,
    "No session was sent in the last day, so none without an error can be counted and nothing passes.",
    "Turn sessions on in Sentry's SDK (autoSessionTracking).",
  );
}

function remedyOf(cause: unknown, { organization }: SentryPlace): string {
  const status = cause instanceof SentryRefusal ? cause.status : null;
  if (status === 401) return "Make a new token, and put it where the connection's token lies.";
  if (status === 403) return "Give the token the scopes org:read, project:read, project:releases and event:read.";
  if (status === 404) return `Look whether the organisation is ${organization}, and its projects are those of the connection.`;
  return status === 400 ? "Correct the query in the plan." : "Look at the connection's url, and whether it can be reached from here.";
}
