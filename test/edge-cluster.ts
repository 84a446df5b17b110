import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, request } from "undici";
import { expect, onTestFinished } from "vitest";
import { edge as edgeSource, createEdgeSource } from "../src/adapters/metrics/edge.ts";
import { createEdgeRouter, edge as edgeRouter } from "../src/adapters/traffic/edge.ts";
import type { Edge, EdgeLimits } from "../src/adapters/traffic/edge/start-edge.ts";
import { freePort } from "../src/demo/free-port.ts";
import { createClock } from "../src/engine/clock.ts";
import type { Clock, MetricSource, TrafficRouter, WantedTraffic } from "../src/ports.ts";
import { startSmallShop } from "./contract/small-shop.ts";
import type { SmallShop } from "./contract/small-shop.ts";
import { openEdge, token } from "./edge-world.ts";
import { createWords, shopOf } from "./fixtures/wanted-traffic.ts";

/** A replica: an edge with an address of its own, and the same ports as all others. */
export interface Replica {
  readonly address: string;
  readonly edge: Edge;
}

/** Edges behind one name, as pods are behind a headless Service. */
export interface EdgeCluster {
  readonly router: TrafficRouter;
  readonly source: MetricSource;
  readonly canary: SmallShop;
  readonly stable: SmallShop;
  /** What the name leads to; a test changes it. */
  readonly names: Set<string>;
  /** How the name is looked up, where a test has another way than the list. */
  resolve: (() => Promise<readonly { readonly address: string; readonly family: number }[]>) | null;
  readonly wanted: (changes?: Partial<WantedTraffic>) => WantedTraffic;
  /** Starts one at 127.0.0.`number`, in the name from then on. */
  readonly join: (number: number, limits?: Partial<EdgeLimits>) => Promise<Replica>;
  /** 200 or 503: what a probe of the orchestrator sees; `null`: nobody answers. */
  readonly readiness: (replica: Replica) => Promise<number | null>;
  readonly control: string;
}

/** A cluster without a replica yet. */
export async function openCluster(clock: Clock = createClock()): Promise<EdgeCluster> {
  const folder = await mkdtemp(join(tmpdir(), "serin-cluster-"));
  const keyFile = join(folder, "key");
  await writeFile(keyFile, randomBytes(32).toString("base64"));
  const [canary, stable, port, controlPort] = await Promise.all([
    startSmallShop("canary"),
    startSmallShop("stable"),
    freePort(),
    freePort(),
  ]);
  const probe = new Agent({ pipelining: 0 });
  onTestFinished(async () => {
    await Promise.all([canary.close(), stable.close(), probe.close()]);
    await rm(folder, { recursive: true, force: true });
  });
  const control = `http://edge.shop.svc:${controlPort}`;
  const names = new Set<string>();
  const listed = (): Promise<readonly { readonly address: string; readonly family: number }[]> =>
    names.size > 0
      ? Promise.resolve([...names].map((address) => ({ address, family: 4 })))
      : Promise.reject(Object.assign(new Error("getaddrinfo ENOTFOUND edge.shop.svc"), { code: "ENOTFOUND" }));
  const means = { clock, resolve: () => (cluster.resolve ?? listed)() };
  const cluster: EdgeCluster = {
    router: createEdgeRouter(edgeRouter.connection.parse({ control: [control], token }), means),
    source: createEdgeSource(edgeSource.connection.parse({ control: [control], token }), means),
    canary,
    stable,
    names,
    resolve: null,
    control,
    wanted: createWords(shopOf(canary, stable)),
    join: async (number, limits = {}) => {
      const address = `127.0.0.${number}`;
      const edge = await openEdge({
        listen: { host: address, port },
        control: { host: address, port: controlPort },
        keyFile,
        stable: { routes: [{ path: "/", service: "shop" }], targets: { shop: { canary: [], stable: [stable.url] } } },
        limits,
      });
      names.add(address);
      return { address, edge };
    },
    readiness: async ({ edge }) => {
      try {
        return (await fetch(`${edge.controlUrl}/ready`, { headers: { connection: "close" } })).status;
      } catch {
        return null;
      }
    },
  };
  return cluster;
}

/** People who load pages at replicas in turn, as long as the test wants. */
export interface Crowd {
  /** Who is sent people now. */
  ready: readonly Replica[];
  readonly served: () => number;
  /** Resolves, when all have gone, with the requests that failed and the moves from the canary to stable. */
  readonly leave: () => Promise<{ readonly failures: readonly { readonly at: string; readonly why: string }[]; readonly fallen: number }>;
}

/** Sends six such people. */
export function sendCrowd(ready: readonly Replica[]): Crowd {
  const dispatcher = new Agent({ connections: 4, keepAliveTimeout: 60_000 });
  const over = new AbortController();
  onTestFinished(async () => {
    over.abort();
    await dispatcher.destroy();
  });
  const failures: { at: string; why: string }[] = [];
  let [served, fallen, turn] = [0, 0, 0];
  const visit = async (): Promise<void> => {
    let cookie = "other=1";
    let arm: unknown = null;
    while (!over.signal.aborted) {
      turn += 1;
      const at = crowd.ready[turn % crowd.ready.length];
      if (at === undefined) throw new Error("no replica is ready");
      try {
        const answer = await request(at.edge.url, { dispatcher, headers: { accept: "text/html", cookie } });
        await answer.body.dump();
        if (answer.statusCode !== 200) failures.push({ at: at.address, why: String(answer.statusCode) });
        const [set = ""] = [answer.headers["set-cookie"] ?? []].flat();
        const version = answer.headers["x-version"];
        if (arm === "canary" && version !== arm) fallen += 1;
        // The page load that draws is still stable's.
        if (set === "") arm = version;
        else cookie = set.split(";", 1)[0] ?? "";
        served += 1;
      } catch (error) {
        failures.push({ at: at.address, why: String(error) });
      }
    }
  };
  const crowd: Crowd = {
    ready,
    served: () => served,
    leave: async () => {
      const before = served;
      await expect.poll(() => served - before).toBeGreaterThan(20);
      over.abort();
      await Promise.all(visits);
      return { failures, fallen };
    },
  };
  const visits = Array.from({ length: 6 }, visit);
  return crowd;
}
