import type { Finding } from "../../../core/observation.ts";
import type { Clock, ReadContext } from "../../../ports.ts";
import { releaseName } from "../../sentry-api.ts";
import type { Params, SentryApi, SentryPlace } from "../../sentry-api.ts";
import { errorFields, healthFields, readErrors, readFrames, readHealth, readIssues } from "./answers.ts";
import type { Errors, Health, ListedIssue } from "./answers.ts";

/** The releases of each arm as they are called in Sentry; those that both arms run are in neither. */
export type Releases =
  | { readonly kind: "releases"; readonly canary: readonly string[]; readonly stable: readonly string[] }
  /** Nothing of the service runs. */
  | { readonly kind: "none" }
  | { readonly kind: "problem"; readonly problem: string };

/** Names the releases behind the targets of one service, or of all (`null`); pure. */
export function releasesOf(template: string, service: string | null, { targets, environment }: ReadContext): Releases {
  const names = { canary: new Set<string>(), stable: new Set<string>() };
  for (const target of targets) {
    if (service !== null && target.service !== service) continue;
    const name = releaseName(template, { ...target, environment });
    if (name === null)
      return {
        kind: "problem",
        problem: `version ${target.version.slice(0, 80)} of ${target.service} makes no name of a release in Sentry; write release: "{service}@{tag}" in the connection`,
      };
    names[target.arm].add(name);
  }
  const canary = [...names.canary].filter((name) => !names.stable.has(name)).sort();
  const stable = [...names.stable].filter((name) => !names.canary.has(name)).sort();
  if (names.canary.size + names.stable.size === 0) return { kind: "none" };
  if (canary.length + stable.length > 0) return { kind: "releases", canary, stable };
  return {
    kind: "problem",
    problem: `both arms run the same release in Sentry (${[...names.canary].join(", ").slice(0, 120)}), which cannot tell them apart`,
  };
}

/** What is asked of one arm, or of one release in `examine`. */
export interface Slice {
  readonly projects: readonly string[];
  readonly environment: string;
  readonly sinceMs: number;
  readonly names: readonly string[];
}

/** Clocks differ a little, and nothing that happened may be left out for it: it is asked for up to so long after now, ms. */
const aheadMs = 60_000;

/**
 * Asks Sentry, each question once: two metrics that need the sessions of an arm share them. `askedMs` is one instant for all. Throws what the
 * interface throws, and where an answer is of another shape than Sentry documents.
 */
export class Asking {
  readonly #api: SentryApi;
  readonly #organization: string;
  readonly #askedMs: number;
  readonly #signal: AbortSignal;
  readonly #asked = new Map<string, Promise<unknown>>();

  constructor(api: SentryApi, organization: string, at: { readonly askedMs: number; readonly signal: AbortSignal }) {
    this.#api = api;
    this.#organization = organization;
    this.#askedMs = at.askedMs;
    this.#signal = at.signal;
  }

  /** Sessions of an arm and their users. Sentry counts them by hours: the hour in which the release began is counted from its beginning. */
  async health(slice: Slice): Promise<Health> {
    if (slice.names.length === 0) return { sessions: { total: 0, crashed: 0 }, users: { total: 0, crashed: 0 } };
    const params = {
      ...this.#params(slice),
      query: slice.names.map((name) => `release:"${name}"`).join(" OR "),
      field: healthFields,
      interval: "1h",
    };
    return understood("sessions", readHealth(await this.#get("sessions", params)));
  }

  /** Errors of an arm that match `query`. */
  async errors(slice: Slice, query: string): Promise<Errors> {
    if (slice.names.length === 0) return { events: 0, users: 0 };
    const params = { ...this.#params(slice), query: withReleases(query, slice.names), field: errorFields, dataset: "errors", per_page: 1 };
    return understood("errors", readErrors(await this.#get("events", params)));
  }

  #get(what: "sessions" | "events", params: Params): Promise<unknown> {
    const key = JSON.stringify([what, params]);
    const known = this.#asked.get(key);
    if (known !== undefined) return known;
    const asked = this.#api.get(`/organizations/${this.#organization}/${what}/`, params, this.#signal).then(({ json }) => json);
    this.#asked.set(key, asked);
    return asked;
  }

  /** The gravest issues of an arm, those that are new first, with frames for the first few. */
  async issues(slice: Slice, query: string, signal: AbortSignal): Promise<readonly Finding[]> {
    const params = { ...this.#params(slice), query: withReleases(query, slice.names), sort: "freq", limit: 25 };
    const path = `/organizations/${this.#organization}/issues/`;
    const listed: ListedIssue[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < mostPages; page += 1) {
      const { json, next }: { readonly json: unknown; readonly next: string | null } = await this.#api.get(
        path,
        cursor === null ? params : { ...params, cursor },
        signal,
      );
      listed.push(...readIssues(json, slice.sinceMs));
      if (next === null) break;
      cursor = next;
    }
    const gravest = listed
      .toSorted((a, b) => Number(b.finding.isNew) - Number(a.finding.isNew) || b.finding.events - a.finding.events)
      .slice(0, mostFindings);
    return Promise.all(
      gravest.map(({ id, finding }, at) => (at < withFrames ? this.#framed(id, finding, signal) : Promise.resolve(finding))),
    );
  }

  async #framed(id: string, finding: ListedIssue["finding"], signal: AbortSignal): Promise<Finding> {
    const { json } = await this.#api.get(`/organizations/${this.#organization}/issues/${id}/events/latest/`, {}, signal);
    return { ...finding, frames: readFrames(json) };
  }

  #params({ projects, environment, sinceMs }: Slice): Params {
    // Sentry reads times without a zone as UTC.
    const time = (ms: number): string => new Date(ms).toISOString().slice(0, 19);
    return { project: projects, environment, start: time(sinceMs), end: time(Math.max(sinceMs, this.#askedMs) + aheadMs) };
  }
}

const mostPages = 3;
const mostFindings = 10;
const withFrames = 3;

function withReleases(query: string, names: readonly string[]): string {
  return `${query} release:[${names.map((name) => `"${name}"`).join(", ")}]`;
}

function understood<T>(what: string, answer: T | null): T {
  if (answer === null) throw new Error(`Sentry's answer about ${what} is not what it documents`);
  return answer;
}

/** Longest that the names of errors may take after the counts are there, ms: they are told beside them, and must not lose them. */
const issuesWithinMs = 1_500;

/** As `Asking.issues`; empty when they cannot be had in time. Throws only the signal's reason. */
export async function issuesInTime(
  asking: Asking,
  { slice, query }: { readonly slice: Slice; readonly query: string },
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<readonly Finding[]> {
  const isOver = new AbortController();
  void clock.wait(issuesWithinMs, isOver.signal).then(() => isOver.abort());
  try {
    return await asking.issues(slice, query, AbortSignal.any([signal, isOver.signal]));
  } catch {
    signal.throwIfAborted();
    return [];
  } finally {
    isOver.abort();
  }
}

/** The projects' numbers, by which the interface knows them. Throws what the interface throws. */
export async function projectIds(api: SentryApi, { organization, project }: SentryPlace, signal: AbortSignal): Promise<readonly string[]> {
  return Promise.all(
    [project].flat().map(async (slug) => {
      if (/^\d+$/.test(slug)) return slug;
      const { json } = await api.get(`/projects/${organization}/${slug}/`, {}, signal);
      const { id } = (typeof json === "object" && json !== null ? json : {}) as { readonly id?: unknown };
      if (typeof id !== "string" || !/^\d+$/.test(id))
        throw new Error(`Sentry's answer about the project ${slug} is not what it documents`);
      return id;
    }),
  );
}
