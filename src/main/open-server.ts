import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { AdapterLists, ConnectedWorld, Connections } from "../adapters/connect.ts";
import type { RunningServer, ServerStart } from "../cli/server.ts";
import type { LoginSettings } from "../config/open-login.ts";
import type { Server } from "../config/server-file.ts";
import type { Engine } from "../engine/engine.ts";
import { patience } from "../engine/run.ts";
import { formatProblem, UserError } from "../errors.ts";
import type { createApp } from "../http/app.ts";
import type { LastCalls } from "../http/last-calls.ts";
import type { Log } from "../http/log.ts";
import type { Meters } from "../http/meters.ts";
import type { Clock, Store } from "../ports.ts";
import { adapterLists, openStore, readServerFile, version } from "./server-makings.ts";

/** A server that answers: store, tokens, adapters, engine and API, in this order; each is closed again when a later one fails. */
export async function openServer(start: ServerStart): Promise<RunningServer> {
  const [{ createClock }, { createLog }, { isLoopback, listen, parseAddress }] = await Promise.all([
    import("../engine/clock.ts"),
    import("../http/log.ts"),
    import("../http/listen.ts"),
  ]);
  const clock = createClock(start.clockStartsMs === null ? {} : { startsAtMs: start.clockStartsMs });
  const log = createLog(
    (line) => start.log(line),
    () => clock.nowMs(),
  );
  const lists = await adapterLists();
  const { server, connections, login } = await readSettings(start, lists, log);
  const address = start.listen === null ? server.listen : parseAddress(start.listen);
  await using closing = new AsyncDisposableStack();
  const store = await openStore(start.dataDir, clock);
  closing.defer(() => store.close());
  const { connectWorld } = await import("../adapters/connect.ts");
  const { createEngine } = await import("../engine/engine.ts");
  const leaving = new AbortController();
  closing.defer(() => leaving.abort());
  const connected = connectWorld({ lists, connections, clock, dataDir: resolve(start.dataDir), closing: leaving.signal });
  const [{ Meters }, { LastCalls }, { measureWorld }] = await Promise.all([
    import("../http/meters.ts"),
    import("../http/last-calls.ts"),
    import("../http/measure-world.ts"),
  ]);
  const [meters, lastCalls] = [new Meters(version()), new LastCalls()];
  const world = measureWorld({ ...connected, store }, { meters, lastCalls });
  const engine = createEngine(world, {
    publicUrl: server.publicUrl,
    onTrouble: (message) => log("error", "trouble", { message }),
    onRecovery: (message) => log("info", "recovered", { message }),
    onTick: (tick) => meters.ticked(tick),
  });
  closing.defer(() => engine.close());
  closing.defer(engine.onCommit((id) => void meters.follow(engine.view(id))));
  const ending = new AbortController();
  const app = await openApp({ start, server, login, lists, world, store, engine, clock, log, meters, lastCalls, closing: ending.signal });
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

/** The server's file with every secret in its place. Throws `file-unreadable`, `server-file-invalid` or `secret-missing`. */
async function readSettings(start: ServerStart, lists: AdapterLists, log: Log): Promise<Settings> {
  const { server, warnings } = await readServerFile(start.configFile, lists);
  for (const warning of warnings) log("warning", "server-file", { says: formatProblem(warning) });
  const [{ openConnections, secretReaders }, { openLogin }] = await Promise.all([
    import("../config/open-connections.ts"),
    import("../config/open-login.ts"),
  ]);
  const readers = secretReaders(start.configFile);
  const opened = openConnections(server, lists, readers);
  const login = openLogin(server, readers);
  const problems = [...login.problems, ...opened.problems];
  if (problems.length > 0) {
    throw new UserError("secret-missing", `Missing, or not what its connection takes: ${problems.length}.`, { problems });
  }
  return { server, connections: opened.connections, login: login.settings };
}

interface Settings {
  readonly server: Server;
  readonly connections: Connections;
  readonly login: LoginSettings | null;
}

interface AppMakings {
  readonly start: ServerStart;
  readonly server: Server;
  readonly login: LoginSettings | null;
  readonly lists: AdapterLists;
  readonly world: ConnectedWorld;
  readonly store: Store;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: Log;
  readonly meters: Meters;
  readonly lastCalls: LastCalls;
  readonly closing: AbortSignal;
}

/** The API of a server that is made of these. */
async function openApp({ start, server, login, lists, world, clock, ...parts }: AppMakings): Promise<ReturnType<typeof createApp>> {
  const [
    app,
    { Access },
    { openInboxes },
    { localPerson, openTokens },
    { openWebFiles },
    { nothingAsked, readPlan },
    { adaptersOf, connectionsOf },
    { sourcesAhead },
  ] = await Promise.all([
    import("../http/app.ts"),
    import("../http/access/access.ts"),
    import("../http/inboxes.ts"),
    import("../http/tokens.ts"),
    import("../http/web/web-files.ts"),
    import("../config/plan-file.ts"),
    import("../adapters/known-connections.ts"),
    import("../config/rules/decidable.ts"),
  ]);
  const people = server.people.length === 0 ? [localPerson] : server.people;
  const tokens = openTokens(start.dataDir, people);
  return app.createApp({
    ...parts,
    connections: connectionsOf(lists, server.connections),
    adapters: adaptersOf(lists),
    sourceOf: sourcesAhead({ ...lists, server }),
    world,
    clock,
    inboxes: openInboxes({ ...parts, ...server, world, clock, notifiers: server.connections.notifiers, kinds: lists.notifiers }),
    access: new Access({ ...server, store: parts.store.access, clock, people, tokens, login, log: parts.log }),
    web: openWebFiles(fileURLToPath(new URL("../../dist/web/", import.meta.url))),
    environments: server.environments,
    version: version(),
    streamLimits,
    readPlan: (text, file, startsMs) => readPlan(text, file, { ...lists, server }, { ...nothingAsked, startsMs }),
    examine: async (asked, signal) => (await import("../doctor/examine.ts")).examine({ ...asked, world, clock }, signal),
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
/** Event streams that a server serves at once, and those of one person: a crowd watches a release, nobody shuts it out. */
const streamLimits = { all: 2_000, perPerson: 100 } as const;
/** Calls that still run when the server closes are cut off after this long, ms. */
const closeWithinMs = 2_000;
