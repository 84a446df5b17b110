import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { KubeClient, kubePath } from "../../src/adapters/kubernetes-client.ts";
import type { KubeCall, KubeObject } from "../../src/adapters/kubernetes-client.ts";
import { createClock } from "../../src/engine/clock.ts";
import { readRules } from "./access.ts";
import { startApiServer } from "./api-server.ts";
import type { ApiServer } from "./api-server.ts";
import { Controller } from "./controller.ts";
import type { ControllerOptions } from "./controller.ts";

/** The kubeconfig of a real cluster; `undefined`: there is none to test on. */
export const realKubeconfig = process.env["SERIN_TEST_KUBECONFIG"];

/**
 * Images that a real cluster with kubelets can run, four versions of one that has a shell, separated by commas. On a server without kubelets
 * nothing is run, and any name will do.
 */
const images = (process.env["SERIN_TEST_IMAGES"] ?? "busybox:1.34,busybox:1.35,busybox:1.36,busybox:1.37").split(",");

/** A namespace of its own in a cluster, and its controllers where it has none. */
export interface ClusterPlace {
  readonly namespace: string;
  /** Whoever may do everything. */
  readonly admin: KubeClient;
  /** The file with which the adapter signs in: on the stand-in with the rights of `deploy/kubernetes/rbac.yaml` and no others. */
  readonly kubeconfig: string;
  /** The stand-in server; `null`: a real one. */
  readonly api: ApiServer | null;
  /** True where pods are really run. */
  readonly hasKubelets: boolean;
  /** An image that the cluster can run, the same for the same name; one that is not there for "missing". */
  image(name: string): string;
  call(call: KubeCall): Promise<KubeObject>;
  /** One object; `null`: there is none. */
  find(collection: Collection, name: string): Promise<KubeObject | null>;
  list(collection: Collection): Promise<readonly KubeObject[]>;
  create(collection: Collection, object: object): Promise<KubeObject>;
  /** Stops the controllers, so that nothing goes on; they are played on with `step`. */
  pause(): Promise<void>;
  step(): Promise<void>;
  close(): Promise<void>;
}

export interface Collection {
  readonly apiVersion: string;
  readonly plural: string;
}

export const deployments: Collection = { apiVersion: "apps/v1", plural: "deployments" };
export const services: Collection = { apiVersion: "v1", plural: "services" };
export const pods: Collection = { apiVersion: "v1", plural: "pods" };
export const jobs: Collection = { apiVersion: "batch/v1", plural: "jobs" };
export const autoscalers: Collection = { apiVersion: "autoscaling/v2", plural: "horizontalpodautoscalers" };
export const budgets: Collection = { apiVersion: "policy/v1", plural: "poddisruptionbudgets" };

/** Opens one on the stand-in, or on the real cluster. */
export async function openPlace(server: "stand-in" | "real", options: ControllerOptions = {}): Promise<ClusterPlace> {
  const folder = await mkdtemp(join(tmpdir(), "serin-kube-"));
  const api = server === "real" ? null : await startApiServer();
  const namespace = `serin-test-${randomBytes(4).toString("hex")}`;
  if (api) await writeFile(join(folder, "admin"), api.kubeconfig("admin"));
  const kubeconfig = api ? join(folder, "serin") : realKubeconfig!;
  if (api) {
    api.allow("serin", {
      name: "system:serviceaccount:serin:serin",
      rules: readRules(readFileSync("deploy/kubernetes/rbac.yaml", "utf8"), namespace),
    });
    await writeFile(kubeconfig, api.kubeconfig("serin", namespace));
  }
  const admin = new KubeClient({ kubeconfig: api ? join(folder, "admin") : realKubeconfig }, createClock());
  await admin.call({ method: "POST", path: "/api/v1/namespaces", body: { metadata: { name: namespace } } }, soon());
  await makeAccount(admin, namespace);
  const hasControllers = api === null && (await movesByItself(admin, namespace));
  const hasKubelets = hasControllers && (await hasNodes(admin));
  const controller = hasKubelets ? null : new Controller(admin, namespace, { ...options, onlyPods: hasControllers });
  const loop = new Loop(controller);
  const path = (collection: Collection, name?: string): string =>
    kubePath({ ...collection, namespace, ...(name === undefined ? {} : { name }) });
  return {
    namespace,
    admin,
    kubeconfig,
    api,
    hasKubelets,
    image: (name) => imageNamed(name, hasKubelets),
    call: (call) => admin.call(call, soon()) as Promise<KubeObject>,
    find: (collection, name) => admin.find(path(collection, name), soon()),
    list: async (collection) => (await admin.list(path(collection), {}, soon())).items,
    create: (collection, object) =>
      admin.call(
        { method: "POST", path: path(collection), query: { fieldManager: "kubectl-create" }, body: object },
        soon(),
      ) as Promise<KubeObject>,
    pause: () => loop.stop(),
    step: () => controller?.step(soon()) ?? Promise.resolve(),
    async close() {
      await loop.stop();
      await clear(admin, namespace);
      await api?.close();
      await rm(folder, { recursive: true });
    },
  };
}

