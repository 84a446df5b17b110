import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { kubernetesWorkloads } from "../src/adapters/workloads/kubernetes.ts";
import type { SeenWorkload } from "../src/core/observation.ts";
import { createClock } from "../src/engine/clock.ts";
import type { Workloads } from "../src/ports.ts";
import { workloadsContract } from "./contract/workloads.ts";
import type { WorkloadsSubject } from "./contract/workloads.ts";
import { deployments, openPlace, pods, realKubeconfig, services } from "./kube/cluster-place.ts";
import type { ClusterPlace } from "./kube/cluster-place.ts";
import { mapOf } from "./kube/json.ts";
import type { Json } from "./kube/json.ts";
import { shopDeployment, shopService } from "./kube/shop-deployment.ts";

workloadsContract("kubernetes, on the stand-in", () => makeSubject("stand-in"));

if (realKubeconfig !== undefined) workloadsContract("kubernetes, on a real cluster", () => makeSubject("real"));
else {
  describe("workloads kubernetes, on a real cluster", () => {
    test("needs one", (context) => context.skip("set SERIN_TEST_KUBECONFIG"));
  });
}

async function makeSubject(server: "stand-in" | "real"): Promise<WorkloadsSubject> {
  const place = await openPlace(server);
  const dataDir = await mkdtemp(join(tmpdir(), "serin-kube-data-"));
  let closing = new AbortController();
  const create = (): Workloads =>
    kubernetesWorkloads.create(
      { kubeconfig: place.kubeconfig, namespace: place.namespace },
      { clock: createClock(), dataDir, closing: closing.signal },
    );
  return {
    workloads: create(),
    runsStable: false,
    async place(service, behaviour) {
      const there = await place.find(deployments, service);
      if (!there) {
        await place.create(services, shopService(service));
        await place.create(
          deployments,
          shopDeployment({ name: service, image: place.image(behaviour === "missing" ? "missing" : "0"), behaviour }),
        );
      }
      // Until its first pod is there, as long as a team's Deployment always is.
      await vi.waitFor(async () => expect(mapOf((await place.find(deployments, service))?.status as Json)["replicas"]).toBeDefined(), {
        timeout: 20_000,
        interval: 50,
      });
      return { kind: "kubernetes", options: { deployment: service } };
    },
    version: (name, behaviour) => place.image(behaviour === "missing" ? "missing" : name),
    answers: (workload) => leadsToPods(place, workload),
    async reopen() {
      closing.abort();
      closing = new AbortController();
      return create();
    },
    running: async () =>
      (await place.list(pods))
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
        .map(({ metadata }) => metadata.name)
        .sort(),
    async destroy() {
      closing.abort();
      await place.close();
      await rm(dataDir, { recursive: true });
    },
  };
}

/** Names of a cluster mean nothing outside of it: the Service has to select ready pods, all of them of the version. */
async function leadsToPods(place: ClusterPlace, { urls, version }: SeenWorkload): Promise<boolean> {
  const [, name = ""] = /^http:\/\/([^.]+)\.[^.]+\.svc:80$/.exec(urls[0] ?? "") ?? [];
  const service = await place.find(services, name);
  const selector = mapOf(mapOf(service?.spec as Json)["selector"]);
  const selected = (await place.list(pods)).filter(({ metadata }) =>
    Object.entries(selector).every(([key, value]) => metadata.labels?.[key] === value),
  );
  const images = selected.map(({ spec }) => (spec as { readonly containers: readonly { readonly image: string }[] }).containers[0]?.image);
  return images.length > 0 && images.every((image) => image === version);
}
