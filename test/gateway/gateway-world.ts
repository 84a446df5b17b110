import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeClient, isRefusal, kubePath } from "../../src/adapters/kubernetes-client.ts";
import type { KubeObject } from "../../src/adapters/kubernetes-client.ts";
import { createGatewayApi, gatewayApi } from "../../src/adapters/traffic/gateway-api.ts";
import { createClock } from "../../src/engine/clock.ts";
import type { TrafficRouter, WantedTraffic } from "../../src/ports.ts";
import { startApiServer } from "../kube/api-server.ts";
import type { ApiServer } from "../kube/api-server.ts";
import { gatewayCrds } from "./crds.ts";
import { startSmallGateway } from "./small-gateway.ts";
import type { SmallGateway } from "./small-gateway.ts";

const apiVersion = "gateway.networking.k8s.io/v1";
const never = new AbortController().signal;

/** A namespace of a cluster, with a gateway that runs in this process. */
export interface GatewayWorld {
  /** The cluster's own; `null`: a real one. */
  readonly api: ApiServer | null;
  readonly kubeconfig: string;
  readonly client: KubeClient;
  readonly namespace: string;
  readonly gateway: SmallGateway;
  /** A router on these routes of the namespace, as the adapter makes it. */
  readonly routerOf: (routes: readonly string[], words?: Readonly<Record<string, unknown>>) => TrafficRouter;
  /** The name in the cluster of what listens at a loopback address. */
  readonly inCluster: (url: string) => string;
  readonly locally: (text: string) => string;
  /** Creates or replaces a route of the team's. */
  readonly putRoute: (name: string, rules: readonly object[], spec?: object) => Promise<void>;
  readonly route: (name: string) => Promise<KubeObject | null>;
  /** Puts the route `web` of a team that has no release: every path leads to its stable Service. The gateway has taken it when this resolves. */
  readonly publish: (shop: Pick<WantedTraffic, "routes" | "targets">) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Opens one on this API server of the process, or on the cluster of a kubeconfig. */
export async function openGatewayWorld(real: string | null): Promise<GatewayWorld> {
  const folder = await mkdtemp(join(tmpdir(), "serin-gateway-"));
  const api = real === null ? await startApiServer() : null;
  const kubeconfig = real ?? join(folder, "config");
  if (api !== null) await writeFile(kubeconfig, api.kubeconfig("admin"));
  const client = new KubeClient({ kubeconfig }, createClock());
  if (real !== null) await installCrds(client);
  const namespace = `serin-gateway-${Math.random().toString(36).slice(2, 8)}`;
  const className = `serin-${namespace}`;
  const create = (path: string, body: object): Promise<unknown> => client.call({ method: "POST", path, body }, never);
  await create("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  const classes = kubePath({ apiVersion, plural: "gatewayclasses" });
  await create(classes, {
    apiVersion,
    kind: "GatewayClass",
    metadata: { name: className },
    spec: { controllerName: "serin.test/gateway" },
  });
  const gateways = kubePath({ apiVersion, namespace, plural: "gateways" });
  const listeners = [{ name: "http", protocol: "HTTP", port: 80 }];
  await create(gateways, {
    apiVersion,
    kind: "Gateway",
    metadata: { name: "front", namespace },
    spec: { gatewayClassName: className, listeners },
  });
  await sayStatus(client, `${gateways}/front`, { conditions: [condition("Programmed", 1)] });
  await sayStatus(client, `${classes}/${className}`, {
    conditions: [condition("Accepted", 1)],
    supportedFeatures: ["HTTPRouteMethodMatching", "HTTPRouteResponseHeaderModification"].map((name) => ({ name })),
  });
  const inCluster = (text: string): string => text.replaceAll(/http:\/\/127\.0\.0\.1:(\d+)/g, `http://p-$1.${namespace}.svc:80`);
  const locally = (text: string): string => text.replaceAll(/http:\/\/p-(\d+)\.[^.]+\.svc:80/g, "http://127.0.0.1:$1");
  const gateway = await startSmallGateway(client, namespace, locally);
  const routePath = (name?: string): string =>
    kubePath({ apiVersion, namespace, plural: "httproutes", ...(name === undefined ? {} : { name }) });
  const route = (name: string): Promise<KubeObject | null> => client.find(routePath(name), never);
  const putRoute: GatewayWorld["putRoute"] = async (name, rules, spec = {}) => {
    const there = await route(name);
    const whole = { parentRefs: [{ name: "front" }], ...spec, rules };
    const { resourceVersion } = there?.metadata ?? {};
    const metadata = { name, namespace, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
    const call = there === null ? ({ method: "POST", path: routePath() } as const) : ({ method: "PUT", path: routePath(name) } as const);
    await client.call({ ...call, body: { apiVersion, kind: "HTTPRoute", metadata, spec: whole } }, never);
  };
  return {
    api,
    kubeconfig,
    client,
    namespace,
    gateway,
    routerOf: (routes, words = {}) => {
      const connection = gatewayApi.connection.parse({ kubeconfig, routes: routes.map((name) => `${namespace}/${name}`), ...words });
      return createGatewayApi(connection, { clock: createClock(), addressOf: locally });
    },
    inCluster,
    locally,
    putRoute,
    route,
    publish: async ({ routes, targets }) => {
      const rules = routes.map(({ path, service }) => {
        const { hostname } = new URL(inCluster(targets[service]?.stable[0] ?? ""));
        return { matches: [{ path: { type: "PathPrefix", value: path } }], backendRefs: [{ name: hostname.split(".")[0], port: 80 }] };
      });
      await putRoute("web", rules);
      await gateway.sync();
    },
    close: async () => {
      await gateway.close();
      await client.call({ method: "DELETE", path: `${classes}/${className}` }, never);
      await client.call({ method: "DELETE", path: `/api/v1/namespaces/${namespace}` }, never);
      await api?.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function condition(type: string, observedGeneration: number): object {
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+/, "");
  return { type, status: "True", reason: type, message: "", lastTransitionTime, observedGeneration };
}

async function sayStatus(client: KubeClient, path: string, status: object): Promise<void> {
  await client.call({ method: "PATCH", path: `${path}/status`, as: "application/merge-patch+json", body: { status } }, never);
}

async function installCrds(client: KubeClient): Promise<void> {
  const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  for (const [plural, body] of Object.entries(gatewayCrds)) {
    if ((await client.find(`${path}/${plural}.gateway.networking.k8s.io`, never)) === null)
      await client.call({ method: "POST", path, body }, never);
  }
  // They take some seconds until they are served.
  for (const plural of Object.keys(gatewayCrds)) await untilServed(client, plural);
}

async function untilServed(client: KubeClient, plural: string): Promise<void> {
  const clock = createClock();
  for (let look = 0; ; look += 1) {
    try {
      await client.list(kubePath({ apiVersion, plural }), {}, never);
      return;
    } catch (error) {
      if (!isRefusal(error, 404) || look === 100) throw error;
      await clock.wait(100);
    }
  }
}

/** The same router for somebody who knows loopback addresses alone; the gateway has taken what was applied when `apply` resolves. */
export function locallyRouted(world: GatewayWorld, router: TrafficRouter): TrafficRouter {
  const mapped = (wanted: WantedTraffic): WantedTraffic => JSON.parse(world.inCluster(JSON.stringify(wanted))) as WantedTraffic;
  return {
    async apply(wanted, signal) {
      await router.apply(mapped(wanted), signal);
      await world.gateway.sync();
    },
    async observe(signal) {
      const seen = await router.observe(signal);
      return { ...seen, targets: world.locally(seen.targets) };
    },
    attempt: (attempt, signal) => router.attempt(attempt, signal),
  };
}
