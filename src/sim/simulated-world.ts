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
import type { InForce, Shop } from "./shop.ts";
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
  /** When each share that was the largest so far came into force, ms since the beginning. */
  readonly highs: { readonly sharePct: number; readonly atMs: number }[];
  /** It refuses every control call until then, ms since the beginning; `null`: it has not been asked for less than it has. */
  refusesUntilMs: number | null;
}

export interface WorldOptions {
  readonly time: VirtualTime;
  readonly shop: Shop;
  /** The people of the release beside. */
  readonly besideShop?: Shop;
  readonly chance: Random;
  readonly outdoors: Outdoors;
  /** How long a version of a service takes to become ready in a slot, ms; `Infinity`: never. */
  readonly readyAfterMs: (service: string, version: string, slot: Slot) => number;
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
  /** From the first time that the router is asked for a smaller share, it refuses its control calls for so long, ms. */
  readonly refusesBackMs?: number;
}

export function outdoors(): Outdoors {
  const router = (): RouterState => ({ wanted: null, heard: [], heardMs: 0, before: null, highs: [], refusesUntilMs: null });
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

/** When this router first had at least so large a share in force, ms since the beginning; `Infinity`: not yet. */
export function reachedMs({ highs }: RouterState, sharePct: number): number {
  return highs.find((high) => high.sharePct >= sharePct)?.atMs ?? Number.POSITIVE_INFINITY;
}

/** What the router does with people now. */
function inForce(router: RouterState, elapsedMs: number): InForce {
  return { sharePct: shareInForce({ router }, elapsedMs), audience: router.wanted?.audience ?? "everyone" };
}

/** The router's process dies and comes back at once: it knows no release, and counts from zero. */
export function restartRouter({ router }: Pick<Outdoors, "router">, shop: Shop, elapsedMs: number): void {
  shop.advance(elapsedMs, inForce(router, elapsedMs));
  shop.forget();
  router.wanted = null;
  router.before = null;
  router.heard.push({ atMs: elapsedMs, wanted: null });
}

/** A time in which the router had no word of the controller and had taken everybody home, ms since the beginning. */
export interface Lapse {
  readonly fromMs: number;
  /** `null`: to the end of the story. */
  readonly untilMs: number | null;
}

/** When the lease of a share above 0 ran out until `elapsedMs`, and when the next word came. */
export function lapses({ router }: Pick<Outdoors, "router">, elapsedMs: number): readonly Lapse[] {
  return router.heard.flatMap(({ atMs, wanted }, index) => {
    if (wanted === null || wanted.sharePct === 0) return [];
    const fromMs = atMs + wanted.leaseMs;
    const untilMs = router.heard[index + 1]?.atMs ?? null;
    return fromMs < (untilMs ?? elapsedMs) ? [{ fromMs, untilMs }] : [];
  });
}

/** How long `sharePct` was in force between two moments, ms. */
export function shareInForceMs(
  { router }: Pick<Outdoors, "router">,
  sharePct: number,
  between: { fromMs: number; untilMs: number },
): number {
  let sum = 0;
  // From the end, because what is asked about is nearly always the latest.
  for (let index = router.heard.length - 1, untilMs = between.untilMs; index >= 0 && untilMs > between.fromMs; index -= 1) {
    const { atMs, wanted } = router.heard[index] ?? { atMs: 0, wanted: null };
    if (wanted?.sharePct === sharePct) sum += Math.max(0, Math.min(untilMs, atMs + wanted.leaseMs) - Math.max(atMs, between.fromMs));
    untilMs = Math.min(untilMs, atMs);
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
    ...inForce(router, time.elapsedMs()),
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
        assertTalks(options, router, wanted);
        if (router.wanted?.release === wanted.release && wanted.revision < router.wanted.revision) return;
        router.before = now();
        shop.advance(time.elapsedMs(), router.before);
        hear(router, wanted, time.elapsedMs());
      });
    },
    observe: () =>
      process.way.go("read", () => {
        assertTalks(options, router, null);
        if (router.before && chance.happens(process.weather().stale)) return router.before;
        shop.advance(time.elapsedMs(), inForce(router, time.elapsedMs()));
        return now();
      }),
    attempt: ({ arms }) =>
      process.way.go("read", () =>
        options.breaks(arms) ? { status: 500, detail: "TypeError: products is not iterable" } : { status: 200, detail: "" },
      ),
  };
}

/** Throws while the router refuses; a word that asks for a smaller share may be what it refuses from then on. */
function assertTalks({ time, isRouterOut, refusesBackMs }: WorldOptions, router: RouterState, wanted: WantedTraffic | null): void {
  const nowMs = time.elapsedMs();
  const isBack = wanted !== null && router.wanted !== null && wanted.sharePct < router.wanted.sharePct;
  if (refusesBackMs !== undefined && isBack) router.refusesUntilMs ??= nowMs + refusesBackMs;
  if (isRouterOut() || nowMs < (router.refusesUntilMs ?? 0)) throw new Error("the router's control port refuses");
}

function hear(router: RouterState, wanted: WantedTraffic, atMs: number): void {
  router.wanted = wanted;
  router.heardMs = atMs;
  router.heard.push({ atMs, wanted });
  if (wanted.sharePct > (router.highs.at(-1)?.sharePct ?? 0)) router.highs.push({ sharePct: wanted.sharePct, atMs });
}

function simulatedWorkloads(options: WorldOptions, way: Way, weather: () => Weather): Workloads {
  const { time, chance } = options;
  const { running } = options.outdoors;
  const start = (service: string, slot: Slot, version: string): void => {
    running.set(`${service}/${slot}`, {
      version,
      readyAtMs: time.elapsedMs() + options.readyAfterMs(service, version, slot),
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
        shop.advance(time.elapsedMs(), inForce(router, time.elapsedMs()));
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
    head: (id) => way.go("store", () => store.head(id)),
    standing: (id) => way.go("store", () => store.standing(id)),
    since: (id, page) => way.go("store", () => store.since(id, page)),
    list: (options) => way.go("store", () => store.list(options)),
    active: () => way.go("store", () => store.active()),
    commit: (commit) => write(() => store.commit(commit)),
    ask: (request) => write(() => store.ask(request)),
    pending: (release) => way.go("store", () => store.pending(release)),
    owed: (page) => way.go("store", () => store.owed(page)),
    delivered: (notice, atMs) => write(() => store.delivered(notice, atMs)),
    giveUp: (notice, given) => write(() => store.giveUp(notice, given)),
    lost: (release) => way.go("store", () => store.lost(release)),
    told: (release) => way.go("store", () => store.told(release)),
    freeze: (freeze) => write(() => store.freeze(freeze)),
    freezes: (nowMs) => way.go("store", () => store.freezes(nowMs)),
    lift: (lift) => write(() => store.lift(lift)),
    access: store.access,
    close: () => way.go("store", () => store.close()),
  };
}
