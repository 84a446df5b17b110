import { createHash } from "node:crypto";
import { kubePath } from "../../src/adapters/kubernetes-client.ts";
import type { KubeCall, KubeClient } from "../../src/adapters/kubernetes-client.ts";
import { isSame, listOf, mapOf, textOf } from "./json.ts";
import type { Json, JsonMap, KubeObject } from "./json.ts";
import { nextPodStatus } from "./pod-life.ts";

/** What a test wants of the controller beside what the objects say. */
export interface ControllerOptions {
  /** What people would read in a crashed pod's log; where the server keeps logs. */
  readonly onCrash?: (pod: { readonly namespace: string; readonly name: string }) => void;
  /** True where the cluster has controllers and no kubelet: then pods live, and nothing else is played. */
  readonly onlyPods?: boolean;
  /** Whether a Job may end already. Absent: at once. */
  readonly mayEnd?: (job: string) => boolean;
}

/**
 * Plays the controllers of a cluster that has none, through its API: Deployments get ReplicaSets and pods, pods live as their container's
 * BEHAVIOUR says, Jobs end, what lost its owner goes. `step` goes one step on; nothing is waited for and nothing is remembered.
 */
export class Controller {
  readonly #client: KubeClient;
  readonly #namespace: string;
  readonly #options: ControllerOptions;

  constructor(client: KubeClient, namespace: string, options: ControllerOptions = {}) {
    this.#client = client;
    this.#namespace = namespace;
    this.#options = options;
  }

  async step(signal: AbortSignal): Promise<void> {
    const [deployments, sets, pods, jobs] = await Promise.all([
      this.#list("apps/v1", "deployments", signal),
      this.#list("apps/v1", "replicasets", signal),
      this.#list("v1", "pods", signal),
      this.#list("batch/v1", "jobs", signal),
    ]);
    if (this.#options.onlyPods === true) return this.#liveAll(pods, signal);
    const uids = new Set([...deployments, ...sets, ...jobs].map(uidOf));
    const orphans = (objects: readonly KubeObject[]): readonly KubeObject[] =>
      objects.filter((object) => ownersOf(object).length > 0 && !ownersOf(object).some((uid) => uids.has(uid)));
    for (const set of orphans(sets)) await this.#delete("apps/v1", "replicasets", set, signal);
    for (const job of orphans(jobs)) await this.#delete("batch/v1", "jobs", job, signal);
    for (const pod of orphans(pods)) await this.#delete("v1", "pods", pod, signal);
    await this.#liveAll(pods, signal);
    for (const deployment of deployments) await this.#roll(deployment, { sets, pods }, signal);
    for (const job of jobs) await this.#run(job, pods, signal);
  }

  async #liveAll(pods: readonly KubeObject[], signal: AbortSignal): Promise<void> {
    for (const pod of pods) await this.#live(pod, signal);
  }

