import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SaidCheck } from "../src/adapters/check.ts";
import { kubernetesWorkloads } from "../src/adapters/workloads/kubernetes.ts";
import type { Plan } from "../src/core/plan.ts";
import { createClock } from "../src/engine/clock.ts";
import { smallPlan } from "../src/sim/small-plan.ts";
import { readRules } from "./kube/access.ts";
import { autoscalers, deployments, jobs, services } from "./kube/cluster-place.ts";
import { shopDeployment, shopService } from "./kube/shop-deployment.ts";
import { openDesk } from "./kube/workloads-desk.ts";
import type { Desk } from "./kube/workloads-desk.ts";
import { inEnglish } from "./fixtures/said-checks.ts";

type Said = Omit<SaidCheck, "code">;

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk("stand-in");
});
afterEach(() => {
  desk.place.api!.faults.clear();
  return desk.close();
});

/** The only version is that of a service that runs elsewhere. */
async function examine(
  options: Readonly<Record<string, unknown>> = {},
  plan: Partial<Plan> = {},
  versions: Readonly<Record<string, string>> = { elsewhere: "2" },
): Promise<readonly Said[]> {
  const workload = { kind: "kubernetes", options: { deployment: "backend", container: "app", ...options } };
  const examination = {
    plan: { ...smallPlan, services: [{ name: "backend", workload, data: null }], ...plan },
    queries: [],
    versions,
    targets: [],
    recipients: [],
  };
  const connection = { kubeconfig: desk.place.kubeconfig, namespace: desk.place.namespace };
  const surroundings = { clock: createClock(), dataDir: "/nowhere" };
  return inEnglish(await kubernetesWorkloads.examine!(connection, examination, surroundings, AbortSignal.timeout(30_000)));
}

/** What is not well, as "VERDICT WHAT: SAYS", the namespace left out. */
function complaints(checks: readonly Said[]): readonly string[] {
  for (const check of checks) expect(check.remedy === null).toBe(check.verdict === "ok");
  return checks
    .filter(({ verdict }) => verdict !== "ok")
    .map(
      ({ verdict, what, says }) =>
        `${verdict} ${what.replaceAll(desk.place.namespace, "NS")}: ${says.replaceAll(desk.place.namespace, "NS")}`,
    );
}

test("a cluster in which all is well has nothing but good answers, and nothing is changed", async () => {
  await desk.place.pause();
  const before = desk.place.api!.store.version;
  const checks = await examine();
  expect(complaints(checks)).toEqual([]);
  expect(checks.map(({ what }) => what.replaceAll(desk.place.namespace, "NS"))).toEqual([
    "cluster",
    "rights in namespace NS",
    "Deployment NS/backend",
    "Service of NS/backend",
  ]);
  expect(desk.place.api!.store.version).toBe(before);
});

test.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
  ["no such Deployment", { deployment: "other" }, /wrong Deployment NS\/other: It is not there/],
  ["no such container", { container: "web" }, /wrong Deployment NS\/backend: It has no container "web"; it has app/],
  ["no such Service", { service: "other" }, /wrong Service of NS\/backend: There is no Service NS\/other/],
  ["no such port", { port: "grpc" }, /has no port grpc; it has http \(80\)/],
  ["no such Job", { migration: { job: "migrate" } }, /wrong Job NS\/migrate: It is not there/],
])("%s is found", async (_, options, says) => expect(complaints(await examine(options)).join("\n")).toMatch(says));

test("rights that are missing are named", async () => {
  const rules = readRules(readFileSync("deploy/kubernetes/rbac.yaml", "utf8"), desk.place.namespace).map((rule) => ({
    ...rule,
    verbs: rule.verbs.filter((verb) => verb !== "patch"),
  }));
  desk.place.api!.allow("serin", { name: "serin", rules });
  expect(complaints(await examine())).toEqual([
    "wrong deployments.apps in namespace NS: serin may not patch them.",
    "wrong services in namespace NS: serin may not patch them.",
    "wrong horizontalpodautoscalers.autoscaling in namespace NS: serin may not patch them.",
    "wrong poddisruptionbudgets.policy in namespace NS: serin may not patch them.",
  ]);
});

