import type { Quantity } from "../core/checks.ts";
import type { SeenTraffic, SeenWorkload, Slot } from "../core/observation.ts";
import { sayTargets } from "../core/targets.ts";
import type {
  Clock,
  MetricSource,
  Notice,
  Notifier,
  Store,
  TrafficRouter,
  WantedTraffic,
  WantedWorkloads,
  Workloads,
  World,
} from "../ports.ts";
import type { Random } from "./random.ts";
import type { Shop } from "./shop.ts";
import type { Weather, Way } from "./faults.ts";
import type { VirtualTime } from "./virtual-time.ts";

interface Runs {
  readonly version: string;
  readonly readyAtMs: number;
  readonly url: string;
}

/** The world outside every process: router, workloads, people, and the notices that arrived. It has no crashes, only its own faults. */
export interface Outdoors {
  readonly router: RouterState;
  /** That of the release beside the story's own, if there is one. */
  readonly besideRouter: RouterState;
  /** By service and slot. */
  readonly running: Map<string, Runs>;
  readonly arrived: Map<string, Notice>;
}

interface RouterState {
  wanted: WantedTraffic | null;
  /** What it was told and believed, oldest first; `null`: it restarted and forgot everything. */
  readonly heard: { readonly atMs: number; readonly wanted: WantedTraffic | null }[];
  heardMs: number;
  /** What it did before the last change, for stale answers. */
  before: SeenTraffic | null;
}

export interface WorldOptions {
  readonly time: VirtualTime;
  readonly shop: Shop;
  /** The people of the release beside. */
  readonly besideShop?: Shop;
  readonly chance: Random;
  readonly outdoors: Outdoors;
  /** How long a version takes to become ready in a slot, ms; `Infinity`: never. */
  readonly readyAfterMs: (version: string, slot: Slot) => number;
  /** True when this mix of versions breaks on a smoke request. */
  readonly breaks: (arms: Readonly<Record<string, "canary" | "stable">>) => boolean;
  /** True while this source or notifier is unreachable, or the store ("store") takes nothing. */
  readonly isOut: (source: string) => boolean;
  /** Told at every word to the router, whether it gets there or not. */
  readonly onAsked: (wanted: WantedTraffic) => void;
  /** Told what workloads are asked for, just before it is done. */
  readonly onApplied?: (wanted: WantedWorkloads) => void;
  /** True while the router refuses its control calls. */
  readonly isRouterOut: () => boolean;
}

export function outdoors(): Outdoors {
  const router = (): RouterState => ({ wanted: null, heard: [], heardMs: 0, before: null });
  return { router: router(), besideRouter: router(), running: new Map(), arrived: new Map() };
}

/** What belongs to the release beside ends so. */
export const beside = "-beside";

interface Site {
  readonly router: RouterState;
  readonly shop: Shop;
}

/** Whose router and people a plan's word means. */
function siteOf({ outdoors: outside, shop, besideShop }: WorldOptions, word: string): Site {
  return word.endsWith(beside) && besideShop ? { router: outside.besideRouter, shop: besideShop } : { router: outside.router, shop };
}

/** One process's world, as the engine gets it: the same outdoors through this process's weather. */
export function simulatedWorld(
  options: WorldOptions,
  process: { readonly clock: Clock; readonly way: Way; readonly store: Store; readonly weather: () => Weather },
): World {
  const { way } = process;
  const routers = new Map(["", beside].map((word) => [word, simulatedRouter(options, process, siteOf(options, word))]));
  const workloads = simulatedWorkloads(options, way, process.weather);
  const source = (name: string): MetricSource => simulatedSource(options, way, name);
  const notifier = (name: string): Notifier => ({
    send: (notice) =>
      way.go("write", () => {
        if (options.isOut(name)) throw new Error(`${name} refuses the connection`);
        options.outdoors.arrived.set(notice.key, notice);
      }),
  });
  return {
    clock: process.clock,
    store: troubledStore(process.store, way, () => options.isOut("store")),
    router(plan) {
      const router = routers.get(plan.traffic.kind.endsWith(beside) ? beside : "");
      if (!router) throw new Error(`no router is called ${plan.traffic.kind}`);
      return router;
    },
    workloads: () => workloads,
    source,
    notifier,
  };
}

/** The share that is in force: the lease takes everybody home when nobody speaks. */
export function shareInForce({ router }: Pick<Outdoors, "router">, elapsedMs: number): number {
  if (!router.wanted || elapsedMs - router.heardMs > router.wanted.leaseMs) return 0;
  return router.wanted.sharePct;
}

/** The router's process dies and comes back at once: it knows no release, and counts from zero. */
export function restartRouter({ router }: Pick<Outdoors, "router">, shop: Shop, elapsedMs: number): void {
  shop.advance(elapsedMs, shareInForce({ router }, elapsedMs));
  shop.forget();
  router.wanted = null;
  router.before = null;
  router.heard.push({ atMs: elapsedMs, wanted: null });
}

/** How long `sharePct` was in force between two moments, ms. */
export function shareInForceMs(
  { router }: Pick<Outdoors, "router">,
  sharePct: number,
  between: { fromMs: number; untilMs: number },
): number {
  let sum = 0;
  for (const [index, { atMs, wanted }] of router.heard.entries()) {
    if (wanted?.sharePct !== sharePct) continue;
    const endMs = Math.min(router.heard[index + 1]?.atMs ?? Number.POSITIVE_INFINITY, atMs + wanted.leaseMs, between.untilMs);
    sum += Math.max(0, endMs - Math.max(atMs, between.fromMs));
  }
  return sum;
}

