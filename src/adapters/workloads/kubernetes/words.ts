import type { Clock } from "../../../ports.ts";
import { kubePath } from "../../kubernetes-client.ts";
import type { KubeClient, KubeObject } from "../../kubernetes-client.ts";
import { readPod, saySelector } from "./objects.ts";
import type { Pod, Selector } from "./objects.ts";
import { tail, worstTrouble } from "./pod-words.ts";

/** What was asked for is not asked for again before this long, ms. */
const freshMs = 1_000;
/** Words are worth this much of an observation, ms; without them the rest is told. */
const patienceMs = 700;

/** What pods say: read only where something is not as it should be, and each log of an end once. */
export class Words {
  readonly #client: KubeClient;
  readonly #clock: Clock;
  readonly #kept = new Map<string, { readonly atMs: number; readonly value: Promise<unknown> }>();

  constructor(client: KubeClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** The pods that a selector means. */
  async pods(namespace: string, selector: Selector, signal: AbortSignal): Promise<readonly Pod[]> {
    const path = kubePath({ apiVersion: "v1", namespace, plural: "pods" });
    const labelSelector = saySelector(selector);
    return this.#keep(`pods ${namespace} ${labelSelector}`, freshMs, async () => {
      const { items } = await this.#client.list(path, { labelSelector }, signal);
      return items.map(readPod);
    });
  }

  /** The gravest trouble of these pods with its last words, one clause; empty when they say none. Never throws but for the signal. */
  async of(namespace: string, pods: readonly Pod[], signal: AbortSignal): Promise<string> {
    const trouble = worstTrouble(pods);
    if (!trouble) return "";
    const { pod, says, log, isSilent } = trouble;
    const more = log ? await this.#log({ namespace, pod, ...log }, signal) : isSilent ? await this.#event({ namespace, pod }, signal) : "";
    const said = more === "" ? says : log ? `${says}, last words: ${more}` : `${says}: ${more}`;
    return `pod ${pod}: ${said}`;
  }

  async #log(
    of: {
      readonly namespace: string;
      readonly pod: string;
      readonly container: string;
      readonly restarts: number;
      readonly isOfBefore: boolean;
    },
    signal: AbortSignal,
  ): Promise<string> {
    const path = kubePath({ apiVersion: "v1", namespace: of.namespace, plural: "pods", name: of.pod, subresource: "log" });
    const query = { container: of.container, tailLines: "5", limitBytes: "4096", ...(of.isOfBefore ? { previous: "true" } : {}) };
    const key = `log ${of.namespace} ${of.pod} ${of.container} ${of.restarts}`;
    return this.#inTime(signal, (soon) =>
      this.#keep(key, 60_000, async () => tail(await this.#client.text({ method: "GET", path, query }, soon))),
    );
  }

  /** The latest warning about a pod. */
  async #event({ namespace, pod }: { readonly namespace: string; readonly pod: string }, signal: AbortSignal): Promise<string> {
    const path = kubePath({ apiVersion: "v1", namespace, plural: "events" });
    const query = { fieldSelector: `involvedObject.kind=Pod,involvedObject.name=${pod},type=Warning` };
    return this.#inTime(signal, (soon) =>
      this.#keep(`events ${namespace} ${pod}`, 2 * freshMs, async () => {
        const { items } = await this.#client.list(path, query, soon);
        const [last] = items.map(readEvent).sort((left, right) => (left.at < right.at ? 1 : -1));
        return last ? tail(last.says) : "";
      }),
    );
  }

  /** A cluster without kubelets has no logs, and rights may be missing: then there are no words. */
  async #inTime(signal: AbortSignal, ask: (soon: AbortSignal) => Promise<string>): Promise<string> {
    const [over, late] = [new AbortController(), new AbortController()];
    void this.#clock.wait(patienceMs, over.signal).then(() => late.abort(new Error("too late")));
    try {
      return await ask(AbortSignal.any([signal, late.signal]));
    } catch {
      if (signal.aborted) throw signal.reason;
      return "";
    } finally {
      over.abort();
    }
  }

  #keep<T>(key: string, forMs: number, ask: () => Promise<T>): Promise<T> {
    const nowMs = this.#clock.monotonicMs();
    for (const [old, { atMs }] of this.#kept) if (nowMs - atMs > 60_000) this.#kept.delete(old);
    const known = this.#kept.get(key);
    if (known && nowMs - known.atMs < forMs) return known.value as Promise<T>;
    const value = ask();
    this.#kept.set(key, { atMs: nowMs, value });
    // A failure is not kept: whoever asks next asks anew.
    value.catch(() => this.#kept.delete(key));
    return value;
  }
}

function readEvent(object: KubeObject): { readonly at: string; readonly says: string } {
  const { message, reason, lastTimestamp, eventTime } = object as {
    readonly message?: unknown;
    readonly reason?: unknown;
    readonly lastTimestamp?: unknown;
    readonly eventTime?: unknown;
  };
  const at =
    [lastTimestamp, eventTime, object.metadata.creationTimestamp].find((value): value is string => typeof value === "string") ?? "";
  return { at, says: [message, reason].find((value): value is string => typeof value === "string" && value !== "") ?? "" };
}
