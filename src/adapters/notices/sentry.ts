import { z } from "zod";
import { PortError } from "../../ports.ts";
import type { Notice } from "../../ports.ts";
import { fine, wrong } from "../check.ts";
import type { Check, NotifierDefinition } from "../define.ts";
import { keptFile } from "../kept-file.ts";
import { SentryApi, SentryRefusal, releaseName, sentryWords } from "../sentry-api.ts";
import type { SentryPlace } from "../sentry-api.ts";
import { findings, subjects } from "./sentry/findings.ts";

const connection = z.strictObject(sentryWords);

/** What a plan may tell Sentry. */
const deploys = "deploys";
const remedy = "Write { sentry: deploys }.";

/**
 * Tells Sentry of versions: a release when it is prepared, a deploy when the first people meet it, and that it is released when everybody has it. Nothing
 * is made twice: what was done is remembered, and Sentry is asked where that is lost.
 */
export const sentry: NotifierDefinition<z.infer<typeof connection>> = {
  kind: "sentry",
  says: "Tells Sentry of releases and deploys.",
  connection,
  checkRecipient: (to) =>
    to === deploys ? null : { message: `Sentry is told of deploys, not of ${JSON.stringify(to.slice(0, 60))}.`, remedy },
  examine: async (place, _examination, { clock }, signal): Promise<readonly Check[]> => {
    const api = new SentryApi(place, clock);
    return Promise.all([place.project].flat().map(async (project) => examineProject(api, place, project, signal)));
  },
  create: (place, { clock, dataDir }) => {
    const api = new SentryApi(place, clock);
    return {
      async send(notice, signal) {
        signal.throwIfAborted();
        if (notice.to !== deploys)
          throw new PortError(`Sentry is told of deploys, not of ${JSON.stringify(notice.to)}. ${remedy}`, { retry: "never" });
        try {
          await tell({ api, place, folder: dataDir, notice, signal });
        } catch (error) {
          throw error instanceof SentryRefusal ? refusalOf(error) : error;
        }
      },
    };
  },
};

interface Telling {
  readonly api: SentryApi;
  readonly place: SentryPlace;
  readonly folder: string;
  readonly notice: Notice;
  readonly signal: AbortSignal;
}

/** What was told of a release, by Sentry's name for the version: "release", "deploy", "released". */
const told = z.record(z.string(), z.array(z.enum(["release", "deploy", "released"])));

async function tell(telling: Telling): Promise<void> {
  const { notice, place, folder } = telling;
  const { status, phases, versions, environment } = notice.state;
  const isBegun = phases[0] !== undefined && phases[0].fromMs !== null;
  if (!isBegun && status !== "preparing") return;
  const file = keptFile(folder, notice.release, told);
  for (const [service, { canary, stable }] of Object.entries(versions)) {
    // A service that keeps its version is not deployed.
    if (canary === stable) continue;
    const name = releaseName(place.release, { service, version: canary, environment });
    if (name === null) {
      const hint = 'write release: "{service}@{tag}" in the connection';
      throw new Error(`version ${canary.slice(0, 80)} of ${service} makes no name of a release in Sentry; ${hint}`);
    }
    const done = new Set(file.read()?.[name]);
    const step = async (what: "release" | "deploy" | "released", work: () => Promise<void>): Promise<void> => {
      if (done.has(what)) return;
      await work();
      done.add(what);
      file.write({ ...file.read(), [name]: [...done] });
    };
    await step("release", () => makeRelease(telling, name));
    if (isBegun) await step("deploy", () => makeDeploy(telling, name));
    if (status === "promoted") await step("released", () => finish(telling, name));
  }
}

/** Source: https://docs.sentry.io/api/releases/create-a-new-release-for-an-organization/ (201, or 208 when it is there) */
async function makeRelease({ api, place, notice, signal }: Telling, version: string): Promise<void> {
  const projects = [place.project].flat();
  const url = notice.link === null ? {} : { url: notice.link };
  await api.send("POST", `/organizations/${place.organization}/releases/`, { version, projects, ...url }, signal);
}

const deployList = z.array(z.looseObject({ name: z.string().nullable(), environment: z.string().nullable() }));

/** Source: https://docs.sentry.io/api/releases/list-a-releases-deploys/, …/create-a-deploy/ */
async function makeDeploy({ api, place, notice, signal }: Telling, version: string): Promise<void> {
  const path = `/organizations/${place.organization}/releases/${encodeURIComponent(version)}/deploys/`;
  const { environment, phases } = notice.state;
  const found = deployList.safeParse((await api.get(path, {}, signal)).json);
  if (!found.success) throw new Error("Sentry's list of deploys cannot be read");
  if (found.data.some((deploy) => deploy.name === notice.release && deploy.environment === environment)) return;
  const beganMs = phases[0]?.fromMs ?? notice.atMs;
  const began = new Date(beganMs).toISOString();
  const url = notice.link === null ? {} : { url: notice.link };
  await api.send("POST", path, { environment, name: notice.release, dateStarted: began, dateFinished: began, ...url }, signal);
}

/** Source: https://docs.sentry.io/api/releases/update-an-organizations-release/ */
async function finish({ api, place, notice, signal }: Telling, version: string): Promise<void> {
  const path = `/organizations/${place.organization}/releases/${encodeURIComponent(version)}/`;
  await api.send("PUT", path, { dateReleased: new Date(notice.atMs).toISOString() }, signal);
}

/** Refusals that a person can end without another notice, or that pass. */
const mayChange = new Set([401, 403, 404, 408, 425, 429]);

function refusalOf(refusal: SentryRefusal): PortError {
  const willNotChange = refusal.status >= 400 && refusal.status <= 499 && !mayChange.has(refusal.status);
  return new PortError(`${refusal.message}${remedyOf(refusal.status)}`, { retry: willNotChange ? "never" : "later", cause: refusal });
}

function remedyOf(status: number): string {
  if (status === 401) return ". Give serin a token that Sentry knows.";
  if (status === 403) return ". Give the token the scope project:releases.";
  return status === 404 ? ". Look at the connection's organization, project and url." : "";
}

async function examineProject(api: SentryApi, place: SentryPlace, project: string, signal: AbortSignal): Promise<Check> {
  const what = subjects.project(project);
  try {
    await api.get(`/projects/${place.organization}/${project}/`, {}, signal);
    return fine(what, findings.reads());
  } catch (error) {
    signal.throwIfAborted();
    return wrong(what, findings.fails(error instanceof Error ? error.message : String(error)));
  }
}
