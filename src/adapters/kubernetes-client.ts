import type { KubeConfig } from "@kubernetes/client-node";
import { request } from "undici";
import type { Dispatcher } from "undici";
import { z } from "zod";
import { PortError } from "../ports.ts";
import type { Clock } from "../ports.ts";

/** How an adapter reaches a cluster. Without `kubeconfig`: as `kubectl` does, then the service account of the pod. */
export const kubernetesWords = {
  kubeconfig: z
    .string()
    .min(1)
    .optional()
    .describe("A kubeconfig file; without it KUBECONFIG, ~/.kube/config, then the pod's service account."),
  context: z.string().min(1).optional().describe("A context of the kubeconfig; without it the current one."),
};

export interface KubernetesConnection {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

/** One call of the API: `path` from "/api" or "/apis" on. */
export interface KubeCall {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** How `body` is to be understood; without it as JSON of an object. */
  readonly as?: "application/apply-patch+yaml" | "application/merge-patch+json" | "application/json-patch+json";
}

/** An object as the API answers it; nothing beside `metadata` is promised. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: KubeMetadata;
  readonly spec?: unknown;
  readonly status?: unknown;
}

export interface KubeMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly { readonly uid: string; readonly kind: string; readonly name: string }[];
  readonly managedFields?: readonly ManagedFields[];
}

/** Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management */
export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly fieldsV1?: unknown;
}