test("what is legal and doubtful is found: images that move, a repository's program, volumes, strategies, no room, names that are taken", async () => {
  const { place } = desk;
  const shop = shopDeployment({ name: "web", image: "example.com/web:latest" }) as {
    readonly spec: { readonly template: { readonly spec: object } };
  };
  const pod = {
    ...shop.spec.template.spec,
    volumes: [{ name: "settings", persistentVolumeClaim: { claimName: "data" } }],
    hostNetwork: true,
  };
  const spec = { ...shop.spec, replicas: 3, strategy: { type: "Recreate" }, template: { ...shop.spec.template, spec: pod } };
  await place.call({
    method: "POST",
    path: `/apis/apps/v1/namespaces/${place.namespace}/deployments`,
    query: { fieldManager: "argocd-controller" },
    body: { ...shop, spec },
  });
  await place.create(services, shopService("web"));
  await place.create(deployments, shopDeployment({ name: "web-canary", image: "example.com/other:1" }));
  await place.create({ apiVersion: "v1", plural: "resourcequotas" }, { metadata: { name: "small" } });
  await place.call({
    method: "PATCH",
    path: `/api/v1/namespaces/${place.namespace}/resourcequotas/small/status`,
    as: "application/merge-patch+json",
    body: { status: { hard: { pods: "5" }, used: { pods: "3" } } },
  });
  await place.create(jobs, {
    metadata: { name: "migrate" },
    spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "app", image: "example.com/web:1" }] } } },
  });
  const found = complaints(await examine({ deployment: "web", migration: { job: "migrate" } }, { keepPreviousMs: 0 }));
  expect(found).toEqual([
    expect.stringMatching(/^doubtful Deployment NS\/web: Its image is "example.com\/web:latest", which means another version tomorrow/),
    expect.stringMatching(/^wrong Deployment NS\/web: Its strategy is Recreate, and no previous is kept/),
    expect.stringMatching(/^doubtful Deployment NS\/web: Argo CD \(argocd-controller\) sets its image/),
    expect.stringMatching(/^doubtful Deployment NS\/web: Its pods mount a persistent volume/),
    expect.stringMatching(/^doubtful Deployment NS\/web: Its pods take ports of their node/),
    expect.stringMatching(/^wrong Deployment NS\/web-canary: It is not serin's/),
    expect.stringMatching(/^doubtful Job NS\/migrate: It is not suspended/),
    expect.stringMatching(/^doubtful ResourceQuota NS\/small: It has room for 2 more pods; canary and previous at full size need 6/),
  ]);
});

test("an autoscaler that may make stable too small to go back to is found", async () => {
  const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "backend" };
  const scale = { spec: { replicas: 6 } };
  await desk.edit("kubectl-scale", "backend", scale);
  await desk.place.create(autoscalers, { metadata: { name: "web" }, spec: { scaleTargetRef, minReplicas: 2, maxReplicas: 8 } });
  await desk.place.create(autoscalers, { metadata: { name: "wide" }, spec: { scaleTargetRef, minReplicas: 6, maxReplicas: 8 } });
  await desk.place.create(autoscalers, {
    metadata: { name: "other" },
    spec: { scaleTargetRef: { ...scaleTargetRef, name: "other" }, minReplicas: 1, maxReplicas: 8 },
  });
  expect(complaints(await examine())).toEqual([
    expect.stringMatching(/^doubtful HorizontalPodAutoscaler NS\/web: .* as small as 2 of now 6 replicas/),
  ]);
});

test("a cluster that cannot be asked is one clear line", async () => {
  await desk.place.pause();
  desk.place.api!.faults.add({ kind: "status", code: 401 });
  const checks = await examine();
  expect(checks).toHaveLength(1);
  expect(complaints(checks)[0]).toMatch(/^wrong cluster: It cannot be asked: GET \/version: the server says 401/);
});

test("who gave up waiting is told so", async () => {
  const connection = { kubeconfig: desk.place.kubeconfig };
  const examination = { plan: smallPlan, versions: {}, queries: [], targets: [], recipients: [] };
  const aborted = AbortSignal.abort(new Error("too late"));
  await expect(
    kubernetesWorkloads.examine!(connection, examination, { clock: createClock(), dataDir: "/nowhere" }, aborted),
  ).rejects.toThrow("too late");
});

test("images that nobody named were not looked at, and that is said", async () => {
  expect(complaints(await examine({}, {}, {}))).toEqual([
    expect.stringContaining("None was looked at: nobody said which shall be released."),
  ]);
});

test("a cluster in which nothing is left over says so in one line", async () => {
  await desk.place.pause();
  const connection = { kubeconfig: desk.place.kubeconfig, namespace: desk.place.namespace };
  const surroundings = { clock: createClock(), dataDir: "/nowhere" };
  const ask = async () =>
    inEnglish(await kubernetesWorkloads.orphans!(connection, { active: [] }, surroundings, AbortSignal.timeout(30_000)));
  expect(await ask()).toMatchObject([{ verdict: "ok", remedy: null }]);
  desk.place.api!.faults.add({ kind: "status", code: 500 });
  expect(new Set((await ask()).map(({ verdict }) => verdict))).toEqual(new Set(["wrong"]));
});
