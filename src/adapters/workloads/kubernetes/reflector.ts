import type { Clock } from "../../../ports.ts";
import { isRefusal, KubeRefusal } from "../../kubernetes-client.ts";
import type { KubeClient, KubeObject } from "../../kubernetes-client.ts";

/** A watch is begun anew after this long, so that one whose connection died without a word is not believed for longer. */
const watchSeconds = 30;
/** How long a list, or the beginning of a watch, may take, ms. */
const patienceMs = 10_000;
/** Between two tries while the API cannot be reached, ms. Whoever asks meanwhile begins one at once. */
const restMs = { first: 500, most: 10_000 };
/** A watch that ends sooner than this was cut, ms: the next one waits a little, so that a server that cuts them all is not asked on and on. */
const shortMs = 1_000;
/** Without anybody who asks for this long it stops to watch, ms. */
const idleMs = 90_000;

/** A collection that is reflected: its path, the query of its list, and how an object of it is read. */
export interface Reflected<T> {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly read: (object: KubeObject) => T;
}

interface Stored {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
}

/**
 * A collection as it is now, for the price of one list and one watch: what happens is told by the API instead of being asked for again and again.
 * When the API says that it has forgotten what happened since ("410 Gone"), or a watch cannot be kept, it lists anew. As long as there is no
 * contact `current` throws: what was last seen is not taken for what is.
 *
 * Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export class Reflector<T extends Stored> {
  readonly #client: KubeClient;
  readonly #clock: Clock;
  readonly #closing: AbortSignal;
  readonly #reflected: Reflected<T>;
  #objects = new Map<string, T>();
  #version = "";
  /** Settles when the contact that is being made stands or fails; `null`: nobody watches. */
  #contact: Promise<void> | null = null;
  #wake: AbortController = new AbortController();
  #askedMs = 0;

  constructor(reflected: Reflected<T>, parts: { readonly client: KubeClient; readonly clock: Clock; readonly closing: AbortSignal }) {
    this.#reflected = reflected;
    this.#client = parts.client;
    this.#clock = parts.clock;
    this.#closing = parts.closing;
  }

  /** What there is, by name. Throws why the API cannot be asked, or the signal's reason. */
  async current(signal: AbortSignal): Promise<ReadonlyMap<string, T>> {
    signal.throwIfAborted();
    this.#askedMs = this.#clock.monotonicMs();
    if (this.#contact === null) this.#contact = this.#begin();
    else this.#wake.abort();
    await untilAborted(this.#contact, signal);
    return this.#objects;
  }

  /** Takes the answer to a write for what is, until the watch tells more. */
  note(object: T): void {
    const known = this.#objects.get(object.metadata.name);
    if (!known || isNewer(object, known)) this.#objects.set(object.metadata.name, object);
  }

  #begin(): Promise<void> {
    const first = Promise.withResolvers<void>();
    // Whoever asked hears of it; when nobody does, it is no news.
    first.promise.catch(() => undefined);
    void this.#keepWatching(first);
    return first.promise;
  }

  async #keepWatching(first: PromiseWithResolvers<void>): Promise<void> {
    let contact = first;
    let rest = restMs.first;
    const isWatched = (): boolean => !this.#closing.aborted && this.#clock.monotonicMs() - this.#askedMs < idleMs;
    while (isWatched()) {
      const sinceMs = this.#clock.monotonicMs();
      try {
        await this.#watch(() => {
          rest = restMs.first;
          contact.resolve();
        });
      } catch (error) {
        if (!isRefusal(error, 410)) {
          contact.reject(error);
          this.#wake = new AbortController();
          const failed = (contact = Promise.withResolvers<void>());
          // Who asks from now on waits for the next try, which begins with the first who does.
          failed.promise.catch(() => undefined);
          this.#contact = failed.promise;
          await this.#clock.wait(rest, AbortSignal.any([this.#wake.signal, this.#closing]));
          rest = Math.min(rest * 2, restMs.most);
          continue;
        }
        this.#version = "";
      }
      if (this.#clock.monotonicMs() - sinceMs < shortMs) await this.#clock.wait(restMs.first, this.#closing);
    }
    contact.reject(new Error("these workloads were closed"));
    this.#contact = null;
    this.#version = "";
  }

  /** One list, when there is no version to go on from, and one watch, to its end. Neither is waited for longer than it may take. */
  async #watch(inContact: () => void): Promise<void> {
    const { path, query } = this.#reflected;
    const ending = new AbortController();
    const signal = AbortSignal.any([ending.signal, this.#closing]);
    const endAfter = (ms: number, since: AbortSignal, says: string): void =>
      void this.#clock.wait(ms, AbortSignal.any([signal, since])).then(() => since.aborted || ending.abort(new Error(`${path} ${says}`)));
    const answered = new AbortController();
    endAfter(patienceMs, answered.signal, `did not answer within ${patienceMs} ms`);
    try {
      if (this.#version === "") await this.#list(signal);
      const watching = {
        ...query,
        watch: "true",
        allowWatchBookmarks: "true",
        resourceVersion: this.#version,
        timeoutSeconds: String(watchSeconds),
      };
      const lines = await this.#client.stream({ method: "GET", path, query: watching }, signal);
      answered.abort();
      endAfter((watchSeconds + 10) * 1_000, this.#closing, "fell silent");
      inContact();
      for await (const line of lines) if (line !== "") this.#take(line);
    } finally {
      answered.abort();
      ending.abort();
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { path, query, read } = this.#reflected;
    const { items, version } = await this.#client.list(path, query, signal);
    const listed = new Map(items.map((item) => [item.metadata.name, read(item)]));
    this.#objects = listed;
    this.#version = version;
  }

  #take(line: string): void {
    const { type, object } = readEvent(this.#reflected.path, line);
    if (type === "ERROR") {
      const {
        code = 500,
        message = "the watch ended",
        reason = "",
      } = object as unknown as { code?: number; message?: string; reason?: string };
      throw new KubeRefusal(code, reason, message);
    }
    const { name, resourceVersion = "" } = object.metadata;
    this.#version = resourceVersion;
    if (type === "DELETED") this.#objects.delete(name);
    else if (type === "ADDED" || type === "MODIFIED") this.note(this.#reflected.read(object));
  }
}

function readEvent(path: string, line: string): { readonly type: string; readonly object: KubeObject } {
  try {
    const { type, object } = JSON.parse(line) as { readonly type?: unknown; readonly object?: unknown };
    if (typeof type === "string" && typeof object === "object" && object !== null && (type === "ERROR" || "metadata" in object)) {
      return { type, object: object as KubeObject };
    }
  } catch {
    throw new Error(`the watch of ${path} said something that is no JSON`);
  }
  throw new Error(`the watch of ${path} said something that is no event`);
}

/** Versions are compared as numbers where they are: the API has promised that since 1.35, and did so before. */
function isNewer(left: Stored, right: Stored): boolean {
  const [of, than] = [left.metadata.resourceVersion, right.metadata.resourceVersion];
  if (!/^\d+$/.test(of) || !/^\d+$/.test(than)) return true;
  return of.length === than.length ? of >= than : of.length > than.length;
}

async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
