import { afterEach, describe, expect, test, vi } from "vitest";
import type { KubeObject } from "../src/adapters/kubernetes-client.ts";
import { kubernetesWorkloads } from "../src/adapters/workloads/kubernetes.ts";
import { createClock } from "../src/engine/clock.ts";
import { autoscalers, budgets, deployments, jobs, pods, realKubeconfig, services } from "./kube/cluster-place.ts";
import type { Collection } from "./kube/cluster-place.ts";
import { isSame, listOf, mapOf, without } from "./kube/json.ts";
import type { Json, JsonMap } from "./kube/json.ts";
import { selectsLabels } from "./kube/selectors.ts";
import { openDesk, patience } from "./kube/workloads-desk.ts";
import type { Desk, DeskOptions } from "./kube/workloads-desk.ts";
import { inEnglish } from "./fixtures/said-checks.ts";

describe.each(realKubeconfig === undefined ? (["stand-in"] as const) : (["stand-in", "real"] as const))(
  "Deployments of a %s cluster",
  (server) => {
    let desk: Desk;
    const open = async (options: DeskOptions = {}): Promise<Desk> => (desk = await openDesk(server, options));
    afterEach(() => desk.close());
    const find = async (collection: Collection, name: string): Promise<JsonMap> =>
      (await desk.place.find(collection, name)) as unknown as JsonMap;
    const spec = async (collection: Collection, name: string): Promise<JsonMap> => mapOf((await find(collection, name))["spec"]);
    const template = async (name: string): Promise<JsonMap> => mapOf((await spec(deployments, name))["template"]);
    const names = async (collection: Collection): Promise<readonly string[]> =>
      (await desk.place.list(collection)).map(({ metadata }) => metadata.name).sort();

    test("the canary is stable with another image and labels of its own", async () => {
      await open({ shop: { replicas: 4 } });
      const before = await find(deployments, "backend");
      await desk.apply({ stable: "1", canary: "2", share: 10 });
      const [stable, canary] = [await template("backend"), await template("backend-canary")];
      const [of, like] = [mapOf(stable["spec"]), mapOf(canary["spec"])];
      expect(containerOf(like)["image"]).toBe(desk.place.image("2"));
      expect({ ...like, containers: [{ ...containerOf(like), image: desk.place.image("1") }] }).toEqual(of);
      expect(mapOf(canary["metadata"])["annotations"]).toEqual(mapOf(stable["metadata"])["annotations"]);
      const labels = mapOf(mapOf(canary["metadata"])["labels"]);
      expect(labels).toMatchObject({
        app: "backend-canary",
        tier: "web",
        "serin.dev/slot": "canary",
        "serin.dev/service": "backend",
        "serin.dev/release": "web-20260101-abcde",
      });
      expect(selectsLabels({ matchLabels: mapOf((await spec(services, "backend"))["selector"]) }, labels)).toBe(false);
      expect(selectsLabels({ matchLabels: mapOf((await spec(services, "backend-canary"))["selector"]) }, labels)).toBe(true);
      const { metadata } = (await find(deployments, "backend-canary")) as unknown as KubeObject;
      expect(metadata.labels).not.toHaveProperty("app.kubernetes.io/instance");
      expect(metadata.annotations).not.toHaveProperty("team");
      expect(metadata.ownerReferences).toMatchObject([{ kind: "Deployment", name: "backend" }]);
      expect(isSame(withoutStatus(await find(deployments, "backend")), withoutStatus(before))).toBe(true);
    });

    test("it is sized for the share that comes, and never made smaller", async () => {
      await open({ shop: { replicas: 4 } });
      await desk.apply({ canary: "2", share: 10 });
      expect((await spec(deployments, "backend-canary"))["replicas"]).toBe(1);
      expect((await desk.until("canary", { isReady: true })).sizedPct).toBe(10);
      await desk.apply({ canary: "2", share: 50 });
      expect(await desk.see("canary")).toMatchObject({ sizedPct: 50, isReady: false });
      expect(await desk.until("canary", { isReady: true, sizedPct: 50 })).toMatchObject({
        urls: [`http://backend-canary.${desk.place.namespace}.svc:80`],
      });
      expect((await spec(deployments, "backend-canary"))["replicas"]).toBe(2);
      await desk.apply({ canary: "2", share: 0 });
      expect((await spec(deployments, "backend-canary"))["replicas"]).toBe(2);
    });

    test("autoscaler and disruption budget come along, sized as it is, and go with it", async () => {
      await open({ shop: { replicas: 4 } });
      // Clusters before 1.23 and 1.21 do not know them: then there is nothing to copy.
      const [hasHpa, hasPdb] = await Promise.all([knows(desk, "/apis/autoscaling/v2"), knows(desk, "/apis/policy/v1")]);
      const hpa = { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "backend" }, minReplicas: 4, maxReplicas: 8 };
      const pdb = { minAvailable: 3, selector: { matchLabels: { app: "backend" } } };
      if (hasHpa) await desk.place.create(autoscalers, { metadata: { name: "web" }, spec: hpa });
      if (hasPdb) await desk.place.create(budgets, { metadata: { name: "web" }, spec: pdb });
      await desk.apply({ canary: "2", previous: "1", share: 50 });
      const [canary, previous, budget] = [
        hasHpa ? await spec(autoscalers, "backend-canary") : null,
        hasHpa ? await spec(autoscalers, "backend-previous") : null,
        hasPdb ? await spec(budgets, "backend-canary") : null,
      ];
      expect({ canary, previous, budget }).toMatchObject({
        canary: hasHpa ? { scaleTargetRef: { name: "backend-canary" }, minReplicas: 2, maxReplicas: 8 } : null,
        previous: hasHpa ? { minReplicas: 4 } : null,
        budget: hasPdb ? { minAvailable: 1, selector: { matchLabels: { "serin.dev/slot": "canary" } } } : null,
      });
      await desk.apply({});
      expect(await names(services)).toEqual(["backend"]);
      await vi.waitFor(async () => expect(await names(deployments)).toEqual(["backend"]), patience);
      expect(hasHpa ? await names(autoscalers) : ["web"]).toEqual(["web"]);
      expect(hasPdb ? await names(budgets) : ["web"]).toEqual(["web"]);
    });

    test("what takes stable's place is as large as stable was before an autoscaler made it smaller", async () => {
      await open({ shop: { replicas: 4 } });
      await desk.apply({ stable: "1", canary: "2", share: 50 });
      const path = `/apis/apps/v1/namespaces/${desk.place.namespace}/deployments/backend/scale`;
      const query = { fieldManager: "kube-controller-manager" };
      await desk.place.call({ method: "PATCH", path, query, as: "application/merge-patch+json", body: { spec: { replicas: 1 } } });
      await desk.until("stable", { isReady: true, detail: "" });
      await desk.apply({ stable: "1", canary: "2", previous: "1", share: 100 });
      expect((await spec(deployments, "backend-canary"))["replicas"]).toBe(4);
      expect((await spec(deployments, "backend-previous"))["replicas"]).toBe(4);
      expect((await spec(deployments, "backend"))["replicas"]).toBe(1);
    });

    test("two services of one Deployment are refused for good", async () => {
      await open();
      const { backend } = desk.wanted({ canary: "2" });
      const both = { frontend: backend!, backend: backend! };
      await expect(desk.workloads.apply(both, AbortSignal.timeout(10_000))).rejects.toMatchObject({
        retry: "never",
        message: expect.stringContaining("frontend and backend are both"),
      });
    });

    test("promotion and rollback leave stable as kubectl set image would have", async () => {
      await open({ shop: { replicas: 2 } });
      const before = await find(deployments, "backend");
      await desk.apply({ stable: "1", canary: "2", share: 100 });
      await desk.until("canary", { isReady: true });
      await desk.apply({ stable: "1", canary: "2", previous: "1", share: 100 });
      expect(await desk.until("previous", { isReady: true })).toMatchObject({ version: desk.place.image("1") });
      expect((await spec(deployments, "backend-previous"))["replicas"]).toBe(2);
      await desk.apply({ stable: "2", canary: "2", previous: "1", share: 100 });
      await desk.until("stable", { isReady: true, version: desk.place.image("2") });
      const set = (object: JsonMap): JsonMap => withoutStatus(object);
      const promoted = set(await find(deployments, "backend"));
      expect(promoted).toEqual(withImage(set(before), desk.place.image("2")));
      expect(containerOf(mapOf((await template("backend-previous"))["spec"]))["image"]).toBe(desk.place.image("1"));
      await desk.apply({ stable: "1", previous: "1" });
      await desk.until("stable", { isReady: true, version: desk.place.image("1") });
      expect(set(await find(deployments, "backend"))).toEqual(set(before));
      await desk.apply({ stable: "1" });
      await vi.waitFor(async () => expect(await names(deployments)).toEqual(["backend"]), patience);
    });

    test("somebody who writes in between is no obstacle", async () => {
      await open();
      expect(await desk.see("stable")).toBeDefined();
      await Promise.all([
        desk.apply({ stable: "2" }),
        ...["a", "b", "c"].map((word) => desk.edit("somebody", "backend", { metadata: { annotations: { word } } })),
      ]);
      expect(await desk.until("stable", { version: desk.place.image("2") })).toMatchObject({ version: desk.place.image("2") });
    });

    test("a program that keeps a repository's word is recognised and left alone", async () => {
      await open();
      await desk.apply({ stable: "2" });
      await desk.edit("argocd-application-controller", "backend", imagePatch(await template("backend"), desk.place.image("1")));
      await desk.until("stable", { version: desk.place.image("1") });
      await desk.apply({ stable: "2" });
      const generation = mapOf((await find(deployments, "backend")).metadata)["generation"];
      await desk.apply({ stable: "2" });
      expect(mapOf((await find(deployments, "backend")).metadata)["generation"]).toBe(generation);
      expect(await desk.see("stable")).toMatchObject({
        version: desk.place.image("1"),
        detail: expect.stringMatching(/Argo CD \(argocd-application-controller\) at .* set the image back once; serin leaves it/),
      });
      await desk.apply({ stable: "3" });
      expect(await desk.see("stable")).toMatchObject({ version: desk.place.image("3") });
    });

    test("one that nobody knows is left alone after the third time", async () => {
      await open();
      for (let time = 0; time < 3; time += 1) {
        await desk.apply({ stable: "2" });
        expect(await desk.see("stable")).toMatchObject({ version: desk.place.image("2") });
        await desk.edit("somebody", "backend", imagePatch(await template("backend"), desk.place.image("1")));
        await desk.until("stable", { version: desk.place.image("1") });
      }
      await desk.apply({ stable: "2" });
      expect(await desk.see("stable")).toMatchObject({
        version: desk.place.image("1"),
        detail: expect.stringMatching(/somebody at .* set the image back 3 times; serin leaves it/),
      });
    });

    test("another version that somebody gives stable in the middle of a release stays, also when the release goes back", async () => {
      await open();
      await desk.apply({ stable: "1", canary: "2", share: 10 });
      await desk.until("canary", { isReady: true });
      await desk.edit("kubectl-set", "backend", imagePatch(await template("backend"), desk.place.image("3")));
      await desk.until("stable", { version: desk.place.image("3") });
      await desk.apply({ stable: "1", canary: "2", share: 50 });
      expect(await desk.see("stable")).toMatchObject({
        version: desk.place.image("3"),
        detail: expect.stringMatching(/kubectl-set at .* gave it the image \S+ in the middle of a release; serin leaves it/),
      });
      await desk.apply({ stable: "1" });
      await vi.waitFor(async () => expect(await names(deployments)).toEqual(["backend"]), patience);
      await desk.apply({ stable: "1" });
      expect(await desk.see("stable")).toMatchObject({ version: desk.place.image("3") });
    });

    test("what others did to stable or canary is seen and told, and what they took away is made again", async () => {
      await open({ shop: { replicas: 2 } });
      await desk.apply({ stable: "1", canary: "2", share: 100 });
      await desk.until("canary", { isReady: true, detail: "" });
      await desk.edit("kubectl-edit", "backend", { spec: { template: { metadata: { annotations: { note: "x" } } } } });
      await desk.until("stable", {
        detail: expect.stringMatching(
          /its pods were changed since the canary was cloned, by kubectl-edit at .*: the two differ by more than the version/,
        ),
      });
      await desk.edit("kubectl-scale", "backend-canary", { spec: { replicas: 0 } });
      await desk.until("canary", {
        isReady: false,
        detail: expect.stringMatching(/it is scaled to 0; it was scaled to 0 by kubectl-scale/),
      });
      await desk.place.call({ method: "DELETE", path: `/api/v1/namespaces/${desk.place.namespace}/services/backend-canary` });
      await desk.place.call({ method: "DELETE", path: `/apis/apps/v1/namespaces/${desk.place.namespace}/deployments/backend-canary` });
      await vi.waitFor(async () => expect(await desk.see("canary")).toBeUndefined(), patience);
      await desk.apply({ stable: "1", canary: "2", share: 100 });
      await desk.until("canary", { isReady: true, urls: [expect.stringContaining("backend-canary")] });
    });

    test("a migration ends before a pod of the new version starts", async () => {
      let mayEnd = false;
      await open({ workload: { migration: { job: "migrate" } }, controller: { mayEnd: () => mayEnd } });
      await desk.place.create(jobs, migration("good", desk.place.image("1")));
      await desk.apply({ stable: "1", canary: "2", share: 10 });
      const waiting = await desk.until("canary", {
        isReady: false,
        sizedPct: 0,
        urls: [],
        detail: expect.stringMatching(/its migration Job migrate-\w{8} has not ended yet/),
      });
      expect(waiting.version).toBe(desk.place.image("2"));
      const [own] = (await desk.place.list(jobs)).filter(({ metadata }) => metadata.name !== "migrate");
      expect(containerOf(mapOf(mapOf(mapOf(own?.spec as Json)["template"])["spec"]))["image"]).toBe(desk.place.image("2"));
      expect(own?.spec).not.toHaveProperty("ttlSecondsAfterFinished");
      expect((await desk.place.list(pods)).filter(({ metadata }) => metadata.labels?.["serin.dev/slot"] === "canary")).toEqual([]);
      mayEnd = true;
      await vi.waitFor(async () => {
        await desk.apply({ stable: "1", canary: "2", share: 10 });
        expect(await desk.see("canary")).toMatchObject({ isReady: true, sizedPct: 10 });
      }, patience);
      await desk.place.call({ method: "DELETE", path: `/apis/apps/v1/namespaces/${desk.place.namespace}/deployments/backend-canary` });
      await vi.waitFor(async () => expect(await desk.see("canary")).toBeUndefined(), patience);
      await vi.waitFor(async () => expect(await names(pods)).not.toContainEqual(expect.stringMatching(/^backend-canary/)), patience);
      mayEnd = false;
      await desk.apply({ stable: "1", canary: "2", share: 10 });
      await desk.until("canary", { isReady: true, sizedPct: 10 });
      const migrated = (await desk.place.list(jobs)).filter(({ metadata }) => metadata.name !== "migrate");
      expect(migrated.map(({ metadata }) => metadata.uid)).toEqual([own?.metadata.uid]);
      await desk.apply({ stable: "1" });
      await vi.waitFor(async () => expect(await names(jobs)).toEqual(["migrate"]), patience);
    });

    test("a migration that fails is told with its last words, and the new version never starts", async () => {
      await open({ workload: { migration: { job: "migrate" } } });
      await desk.place.create(jobs, migration("crashing", desk.place.image("1")));
      await desk.apply({ stable: "1", canary: "2", share: 10 });
      await desk.until("canary", {
        isReady: false,
        detail: expect.stringMatching(/its migration Job migrate-\w{8} failed: .*; pod .*exit code 4, last words: I fell/),
      });
      await desk.apply({ stable: "1", canary: "2", share: 10 });
      expect((await spec(deployments, "backend-canary"))["replicas"]).toBe(0);
    });

    test("what is not serin's is neither taken over nor taken away", async () => {
      await open();
      await desk.place.create(services, {
        metadata: { name: "backend-canary" },
        spec: { selector: { app: "other" }, ports: [{ port: 80 }] },
      });
      await expect(desk.apply({ canary: "2", share: 10 })).rejects.toThrow("backend-canary is not serin's");
      await desk.apply({});
      expect(await names(services)).toEqual(["backend", "backend-canary"]);
      expect((await spec(services, "backend-canary"))["selector"]).toEqual({ app: "other" });
    });

    test("what no active release answers for is found", async () => {
      await open();
      await desk.apply({ canary: "2", share: 10, release: "web-20260101-abcde" });
      const ask = async (active: readonly string[]) => {
        const connection = { kubeconfig: desk.place.kubeconfig, namespace: desk.place.namespace };
        const found = await kubernetesWorkloads.orphans!(
          connection,
          { active },
          { clock: createClock(), dataDir: "/nowhere" },
          AbortSignal.timeout(30_000),
        );
        // Other tests may be at work in other namespaces.
        return inEnglish(found)
          .map(({ what }) => what)
          .filter((what) => what.includes(desk.place.namespace));
      };
      expect(await ask(["web-20260101-abcde"])).toEqual([]);
      expect(await ask(["another"])).toEqual([
        `Deployment ${desk.place.namespace}/backend-canary`,
        `Service ${desk.place.namespace}/backend-canary`,
      ]);
    });
  },
);

