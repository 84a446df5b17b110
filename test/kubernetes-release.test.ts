import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { connectWorld } from "../src/adapters/connect.ts";
import type { AdapterLists } from "../src/adapters/connect.ts";
import { kubernetesWorkloads } from "../src/adapters/workloads/kubernetes.ts";
import { readPlan } from "../src/config/plan-file.ts";
import { digestOfPlan } from "../src/core/chain.ts";
import type { Plan } from "../src/core/plan.ts";
import { createClock } from "../src/engine/clock.ts";
import { createEngine } from "../src/engine/engine.ts";
import type { Engine } from "../src/engine/engine.ts";
import { MemoryStore } from "../src/sim/memory-store.ts";
import { ask } from "./engine-place.ts";
import { smallAdapters } from "./fixtures/small-adapters.ts";
import { deployments, pods, realKubeconfig, services } from "./kube/cluster-place.ts";
import type { ShopParts } from "./kube/shop-deployment.ts";
import { openDesk } from "./kube/workloads-desk.ts";
import type { Desk } from "./kube/workloads-desk.ts";

const patience = { timeout: 60_000, interval: 20 };

/** A release of one Deployment in a minute: its sources never have a bad word, and its router does what it is told. */
function planned(namespace: string): Plan {
  const text = `apiVersion: serin.dev/v1
kind: ReleasePlan
metadata: { name: shop, title: A shop, environment: production, timeZone: Europe/Paris, language: en }
services: [{ name: backend, workload: { kind: kubernetes, namespace: ${namespace}, deployment: backend }, data: expand-only }]
traffic: { kind: small, login: "POST /login", routes: { /: backend } }
scrape: 100ms
keepPrevious: 60m
metrics: { error-rate: { kind: ratio, unit: request, source: small, bad: errors, total: requests } }
phases:
  - { name: 25 %, share: 25%, audience: everyone, observe: 1s, gates: { error-rate: "< 5%" } }
  - { name: 100 %, share: 100%, audience: everyone, observe: 1s, gates: { error-rate: "< 5%" } }
guards: [{ when: "error-rate > 20%", then: rollback }]
`;
  const { plan, problems } = readPlan(text, "plan.yaml", { ...lists(), server: null });
  if (!plan) throw new Error(JSON.stringify(problems));
  // Nobody has to be asked.
  return { ...plan, people: { ...plan.people, start: { all: [] }, advance: {} } };
}

function lists(): AdapterLists {
  return { ...smallAdapters(), workloads: [kubernetesWorkloads] };
}

async function open(
  server: "stand-in" | "real",
  shop: Partial<ShopParts> = {},
): Promise<{ readonly desk: Desk; readonly engine: Engine; readonly begin: () => Promise<void> }> {
  const desk = await openDesk(server, { shop: { replicas: 4, ...shop } });
  const dataDir = await mkdtemp(join(tmpdir(), "serin-kube-release-"));
  const closing = new AbortController();
  const kubernetes = { kind: "kubernetes", value: { kubeconfig: desk.place.kubeconfig } };
  const connections = { sources: {}, routers: {}, workloads: { kubernetes }, notifiers: {} };
  const connected = connectWorld({ lists: lists(), connections, clock: createClock(), dataDir, closing: closing.signal });
  const world = { ...connected, store: new MemoryStore() };
  const engine = createEngine(world, {});
  await engine.start();
  onTestFinished(async () => {
    await engine.close();
    closing.abort();
    await desk.close();
    await rm(dataDir, { recursive: true });
  });
  const plan = planned(desk.place.namespace);
  const versions = { backend: { canary: desk.place.image("2"), stable: desk.place.image("1") } };
  const begin = async (): Promise<void> => {
    const head = {
      id: "shop-1",
      plan,
      planHash: digestOfPlan(plan),
      environment: "production",
      services: ["backend"],
      createdMs: Date.now(),
      startedBy: "Bruno",
      reason: "planned",
      versions,
      startKey: null,
    };
    await engine.release(head);
  };
  return { desk, engine, begin };
}

const images = async (desk: Desk): Promise<Readonly<Record<string, string>>> => {
  const found = await desk.place.list(deployments);
  return Object.fromEntries(
    found.map(({ metadata, spec }) => [
      metadata.name,
      (spec as { template: { spec: { containers: readonly { image: string }[] } } }).template.spec.containers[0]!.image,
    ]),
  );
};

async function until(engine: Engine, expected: object): Promise<void> {
  await vi.waitFor(async () => expect((await engine.view("shop-1"))?.release.status).toMatchObject(expected), patience);
}

test.each(realKubeconfig === undefined ? (["stand-in"] as const) : (["stand-in", "real"] as const))(
  "a release on a %s cluster: beside stable, larger before more people come, promoted, and taken back by image",
  async (server) => {
    const { desk, engine, begin } = await open(server);
    const [one, two] = [desk.place.image("1"), desk.place.image("2")];
    await begin();
    await until(engine, { kind: "observing", phase: 0 });
    expect(await images(desk)).toEqual({ backend: one, "backend-canary": two });
    await until(engine, { kind: "observing", phase: 1 });
    const canaries = (await desk.place.list(pods)).filter(({ metadata }) => metadata.labels?.["serin.dev/slot"] === "canary");
    expect(canaries).toHaveLength(4);
    await until(engine, { kind: "promoted", previous: "kept" });
    expect(await images(desk)).toEqual({ backend: two, "backend-previous": one });
    expect((await desk.place.list(services)).map(({ metadata }) => metadata.name).sort()).toEqual(["backend", "backend-previous"]);
    await engine.ask(ask("shop-1", "rollback"));
    await until(engine, { kind: "rolled-back" });
    await vi.waitFor(async () => expect(await images(desk)).toEqual({ backend: one }), patience);
    expect((await desk.place.list(services)).map(({ metadata }) => metadata.name)).toEqual(["backend"]);
  },
);

test("a version that falls never gets anybody, and the release says which pod and why", async () => {
  const { desk, engine, begin } = await open("stand-in", { behaviour: "crashing" });
  await begin();
  await vi.waitFor(async () => {
    const seen = await desk.see("canary");
    expect(seen).toMatchObject({
      isReady: false,
      urls: [],
      detail: expect.stringMatching(/pod backend-canary-.*CrashLoopBackOff, exit code 4, last words: I fell/),
    });
  }, patience);
  expect((await engine.view("shop-1"))?.release.status).toMatchObject({ kind: "preparing" });
  await engine.ask(ask("shop-1", "stop"));
  await until(engine, { kind: "stopped" });
  expect((await images(desk))["backend"]).toBe(desk.place.image("1"));
});
