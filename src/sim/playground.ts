import { quantitiesOf } from "../core/checks.ts";
import { digestOfPlan } from "../core/chain.ts";
import type { Trouble } from "../core/messages/troubles.ts";
import type { Plan } from "../core/plan.ts";
import type { Clock, MetricSource, Notice, Query, Reading, Store, TrafficRouter, World } from "../ports.ts";
import type { NamedScenario, Planned, Site as SiteTraffic } from "./catalogue.ts";
import { changesOf } from "./changes.ts";
import { calm, wayThrough } from "./faults.ts";
import { findingsOf } from "./findings.ts";
import type { FindingTexts } from "./findings.ts";
import { healthyTruths } from "./healthy.ts";
import { MemoryStore } from "./memory-store.ts";
import { random } from "./random.ts";
import type { Scenario } from "./scenario.ts";
import { Shop } from "./shop.ts";
import type { Episode } from "./shop.ts";
import { outdoors, restartRouter, shareInForce, simulatedWorld } from "./simulated-world.ts";
import type { Outdoors } from "./simulated-world.ts";
import { isWithin } from "./span.ts";
import type { Reached } from "./span.ts";
import { virtualTime } from "./virtual-time.ts";

/** What stands on a playground from the beginning. */
export interface PlaygroundOptions {
  readonly seed: number;
  /** What is released there first; other plans may follow. */
  readonly plan: Plan;
  /** By service of the plan: what is stable there when it opens. */
  readonly stable: Readonly<Record<string, string>>;
  /** When its time begins, epoch ms. */
  readonly startsAtMs: number;
  readonly site: SiteTraffic;
  /** What goes wrong by itself, in every release; `null`: nothing. */
  readonly scenario: NamedScenario | null;
  /** Names that error trackers and page audits give; absent: those of the simulated shop. */
  readonly texts?: Partial<FindingTexts>;
}

/**
 * A world for one controller that goes on living, as long as somebody lets its time pass: the simulated shop behind a simulated router for each
 * plan that is released there. Nothing in it knows HTTP.
 */
export interface Playground {
  /** What an engine needs; of the time in it nothing passes by itself. */
  readonly world: World;
  readonly store: Store;
  /** Every notice that arrived, oldest first. */
  notices(): readonly Notice[];
  /** Lets `ms` pass with everything that happens in them. Calls are served one after the other. */
  pass(ms: number): Promise<void>;
  /** From now on this is wrong, for `forMs`; absent: for good. Only releases of plans that were looked at before meet it. */
  begin(trouble: Trouble, forMs?: number): void;
  /** Source, notifier, "router" or "store": nobody can reach it until the answered function is called. A source says `why`, if that is given. */
  cut(name: string, why?: string): () => void;
  /** The share that some router has in force now, percent. */
  sharePct(): number;
  /** Everything that `begin` and `cut` did is over; what happened once has happened. */
  heal(): void;
}

/** One plan's part of the world. */
interface Place {
  readonly plan: Plan;
  readonly outdoors: Outdoors;
  readonly world: World;
  readonly episodes: Episode[];
  readonly shop: Shop;
  readonly outages: NonNullable<Scenario["outages"]>[number][];
  readonly reached: Reached;
  /** Another release begins: nobody has been counted yet. */
  readonly begin: () => void;
}

/** Opens a world in which nobody has released anything yet. */
export function openPlayground(options: PlaygroundOptions): Playground {
  const time = virtualTime(options.startsAtMs);
  const clock = time.clock();
  const chance = random(options.seed);
  const later = (afterMs: number, work: () => void): void => time.at(time.elapsedMs() + afterMs, work);
  const way = wayThrough({ clock, chance, weather: () => calm, onCrash: () => undefined, later });
  const store = new MemoryStore();
  const shared = outdoors();
  const cutOff = new Map<string, string | null>();
  const places = new Map<string, Place>();
  const placeOf = (plan: Plan): Place => {
    const key = digestOfPlan(plan);
    const known = places.get(key);
    if (known) return known;
    const place = openPlace(plan, options, { time, clock, way, store, shared, cutOff });
    places.set(key, place);
    return place;
  };
  const first = placeOf(options.plan);
  for (const { name } of options.plan.services) {
    shared.running.set(`${name}/stable`, { version: options.stable[name] ?? "v1", readyAtMs: 0, url: `http://${name}-stable` });
  }
  const passing = inTurn((ms: number) => time.pass(ms));
  return {
    world: worldOf(placeOf, { first, places, clock, store, options, cutOff }),
    store,
    notices: () => [...shared.arrived.values()],
    pass: passing,
    begin(trouble, forMs = Number.POSITIVE_INFINITY) {
      const fromMs = time.elapsedMs();
      for (const place of places.values()) add(place, [{ trouble, fromMs, untilMs: fromMs + forMs }], options.site);
    },
    cut(name, why) {
      cutOff.set(name, why ?? null);
      return () => void cutOff.delete(name);
    },
    sharePct: () => Math.max(...[...places.values()].map((place) => shareInForce(place.outdoors, time.elapsedMs()))),
    heal() {
      cutOff.clear();
      for (const { episodes, outages } of places.values()) for (const all of [episodes, outages]) all.length = 0;
    },
  };
}

interface Ground {
  readonly time: ReturnType<typeof virtualTime>;
  readonly clock: Clock;
  readonly way: ReturnType<typeof wayThrough>;
  readonly store: Store;
  readonly shared: Outdoors;
  readonly cutOff: ReadonlyMap<string, string | null>;
}