  async #roll(
    deployment: KubeObject,
    { sets, pods }: { readonly sets: readonly KubeObject[]; readonly pods: readonly KubeObject[] },
    signal: AbortSignal,
  ): Promise<void> {
    const spec = mapOf(deployment["spec"]);
    const metadata = mapOf(deployment.metadata);
    const replicas = Number(spec["replicas"] ?? 1);
    const hash = hashOf(spec["template"]);
    const own = sets.filter((set) => ownersOf(set).includes(uidOf(deployment)));
    const current = own.find((set) => nameOf(set) === `${nameOf(deployment)}-${hash}`);
    if (!current) return spec["paused"] === true ? undefined : this.#createSet(deployment, { hash, replicas }, signal);
    const podsOf = (set: KubeObject): readonly KubeObject[] =>
      pods.filter((pod) => ownersOf(pod).includes(uidOf(set)) && mapOf(pod.metadata)["deletionTimestamp"] === undefined);
    const fresh = podsOf(current);
    const available = fresh.filter(isPodReady).length;
    await this.#fit(current, { pods: fresh, replicas }, signal);
    const isRecreate = mapOf(spec["strategy"])["type"] === "Recreate";
    const old = own.filter((set) => set !== current);
    if (available >= replicas || isRecreate) for (const set of old) await this.#fit(set, { pods: podsOf(set), replicas: 0 }, signal);
    const older = old.flatMap(podsOf);
    const now = timeNow();
    const before = mapOf(deployment["status"]);
    const isComplete = fresh.length === replicas && available === replicas && older.length === 0;
    const wasComplete =
      conditionOf(before, "Progressing")?.["reason"] === "NewReplicaSetAvailable" &&
      before["observedGeneration"] === metadata["generation"];
    const ready = available + older.filter(isPodReady).length;
    const conditions = [
      condition(
        before,
        {
          type: "Available",
          status: ready >= replicas - Math.floor(replicas / 4) ? "True" : "False",
          reason: ready >= replicas - Math.floor(replicas / 4) ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
        },
        now,
      ),
      condition(
        before,
        { type: "Progressing", status: "True", reason: isComplete || wasComplete ? "NewReplicaSetAvailable" : "ReplicaSetUpdated" },
        now,
      ),
    ];
    const counted = {
      replicas: fresh.length + older.length,
      updatedReplicas: fresh.length,
      readyReplicas: ready,
      availableReplicas: ready,
      unavailableReplicas: Math.max(0, replicas - ready),
    };
    const status = {
      observedGeneration: metadata["generation"],
      ...Object.fromEntries(Object.entries(counted).filter(([, count]) => count > 0)),
      conditions,
    };
    if (!isSame(without(before, "conditions"), without(status, "conditions")) || !sameConditions(before, status))
      await this.#writeStatus("apps/v1", "deployments", deployment, status, signal);
  }

  async #createSet(
    deployment: KubeObject,
    { hash, replicas }: { readonly hash: string; readonly replicas: number },
    signal: AbortSignal,
  ): Promise<void> {
    const spec = mapOf(deployment["spec"]);
    const template = mapOf(spec["template"]);
    const labels = { ...mapOf(mapOf(template["metadata"])["labels"]), "pod-template-hash": hash };
    await this.#try(
      {
        method: "POST",
        path: this.#path("apps/v1", "replicasets"),
        body: {
          apiVersion: "apps/v1",
          kind: "ReplicaSet",
          metadata: { name: `${nameOf(deployment)}-${hash}`, labels, ownerReferences: [owner("apps/v1", "Deployment", deployment)] },
          spec: { replicas, selector: { matchLabels: labels }, template: { ...template, metadata: { labels } } },
        },
      },
      signal,
    );
  }

  /** As many pods as there shall be, and the same said in its replicas. */
  async #fit(
    set: KubeObject,
    { pods, replicas }: { readonly pods: readonly KubeObject[]; readonly replicas: number },
    signal: AbortSignal,
  ): Promise<void> {
    const template = mapOf(mapOf(set["spec"])["template"]);
    for (let index = pods.length; index < replicas; index += 1) {
      const metadata = {
        generateName: `${nameOf(set)}-`,
        labels: mapOf(mapOf(template["metadata"])["labels"]),
        ownerReferences: [owner("apps/v1", "ReplicaSet", set)],
      };
      await this.#try(
        {
          method: "POST",
          path: this.#path("v1", "pods"),
          body: { apiVersion: "v1", kind: "Pod", metadata, spec: { ...mapOf(template["spec"]), automountServiceAccountToken: false } },
        },
        signal,
      );
    }
    for (const pod of pods.slice(replicas)) await this.#delete("v1", "pods", pod, signal);
    if (mapOf(set["spec"])["replicas"] === replicas) return;
    await this.#try(
      {
        method: "PATCH",
        path: this.#path("apps/v1", "replicasets", nameOf(set)),
        as: "application/merge-patch+json",
        body: { spec: { replicas } },
      },
      signal,
    );
  }

  async #live(pod: KubeObject, signal: AbortSignal): Promise<void> {
    const { status, event } = nextPodStatus(pod, timeNow(), this.#mayEnd(pod));
    if (status === null) return;
    const name = nameOf(pod);
    const isDown = listOf(status["containerStatuses"]).some((each) => mapOf(mapOf(each)["lastState"])["terminated"] !== undefined);
    if (isDown) this.#options.onCrash?.({ namespace: this.#namespace, name });
    await this.#writeStatus("v1", "pods", pod, status, signal);
    if (event === null) return;
    const involvedObject = { apiVersion: "v1", kind: "Pod", namespace: this.#namespace, name, uid: uidOf(pod) };
    const body = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { generateName: `${name}.` },
      involvedObject,
      type: "Warning",
      reason: "Unhealthy",
      message: event,
      firstTimestamp: timeNow(),
      lastTimestamp: timeNow(),
      count: 1,
      source: { component: "kubelet" },
    };
    await this.#try({ method: "POST", path: this.#path("v1", "events"), body }, signal);
  }

  #mayEnd(pod: KubeObject): boolean {
    const job = textOf(mapOf(mapOf(pod.metadata)["labels"])["job-name"]);
    return job === "" || (this.#options.mayEnd?.(job) ?? true);
  }

  async #run(job: KubeObject, pods: readonly KubeObject[], signal: AbortSignal): Promise<void> {
    if (mapOf(job["spec"])["suspend"] === true) return;
    const before = mapOf(job["status"]);
    if (listOf(before["conditions"]).length > 0) return;
    const own = pods.filter((pod) => ownersOf(pod).includes(uidOf(job)));
    const template = mapOf(mapOf(job["spec"])["template"]);
    if (own.length === 0) {
      const metadata = {
        generateName: `${nameOf(job)}-`,
        labels: { ...mapOf(mapOf(template["metadata"])["labels"]), "job-name": nameOf(job) },
        ownerReferences: [owner("batch/v1", "Job", job)],
      };
      return this.#try(
        {
          method: "POST",
          path: this.#path("v1", "pods"),
          body: { apiVersion: "v1", kind: "Pod", metadata, spec: { ...mapOf(template["spec"]), automountServiceAccountToken: false } },
        },
        signal,
      );
    }
    const now = timeNow();
    const has = (phase: string): boolean => own.some((pod) => mapOf(pod["status"])["phase"] === phase);
    const hasFailed = has("Failed");
    if (!hasFailed && !has("Succeeded")) return;
    const ends = (types: readonly string[], more: JsonMap): JsonMap => ({
      ...more,
      startTime: now,
      conditions: types.map((type) => ({
        type,
        status: "True",
        lastProbeTime: now,
        lastTransitionTime: now,
        reason: hasFailed ? "BackoffLimitExceeded" : "CompletionsReached",
        message: hasFailed ? "Job has reached the specified backoff limit" : "",
      })),
    });
    const status = hasFailed
      ? ends(["FailureTarget", "Failed"], { failed: 1 })
      : ends(["SuccessCriteriaMet", "Complete"], { succeeded: 1, completionTime: now });
    await this.#writeStatus("batch/v1", "jobs", job, status, signal);
  }

  async #writeStatus(apiVersion: string, plural: string, object: KubeObject, status: JsonMap, signal: AbortSignal): Promise<void> {
    const path = `${this.#path(apiVersion, plural, nameOf(object))}/status`;
    await this.#try({ method: "PUT", path, body: { ...object, apiVersion, kind: kindOf(plural), status } }, signal);
  }

  async #delete(apiVersion: string, plural: string, object: KubeObject, signal: AbortSignal): Promise<void> {
    await this.#try(
      {
        method: "DELETE",
        path: this.#path(apiVersion, plural, nameOf(object)),
        body: { gracePeriodSeconds: 0, propagationPolicy: "Background" },
      },
      signal,
    );
  }

  /** Somebody else was faster, or it is gone: the next step sees what is. */
  async #try(call: KubeCall, signal: AbortSignal): Promise<void> {
    try {
      await this.#client.call({ ...call, query: { fieldManager: "kube-controller-manager" } }, signal);
    } catch (error) {
      const code = (error as { readonly code?: unknown }).code;
      if (code !== 409 && code !== 404) throw error;
    }
  }

  async #list(apiVersion: string, plural: string, signal: AbortSignal): Promise<readonly KubeObject[]> {
    const { items } = await this.#client.list(this.#path(apiVersion, plural), {}, signal);
    return items as unknown as readonly KubeObject[];
  }

  #path(apiVersion: string, plural: string, name?: string): string {
    return kubePath({ apiVersion, namespace: this.#namespace, plural, ...(name === undefined ? {} : { name }) });
  }
}

