import { fileURLToPath } from "node:url";
import { Access } from "../http/access/access.ts";
import { openWebFiles } from "../http/web/web-files.ts";
import { adaptersOf, connectionsOf } from "../adapters/known-connections.ts";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { metricSources } from "../adapters/metrics/list.ts";
import { notifiers } from "../adapters/notices/list.ts";
import { routers } from "../adapters/traffic/list.ts";
import { workloads } from "../adapters/workloads/list.ts";
import { sourcesAhead } from "../config/rules/decidable.ts";
import { nothingAsked, readPlan } from "../config/plan-file.ts";
import { readServer } from "../config/server-file.ts";
import type { Server, ServerPerson } from "../config/server-file.ts";
import type { Plan, Role } from "../core/plan.ts";
import { createClock } from "../engine/clock.ts";
import { createEngine } from "../engine/engine.ts";
import type { Engine, View } from "../engine/engine.ts";
import { examine } from "../doctor/examine.ts";
import { createApp } from "../http/app.ts";
import { listen, parseAddress } from "../http/listen.ts";
import { createLog } from "../http/log.ts";
import { measureWorld } from "../http/measure-world.ts";
import { LastCalls } from "../http/last-calls.ts";
import { Meters } from "../http/meters.ts";
import { openTokens } from "../http/tokens.ts";
import type { Caller } from "../http/tokens.ts";
import type { Clock } from "../ports.ts";
import { catalogue } from "./catalogue.ts";
import type { Team } from "./colleagues.ts";
import type { FindingTexts } from "./findings.ts";
import { lastWeekMs, liveLastWeek } from "./last-week.ts";
import { openPlayground } from "./playground.ts";
import type { Playground } from "./playground.ts";
import type { ScenarioName } from "./scenario-names.ts";

/** The server of a simulated world, as it begins. */
export interface SimulatedServerOptions {
  /** The plan's file as written, and its name; absent: ECOMSIMPLY's, without what lint finds doubtful in it. */
  readonly plan?: { readonly text: string; readonly file: string };
  /** What goes wrong in every release; absent: nothing. */
  readonly scenario?: ScenarioName;
  /** Simulated time that passes in each moment of real time when nobody asks for more: 60 is a minute a second. */
  readonly speed: number;
  readonly seed?: number;
  /** "127.0.0.1:0" when it is not said. */
  readonly listen?: string;
  /** When its time begins, epoch ms; absent: Tuesday, 2025-08-19, 14:00 in Paris. */
  readonly startsAtMs?: number;
  /** People beside those of ECOMSIMPLY's server file. */
  readonly people?: readonly Caller[];
  readonly texts?: Partial<FindingTexts>;
  /** True: last week's releases stand in the store. */
  readonly hasHistory?: boolean;
  readonly log?: (line: string) => void;
}

/** The real API and engine in front of a simulated world. */
export interface SimulatedServer {
  readonly url: string;
  readonly engine: Engine;
  readonly playground: Playground;
  /** The plan as written: what `startRelease` takes. */
  readonly plan: { readonly text: string; readonly file: string };
  readonly people: readonly Caller[];
  /** The four of them who decide. */
  readonly team: Team;
  /** Of a person by name. Throws when there is nobody of that name. */
  tokenOf(name: string): string;
  /** Epoch ms in the simulated world. */
  nowMs(): number;
  /** Lets time pass in steps until the release is as `isThere` says. Throws when it is not within `withinMs` of simulated time. */
  until(release: string, isThere: (view: View) => boolean, withinMs: number): Promise<View>;
  close(): Promise<void>;
}

/** Tuesday, 2025-08-19, 14:00 in Paris: the beginning of ECOMSIMPLY's window. */
export const windowOpensMs = Date.UTC(2025, 7, 19, 12);
/** Between two moments at which simulated time passes, ms of real time. */
const beatMs = 20;
/** Simulated time that passes between two looks at the release, ms. */
const lookEveryMs = 1_000;

const lists = { sources: metricSources, routers, workloads, notifiers };
const example = (name: string) => new URL(`../../examples/ecomsimply/${name}`, import.meta.url);

/** What is stable in ECOMSIMPLY's simulated shop when it opens. */
export const firstVersions = { frontend: "ecomsimply/frontend:2.9.4", backend: "ecomsimply/backend:2.9.4" };

/** Starts it on loopback. Throws when the plan has errors. */
export async function openSimulatedServer(options: SimulatedServerOptions): Promise<SimulatedServer> {
  const server = serverFile();
  const planText = options.plan ?? { text: readFileSync(example("repaired.yaml"), "utf8"), file: "repaired.yaml" };
  const plan = planOf(planText, server);
  const { startsAtMs = windowOpensMs } = options;
  const playground = openPlayground({
    seed: options.seed ?? 16,
    plan,
    stable: firstVersions,
    startsAtMs: options.hasHistory === true ? lastWeekMs : startsAtMs,
    site: { peoplePerSecond: 60, loginsPerSecond: 60, requestsPerPerson: 3 },
    scenario: catalogue.find(({ name }) => name === options.scenario) ?? null,
    ...(options.texts && { texts: options.texts }),
  });
  await using closing = new AsyncDisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), "serin-simulated-"));
  closing.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const people: readonly Caller[] = [...server.people, visitor, ...(options.people ?? [])];
  const tokens = openTokens(dataDir, people);
  const real = createClock();
  const ending = new AbortController();
  const { app, engine } = makeApp({
    playground,
    server,
    people,
    tokens,
    real,
    closing: ending.signal,
    log: options.log ?? (() => undefined),
  });
  closing.defer(() => Promise.all([engine.close(), playground.pass(60_000)]).then(() => undefined));
  await engine.start();
  if (options.hasHistory === true) await liveLastWeek({ engine, playground, plan, team: teamOf(server) }, startsAtMs);
  const pumped = pump(playground, real, options.speed, ending.signal);
  closing.defer(() => pumped);
  const listening = await listen(app, parseAddress(options.listen ?? "127.0.0.1:0"));
  closing.defer(() => listening.close(500));
  closing.defer(() => ending.abort());
  const all = closing.move();
  return {
    url: listening.url,
    engine,
    playground,
    plan: planText,
    people,
    team: teamOf(server),
    tokenOf: (name) => found([...tokens].find(([, person]) => person.name === name)?.[0], name),
    nowMs: () => playground.world.clock.nowMs(),
    until: (release, isThere, withinMs) => until({ engine, playground, release, withinMs }, isThere),
    close: () => all.disposeAsync(),
  };
}

