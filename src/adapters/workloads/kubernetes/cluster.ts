import type { Clock } from "../../../ports.ts";
import { isRefusal, kubePath } from "../../kubernetes-client.ts";
import type { KubeClient, KubeObject } from "../../kubernetes-client.ts";
import { labels } from "./names.ts";
import { readAutoscaler, readBudget, readDeployment, readPod, readService } from "./objects.ts";
import type { Autoscaler, Budget, Deployment, Pod, Service } from "./objects.ts";
import { Reflector } from "./reflector.ts";

/** Services change seldom: they are asked for again after this long, ms. */
const servicesMs = 30_000;

/** What stands around a slot is made again after this long at the latest, ms, when it is asked for. */
const settledMs = 30_000;

/** The namespaces that are looked at: Deployments and serin's own pods are watched, the rest is asked for where it is needed. */
export class Cluster {
  readonly client: KubeClient;
  readonly #clock: Clock;
  readonly #closing: AbortSignal;
  readonly #deployments = new Map<string, Reflector<Deployment>>();
  readonly #pods = new Map<string, Reflector<Pod>>();
  readonly #settled = new Map<string, { readonly sharePct: number; readonly atMs: number }>();
  readonly #services = new Map<string, { readonly atMs: number; readonly items: Promise<readonly Service[]> }>();

  constructor(client: KubeClient, clock: Clock, closing: AbortSignal) {
    this.client = client;
    this.#clock = clock;
    this.#closing = closing;
  }

  /** Every Deployment of a namespace, by name, as the API tells it now. */
  deployments(namespace: string, signal: AbortSignal): Promise<ReadonlyMap<string, Deployment>> {
    return this.#reflect(namespace).current(signal);
  }

  /** A Deployment was written: what the API answered is what is. */
  note(deployment: Deployment): void {
    this.#reflect(deployment.metadata.namespace ?? "").note(deployment);
  }

  /** The pods of serin's own Deployments in a namespace. */
  async ownPods(namespace: string, signal: AbortSignal): Promise<readonly Pod[]> {
    const parts = { client: this.client, clock: this.#clock, closing: this.#closing };
    const path = kubePath({ apiVersion: "v1", namespace, plural: "pods" });
    const known = this.#pods.get(namespace) ?? new Reflector({ path, query: { labelSelector: labels.slot }, read: readPod }, parts);
    this.#pods.set(namespace, known);
    return [...(await known.current(signal)).values()];
  }

  /** The Services of a namespace, at most half a minute old. */
  services(namespace: string, signal: AbortSignal): Promise<readonly Service[]> {
    const nowMs = this.#clock.monotonicMs();
    const known = this.#services.get(namespace);
    if (known && nowMs - known.atMs < servicesMs) return known.items;
    const items = this.#list({ apiVersion: "v1", plural: "services" }, namespace, { read: readService, signal });
    this.#services.set(namespace, { atMs: nowMs, items });
    items.catch(() => this.#services.delete(namespace));
    return items;
  }

  /** What belongs to this Deployment was made for this share, or more, a moment ago. */
  settle({ metadata }: Deployment, sharePct: number): void {
    this.#settled.set(metadata.uid, { sharePct, atMs: this.#clock.monotonicMs() });
  }

  /** True when what belongs to it need not be made again. */
  isSettled({ metadata }: Deployment, sharePct: number): boolean {
    const known = this.#settled.get(metadata.uid);
    return known !== undefined && known.sharePct >= sharePct && this.#clock.monotonicMs() - known.atMs < settledMs;
  }

  /** Something that belongs to it is gone. */
  unsettle({ metadata }: Deployment): void {
    this.#settled.delete(metadata.uid);
  }

  /** Forgets the Services that were read: they are asked for anew. */
  forgetServices(namespace: string): void {
    this.#services.delete(namespace);
  }

  /** The autoscalers of a namespace; none where the cluster does not know this version of them. */
  autoscalers(namespace: string, signal: AbortSignal): Promise<readonly Autoscaler[]> {
    return this.#listIfKnown({ apiVersion: "autoscaling/v2", plural: "horizontalpodautoscalers" }, namespace, {
      read: readAutoscaler,
      signal,
    });
  }

  /** The disruption budgets of a namespace; none where the cluster does not know this version of them. */
  budgets(namespace: string, signal: AbortSignal): Promise<readonly Budget[]> {
    return this.#listIfKnown({ apiVersion: "policy/v1", plural: "poddisruptionbudgets" }, namespace, { read: readBudget, signal });
  }

  /** What of a collection bears these labels, by name; nothing where the cluster does not know the kind. */
  async named(
    kind: Collection,
    of: { readonly namespace: string; readonly selector: Readonly<Record<string, string>> },
    signal: AbortSignal,
  ): Promise<readonly (Collection & { readonly name: string })[]> {
    const labelSelector = Object.entries(of.selector)
      .map(([key, value]) => `${key}=${value}`)
      .join(",");
    try {
      const { items } = await this.client.list(kubePath({ ...kind, namespace: of.namespace }), { labelSelector }, signal);
      return items.map(({ metadata }) => ({ ...kind, name: metadata.name }));
    } catch (error) {
      if (isRefusal(error, 404)) return [];
      throw error;
    }
  }

  #reflect(namespace: string): Reflector<Deployment> {
    const parts = { client: this.client, clock: this.#clock, closing: this.#closing };
    const path = kubePath({ apiVersion: "apps/v1", namespace, plural: "deployments" });
    const known = this.#deployments.get(namespace) ?? new Reflector({ path, query: {}, read: readDeployment }, parts);
    this.#deployments.set(namespace, known);
    return known;
  }

  async #listIfKnown<T>(of: Collection, namespace: string, how: Listing<T>): Promise<readonly T[]> {
    try {
      return await this.#list(of, namespace, how);
    } catch (error) {
      if (isRefusal(error, 404)) return [];
      throw error;
    }
  }

  async #list<T>({ apiVersion, plural }: Collection, namespace: string, { read, signal }: Listing<T>): Promise<readonly T[]> {
    const { items } = await this.client.list(kubePath({ apiVersion, namespace, plural }), {}, signal);
    return items.map(read);
  }
}

interface Collection {
  readonly apiVersion: string;
  readonly plural: string;
}

interface Listing<T> {
  readonly read: (object: KubeObject) => T;
  readonly signal: AbortSignal;
}