function containerOf(podSpec: JsonMap): JsonMap {
  return mapOf(listOf(podSpec["containers"])[0]);
}

function withoutStatus(object: JsonMap): JsonMap {
  const { labels, name } = mapOf(object["metadata"]);
  const annotations = without(mapOf(mapOf(object["metadata"])["annotations"]), "deployment.kubernetes.io/revision");
  return { metadata: { labels, name, annotations }, spec: object["spec"] };
}

function withImage(object: JsonMap, image: string): JsonMap {
  const spec = mapOf(object["spec"]);
  const template = mapOf(spec["template"]);
  const pod = mapOf(template["spec"]);
  return { ...object, spec: { ...spec, template: { ...template, spec: { ...pod, containers: [{ ...containerOf(pod), image }] } } } };
}

function imagePatch(template: JsonMap, image: string): object {
  return { spec: { template: { spec: { containers: [{ ...containerOf(mapOf(template["spec"])), image }] } } } };
}

function migration(behaviour: "good" | "crashing", image: string): object {
  const command = behaviour === "good" ? ["true"] : ["sh", "-c", "echo I fell; exit 4"];
  const container = {
    name: "migrate",
    image,
    command,
    terminationMessagePolicy: "FallbackToLogsOnError",
    env: [{ name: "BEHAVIOUR", value: behaviour }],
  };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "migrate" },
    spec: {
      suspend: true,
      backoffLimit: 0,
      ttlSecondsAfterFinished: 60,
      template: { spec: { restartPolicy: "Never", containers: [container] } },
    },
  };
}

async function knows(desk: Desk, path: string): Promise<boolean> {
  return desk.place.call({ method: "GET", path }).then(
    () => true,
    () => false,
  );
}
