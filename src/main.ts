import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import type { AdapterLists, ConnectedWorld, Connections, OpenConnection } from "./adapters/connect.ts";
import type { AskedHere } from "./cli/doctor.ts";
import type { RunningServer, ServerStart } from "./cli/server.ts";
import { endWhenUnread, outliveTheLog, processTerminal } from "./cli/terminal.ts";
import type { Terminal } from "./cli/terminal.ts";
import type { SecretReaders } from "./config/secrets.ts";
import type { Server } from "./config/server-file.ts";
import type { Engine } from "./engine/engine.ts";
import { patience } from "./engine/run.ts";
import { exitCodes, formatProblem, UserError } from "./errors.ts";
import type { Problem } from "./errors.ts";
import type { createApp } from "./http/app.ts";
import type { ExaminedPart, VerifyAnswer } from "./http/contract.ts";
import type { Log } from "./http/log.ts";
import type { Meters } from "./http/meters.ts";
import { StoreUnusable } from "./ports.ts";
import type { Clock, Store } from "./ports.ts";

/*
 * The only file that knows everyone: which command is in which file, and what a server is made of. Each is imported when it is asked for, so
 * that no command pays for another.
 */

/** A word after `serin`, and what stands beneath it. */
interface Group {
  readonly says: string;
  add(group: Command, terminal: Terminal): Promise<void>;
}

const groups: Readonly<Record<string, Group>> = {
  plan: { says: "check, foresee, explain, simulate and render plan files", add: addPlan },
  release: { says: "begin, watch and steer the releases of a running server", add: addRelease },
  stable: {
    says: "start the stable version on this machine",
    add: async (group, terminal) => (await import("./cli/stable-start.ts")).addStableStart(group, terminal),
  },
  router: {
    says: "configure the routers that are other people's servers",
    add: async (group, terminal) => (await import("./cli/router-config.ts")).addRouterConfig(group, terminal, adapterLists),
  },
  freeze: { says: "see and lift freezes", add: addFreeze },
};

/** Commands that stand directly beneath `serin`. */
const commands: Readonly<Record<string, (program: Command, terminal: Terminal) => Promise<void>>> = {
  server: addServerCommands,
  edge: async (program, terminal) => void (await import("./cli/edge.ts")).addEdge(program, terminal),
  doctor: async (program, terminal) => void (await import("./cli/doctor.ts")).addDoctor(program, terminal, examineHere),
  judge: async (program, terminal) => (await import("./cli/judge.ts")).addJudge(program, terminal),
  demo: async (program, terminal) => (await import("./cli/demo.ts")).addDemo(program, terminal),
};

async function addPlan(plan: Command, terminal: Terminal): Promise<void> {
  const [lint, power, when, explain, simulate, render, schema] = await Promise.all([
    import("./cli/plan-lint.ts"),
    import("./cli/plan-power.ts"),
    import("./cli/plan-when.ts"),
    import("./cli/plan-explain.ts"),
    import("./cli/plan-simulate.ts"),
    import("./cli/plan-render.ts"),
    import("./cli/schema.ts"),
  ]);
  lint.addPlanLint(plan, terminal, adapterLists);
  power.addPlanPower(plan, terminal, adapterLists);
  when.addPlanWhen(plan, terminal, adapterLists);
  explain.addPlanExplain(plan, terminal, adapterLists);
  simulate.addPlanSimulate(plan, terminal, adapterLists);
  render.addPlanRender(plan, terminal, adapterLists);
  schema.addPlanSchema(plan, terminal, adapterLists);
}

async function addServerCommands(program: Command, terminal: Terminal): Promise<void> {
  const [server, schema] = await Promise.all([import("./cli/server.ts"), import("./cli/schema.ts")]);
  schema.addServerSchema(server.addServer(program, terminal, openServer), terminal, adapterLists);
}

async function addRelease(release: Command, terminal: Terminal): Promise<void> {
  const [start, list, show, watch, why, ask, verify] = await Promise.all([
    import("./cli/release-start.ts"),
    import("./cli/release-list.ts"),
    import("./cli/release-show.ts"),
    import("./cli/release-watch.ts"),
    import("./cli/release-why.ts"),
    import("./cli/release-ask.ts"),
    import("./cli/release-verify.ts"),
  ]);
  start.addReleaseStart(release, terminal);
  list.addReleaseList(release, terminal);
  show.addReleaseShow(release, terminal);
  watch.addReleaseWatch(release, terminal);
  why.addReleaseWhy(release, terminal);
  ask.addReleaseAsk(release, terminal);
  verify.addReleaseVerify(release, terminal, verifyStored);
}