/** The four people of the server's file. */
function teamOf({ people }: Server): Team {
  const holder = (role: Role): ServerPerson =>
    found(
      people.find(({ roles }) => roles.includes(role)),
      role,
    );
  return [holder("release-manager"), holder("devops-lead"), holder("qa-lead"), holder("product-owner")];
}

const visitor: Caller = { name: "Inès Moreau", roles: ["viewer"], environments: null };

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`there is no ${what} here`);
  return value;
}

function serverFile(): Server {
  const { server, problems } = readServer(readFileSync(example("serin.yaml")), "serin.yaml", lists);
  if (server === null) throw new Error(`examples/ecomsimply/serin.yaml does not read: ${JSON.stringify(problems)}`);
  return server;
}

function planOf({ text, file }: { readonly text: string; readonly file: string }, server: Server): Plan {
  const { plan, problems } = readPlan(text, file, { ...lists, server });
  if (plan === null) throw new Error(`${file} does not read: ${JSON.stringify(problems)}`);
  return plan;
}

interface Makings {
  readonly playground: Playground;
  readonly server: Server;
  readonly people: readonly Caller[];
  readonly tokens: ReadonlyMap<string, Caller>;
  readonly real: Clock;
  readonly closing: AbortSignal;
  readonly log: (line: string) => void;
}

function makeApp({ playground, server, people, tokens, real, closing, log: write }: Makings) {
  const { world: simulated, store } = playground;
  // Time of day is that of the simulated world; patience with callers is that of this one.
  const clock: Clock = { ...real, nowMs: () => simulated.clock.nowMs() };
  // Nobody's session ends sooner because the simulated day goes by faster.
  const beganMs = clock.nowMs() - real.monotonicMs();
  const ofPeople: Clock = { ...real, nowMs: () => beganMs + real.monotonicMs() };
  const log = createLog(write, () => clock.nowMs());
  const meters = new Meters("simulated");
  const lastCalls = new LastCalls();
  const world = measureWorld(simulated, { meters, lastCalls });
  const engine = createEngine(world, {
    publicUrl: server.publicUrl,
    onTrouble: (message) => log("error", "trouble", { message }),
    onTick: (tick) => meters.ticked(tick),
  });
  engine.onCommit((id) => void meters.follow(engine.view(id)));
  const examined = { ...world, examine: () => Promise.resolve([]), orphans: () => Promise.resolve([]) };
  const app = createApp({
    engine,
    store,
    world,
    clock,
    access: new Access({ store: store.access, clock: ofPeople, people, tokens, publicUrl: null, log }),
    web: openWebFiles(fileURLToPath(new URL("../../dist/web/", import.meta.url))),
    log,
    environments: server.environments,
    version: "simulated",
    meters,
    inboxes: [],
    lastCalls,
    connections: connectionsOf(lists, server.connections),
    adapters: adaptersOf(lists),
    sourceOf: sourcesAhead({ ...lists, server }),
    streamLimits: { all: 2_000, perPerson: 100 },
    closing,
    readPlan: (text, file, startsMs) => readPlan(text, file, { ...lists, server }, { ...nothingAsked, startsMs }),
    examine: (asked, signal) => examine({ ...asked, world: examined, clock }, signal),
  });
  return { app, engine };
}

/** Lets simulated time pass as real time does, `speed` times as fast, in whole milliseconds. */
async function pump(playground: Playground, real: Clock, speed: number, closing: AbortSignal): Promise<void> {
  const beganMs = real.monotonicMs();
  let passedMs = 0;
  while (!closing.aborted) {
    await real.wait(beatMs, closing);
    const dueMs = Math.floor((real.monotonicMs() - beganMs) * speed);
    await playground.pass(dueMs - passedMs);
    passedMs = dueMs;
  }
}

interface Waiting {
  readonly engine: Engine;
  readonly playground: Playground;
  readonly release: string;
  readonly withinMs: number;
}

async function until({ engine, playground, release, withinMs }: Waiting, isThere: (view: View) => boolean): Promise<View> {
  const clock = playground.world.clock;
  const latestMs = clock.nowMs() + withinMs;
  for (;;) {
    const view = await engine.view(release);
    if (view !== null && isThere(view)) return view;
    if (clock.nowMs() >= latestMs)
      throw new Error(`after ${withinMs / 60_000} min release ${release} is at ${JSON.stringify(view?.release.status)}`);
    await playground.pass(lookEveryMs);
  }
}