/** What the API answered instead of what was asked for. `reason` is its own word: "Conflict", "NotFound", "Forbidden". */
export class KubeRefusal extends Error {
  override readonly name = "KubeRefusal";
  readonly code: number;
  readonly reason: string;
  constructor(code: number, reason: string, message: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

/** True when `error` is the API's refusal with this status code. */
export function isRefusal(error: unknown, code: number): error is KubeRefusal {
  return error instanceof KubeRefusal && error.code === code;
}

/** An answer larger than this is not read. */
const largestAnswer = 64 * 1024 * 1024;
/** Tokens of files and helper programs are asked for again after this long: they change while the server runs. */
const credentialsMs = 60_000;

interface Credentials {
  readonly server: string;
  readonly dispatcher: Dispatcher | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly sinceMs: number;
}

/**
 * A cluster's API. Every call throws `KubeRefusal` when the API says no, an `Error` that names no secret when no whole answer came, and the
 * signal's reason when the signal aborted. After "too many requests" nothing is sent before the moment that the API has named.
 *
 * Source: https://kubernetes.io/docs/reference/using-api/api-concepts/
 */
export class KubeClient {
  readonly #connection: KubernetesConnection;
  readonly #clock: Clock;
  #config: Promise<KubeConfig> | null = null;
  #credentials: Promise<Credentials> | null = null;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(connection: KubernetesConnection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  /** The namespace of the context, or "default". */
  async namespace(): Promise<string> {
    const config = await this.#load();
    return config.getContextObject(config.getCurrentContext())?.namespace ?? "default";
  }

  /** The object or list that the API answers. */
  async call(call: KubeCall, signal: AbortSignal): Promise<unknown> {
    const text = await this.text(call, signal);
    try {
      const answer: unknown = JSON.parse(text);
      if (typeof answer === "object" && answer !== null && !Array.isArray(answer)) return answer;
    } catch {
      throw new Error(`${sayCall(call)}: the answer is no JSON`);
    }
    throw new Error(`${sayCall(call)}: the answer is no object`);
  }

  /** The object; `null`: there is none of this name. */
  async find(path: string, signal: AbortSignal): Promise<KubeObject | null> {
    try {
      return assertObject(await this.call({ method: "GET", path }, signal), path);
    } catch (error) {
      if (isRefusal(error, 404)) return null;
      throw error;
    }
  }

  /** Everything of a collection, page by page, and the version that it has. */
  async list(
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<{ readonly items: readonly KubeObject[]; readonly version: string }> {
    const items: KubeObject[] = [];
    for (let page = 0, next = ""; page < 1_000; page += 1) {
      const asked = { ...query, limit: "500", ...(next === "" ? {} : { continue: next }) };
      const answer = (await this.call({ method: "GET", path, query: asked }, signal)) as ListAnswer;
      if (!Array.isArray(answer.items)) throw new Error(`GET ${path}: the answer is no list`);
      for (const item of answer.items) items.push(assertObject(item, path));
      next = answer.metadata?.continue ?? "";
      if (next === "") return { items, version: answer.metadata?.resourceVersion ?? "" };
    }
    throw new Error(`GET ${path}: more than 1000 pages`);
  }

  /** What the API answers, as text. */
  async text(call: KubeCall, signal: AbortSignal): Promise<string> {
    const answer = await this.#send(call, signal);
    return readText(call, answer, signal);
  }

  /** Resolves once the server has begun an answer that goes on, as a watch's does, with its lines; they end when the server ends it. */
  async stream(call: KubeCall, signal: AbortSignal): Promise<AsyncGenerator<string>> {
    return readLines(call, await this.#send(call, signal), signal);
  }

  async #send(call: KubeCall, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    signal.throwIfAborted();
    const waitMs = this.#notBeforeMs - this.#clock.monotonicMs();
    if (waitMs > 0) throw new KubeRefusal(429, "TooManyRequests", `the API asked for no more requests for ${Math.ceil(waitMs / 1_000)} s`);
    const credentials = await this.#signIn();
    const answer = await this.#exchange(call, credentials, signal);
    if (answer.statusCode < 300) return answer;
    // A token may have been changed before its time, in the kubeconfig itself too: the next call reads it anew.
    if (answer.statusCode === 401) this.#credentials = this.#config = null;
    const refusal = readRefusal(call, answer.statusCode, await readText(call, answer, signal));
    if (answer.statusCode === 429) this.#notBeforeMs = this.#clock.monotonicMs() + retryAfterMs(answer.headers["retry-after"]);
    throw refusal;
  }

  async #exchange(call: KubeCall, { server, dispatcher, headers }: Credentials, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const query = new URLSearchParams(call.query).toString();
    try {
      return await request(`${server}${call.path}${query === "" ? "" : `?${query}`}`, {
        method: call.method,
        headers: {
          ...headers,
          accept: "application/json",
          "user-agent": "serin",
          ...(call.body === undefined ? {} : { "content-type": call.as ?? "application/json" }),
        },
        body: call.body === undefined ? null : JSON.stringify(call.body),
        signal,
        headersTimeout: 0,
        bodyTimeout: 0,
        ...(dispatcher === undefined ? {} : { dispatcher }),
      });
    } catch (cause) {
      throw noAnswer(call, cause, signal);
    }
  }

  async #signIn(): Promise<Credentials> {
    const known = await this.#credentials?.catch(() => null);
    if (known && this.#clock.monotonicMs() - known.sinceMs < credentialsMs) return known;
    this.#credentials = this.#newCredentials(known?.dispatcher);
    return this.#credentials;
  }

  async #newCredentials(dispatcher: Dispatcher | undefined): Promise<Credentials> {
    const config = await this.#load();
    const server = config.getCurrentCluster()?.server.replace(/\/+$/, "") ?? "";
    const { RequestContext, HttpMethod } = await import("@kubernetes/client-node");
    const context = new RequestContext(server, HttpMethod.GET);
    try {
      await config.applySecurityAuthentication(context);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`signing in to the cluster failed: ${why}`, { cause });
    }
    const headers = Object.fromEntries(
      Object.entries(context.getHeaders()).filter(([name]) => /^(?:authorization|impersonate-)/i.test(name)),
    );
    // Connections are kept as long as what they are opened with stays the same.
    return {
      server,
      headers,
      dispatcher: dispatcher ?? context.getDispatcher(),
      sinceMs: this.#clock.monotonicMs(),
    };
  }

  #load(): Promise<KubeConfig> {
    this.#config ??= loadConfig(this.#connection);
    this.#config.catch(() => (this.#config = null));
    return this.#config;
  }
}

interface ListAnswer {
  readonly items?: unknown;
  readonly metadata?: { readonly continue?: string; readonly resourceVersion?: string };
}