async function addFreeze(freeze: Command, terminal: Terminal): Promise<void> {
  const [list, lift] = await Promise.all([import("./cli/freeze-list.ts"), import("./cli/freeze-lift.ts")]);
  list.addFreezeList(freeze, terminal);
  lift.addFreezeLift(freeze, terminal);
}

/** This build's adapters, by port. */
async function adapterLists(): Promise<AdapterLists> {
  const [metrics, traffic, workloads, notices] = await Promise.all([
    import("./adapters/metrics/list.ts"),
    import("./adapters/traffic/list.ts"),
    import("./adapters/workloads/list.ts"),
    import("./adapters/notices/list.ts"),
  ]);
  return { sources: metrics.metricSources, routers: traffic.routers, workloads: workloads.workloads, notifiers: notices.notifiers };
}

/** A server that answers: store, tokens, adapters, engine and API, in this order; each is closed again when a later one fails. */
async function openServer(start: ServerStart): Promise<RunningServer> {
  const [{ createClock }, { createLog }, { isLoopback, listen, parseAddress }] = await Promise.all([
    import("./engine/clock.ts"),
    import("./http/log.ts"),
    import("./http/listen.ts"),
  ]);
  const clock = createClock(start.clockStartsMs === null ? {} : { startsAtMs: start.clockStartsMs });
  const log = createLog(
    (line) => start.log(line),
    () => clock.nowMs(),
  );
  const lists = await adapterLists();
  const { server, warnings } = await readServerFile(start.configFile, lists);
  for (const warning of warnings) log("warning", "server-file", { says: formatProblem(warning) });
  const address = start.listen === null ? server.listen : parseAddress(start.listen);
  const { connections, problems } = await openConnections(server, lists, secretReaders(start.configFile));
  if (problems.length > 0) {
    throw new UserError("secret-missing", `Missing, or not what its connection takes: ${problems.length}.`, { problems });
  }
  await using closing = new AsyncDisposableStack();
  const store = await openStore(start.dataDir, clock);
  closing.defer(() => store.close());
  const { connectWorld } = await import("./adapters/connect.ts");
  const { createEngine } = await import("./engine/engine.ts");
  const leaving = new AbortController();
  closing.defer(() => leaving.abort());
  const connected = connectWorld({ lists, connections, clock, dataDir: resolve(start.dataDir), closing: leaving.signal });
  const [{ Meters }, { measureWorld }] = await Promise.all([import("./http/meters.ts"), import("./http/measure-world.ts")]);
  const meters = new Meters(version());
  const world = measureWorld({ ...connected, store }, meters);
  const engine = createEngine(world, {
    publicUrl: server.publicUrl,
    onTrouble: (message) => log("error", "trouble", { message }),
    onRecovery: (message) => log("info", "recovered", { message }),
    onTick: (tick) => meters.ticked(tick),
  });
  closing.defer(() => engine.close());
  closing.defer(engine.onCommit((id) => void meters.follow(engine.view(id))));
  const ending = new AbortController();
  const app = await openApp({ start, server, lists, world, store, engine, clock, log, meters, closing: ending.signal });
  const listening = await listen(app, address);
  closing.defer(() => listening.close(closeWithinMs));
  closing.defer(() => ending.abort());
  await engine.start();
  if (!isLoopback(address)) log("warning", "not-loopback", { url: listening.url, because: "calls and tokens travel in the clear" });
  log("info", "listening", {
    url: listening.url,
    data: start.dataDir,
    version: version(),
    people: server.people.length,
    releases: engine.active(),
  });
  const all = closing.move();
  return { url: listening.url, close: () => closeServer({ all, engine, log }) };
}

interface AppMakings {
  readonly start: ServerStart;
  readonly server: Server;
  readonly lists: AdapterLists;
  readonly world: ConnectedWorld;
  readonly store: Store;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: Log;
  readonly meters: Meters;
  readonly closing: AbortSignal;
}

