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
  /** By service and slot. */
  readonly running: Map<string, Runs>;
  readonly arrived: Map<string, Notice>;
}

interface RouterState {
  wanted: WantedTraffic | null;
  heardMs: number;
  /** What it did before the last change, for stale answers. */
  before: SeenTraffic | null;
}

export interface WorldOptions {
  readonly time: VirtualTime;
  readonly shop: Shop;
  readonly chance: Random;
  readonly outdoors: Outdoors;
  /** How long a version takes to become ready in a slot, ms; `Infinity`: never. */
  readonly readyAfterMs: (version: string, slot: Slot) => number;
  /** True when this mix of versions breaks on a smoke request. */
  readonly breaks: (arms: Readonly<Record<string, "canary" | "stable">>) => boolean;
  /** True while this source is unreachable. */
  readonly isOut: (source: string) => boolean;
  /** Told at every word to the router, whether it gets there or not. */
  readonly onAsked: (wanted: WantedTraffic) => void;
  /** True while the router refuses its control calls. */
  readonly isRouterOut: () => boolean;
}

export function outdoors(): Outdoors {
  return { router: { wanted: null, heardMs: 0, before: null }, running: new Map(), arrived: new Map() };
}

/** One process's world, as the engine gets it: the same outdoors through this process's weather. */
export function simulatedWorld(
  options: WorldOptions,
  process: { readonly clock: Clock; readonly way: Way; readonly store: Store; readonly weather: () => Weather },
): World {
  const { way } = process;
  const router = simulatedRouter(options, process);
  const workloads = simulatedWorkloads(options, way);
  const source = (name: string): MetricSource => simulatedSource(options, way, name);
  const notifier: Notifier = { send: (notice) => way.go("write", () => void options.outdoors.arrived.set(notice.key, notice)) };
  return {
    clock: process.clock,
    store: crashingStore(process.store, way),
    router: () => router,
    workloads: () => workloads,
    source,
    notifier: () => notifier,
  };
}

/** The share that is in force: the lease takes everybody home when nobody speaks. */
export function shareInForce({ router }: Outdoors, elapsedMs: number): number {
  if (!router.wanted || elapsedMs - router.heardMs > router.wanted.leaseMs) return 0;
  return router.wanted.sharePct;
}

function simulatedRouter(options: WorldOptions, process: { readonly way: Way; readonly weather: () => Weather }): TrafficRouter {
  const { time, shop, chance } = options;
  const { router } = options.outdoors;
  const now = (): SeenTraffic => ({
    release: router.wanted?.release ?? null,
    sharePct: shareInForce(options.outdoors, time.elapsedMs()),
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

function simulatedWorkloads(options: WorldOptions, way: Way): Workloads {
  const { time } = options;
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
        for (const [service, { slots }] of Object.entries(wanted)) {
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
  const { time, shop, outdoors: outside } = options;
  return {
    read: (queries) =>
      way.go("read", () => {
        if (options.isOut(name)) throw new Error(`${name} refuses the connection`);
        shop.advance(time.elapsedMs(), shareInForce(outside, time.elapsedMs()));
        return new Map(queries.map((query: Quantity) => [query.quantity, shop.read(query, time.elapsedMs())]));
      }),
  };
}

/** The same store through one process: a call may be the last thing that the process did, before or after it took effect. */
function crashingStore(store: Store, way: Way): Store {
  return {
    create: (release) => way.go("store", () => store.create(release)),
    load: (id) => way.go("store", () => store.load(id)),
    list: (options) => way.go("store", () => store.list(options)),
    active: () => way.go("store", () => store.active()),
    commit: (commit) => way.go("store", () => store.commit(commit)),
    ask: (request) => way.go("store", () => store.ask(request)),
    pending: (release) => way.go("store", () => store.pending(release)),
    owed: (limit) => way.go("store", () => store.owed(limit)),
    delivered: (notice, atMs) => way.go("store", () => store.delivered(notice, atMs)),
    freezes: () => way.go("store", () => store.freezes()),
    lift: (lift) => way.go("store", () => store.lift(lift)),
    close: () => way.go("store", () => store.close()),
  };
}
