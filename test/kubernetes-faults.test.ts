import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { kubernetesWorkloads } from "../src/adapters/workloads/kubernetes.ts";
import { createClock } from "../src/engine/clock.ts";
import type { ApiServer } from "./kube/api-server.ts";
import { deployments } from "./kube/cluster-place.ts";
import type { Fault } from "./kube/faults.ts";
import { openDesk, patience } from "./kube/workloads-desk.ts";
import type { Desk } from "./kube/workloads-desk.ts";

let desk: Desk;
let api: ApiServer;
beforeEach(async () => {
  desk = await openDesk("stand-in");
  api = desk.place.api!;
});
afterEach(() => {
  api.faults.clear();
  return desk.close();
});

/** The controllers' and the tests' own calls are not troubled: what serin asks bears its name nowhere, so it is told by what only it asks. */
const ofWatches = { fits: ({ path }: { readonly path: string }) => path.includes("watch=true") };

test.each<[string, Fault, RegExp]>([
  ["refuses the connection", { kind: "refused" }, /no whole answer|connection refused/],
  ["says 401", { kind: "status", code: 401 }, /the server says 401/],
  ["says 403", { kind: "status", code: 403 }, /the server says 403/],
  ["says 429", { kind: "status", code: 429, retryAfterSeconds: 1 }, /the server says 429|no more requests for/],
  ["says 500", { kind: "status", code: 500 }, /the server says 500/],
  ["answers a page of something in between", { kind: "html" }, /answers 500, and not in the API's words/],
  ["breaks off", { kind: "truncated" }, /no whole answer/],
  ["answers too much", { kind: "huge" }, /larger than \d+ bytes/],
  ["answers something else", { kind: "garbage", text: '{"items":"none"}' }, /no list/],
  ["answers objects without names", { kind: "garbage", text: '{"items":[{"metadata":{"name":7}}]}' }, /has no name/],
  [
    "answers objects of other types",
    { kind: "garbage", text: '{"items":[{"metadata":{"name":"backend"},"spec":{"replicas":"NaN"}}]}' },
    /Deployment backend is not as the API says/,
  ],
  ["answers no JSON", { kind: "garbage", text: "NaN" }, /no object|no JSON/],
])("a server that %s is told, with no secret in it, and seen again afterwards", async (_, fault, says) => {
  await desk.place.pause();
  api.faults.add(fault);
  const failed: unknown = await desk.see("stable").catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(Error);
  expect((failed as Error).message).toMatch(says);
  expect(inspect(failed)).not.toMatch(/Bearer|"serin"/);
  await expect(desk.apply({ canary: "2" })).rejects.toThrow(/\S/);
  api.faults.clear();
  await vi.waitFor(async () => expect(await desk.see("stable")).toMatchObject({ version: desk.place.image("1") }), patience);
});

test("a server that never answers is waited for as long as the caller does", async () => {
  await desk.place.pause();
  api.faults.add({ kind: "silent" });
  const late = AbortSignal.timeout(300);
  await expect(desk.workloads.observe(desk.wanted({}), late)).rejects.toMatchObject({ name: "TimeoutError" });
  await expect(desk.workloads.apply(desk.wanted({ canary: "2" }), AbortSignal.timeout(300))).rejects.toMatchObject({
    name: "TimeoutError",
  });
});

test("a certificate, or a server without one, that cannot be trusted is told", async () => {
  const config = api.kubeconfig("serin").replace("http:", "https:");
  const kubeconfig = join(desk.place.kubeconfig, "..", "tls");
  await writeFile(kubeconfig, config);
  const workloads = kubernetesWorkloads.create({ kubeconfig }, { clock: createClock(), dataDir: "/nowhere" });
  await expect(workloads.observe(desk.wanted({}), AbortSignal.timeout(20_000))).rejects.toThrow(/no whole answer \(\w+\)/);
});

test.each<[string, object, RegExp]>([
  ["no kubeconfig", { kubeconfig: "/no/such/file" }, /kubeconfig \/no\/such\/file cannot be read/],
  ["no such context", { context: "other" }, /has no context "other"; it has test/],
])("%s is told", async (_, options, says) => {
  const workloads = kubernetesWorkloads.create(
    { kubeconfig: desk.place.kubeconfig, ...options },
    { clock: createClock(), dataDir: "/nowhere" },
  );
  await expect(workloads.observe(desk.wanted({}), AbortSignal.timeout(20_000))).rejects.toThrow(says);
});

test("a token that was changed in the kubeconfig is read there", async () => {
  const kubeconfig = join(desk.place.kubeconfig, "..", "rotated");
  await writeFile(kubeconfig, api.kubeconfig("nobody"));
  const workloads = kubernetesWorkloads.create(
    { kubeconfig, namespace: desk.place.namespace },
    { clock: createClock(), dataDir: "/nowhere" },
  );
  const look = () => workloads.observe(desk.wanted({}), AbortSignal.timeout(20_000));
  await expect(look()).rejects.toThrow(/401|Unauthorized/);
  await writeFile(kubeconfig, api.kubeconfig("serin"));
  await vi.waitFor(async () => expect(await look()).toMatchObject({ backend: { stable: { version: desk.place.image("1") } } }), patience);
});

test("after too many requests nothing is asked before the time that was named", async () => {
  await desk.place.pause();
  api.faults.add({ kind: "status", code: 429, retryAfterSeconds: 60 });
  await expect(desk.see("stable")).rejects.toThrow("the server says 429");
  api.faults.clear();
  const before = api.requests.length;
  await expect(desk.see("stable")).rejects.toThrow(/no more requests for \d+ s/);
  await expect(desk.apply({ stable: "2" })).rejects.toThrow(/no more requests for \d+ s/);
  expect(api.requests.length).toBe(before);
});

describe("a watch", () => {
  const wait = (version: string) =>
    vi.waitFor(async () => expect(await desk.see("stable")).toMatchObject({ version: desk.place.image(version) }), patience);
  const setImage = async (version: string): Promise<void> => {
    const path = `/apis/apps/v1/namespaces/${desk.place.namespace}/deployments/backend`;
    const body = [{ op: "replace", path: "/spec/template/spec/containers/0/image", value: desk.place.image(version) }];
    await desk.place.call({ method: "PATCH", path, as: "application/json-patch+json", body });
  };

  test("that is cut goes on where it was, also when the server has forgotten what happened since", async () => {
    await wait("1");
    api.cutWatches();
    await setImage("2");
    await wait("2");
    await desk.place.pause();
    api.faults.add({ kind: "refused" }, { ...ofWatches, times: 3 });
    api.cutWatches();
    await setImage("3");
    api.store.compact();
    await wait("3");
    expect(
      api.requests.filter((asked) => /GET .*\/deployments\?limit/.test(asked) && asked.includes("limit=500")).length,
    ).toBeGreaterThanOrEqual(2);
  });

  test("that cannot be had again is no reason to believe what was seen before", async () => {
    await wait("1");
    await desk.place.pause();
    api.faults.add({ kind: "status", code: 500 });
    api.cutWatches();
    await vi.waitFor(async () => expect(await desk.see("stable").catch(String)).toMatch(/500/), patience);
    api.faults.clear();
    await wait("1");
  });

  test.each<[string, Fault]>([
    ["a watch that ends at once", { kind: "garbage", text: "" }],
    ["a history that is always over", { kind: "garbage", text: '{"type":"ERROR","object":{"code":410,"message":"too old"}}\n' }],
  ])("%s is not asked for without a pause", async (_, fault) => {
    await desk.place.pause();
    api.faults.add(fault, ofWatches);
    const asked = () => api.requests.filter((each) => each.includes("watch=true")).length;
    const before = asked();
    const sinceMs = performance.now();
    await wait("1");
    await vi.waitFor(() => expect(asked() - before).toBeGreaterThanOrEqual(4), patience);
    expect((performance.now() - sinceMs) / (asked() - before)).toBeGreaterThan(200);
  });

  test("that tells of another kind of thing is begun anew", async () => {
    await wait("1");
    api.faults.add({ kind: "garbage", text: '{"type":"ADDED","object":null}\n' }, { ...ofWatches, times: 2 });
    api.cutWatches();
    await setImage("2");
    await wait("2");
  });

  test("makes looking cost nothing: a hundred looks at a release that stands are a handful of requests", async () => {
    await desk.apply({ stable: "1", canary: "2", share: 100 });
    await desk.until("canary", { isReady: true });
    await desk.until("stable", { isReady: true });
    await desk.place.pause();
    const before = api.requests.length;
    for (let look = 0; look < 100; look += 1) await desk.see("canary");
    expect(api.requests.slice(before).length).toBeLessThan(10);
  });
});

test("stable gets its image back though what stands beside it cannot be cleared away", async () => {
  await desk.apply({ stable: "2", canary: "2", share: 100 });
  await desk.until("canary", { isReady: true });
  await desk.until("stable", { isReady: true, version: desk.place.image("2") });
  api.faults.add({ kind: "status", code: 403 }, { fits: ({ path }) => path.includes("/horizontalpodautoscalers") });
  await expect(desk.apply({ stable: "1" })).rejects.toThrow("403");
  await desk.until("stable", { version: desk.place.image("1") });
  api.faults.clear();
  await desk.apply({ stable: "1" });
  await vi.waitFor(async () => expect(await desk.see("canary")).toBeUndefined(), patience);
});

test("stable keeps its image as long as previous cannot be made", async () => {
  await desk.apply({ stable: "1", canary: "2", share: 100 });
  await desk.until("canary", { isReady: true });
  const isNew = {
    fits: ({ method, path }: { readonly method: string; readonly path: string }) => method === "POST" && path.includes("/deployments"),
  };
  api.faults.add({ kind: "status", code: 403 }, isNew);
  await expect(desk.apply({ stable: "2", canary: "2", previous: "1", share: 100 })).rejects.toThrow("403");
  expect(await desk.see("stable")).toMatchObject({ version: desk.place.image("1") });
});

test("a conflict is tried again at once", async () => {
  await desk.see("stable");
  const isImage = {
    fits: ({ method, path }: { readonly method: string; readonly path: string }) =>
      method === "PATCH" && path.includes("/deployments/backend?fieldManager=serin"),
    times: 2,
  };
  api.faults.add({ kind: "status", code: 409 }, isImage);
  await desk.apply({ stable: "2" });
  expect(JSON.stringify(await desk.place.find(deployments, "backend"))).toContain(desk.place.image("2"));
});

test("a call that is aborted in the middle is finished by the next one", async () => {
  const isService = {
    fits: ({ method, path }: { readonly method: string; readonly path: string }) => method === "PATCH" && path.includes("/services/"),
    times: 1,
  };
  api.faults.add({ kind: "silent" }, isService);
  const abort = new AbortController();
  const before = api.requests.length;
  const applying = desk.workloads.apply(desk.wanted({ canary: "2" }), abort.signal);
  const isAsked = (): boolean => api.requests.slice(before).some((asked) => /^PATCH .*\/services\//.test(asked));
  await Promise.race([vi.waitUntil(isAsked), applying]);
  const reason = new Error("the tick is over");
  abort.abort(reason);
  await expect(applying).rejects.toBe(reason);
  expect(await desk.until("canary", { isReady: false })).toMatchObject({ urls: [], detail: expect.stringContaining("is gone") });
  await desk.apply({ canary: "2" });
  await desk.until("canary", { isReady: true });
});
