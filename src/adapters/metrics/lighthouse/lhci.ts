import { z } from "zod";
import type { Clock, ReadContext, Target } from "../../../ports.ts";
import { NoAnswer, publicUrl } from "../../exchange.ts";
import type { Exchange } from "../../exchange.ts";
import type { Connection } from "./connection.ts";
import { readReport } from "./read-report.ts";
import type { CategoryRead } from "./read-report.ts";
import type { Asked } from "./words.ts";

/** The runs that a Lighthouse CI server has of one version's page, the oldest first. */
export interface BuildRuns {
  readonly runs: readonly CategoryRead[];
  /** Where people see the build. */
  readonly at: string;
}

/** What cannot be had from the server; the message says at which address, and why. No secret. */
export class LhciTrouble extends Error {
  override readonly name = "LhciTrouble";
}

const project = z.object({ id: z.string(), slug: z.string().optional(), name: z.string().optional() });
const build = z.object({ id: z.string(), hash: z.string(), branch: z.string(), lifecycle: z.string().optional() });
const run = z.object({ url: z.string(), lhr: z.string(), createdAt: z.string().optional() });
const url = z.object({ url: z.string() });

type Project = z.infer<typeof project>;
type Build = z.infer<typeof build>;

/** So many builds are looked through; the newest first. */
const mostBuilds = 200;
/** What was found is taken for so long, ms: builds come now and then, and reports are large. */
const freshMs = 60_000;
const withinMs = 2_000;

interface LhciParts {
  readonly server: NonNullable<Connection["lhci"]>;
  readonly exchange: Exchange;
  readonly clock: Clock;
}

/**
 * Reads the builds of a Lighthouse CI server: the sealed build whose commit stands in a version's name is that version's.
 *
 * Source: https://github.com/GoogleChrome/lighthouse-ci/blob/main/packages/server/src/api/routes/projects.js and
 * https://github.com/GoogleChrome/lighthouse-ci/blob/main/docs/server.md
 */
export class Lhci {
  readonly #parts: LhciParts;
  #project: Project | null = null;
  readonly #kept = new Map<string, { readonly value: unknown; readonly atMs: number }>();

  constructor(parts: LhciParts) {
    this.#parts = parts;
  }

  /** The project of the connection. Throws `LhciTrouble`. */
  async project(signal: AbortSignal): Promise<Project> {
    const { project: named, token } = this.#parts.server;
    const isId = named !== undefined && /^[a-f0-9]{8}-(?:[a-f0-9]{4}-){3}[a-f0-9]{12}$/.test(named);
    this.#project ??=
      named === undefined
        ? await this.#ask({ path: "/v1/projects/lookup", body: JSON.stringify({ token }), of: project }, signal)
        : await this.#ask({ path: `/v1/projects/${isId ? "" : "slug:"}${encodeURIComponent(named)}`, body: null, of: project }, signal);
    return this.#project;
  }

  /** The sealed builds, the newest first. Throws `LhciTrouble`. */
  async builds(signal: AbortSignal): Promise<readonly Build[]> {
    const { id } = await this.project(signal);
    const { branch } = this.#parts.server;
    const only = branch === null ? "" : `&branch=${encodeURIComponent(branch)}`;
    const all = await this.#fresh(`/v1/projects/${id}/builds?limit=${mostBuilds}${only}`, z.array(build), signal);
    return all.filter(({ lifecycle = "sealed" }) => lifecycle === "sealed");
  }

  /** The runs of the page at the version of one arm; `null`: the server has none of it. Throws `LhciTrouble`. */
  async runsOf(asked: Asked, arm: Target["arm"], context: ReadContext, signal: AbortSignal): Promise<BuildRuns | null> {
    const versions = context.targets
      .filter((target) => target.arm === arm && (asked.service === null || target.service === asked.service))
      .map(({ version }) => version);
    const builds = versions.length === 0 ? [] : await this.builds(signal);
    const found = builds.find(({ hash }) => versions.some((version) => isOfCommit(version, hash)));
    if (found === undefined) return null;
    const { id, slug } = await this.project(signal);
    const of = `/v1/projects/${id}/builds/${found.id}`;
    const urls = await this.#fresh(`${of}/urls`, z.array(url), signal);
    const page = urls.find((one) => pathOf(one.url) === asked.path);
    if (page === undefined) return null;
    const runs = await this.#fresh(`${of}/runs?url=${encodeURIComponent(page.url)}`, z.array(run), signal);
    const at = `${this.#parts.server.url.replace(/\/+$/, "")}/app/projects/${slug ?? id}/compare/${found.id}`;
    const oldestFirst = runs.toSorted((a, b) => (a.createdAt ?? "").localeCompare(b.createdAt ?? ""));
    return { runs: oldestFirst.map(({ lhr }) => readRun(lhr, asked.category, at)), at };
  }

  async #fresh<T>(path: string, of: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    const nowMs = this.#parts.clock.monotonicMs();
    for (const [other, { atMs }] of this.#kept) if (nowMs - atMs >= freshMs) this.#kept.delete(other);
    const known = this.#kept.get(path);
    if (known !== undefined) return of.parse(known.value);
    const value = await this.#ask({ path, body: null, of }, signal);
    this.#kept.set(path, { value, atMs: nowMs });
    return value;
  }

  async #ask<T>(
    { path, body, of }: { readonly path: string; readonly body: string | null; readonly of: z.ZodType<T> },
    signal: AbortSignal,
  ): Promise<T> {
    const { server, exchange } = this.#parts;
    const address = `${server.url.replace(/\/+$/, "")}${path}`;
    const shownAs = publicUrl(address);
    const headers = { accept: "application/json", ...(body === null ? {} : { "content-type": "application/json" }), ...server.headers };
    try {
      const method = body === null ? "GET" : "POST";
      const answer = await exchange({ method, url: address, shownAs, headers, body, withinMs }, signal);
      if (answer.status !== 200) throw new LhciTrouble(`${shownAs}: answered ${answer.status}${hintFor(answer.status)}`);
      const read = of.safeParse(parse(answer.text));
      if (!read.success) throw new LhciTrouble(`${shownAs}: answered something else than a Lighthouse CI server does`);
      return read.data;
    } catch (cause) {
      if (cause instanceof NoAnswer) throw new LhciTrouble(cause.message, { cause });
      throw cause;
    }
  }
}

function hintFor(status: number): string {
  if (status === 401 || status === 403) return ", so it wants other headers, such as authorization";
  if (status === 404) return ", so it does not know the project, or the build token is another one's";
  return status === 429 ? ", so it is asked too often" : "";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function readRun(lhr: string, category: string, at: string): CategoryRead {
  const read = readReport(lhr);
  if (read.kind === "problem") return { kind: "unscored", why: read.why };
  const scored = read.category(category);
  return scored.kind === "scored" ? { ...scored, findings: scored.findings.map((finding) => ({ ...finding, at })) } : scored;
}

/** True when a version's name says that it was built from the commit: with its hash, or seven digits of it and more. */
export function isOfCommit(version: string, hash: string): boolean {
  const [name = ""] = version.split("@sha256:");
  const words = name.toLowerCase().match(/(?<![0-9a-f])[0-9a-f]{7,40}(?![0-9a-f])/g) ?? [];
  return words.some((word) => hash.toLowerCase().startsWith(word));
}

/** Path and query of a page's address; the server writes `PORT` where the port of a test server was. */
function pathOf(address: string): string {
  const known = address.replace(/:PORT(?=\/|$)/, "");
  if (!URL.canParse(known)) return "";
  const { pathname, search } = new URL(known);
  return `${pathname}${search}`;
}