/** The API of a server that is made of these. */
async function openApp({ start, server, lists, world, clock, ...parts }: AppMakings): Promise<ReturnType<typeof createApp>> {
  const [app, { localPerson, openTokens }, { readPlan }] = await Promise.all([
    import("./http/app.ts"),
    import("./http/tokens.ts"),
    import("./config/plan-file.ts"),
  ]);
  return app.createApp({
    ...parts,
    world,
    clock,
    tokens: openTokens(start.dataDir, server.people.length === 0 ? [localPerson] : server.people),
    version: version(),
    streamsAtMost,
    readPlan: (text, file) => readPlan(text, file, { ...lists, server }),
    examine: async (asked, signal) => (await import("./doctor/examine.ts")).examine({ ...asked, world, clock }, signal),
  });
}

interface Closing {
  readonly all: AsyncDisposableStack;
  readonly engine: Engine;
  readonly log: Log;
}

async function closeServer({ all, engine, log }: Closing): Promise<void> {
  const releases = engine.active();
  log("info", "closing", { releases, ...(releases.length > 0 ? { says: leftBehind } : {}) });
  await all.disposeAsync();
  log("info", "closed");
}

/** What becomes of the releases that a closing server leaves. */
const leftBehind = `The next server on this data folder goes on with them; without one the router takes people to stable within ${patience.leaseMs / 1000} s.`;

/** Event streams that a server serves at once. */
const streamsAtMost = 500;
/** Calls that still run when the server closes are cut off after this long, ms. */
const closeWithinMs = 2_000;

/**
 * Looks at what a release of a plan would rest on, from this machine: with the connections of a server's file, and no server. Throws
 * `file-unreadable`, `server-file-invalid` or `plan-invalid`.
 */
async function examineHere(asked: AskedHere): Promise<readonly ExaminedPart[]> {
  const [{ createClock }, { connectWorld }, { readPlan }, { examine }, { mkdtemp, rm }, { tmpdir }] = await Promise.all([
    import("./engine/clock.ts"),
    import("./adapters/connect.ts"),
    import("./config/plan-file.ts"),
    import("./doctor/examine.ts"),
    import("node:fs/promises"),
    import("node:os"),
  ]);
  const lists = await adapterLists();
  const { server } = await readServerFile(asked.configFile, lists);
  const { plan, problems } = readPlan(asked.plan.text, asked.plan.file, { ...lists, server });
  if (plan === null || problems.some(({ severity }) => severity === "error")) {
    throw new UserError("plan-invalid", `${asked.plan.file} cannot be released as it is.`, { problems });
  }
  const { connections } = await openConnections(server, lists, secretReaders(asked.configFile));
  await using closing = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), "serin-doctor-"));
  closing.defer(() => rm(dataDir, { recursive: true, force: true }));
  const leaving = new AbortController();
  closing.defer(() => leaving.abort());
  const clock = createClock();
  const world = connectWorld({ lists, connections, clock, dataDir, closing: leaving.signal });
  const startsMs = asked.startsMs === null ? clock.nowMs() : asked.startsMs(plan.timeZone);
  return await examine({ plan, versions: asked.versions, startsMs, doubts: problems.length, active: null, world, clock }, leaving.signal);
}

interface ServerReading {
  readonly server: Server;
  readonly warnings: readonly Problem[];
}

/** The server's file and what is doubtful in it; without one what an empty file says. Throws `file-unreadable` or `server-file-invalid`. */
async function readServerFile(file: string | null, lists: AdapterLists): Promise<ServerReading> {
  const { readServer } = await import("./config/server-file.ts");
  const text = file === null ? "apiVersion: serin.dev/v1\nkind: Server\n" : readBytes(file);
  const { server, problems } = readServer(text, file ?? "serin.yaml", lists);
  if (server !== null) return { server, warnings: problems };
  throw new UserError("server-file-invalid", `${problems.length} ${problems.length === 1 ? "place is" : "places are"} wrong in ${file}.`, {
    problems,
  });
}

