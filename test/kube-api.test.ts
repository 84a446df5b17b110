import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { KubeClient, kubePath } from "../src/adapters/kubernetes-client.ts";
import type { KubeCall, KubeObject } from "../src/adapters/kubernetes-client.ts";
import { createClock } from "../src/engine/clock.ts";
import { startApiServer } from "./kube/api-server.ts";

/*
 * What the stand-in promises of the API, asked of a real server too when SERIN_TEST_KUBECONFIG names one: so it does not come to have habits of
 * its own.
 */
describe.each([{ server: "stand-in" }, { server: "real" }])("the API as the $server server has it", ({ server }) => {
  const kubeconfig = process.env["SERIN_TEST_KUBECONFIG"];
  if (server === "real" && kubeconfig === undefined) {
    test("needs a cluster", (context) => context.skip("set SERIN_TEST_KUBECONFIG"));
    return;
  }
  let client: KubeClient;
  let namespace = "";
  const signal = (): AbortSignal => AbortSignal.timeout(20_000);
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "serin-kube-"));
    const api = server === "real" ? null : await startApiServer();
    const file = kubeconfig !== undefined && api === null ? kubeconfig : join(folder, "config");
    if (api) await writeFile(file, api.kubeconfig("admin"));
    client = new KubeClient({ kubeconfig: file }, createClock());
    namespace = `serin-api-${Math.random().toString(36).slice(2, 8)}`;
    await client.call({ method: "POST", path: "/api/v1/namespaces", body: { metadata: { name: namespace } } }, signal());
    return async () => {
      await client.call({ method: "DELETE", path: `/api/v1/namespaces/${namespace}` }, signal());
      await api?.close();
      await rm(folder, { recursive: true });
    };
  });

  const deployments = (name?: string, subresource?: string): string =>
    kubePath({
      apiVersion: "apps/v1",
      namespace,
      plural: "deployments",
      ...(name === undefined ? {} : { name }),
      ...(subresource === undefined ? {} : { subresource }),
    });
  const web = (name: string, image = "example.com/web:1") => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, labels: { tier: "front" } },
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "app", image, env: [{ name: "A", value: "1" }] }] } },
    },
  });
  const applied = (name: string, spec: unknown, more: object = {}) => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, ...more },
    spec,
  });
  const asked = (call: KubeCall): Promise<Seen> => client.call(call, signal()) as Promise<Seen>;
  const create = (name: string, manager = "kubectl"): Promise<Seen> =>
    asked({ method: "POST", path: deployments(), body: web(name), query: { fieldManager: manager } });
  const ssa = (name: string, spec: unknown, query: Readonly<Record<string, string>>, more: object = {}): Promise<Seen> =>
    asked({
      method: "PATCH",
      path: deployments(name),
      query: { fieldManager: "serin", ...query },
      as: "application/apply-patch+yaml",
      body: applied(name, spec, more),
    });
  const containers = (...list: readonly object[]) => ({ template: { spec: { containers: list } } });

  test("what is left out is filled in, and a change of the spec alone counts", async () => {
    const made = await create("defaults");
    expect(made.spec).toMatchObject({
      replicas: 1,
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 10,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
    });
    expect(made.spec.template.spec).toMatchObject({
      restartPolicy: "Always",
      dnsPolicy: "ClusterFirst",
      terminationGracePeriodSeconds: 30,
    });
    expect(made.metadata.generation).toBe(1);
    const labelled = await asked({
      method: "PATCH",
      path: deployments("defaults"),
      as: "application/merge-patch+json",
      body: { metadata: { labels: { more: "yes" } } },
    });
    expect(labelled.metadata).toMatchObject({ generation: 1, labels: { tier: "front", more: "yes" } });
    const scaled = await asked({
      method: "PATCH",
      path: deployments("defaults", "scale"),
      as: "application/merge-patch+json",
      body: { spec: { replicas: 3 } },
    });
    expect(scaled.spec).toMatchObject({ replicas: 3 });
    expect(await asked({ method: "GET", path: deployments("defaults") })).toMatchObject({
      metadata: { generation: 2 },
      spec: { replicas: 3 },
    });
  });

  test("the status is written at its own place, and nowhere else", async () => {
    const made = await create("status");
    const status = { observedGeneration: 1, replicas: 1, conditions: [{ type: "Available", status: "True", reason: "x", message: "y" }] };
    const ignored = await asked({ method: "PUT", path: deployments("status"), body: { ...made, status } });
    expect(ignored.status?.observedGeneration).toBeUndefined();
    const seen = await asked({
      method: "PUT",
      path: deployments("status", "status"),
      body: { ...made, metadata: { ...made.metadata, resourceVersion: ignored.metadata.resourceVersion }, spec: {}, status },
    });
    expect(seen).toMatchObject({ metadata: { generation: 1 }, spec: { replicas: 1 }, status: { observedGeneration: 1 } });
  });

  test("a stale write is a conflict, and so is a test that does not hold", async () => {
    const made = await create("stale");
    await asked({ method: "PATCH", path: deployments("stale"), as: "application/merge-patch+json", body: { spec: { replicas: 2 } } });
    await expect(asked({ method: "PUT", path: deployments("stale"), body: made })).rejects.toMatchObject({ code: 409, reason: "Conflict" });
    const version = { op: "test", path: "/metadata/resourceVersion", value: made.metadata.resourceVersion };
    const image = { op: "replace", path: "/spec/template/spec/containers/0/image", value: "example.com/web:2" };
    await expect(
      asked({ method: "PATCH", path: deployments("stale"), as: "application/json-patch+json", body: [version, image] }),
    ).rejects.toMatchObject({ code: 422 });
    await expect(create("stale")).rejects.toMatchObject({ code: 409, reason: "AlreadyExists" });
  });

  test("fields belong to who wrote them: an apply over another's value is a conflict, a forced one takes it", async () => {
    await create("owned");
    const image = containers({ name: "app", image: "example.com/web:2" });
    await expect(ssa("owned", image, {})).rejects.toMatchObject({ code: 409, message: expect.stringContaining('conflict with "kubectl"') });
    const forced = await ssa("owned", image, { force: "true" });
    expect(forced.spec.template.spec.containers).toMatchObject([
      { name: "app", image: "example.com/web:2", env: [{ name: "A", value: "1" }] },
    ]);
    expect(managersOf(forced, "image")).toEqual(["serin"]);
    expect(managersOf(forced, "env")).toEqual(["kubectl"]);
  });

  test("the same value may be shared, and what an apply leaves out goes when nobody else has it", async () => {
    await create("shared");
    const labels = (value: object) => ({ labels: value });
    const both = await ssa("shared", containers({ name: "app", image: "example.com/web:1" }), {}, labels({ mine: "1", tier: "front" }));
    expect(managersOf(both, "image").sort()).toEqual(["kubectl", "serin"]);
    const side = containers({ name: "side", image: "example.com/side:1" });
    const without = await ssa("shared", side, {}, labels({}));
    expect(without.metadata.labels).toEqual({ tier: "front" });
    expect(without.spec.template.spec.containers.map(({ name }) => name)).toEqual(["app", "side"]);
    const back = await ssa("shared", undefined, {}, labels({}));
    expect(back.spec.template.spec.containers.map(({ name }) => name)).toEqual(["app"]);
  });

  test("asking for the same again writes nothing", async () => {
    const first = await ssa("again", web("again").spec, {});
    const second = await ssa("again", web("again").spec, {});
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });

  test("a dry run checks and writes nothing", async () => {
    const dry = await ssa("dry", web("dry").spec, { dryRun: "All" });
    expect(dry.spec.replicas).toBe(1);
    expect(await client.find(deployments("dry"), signal())).toBeNull();
    await expect(
      ssa("dry", { selector: { matchLabels: { a: "b" } }, template: web("dry").spec.template }, { dryRun: "All" }),
    ).rejects.toMatchObject({ code: 422 });
  });

  test("a selector stays, names and labels have their form", async () => {
    await create("form");
    const other = { selector: { matchLabels: { app: "other" } }, template: { metadata: { labels: { app: "other" } } } };
    await expect(
      asked({ method: "PATCH", path: deployments("form"), as: "application/merge-patch+json", body: { spec: other } }),
    ).rejects.toMatchObject({ code: 422, message: expect.stringContaining("immutable") });
    await expect(create("Form")).rejects.toMatchObject({ code: 422 });
    const long = { metadata: { labels: { long: "x".repeat(64) } } };
    await expect(
      asked({ method: "PATCH", path: deployments("form"), as: "application/merge-patch+json", body: long }),
    ).rejects.toMatchObject({ code: 422 });
  });

  test("a list comes in pages, and by labels", async () => {
    for (const name of ["page-a", "page-b", "page-c"])
      await asked({ method: "POST", path: deployments(), body: { ...web(name), metadata: { name, labels: { paged: "yes" } } } });
    const path = deployments();
    const first = (await client.call({ method: "GET", path, query: { limit: "2", labelSelector: "paged in (yes, no)" } }, signal())) as {
      items: readonly Seen[];
      metadata: { continue: string };
    };
    expect(first.items.map(({ metadata }) => metadata.name)).toEqual(["page-a", "page-b"]);
    const rest = (await client.call(
      { method: "GET", path, query: { limit: "2", labelSelector: "paged in (yes, no)", continue: first.metadata.continue } },
      signal(),
    )) as { items: readonly Seen[] };
    expect(rest.items.map(({ metadata }) => metadata.name)).toEqual(["page-c"]);
  });

  test("a watch tells what comes after, and what leaves its labels is deleted for it", async () => {
    const { version } = await client.list(deployments(), { labelSelector: "watched=yes" }, signal());
    const ending = new AbortController();
    onTestFinished(() => ending.abort());
    const query = { watch: "true", resourceVersion: version, labelSelector: "watched=yes", timeoutSeconds: "10" };
    const lines = await client.stream({ method: "GET", path: deployments(), query }, ending.signal);
    await asked({ method: "POST", path: deployments(), body: { ...web("seen"), metadata: { name: "seen", labels: { watched: "yes" } } } });
    await asked({ method: "PATCH", path: deployments("seen"), as: "application/merge-patch+json", body: { spec: { replicas: 2 } } });
    await asked({
      method: "PATCH",
      path: deployments("seen"),
      as: "application/merge-patch+json",
      body: { metadata: { labels: { watched: "no" } } },
    });
    const told: string[] = [];
    for await (const line of lines) {
      const { type, object } = JSON.parse(line) as { type: string; object: Seen };
      if (type !== "BOOKMARK") told.push(`${type} ${object.metadata.name}`);
      if (told.length === 3) break;
    }
    expect(told).toEqual(["ADDED seen", "MODIFIED seen", "DELETED seen"]);
  });

  test("who may do what can be asked", async () => {
    const body = {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes: { namespace, verb: "patch", group: "apps", resource: "deployments" } },
    };
    expect(await asked({ method: "POST", path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body })).toMatchObject({
      status: { allowed: true },
    });
  });

  test("a Service has an address and ports, and what is not there is not found", async () => {
    const path = kubePath({ apiVersion: "v1", namespace, plural: "services" });
    const made = await asked({
      method: "POST",
      path,
      body: { metadata: { name: "svc" }, spec: { selector: { app: "x" }, ports: [{ port: 80 }] } },
    });
    expect(made.spec).toMatchObject({
      type: "ClusterIP",
      ports: [{ port: 80, targetPort: 80, protocol: "TCP" }],
      clusterIP: expect.stringMatching(/^\d/),
    });
    expect(await client.find(`${path}/none`, signal())).toBeNull();
    await expect(asked({ method: "GET", path: "/apis/no.such.group/v1/things" })).rejects.toMatchObject({ code: 404 });
  });
});

interface Seen extends KubeObject {
  readonly spec: {
    readonly replicas: number;
    readonly template: { readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] } };
  };
  readonly status?: { readonly observedGeneration?: number };
}

function managersOf({ metadata }: Seen, field: string): string[] {
  return (metadata.managedFields ?? [])
    .filter(({ fieldsV1 }) => JSON.stringify(fieldsV1).includes(`"f:${field}"`))
    .map(({ manager = "" }) => manager);
}
