import { z } from "zod";
import type { Clock } from "../ports.ts";
import { createExchange, parseTimeout, publicUrl, timeoutWords } from "./exchange.ts";
import type { Call, Exchange } from "./exchange.ts";
import { oneLine } from "./one-line.ts";
import { Patience } from "./patience.ts";
import { fillTarget } from "./target-words.ts";
import type { TargetWords } from "./target-words.ts";
import { tlsWords } from "./tls.ts";

const slug = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, { error: "A slug is what stands in the page's address, such as ecomsimply." });

/** What every connection to Sentry says. */
export const sentryWords = {
  url: z
    .url({ protocol: /^https?$/ })
    .default("https://sentry.io")
    .describe("Sentry's address; yours where you host it, or the region's, such as https://de.sentry.io."),
  organization: slug.describe("The organisation's slug."),
  project: z.union([slug, z.array(slug).min(1)]).describe("The project's slug, or a list of them."),
  token: z.string().min(1).describe("An auth token of the organisation."),
  release: z
    .string()
    .regex(/^(?!.*\{arm\}).*\{(?:version|tag)\}/, { error: 'A release needs {version} or {tag}: "{service}@{tag}".' })
    .default("{service}@{tag}")
    .describe("How releases are called in Sentry, of {service}, {version}, {tag} (the image's, or else the version) and {environment}."),
  timeout: timeoutWords.default("2s"),
  tls: tlsWords,
};

/** A connection's words as they are read. */
export interface SentryPlace {
  readonly url: string;
  readonly organization: string;
  readonly project: string | readonly string[];
  readonly token: string;
  readonly release: string;
  readonly timeout: string;
  readonly tls: Parameters<typeof createExchange>[1] | null;
}

/** Query words of a call; a list is repeated. */
export type Params = Readonly<Record<string, string | number | readonly string[]>>;

/** An answer of Sentry other than 2xx; the message has Sentry's own reason, and no token. */
export class SentryRefusal extends Error {
  override readonly name = "SentryRefusal";
  readonly status: number;
  constructor(call: Call, status: number, reason: string | null) {
    super(`${call.method} ${call.shownAs}: answered ${status}${reason === null ? "" : ` (${reason})`}`);
    this.status = status;
  }
}

/** One page of a list, and the cursor of the next; `null`: it is the last. */
export interface Page {
  readonly json: unknown;
  readonly next: string | null;
}

/**
 * Sentry's HTTP interface for one connection. Every call has its time-out, and none is sent while Sentry wants patience: that is shared by all of
 * them. Throws `NoAnswer`, `SentryRefusal`, what `Patience` says, and the signal's own reason.
 *
 * Source: https://docs.sentry.io/api/ (auth, requests, pagination, ratelimits)
 */
export class SentryApi {
  readonly #place: SentryPlace;
  readonly #exchange: Exchange;
  readonly #patience: Patience;

  constructor(place: SentryPlace, clock: Clock) {
    this.#place = place;
    this.#exchange = createExchange(clock, place.tls ?? null);
    this.#patience = new Patience(clock);
  }

  /** Reads one page; `path` begins after /api/0. */
  async get(path: string, params: Params, signal: AbortSignal): Promise<Page> {
    return this.#send({ method: "GET", path, params, body: null }, signal);
  }

  /** Sends JSON, and reads what is answered. */
  async send(method: "POST" | "PUT", path: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    return (await this.#send({ method, path, params: {}, body: JSON.stringify(body) }, signal)).json;
  }

  async #send(
    {
      method,
      path,
      params,
      body,
    }: { readonly method: Call["method"]; readonly path: string; readonly params: Params; readonly body: string | null },
    signal: AbortSignal,
  ): Promise<Page> {
    const { url, token, timeout } = this.#place;
    signal.throwIfAborted();
    this.#patience.check("Sentry");
    const address = `${url.replace(/\/+$/, "")}/api/0${path}`;
    const search = searchOf(params);
    const headers = {
      accept: "application/json",
      authorization: `Bearer ${token}`,
      ...(body !== null && { "content-type": "application/json" }),
    };
    const call: Call = {
      method,
      url: search === "" ? address : `${address}?${search}`,
      shownAs: publicUrl(address),
      headers,
      body,
      withinMs: parseTimeout(timeout),
    };
    const answer = await this.#exchange(call, signal);
    if (answer.status === 429) this.#patience.note(answer);
    if (answer.status < 200 || answer.status > 299) throw new SentryRefusal(call, answer.status, reasonOf(answer.text));
    const json = parseJson(answer.text);
    if (json === undefined) throw new Error(`${method} ${call.shownAs}: the answer is no JSON`);
    return { json, next: nextCursor(answer.headers["link"] ?? "") };
  }
}

function searchOf(params: Params): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) for (const one of [value].flat()) search.append(name, String(one));
  return search.toString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Sentry's own reason, one line; `null`: the answer is none of Sentry's. */
function reasonOf(text: string): string | null {
  const read = z.object({ detail: z.string() }).safeParse(parseJson(text));
  return read.success ? oneLine(read.data.detail, 200) : null;
}

/**
 * The cursor of the next page in a Link header; `null` when Sentry says that there is nothing on it.
 *
 * Source: https://docs.sentry.io/api/pagination/
 */
export function nextCursor(link: string): string | null {
  for (const part of link.split(/,\s*(?=<)/)) {
    const words = new Map([...part.matchAll(/;\s*(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
    if (words.get("rel") === "next" && words.get("results") === "true") return words.get("cursor") ?? null;
  }
  return null;
}

/**
 * What a version of a service is called in Sentry. `null` when that cannot be a release's name there: over 200 characters, slashes, blanks at its
 * ends.
 *
 * Source: https://docs.sentry.io/cli/releases/ (names of releases)
 */
export function releaseName(template: string, words: Omit<TargetWords, "arm">): string | null {
  // A version is called the same on both arms: its template has no {arm}.
  const name = fillTarget(template, { ...words, arm: "canary" });
  const isName = name.length <= 200 && name.trim() === name && !/[/\\\n\r\t"]/.test(name) && !/^(?:\.{0,2}|latest)$/.test(name);
  return isName ? name : null;
}