function simulatedRouter(
  options: WorldOptions,
  process: { readonly way: Way; readonly weather: () => Weather },
  { router, shop }: Site,
): TrafficRouter {
  const { time, chance } = options;
  const now = (): SeenTraffic => ({
    release: router.wanted?.release ?? null,
    sharePct: shareInForce({ router }, time.elapsedMs()),
    audience: router.wanted?.audience ?? "everyone",
    stableSlot: router.wanted?.stableSlot ?? "stable",
    targets: sayTargets(router.wanted?.targets ?? {}),
    isServing: router.wanted !== null,
    drawn: { ...shop.drawn },
    forwarded: { ...shop.forwarded },
    lastCanaryMs: shop.lastCanaryMs,
  });
  return {
    async apply(wanted) {
      if (!process.way.isDead()) options.onAsked(wanted);
      await process.way.go("write", () => {
        if (options.isRouterOut()) throw new Error("the router's control port refuses");
        if (router.wanted?.release === wanted.release && wanted.revision < router.wanted.revision) return;
        router.before = now();
        shop.advance(time.elapsedMs(), router.before.sharePct);
        router.wanted = wanted;
        router.heardMs = time.elapsedMs();
        router.heard.push({ atMs: router.heardMs, wanted });
      });
    },
    observe: () =>
      process.way.go("read", () => {
        if (options.isRouterOut()) throw new Error("the router's control port refuses");
        if (router.before && chance.happens(process.weather().stale)) return router.before;
        const seen = now();
        shop.advance(time.elapsedMs(), seen.sharePct);
        return now();
      }),
    attempt: ({ arms }) =>
      process.way.go("read", () =>
        options.breaks(arms) ? { status: 500, detail: "TypeError: products is not iterable" } : { status: 200, detail: "" },
      ),
  };
}

function simulatedWorkloads(options: WorldOptions, way: Way, weather: () => Weather): Workloads {
  const { time, chance } = options;
  const { running } = options.outdoors;
  const start = (service: string, slot: Slot, version: string): void => {
    running.set(`${service}/${slot}`, {
      version,
      readyAtMs: time.elapsedMs() + options.readyAfterMs(version, slot),
      url: `http://${service}-${slot}`,
    });
  };
  return {
    apply: (wanted: WantedWorkloads) =>
      way.go("write", () => {
        options.onApplied?.(wanted);
        for (const [index, [service, { slots }]] of Object.entries(wanted).entries()) {
          if (index > 0 && chance.happens(weather().partial)) throw new Error(`${service}: too many requests`);
          for (const slot of ["stable", "canary", "previous"] as const) {
            const version = slots[slot]?.version;
            const runs = running.get(`${service}/${slot}`);
            if (version === undefined) running.delete(`${service}/${slot}`);
            else if (runs?.version !== version) start(service, slot, version);
          }
        }
      }),
    observe: (services: WantedWorkloads) =>
      way.go("read", () =>
        Object.fromEntries(Object.keys(services).map((service) => [service, slotsOf(running, service, time.elapsedMs())])),
      ),
  };
}

function slotsOf(running: Outdoors["running"], service: string, elapsedMs: number): Partial<Record<Slot, SeenWorkload>> {
  const slots: Partial<Record<Slot, SeenWorkload>> = {};
  for (const slot of ["stable", "canary", "previous"] as const) {
    const runs = running.get(`${service}/${slot}`);
    if (!runs) continue;
    const isReady = elapsedMs >= runs.readyAtMs;
    slots[slot] = {
      version: runs.version,
      isReady,
      urls: [runs.url],
      restarts: 0,
      detail: isReady ? "ready" : "exited with code 1: cannot find the module",
    };
  }
  return slots;
}

function simulatedSource(options: WorldOptions, way: Way, name: string): MetricSource {
  const { time } = options;
  const { shop, router } = siteOf(options, name);
  return {
    read: (queries) =>
      way.go("read", () => {
        if (options.isOut(name)) throw new Error(`${name} refuses the connection`);
        shop.advance(time.elapsedMs(), shareInForce({ router }, time.elapsedMs()));
        return new Map(queries.map((query: Quantity) => [query.quantity, shop.read(query, time.elapsedMs())]));
      }),
  };
}

/** The same store through one process: a call may be the last thing that the process did, before or after it took effect. A full one takes nothing. */
function troubledStore(store: Store, way: Way, isFull: () => boolean): Store {
  const write = <T>(work: () => Promise<T>): Promise<T> =>
    way.go("store-write", () => {
      if (isFull()) throw new Error("no space left on the disk");
      return work();
    });
  return {
    create: (release) => write(() => store.create(release)),
    load: (id) => way.go("store", () => store.load(id)),
    standing: (id) => way.go("store", () => store.standing(id)),
    list: (options) => way.go("store", () => store.list(options)),
    active: () => way.go("store", () => store.active()),
    commit: (commit) => write(() => store.commit(commit)),
    ask: (request) => write(() => store.ask(request)),
    pending: (release) => way.go("store", () => store.pending(release)),
    owed: (limit) => way.go("store", () => store.owed(limit)),
    delivered: (notice, atMs) => write(() => store.delivered(notice, atMs)),
    freezes: () => way.go("store", () => store.freezes()),
    lift: (lift) => write(() => store.lift(lift)),
    close: () => way.go("store", () => store.close()),
  };
}