function openPlace(plan: Plan, { seed, site, scenario }: PlaygroundOptions, ground: Ground): Place {
  const { time, clock, way, store, shared, cutOff } = ground;
  const truths = healthyTruths(plan);
  const [episodes, outages]: [Episode[], Place["outages"]] = [[], []];
  const outside: Outdoors = { ...outdoors(), running: shared.running, arrived: shared.arrived };
  const reached = reachedBy(outside);
  const changes: Partial<Scenario> = changesOf(scenario?.troubles(plan, site) ?? [], { plan, site, truths });
  const people = { ...site, ...pick(changes, ["peoplePerSecond", "loginsPerSecond", "drawnRatio"]) };
  const isOut = (name: string): boolean =>
    cutOff.has(name) || outages.some((outage) => outage.of === name && isWithin(outage, time.elapsedMs(), reached));
  const shop = new Shop({ ...people, plan, truths, episodes, reached }, random(seed + 2));
  const world = simulatedWorld(
    {
      time,
      chance: random(seed + 1),
      outdoors: outside,
      shop,
      readyAfterMs: (_service, _version, slot) => (slot === "canary" ? (changes.readyAfterMs ?? 8_000) : 2_000),
      breaks: (arms) => changes.breaksWhenMixed === true && new Set(Object.values(arms)).size > 1,
      isOut,
      isRouterOut: () => isOut("router"),
      onAsked: () => undefined,
      ...pick(changes, ["refusesBackMs"]),
    },
    { clock, way, store, weather: () => calm },
  );
  const begin = (): void => restartRouter(outside, shop, time.elapsedMs());
  const place = { plan, outdoors: outside, world, episodes, shop, outages, reached, begin };
  addChanges(place, changes);
  return place;
}

function pick<Key extends keyof Scenario>(changes: Partial<Scenario>, keys: readonly Key[]): Partial<Pick<Scenario, Key>> {
  return Object.fromEntries(keys.flatMap((key) => (changes[key] === undefined ? [] : [[key, changes[key]]]))) as Partial<
    Pick<Scenario, Key>
  >;
}

function add(place: Place, planned: readonly Planned[], site: SiteTraffic): void {
  addChanges(place, changesOf(planned, { plan: place.plan, site, truths: healthyTruths(place.plan) }));
}

function addChanges({ episodes, shop, outages }: Place, changes: Partial<Scenario>): void {
  episodes.push(...(changes.episodes ?? []));
  shop.expect(changes.mishaps ?? []);
  outages.push(...(changes.outages ?? []));
}

/** When a share was first in force in the release that the router has now: each release meets the scenario's troubles afresh. */
function reachedBy({ router }: Outdoors): Reached {
  const first = new Map<string, number>();
  let looked = 0;
  return (sharePct) => {
    const release = router.wanted?.release;
    for (; looked < router.heard.length; looked += 1) {
      const { atMs, wanted } = router.heard[looked] ?? { atMs: 0, wanted: null };
      const key = `${wanted?.release} ${wanted?.sharePct}`;
      if (wanted !== null && !first.has(key)) first.set(key, atMs);
    }
    const times = [...first].flatMap(([key, atMs]) => {
      const [of, pct] = key.split(" ");
      return of === release && Number(pct) >= sharePct ? [atMs] : [];
    });
    return Math.min(Number.POSITIVE_INFINITY, ...times);
  };
}

interface Whole {
  readonly first: Place;
  readonly places: ReadonlyMap<string, Place>;
  readonly clock: Clock;
  readonly store: Store;
  readonly options: PlaygroundOptions;
  readonly cutOff: ReadonlyMap<string, string | null>;
}

/** One world in front of all places: a router by the plan that asks, a source by who can answer all that it is asked for. */
function worldOf(placeOf: (plan: Plan) => Place, { first, places, clock, store, options, cutOff }: Whole): World {
  const answering = (release: string, queries: readonly Query[]): Place => {
    const own = [...places.values()].find((place) => place.outdoors.router.wanted?.release === release);
    const isKnown = (place: Place): boolean => {
      const known = quantitiesOf(place.plan).map(({ quantity }) => quantity);
      return queries.every(({ quantity }) => known.includes(quantity));
    };
    return own ?? [...places.values()].find(isKnown) ?? first;
  };
  const source = (name: string): MetricSource => ({
    async read(queries, context, signal) {
      const why = cutOff.get(name);
      if (typeof why === "string") throw new Error(why);
      const readings = await answering(context.release, queries).world.source(name).read(queries, context, signal);
      return new Map([...readings].map(([quantity, reading]) => [quantity, withFindings(reading, queries, quantity)]));
    },
  });
  const withFindings = (reading: Reading, queries: readonly Query[], quantity: string): Reading => {
    const query = queries.find((candidate) => candidate.quantity === quantity);
    return query === undefined ? reading : findingsOf(query, reading, options.texts);
  };
  return {
    clock,
    store,
    router: (plan) => routerOf(placeOf(plan)),
    workloads: (kind) => first.world.workloads(kind),
    source,
    notifier: (name) => first.world.notifier(name),
  };
}

/** The place's router: what it counts it counts for one release, as a real one does. */
function routerOf({ plan, world, outdoors: outside, begin }: Place): TrafficRouter {
  const router = world.router(plan);
  return {
    ...router,
    async apply(wanted, signal) {
      if (outside.router.wanted?.release !== wanted.release) begin();
      await router.apply(wanted, signal);
    },
  };
}

/** The same function, whose calls wait for one another. */
function inTurn<Input>(work: (input: Input) => Promise<void>): (input: Input) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return (input) => {
    const next = last.then(() => work(input));
    last = Promise.allSettled([next]);
    return next;
  };
}