async function loadConfig({ kubeconfig, context }: KubernetesConnection): Promise<KubeConfig> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new PortError(`the kubeconfig ${kubeconfig ?? ""} cannot be read: ${why}`, { retry: "later", cause });
  }
  if (context !== undefined) {
    const names = config.getContexts().map(({ name }) => name);
    if (!names.includes(context))
      throw new PortError(`the kubeconfig has no context "${context}"; it has ${names.join(", ") || "none"}`, { retry: "never" });
    config.setCurrentContext(context);
  }
  const cluster = config.getCurrentCluster();
  // Its last resort when it found nothing at all.
  const isNothing = kubeconfig === undefined && cluster?.server === "http://localhost:8080";
  if (!cluster || isNothing)
    throw new PortError("no cluster is known: there is no kubeconfig here, and this is no pod with a service account", { retry: "later" });
  return config;
}

async function readText(call: KubeCall, { body }: Dispatcher.ResponseData, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      size += (chunk as Buffer).length;
      if (size > largestAnswer) throw new RangeError(`the answer is larger than ${largestAnswer} bytes`);
      chunks.push(chunk as Buffer);
    }
  } catch (cause) {
    throw noAnswer(call, cause, signal);
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function* readLines(call: KubeCall, { body }: Dispatcher.ResponseData, signal: AbortSignal): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const chunk of body) {
      rest += decoder.decode(chunk as Buffer, { stream: true });
      const lines = rest.split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > largestAnswer) throw new RangeError(`a line of the answer is larger than ${largestAnswer} bytes`);
      yield* lines;
    }
  } catch (cause) {
    throw noAnswer(call, cause, signal);
  }
}

function readRefusal(call: KubeCall, code: number, text: string): KubeRefusal {
  try {
    const status = JSON.parse(text) as { readonly message?: unknown; readonly reason?: unknown };
    if (typeof status.message === "string")
      return new KubeRefusal(
        code,
        typeof status.reason === "string" ? status.reason : "",
        `${sayCall(call)}: ${status.message.slice(0, 1_000)}`,
      );
  } catch {
    // Something between here and the API has answered.
  }
  return new KubeRefusal(code, "", `${sayCall(call)} answers ${code}, and not in the API's words`);
}

/** As many seconds as it says, at most five: the way home does not wait longer for politeness. One second when it says none. */
function retryAfterMs(header: string | string[] | undefined): number {
  const seconds = Number([header].flat()[0]);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 5) * 1_000 : 1_000;
}

function noAnswer(call: KubeCall, cause: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (cause instanceof RangeError) return new Error(`${sayCall(call)}: ${cause.message}`);
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  const code = first instanceof Error && "code" in first ? String(first.code) : "no code";
  const says = code === "ECONNREFUSED" ? "connection refused" : `no whole answer (${code})`;
  return new Error(`${sayCall(call)}: ${says}`);
}

function sayCall({ method, path }: KubeCall): string {
  return `${method} ${path}`;
}

function assertObject(value: unknown, path: string): KubeObject {
  const { metadata } = (typeof value === "object" && value !== null ? value : {}) as { readonly metadata?: { readonly name?: unknown } };
  if (typeof metadata?.name !== "string") throw new Error(`GET ${path}: an object of the answer has no name`);
  return value as KubeObject;
}

/** The path of a collection, or of one object in it: `apiVersion` is "v1" or "apps/v1". */
export function kubePath(place: {
  readonly apiVersion: string;
  readonly namespace?: string;
  readonly plural: string;
  readonly name?: string;
  readonly subresource?: string;
}): string {
  const { apiVersion, namespace, plural, name, subresource } = place;
  const parts = [
    apiVersion.includes("/") ? "apis" : "api",
    ...apiVersion.split("/"),
    ...(namespace === undefined ? [] : ["namespaces", namespace]),
    plural,
  ];
  const named = [...parts, ...(name === undefined ? [] : [name]), ...(subresource === undefined ? [] : [subresource])];
  return `/${named.map(encodeURIComponent).join("/")}`;
}
