import { StaleRevision } from "../ports.ts";
import type { MetricSource, Notifier, Reading, Store, TrafficRouter, Workloads, World } from "../ports.ts";
import type { LastCalls } from "./last-calls.ts";
import type { Asked, Meters } from "./meters.ts";

/** Who is told about calls. */
export interface Measured {
  readonly meters: Pick<Meters, "called">;
  readonly lastCalls: Pick<LastCalls, "ended">;
}

/**
 * The same world: how long its calls take and how they end is told to `meters` and `lastCalls`. Store, router, sources, workloads and notifiers are
 * asked as before.
 */
export function measureWorld<Whole extends World>(world: Whole, { meters, lastCalls }: Measured): Whole {
  const { clock } = world;
  const measure: Measure = async (asked, call, faultOf = () => null) => {
    const beganMs = clock.monotonicMs();
    const tookMs = (): number => clock.monotonicMs() - beganMs;
    try {
      const answer = await call();
      meters.called(asked, { outcome: "answered", tookMs: tookMs() });
      lastCalls.ended(asked, { atMs: clock.nowMs(), tookMs: tookMs(), why: faultOf(answer) });
      return answer;
    } catch (error) {
      meters.called(asked, { outcome: error instanceof StaleRevision ? "stale" : "failed", tookMs: tookMs() });
      lastCalls.ended(asked, { atMs: clock.nowMs(), tookMs: tookMs(), why: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  };
  const each = <Adapter extends object>(
    make: (adapter: Adapter, word: string) => Adapter,
  ): ((adapter: Adapter, word: string) => Adapter) => {
    const made = new WeakMap<Adapter, Adapter>();
    return (adapter, word) => {
      const known = made.get(adapter) ?? make(adapter, word);
      made.set(adapter, known);
      return known;
    };
  };
  const source = each<MetricSource>((adapter, name) => ({
    read: async (queries, context, signal) =>
      measure({ port: "source", name }, async () => adapter.read(queries, context, signal), faultOfReadings),
  }));
  const router = each<TrafficRouter>((adapter, name) => ({
    apply: async (wanted, signal) => measure({ port: "router", name }, async () => adapter.apply(wanted, signal)),
    observe: async (signal) => measure({ port: "router", name }, async () => adapter.observe(signal)),
    // A request to the services themselves: what it takes says nothing of the router.
    attempt: async (attempt, signal) => adapter.attempt(attempt, signal),
  }));
  const workloads = each<Workloads>((adapter, name) => ({
    apply: async (wanted, signal) => measure({ port: "workloads", name }, async () => adapter.apply(wanted, signal)),
    observe: async (services, signal) => measure({ port: "workloads", name }, async () => adapter.observe(services, signal)),
  }));
  const notifier = each<Notifier>((adapter, name) => ({
    send: async (notice, signal) => measure({ port: "notifier", name }, async () => adapter.send(notice, signal)),
    listen: (desk) => adapter.listen?.(desk) ?? null,
  }));
  return {
    ...world,
    store: measureStore(world.store, measure),
    router: (plan) => router(world.router(plan), plan.traffic.kind),
    workloads: (kind) => workloads(world.workloads(kind), kind),
    source: (name) => source(world.source(name), name),
    notifier: (name) => notifier(world.notifier(name), name),
  };
}

/** `faultOf`: what is wrong with an answer that came; `null`: nothing. */
type Measure = <T>(asked: Asked, call: () => Promise<T>, faultOf?: (answer: T) => string | null) => Promise<T>;

/** A source that answers, and can read nothing of what it was asked for: the first reason. */
function faultOfReadings(readings: ReadonlyMap<string, Reading>): string | null {
  const faults = [...readings.values()].map((reading) => (reading.kind === "unavailable" && reading.soon !== true ? reading.why : null));
  return faults.every((why) => why !== null) ? (faults[0] ?? null) : null;
}

/** Of the store only what is waited for on disk is measured. */
function measureStore(store: Store, measure: Measure): Store {
  const timed = <T>(name: string, call: () => Promise<T>): Promise<T> => measure({ port: "store", name }, call);
  return {
    create: async (release) => timed("create", async () => store.create(release)),
    commit: async (commit) => timed("commit", async () => store.commit(commit)),
    ask: async (request) => timed("ask", async () => store.ask(request)),
    delivered: async (notice, atMs) => timed("delivered", async () => store.delivered(notice, atMs)),
    load: async (id) => store.load(id),
    head: async (id) => store.head(id),
    standing: async (id) => store.standing(id),
    since: async (id, page) => store.since(id, page),
    list: async (options) => store.list(options),
    active: async () => store.active(),
    pending: async (release) => store.pending(release),
    owed: async (page) => store.owed(page),
    giveUp: async (notice, given) => timed("giveUp", async () => store.giveUp(notice, given)),
    lost: async (release) => store.lost(release),
    told: async (release) => store.told(release),
    freeze: async (freeze) => timed("freeze", async () => store.freeze(freeze)),
    freezes: async (nowMs) => store.freezes(nowMs),
    lift: async (lift) => store.lift(lift),
    access: store.access,
    close: async () => store.close(),
  };
}