function imageNamed(name: string, hasKubelets: boolean): string {
  if (name === "missing") return hasKubelets ? "localhost:1/missing:1" : "example.com/missing:1";
  return hasKubelets ? images[Number(name) % images.length]! : `example.com/shop:${name}`;
}

function soon(): AbortSignal {
  return AbortSignal.timeout(30_000);
}

/** Where nobody makes it, pods of a namespace are refused for want of its account. */
async function makeAccount(admin: KubeClient, namespace: string): Promise<void> {
  const path = kubePath({ apiVersion: "v1", namespace, plural: "serviceaccounts" });
  await admin.call({ method: "POST", path, body: { metadata: { name: "default" } } }, soon()).catch((error: { readonly code?: number }) => {
    if (error.code !== 409) throw error;
  });
}

let isAlive: Promise<boolean> | null = null;

/** Whether the cluster has a controller of Deployments: asked once. */
function movesByItself(admin: KubeClient, namespace: string): Promise<boolean> {
  isAlive ??= (async () => {
    const path = kubePath({ ...deployments, namespace });
    const template = { metadata: { labels: { probe: "yes" } }, spec: { containers: [{ name: "app", image: "example.com/probe:1" }] } };
    await admin.call(
      {
        method: "POST",
        path,
        body: { metadata: { name: "probe" }, spec: { replicas: 0, selector: { matchLabels: { probe: "yes" } }, template } },
      },
      soon(),
    );
    const seen = async (): Promise<void> => {
      const { status } = (await admin.find(`${path}/probe`, soon())) as { readonly status?: { readonly observedGeneration?: number } };
      if (status?.observedGeneration === undefined) throw new Error("nobody has looked at it");
    };
    const isSeen = await vi.waitFor(seen, { timeout: 4_000, interval: 200 }).then(
      () => true,
      () => false,
    );
    await admin.call({ method: "DELETE", path: `${path}/probe` }, soon());
    return isSeen;
  })();
  return isAlive;
}

async function hasNodes(admin: KubeClient): Promise<boolean> {
  const { items } = await admin.list("/api/v1/nodes", {}, soon());
  return items.length > 0;
}

/** Nobody may be there who would empty the namespace. */
async function clear(admin: KubeClient, namespace: string): Promise<void> {
  for (const collection of [deployments, { apiVersion: "apps/v1", plural: "replicasets" }, jobs, pods, services, autoscalers, budgets]) {
    const path = kubePath({ ...collection, namespace });
    const { items } = await admin.list(path, {}, soon()).catch(() => ({ items: [] }));
    for (const { metadata } of items)
      await admin
        .call(
          { method: "DELETE", path: `${path}/${metadata.name}`, body: { gracePeriodSeconds: 0, propagationPolicy: "Background" } },
          soon(),
        )
        .catch(() => undefined);
  }
  await admin.call({ method: "DELETE", path: `/api/v1/namespaces/${namespace}` }, soon());
}

const betweenStepsMs = 25;

/** Plays the controllers on and on until it is stopped. */
class Loop {
  readonly #controller: Controller | null;
  readonly #running: Promise<void>;
  #isStopped = false;

  constructor(controller: Controller | null) {
    this.#controller = controller;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    const clock = createClock();
    while (!this.#isStopped && this.#controller) {
      await this.#controller.step(soon());
      await clock.wait(betweenStepsMs);
    }
  }
}