function kindOf(plural: string): string {
  return { deployments: "Deployment", pods: "Pod", jobs: "Job" }[plural] ?? plural;
}

/** RFC 3339, whole seconds. */
export function timeNow(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, "Z");
}

function hashOf(template: Json | undefined): string {
  return createHash("sha256").update(JSON.stringify(template)).digest("hex").slice(0, 10);
}

function owner(apiVersion: string, kind: string, object: KubeObject): JsonMap {
  return { apiVersion, kind, name: nameOf(object), uid: uidOf(object), controller: true, blockOwnerDeletion: true };
}

function nameOf(object: KubeObject): string {
  return textOf(mapOf(object.metadata)["name"]);
}

function uidOf(object: KubeObject): string {
  return textOf(mapOf(object.metadata)["uid"]);
}

function ownersOf(object: KubeObject): readonly string[] {
  return listOf(mapOf(object.metadata)["ownerReferences"]).map((each) => textOf(mapOf(each)["uid"]));
}

/** True when the pod's Ready condition says so. */
export function isPodReady(pod: KubeObject): boolean {
  return conditionOf(mapOf(pod["status"]), "Ready")?.["status"] === "True";
}

function conditionOf(status: JsonMap, type: string): JsonMap | undefined {
  return listOf(status["conditions"])
    .map((each) => mapOf(each))
    .find((each) => each["type"] === type);
}

function condition(
  before: JsonMap,
  now: { readonly type: string; readonly status: string; readonly reason: string },
  time: string,
): JsonMap {
  const known = conditionOf(before, now.type);
  const lastTransitionTime = known?.["status"] === now.status ? known["lastTransitionTime"] : time;
  return { ...now, message: `the controller says ${now.reason}`, lastUpdateTime: time, lastTransitionTime };
}

function sameConditions(left: JsonMap, right: JsonMap): boolean {
  const plain = (status: JsonMap): Json => listOf(status["conditions"]).map((each) => without(mapOf(each), "lastUpdateTime"));
  return isSame(plain(left), plain(right));
}

function without(map: JsonMap, key: string): JsonMap {
  return Object.fromEntries(Object.entries(map).filter(([name]) => name !== key));
}
