import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { edge as edgeRouter } from "../src/adapters/traffic/edge.ts";
import { startEdge } from "../src/adapters/traffic/edge/start-edge.ts";
import type { Edge, EdgeOptions } from "../src/adapters/traffic/edge/start-edge.ts";
import { createClock } from "../src/engine/clock.ts";
import type { TrafficRouter, WantedTraffic } from "../src/ports.ts";
import { createPeople } from "./contract/person.ts";
import type { TestPerson } from "./contract/person.ts";
import { startSmallShop } from "./contract/small-shop.ts";
import type { SmallShop } from "./contract/small-shop.ts";
import { createWords, shopOf } from "./fixtures/wanted-traffic.ts";

/** The token of every edge in the tests. */
export const token = "a-token-that-nobody-may-see";

/** An edge of its own on loopback, closed when the test is over. */
export async function openEdge(options: Partial<EdgeOptions> = {}): Promise<Edge & { readonly dataDir: string }> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "serin-edge-")));
  const edge = await startEdge({
    clock: createClock(),
    listen: { host: "127.0.0.1", port: 0 },
    control: { host: "127.0.0.1", port: 0 },
    token,
    dataDir,
    keyFile: null,
    stable: { routes: [], targets: {} },
    trustedProxies: ["127.0.0.1"],
    ...options,
    limits: { closeMs: 500, ...options.limits },
  });
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    await edge.close();
  };
  onTestFinished(async () => {
    await close();
    await rm(dataDir, { recursive: true, force: true });
  });
  return { ...edge, close, dataDir };
}

/** The router that steers `edges`. */
export function routerOf(...edges: readonly Edge[]): TrafficRouter {
  return routerAt(...edges.map(({ controlUrl }) => controlUrl));
}

/** The router that steers edges at these control addresses. */
export function routerAt(...control: readonly string[]): TrafficRouter {
  return edgeRouter.create(edgeRouter.connection.parse({ control, token, timeout: "2s" }), { clock: createClock(), dataDir: "unused" });
}

/** An edge between people and two versions of a shop. */
export interface EdgeWorld {
  readonly edge: Edge & { readonly dataDir: string };
  readonly router: TrafficRouter;
  readonly canary: SmallShop;
  readonly stable: SmallShop;
  readonly person: () => TestPerson;
  readonly wanted: (changes?: Partial<WantedTraffic>) => WantedTraffic;
  readonly put: (changes?: Partial<WantedTraffic>) => Promise<void>;
  /** The value of a sample of the metrics page, `name{labels}` as it stands there; 0 when it is not there. */
  readonly metric: (sample: string) => Promise<number>;
  /** The lines of the metrics page that begin with `start`. */
  readonly samples: (start: string) => Promise<string[]>;
}

const never = new AbortController().signal;

/** Opens such a world; `options` are the edge's. */
export async function openEdgeWorld(options: Partial<EdgeOptions> = {}): Promise<EdgeWorld> {
  const [edge, canary, stable] = await Promise.all([openEdge(options), startSmallShop("canary"), startSmallShop("stable")]);
  const router = routerOf(edge);
  const people = createPeople(edge.url);
  onTestFinished(async () => {
    await people.close();
    await Promise.all([canary.close(), stable.close()]);
  });
  const wanted = createWords(shopOf(canary, stable));
  const page = async (): Promise<string[]> => {
    const answer = await fetch(`${edge.controlUrl}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    return (await answer.text()).split("\n");
  };
  return {
    edge,
    router,
    canary,
    stable,
    person: people.person,
    wanted,
    put: (changes) => router.apply(wanted(changes), never),
    metric: async (sample) => {
      const line = (await page()).find((one) => one.startsWith(`${sample} `));
      return line === undefined ? 0 : Number(line.slice(sample.length + 1));
    },
    samples: async (start) => (await page()).filter((one) => one.startsWith(start)),
  };
}