/** Every connection whose adapter this build has, with its secrets. One whose secret is missing is unusable, and a problem. */
async function openConnections(
  server: Server,
  lists: AdapterLists,
  readers: SecretReaders,
): Promise<{ readonly connections: Connections; readonly problems: readonly Problem[] }> {
  const { openConnection } = await import("./config/server-file.ts");
  const problems: Problem[] = [];
  const opened = (port: keyof AdapterLists): Readonly<Record<string, OpenConnection>> =>
    Object.fromEntries(
      Object.entries(server.connections[port]).flatMap(([name, connection]) => {
        const { kind } = connection;
        const definition = lists[port].find((one) => one.kind === kind);
        if (definition === undefined) return [];
        const result = openConnection(connection, definition.connection, readers, server.file);
        if (result.ok) return [[name, { kind, value: result.value }]];
        problems.push(...result.problems);
        return [[name, { kind, value: null, unusable: result.problems }]];
      }),
    );
  const connections = {
    sources: opened("sources"),
    routers: opened("routers"),
    workloads: opened("workloads"),
    notifiers: opened("notifiers"),
  };
  return { connections, problems };
}

/** Secrets from this process's environment, and from files beside the server's file. */
function secretReaders(configFile: string | null): SecretReaders {
  const folder = dirname(resolve(configFile ?? "serin.yaml"));
  return {
    env: (name) => process.env[name] ?? null,
    file: (path) => {
      try {
        return readFileSync(resolve(folder, path), "utf8");
      } catch {
        return null; // The caller says which file, where it is named.
      }
    },
  };
}

/** The store of a data folder. Throws `data-unusable` when another process holds it, or it cannot be relied on. */
async function openStore(dataDir: string, clock: Clock): Promise<Store> {
  const { stores } = await import("./adapters/stores/list.ts");
  try {
    return await stores[0].open({}, { clock, dataDir });
  } catch (error) {
    throw await refusalOf(error);
  }
}

/** A store that cannot be used as `data-unusable`; any other error as it is. */
async function refusalOf(error: unknown): Promise<unknown> {
  if (!(error instanceof StoreUnusable)) return error;
  const { capital } = await import("./core/messages/context.ts");
  return new UserError("data-unusable", `${capital(error.message)}. ${error.remedy}`, { why: error.why });
}

/** Verifies a release in a data folder that no server holds; what is not there is not made. Throws `data-unusable` or `release-unknown`. */
async function verifyStored({ dataDir, release }: { readonly dataDir: string; readonly release: string }): Promise<VerifyAnswer> {
  const [{ stores }, { createClock }, { verify }, { sayVerified }] = await Promise.all([
    import("./adapters/stores/list.ts"),
    import("./engine/clock.ts"),
    import("./engine/replay.ts"),
    import("./http/releases.ts"),
  ]);
  if (!stores[0].isThere(dataDir)) throw new UserError("data-unusable", `There is no store in ${dataDir}.`);
  const store = await openStore(dataDir, createClock());
  try {
    const stored = await store.load(release);
    if (stored === null) throw new UserError("release-unknown", `No release in ${dataDir} is called ${release}.`);
    return sayVerified(verify(stored));
  } catch (error) {
    if (error instanceof StoreUnusable && error.why === "damaged") return { ok: false, says: sayDamage(error) };
    throw await refusalOf(error);
  } finally {
    await store.close();
  }
}

/** Where the store is damaged, and what was found there. */
function sayDamage({ message, cause }: StoreUnusable): string {
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}

function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UserError("file-unreadable", `${file}: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { readonly version: string };
  return version;
}

/** Registers the command that `words` ask for, or all of them when they ask for none, and runs it. */
async function main(words: readonly string[], terminal: Terminal): Promise<void> {
  if (words.length === 1 && (words[0] === "--version" || words[0] === "-V")) return terminal.out(`${version()}\n`);
  const { Command, CommanderError } = await import("commander");
  const program = new Command("serin").description("progressive delivery with honest evidence").version(version()).showHelpAfterError();
  program.exitOverride();
  const asked = words.find((word) => !word.startsWith("-")) ?? "";
  const isAsked = (name: string): boolean => asked === name || !(Object.hasOwn(groups, asked) || Object.hasOwn(commands, asked));
  for (const [name, group] of Object.entries(groups)) {
    if (isAsked(name)) await group.add(program.command(name).description(group.says), terminal);
  }
  for (const [name, add] of Object.entries(commands)) {
    if (isAsked(name)) await add(program, terminal);
  }
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes["bad-input"];
  }
}

endWhenUnread();
outliveTheLog();
await main(process.argv.slice(2), processTerminal());
