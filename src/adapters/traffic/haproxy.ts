import { lookup } from "node:dns/promises";
import { z } from "zod";
import type { SeenTraffic } from "../../core/observation.ts";
import { sayTargets } from "../../core/targets.ts";
import { PortError } from "../../ports.ts";
import type { TrafficRouter, WantedTraffic } from "../../ports.ts";
import type { RouterDefinition } from "../define.ts";
import { createExchange, parseTimeout, timeoutWords } from "../exchange.ts";
import { renderConfiguration } from "./haproxy/configuration.ts";
import { examineHaproxy } from "./haproxy/examine.ts";
import { keepFiles, mapFile } from "./haproxy/kept-files.ts";
import { createNames } from "./haproxy/names.ts";
import type { Names } from "./haproxy/names.ts";
import { readAnswer } from "./haproxy/read-answer.ts";
import type { Known } from "./haproxy/read-answer.ts";
import { peopleTable, rulesName, stateKey } from "./haproxy/rules.ts";
import { createRuntime } from "./haproxy/runtime.ts";
import type { Runtime } from "./haproxy/runtime.ts";
import { addressesOf, isServing, planMoves } from "./haproxy/servers.ts";
import type { Moves } from "./haproxy/servers.ts";
import { sayState } from "./haproxy/state.ts";
import { tryPair } from "./haproxy/try-pair.ts";

const connection = z.strictObject({
  socket: z
    .string()
    .regex(/^(?:\/\S+|(?:\[[0-9a-f:]+\]|[\w.-]+):\d{1,5})$/i, { error: "A socket is an absolute path, or host:port." })
    .default("/run/haproxy/serin.sock")
    .describe("HAProxy's `stats socket` of level admin: a path, or host:port."),
  url: z
    .url({ protocol: /^https?$/ })
    .describe("Where people come in, for example http://127.0.0.1:8080: pairs of versions are tried there before anybody is exposed."),
  folder: z
    .string()
    .regex(/^\/[\w./-]+$/, { error: "A folder is an absolute path of letters, digits, hyphens and dots." })
    .default("/var/lib/haproxy/serin")
    .describe("Where HAProxy finds serin.map and servers.state. With a path as `socket` the controller keeps both up to date."),
  token: z.string().min(16).describe("What HAProxy has in the environment variable SERIN_HAPROXY_TOKEN, at least 16 characters."),
  places: z.int().min(1).max(64).default(4).describe("How many addresses each arm of a service has room for in haproxy.cfg."),
  stable: z
    .record(z.string(), z.array(z.string().regex(/^http:\/\/[^/\s]+$/, { error: "An address is http://host:port." })))
    .default({})
    .describe("By service: where stable answers before the first release, for example { frontend: [http://127.0.0.1:3000] }."),
  timeout: timeoutWords.default("2s"),
});

/** The connection as people write it. */
export type HaproxyConnection = z.infer<typeof connection>;

/**
 * Steers HAProxy by its runtime API: the share is one entry of a map, changed by one command, and addresses are set server by server. The rules stand
 * in a configuration that `serin router config` writes.
 */
export const haproxy: RouterDefinition<HaproxyConnection> = {
  kind: "haproxy",
  says: "HAProxy 2.4 or later by its runtime API: sticky people, shares in steps of 0.01 %, a dead-man lease, no reload.",
  connection,
  capabilities: { sticky: true, audiences: ["new-logins", "everyone"], readsBack: true, stepPct: 0.01, lease: true },
  configure: ({ url, socket, folder, places, stable }, { services, traffic }) => {
    const { hostname, port, protocol } = new URL(url);
    const bind = `${hostname}:${port === "" ? (protocol === "https:" ? "443" : "80") : port}`;
    const rules = { services: services.map(({ name }) => name), routes: traffic.routes, login: traffic.login };
    const room = Math.max(places, ...Object.values(stable).map((urls) => urls.length));
    return renderConfiguration(rules, { bind, socket, folder, places: room, stable });
  },
  examine: (options, examination, surroundings, signal) => examineHaproxy({ options, examination, surroundings }, signal),
  create: (options, { clock }) => {
    const runtime = createRuntime({ socket: options.socket, withinMs: parseTimeout(options.timeout), clock });
    const names = createNames({ clock, resolve: async (host) => (await lookup(host)).address });
    const exchange = createExchange(clock);
    return {
      apply: (wanted, signal) => apply({ options, runtime, names, nowMs: () => clock.nowMs() }, wanted, signal),
      async observe(signal) {
        const known = await ask({ runtime, options }, signal, [`show table ${peopleTable}`]);
        return sayingTraffic(known, { names, nowMs: clock.nowMs() });
      },
      async attempt(attempt, signal) {
        const { state } = await ask({ runtime, options }, signal);
        return tryPair({ options, exchange, tag: state?.tag ?? "" }, attempt, signal);
      },
    } satisfies TrafficRouter;
  },
};

interface Means {
  readonly options: HaproxyConnection;
  readonly runtime: Runtime;
  readonly names: Names;
  readonly nowMs: () => number;
}

async function ask(
  { runtime, options }: Pick<Means, "runtime" | "options">,
  signal: AbortSignal,
  more: readonly string[] = [],
): Promise<Known> {
  const map = mapFile(options.folder);
  return readAnswer(await runtime.ask([`show map ${map}`, "show servers state", ...more, "show backend"], signal), map);
}

/**
 * First new addresses, then the share, then what is not used any more: so nobody is sent where nothing is. The files come last, since they are for
 * a restart only. A share that falls does so whatever is wrong with the addresses or the rules, which is thrown then;
 * files that cannot be written are thrown while somebody is on the canary.
 */
async function apply(means: Means, wanted: WantedTraffic, signal: AbortSignal): Promise<void> {
  const { options, runtime, nowMs } = means;
  const known = await ask(means, signal);
  const { state, hasEntry, serversText } = known;
  if (state !== null && state.release === wanted.release && state.revision > wanted.revision) return;
  const line = Math.min(10_000, Math.max(0, Math.round(wanted.sharePct * 100)));
  const falls = state !== null && state.release === wanted.release && line < state.line;
  const { moves, trouble } = await movesTo(means, wanted, known).then(
    (found) => ({ moves: found, trouble: null }),
    (error: unknown) => ({ moves: noMoves, trouble: error }),
  );
  if (trouble !== null && !falls) throw trouble;
  const { release, revision, audience, stableSlot, targets, leaseMs } = wanted;
  const hasCanary = Object.values(targets).some(({ canary }) => canary.length > 0);
  const entry = sayState({ line, untilMs: nowMs() + leaseMs, audience, hasCanary, revision, stableSlot, release }, options.token);
  const share = `${hasEntry ? "set" : "add"} map ${mapFile(options.folder)} ${stateKey} ${entry}`;
  refuseComplaints(await runtime.ask([...moves.before, share, ...moves.after], signal));
  if (options.socket.startsWith("/")) {
    const isMoved = moves.before.length + moves.after.length > 0;
    const now = isMoved ? (await ask(means, signal)).serversText : serversText;
    await keepFiles(options.folder, { entry, servers: now }).catch((error: unknown) => {
      // What a restart would read then is an older share, and its lease is over within seconds: nobody's way home waits for a disk.
      if (line === 0) return;
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`HAProxy does as it was told, but a reload would not: ${options.folder} cannot be written (${why})`);
    });
  }
  if (trouble !== null) throw trouble;
}

const noMoves: Moves = { before: [], after: [] };

/** Throws when HAProxy has not the rules or the room, and when an address is not known. */
async function movesTo({ names }: Means, wanted: WantedTraffic, { rulesThere, servers }: Known): Promise<Moves> {
  if (rulesThere !== rulesName({ services: Object.keys(wanted.targets), routes: wanted.routes, login: wanted.login })) {
    const why = rulesThere === null ? "has no rules of serin" : "has the rules of another plan, or of another version of serin";
    throw new PortError(`HAProxy ${why}: write its configuration with "serin router config PLAN" and reload it`, {
      retry: "never",
    });
  }
  const moves = planMoves(servers, await names.resolve(wanted.targets));
  if (!("places" in moves)) return moves;
  const { backend, wanted: count, places } = moves;
  const message = `the backend ${backend} of HAProxy has ${places} servers and ${count} are needed: raise "places" of the connection, write the configuration again and reload it`;
  throw new PortError(message, { retry: "never" });
}

/** HAProxy has no status codes: what it says beside these is a complaint. */
const expected = /^(?:nothing changed.*|no need to change the (?:addr|port).*|.*(?:addr|IP|port) changed from .*)?$/;

function refuseComplaints(said: string): void {
  const complaint = said.split("\n").find((line) => !expected.test(line.trim()));
  if (complaint !== undefined) throw new Error(`HAProxy says: ${complaint.trim().slice(0, 300)}`);
}

function sayingTraffic({ state, servers, rows }: Known, { names, nowMs }: { readonly names: Names; readonly nowMs: number }): SeenTraffic {
  const row = (arm: "canary" | "stable") => rows.get(`${state?.tag}.${arm}`) ?? null;
  const [canary, stable] = [row("canary"), row("stable")];
  const isHeld = state !== null && nowMs < state.untilMs;
  return {
    release: state?.release ?? null,
    sharePct: isHeld ? state.line / 100 : 0,
    audience: state?.audience ?? "everyone",
    stableSlot: state?.stableSlot ?? "stable",
    targets: sayTargets(names.urlsOf(addressesOf(servers))),
    isServing: isServing(servers),
    drawn: { canary: canary?.people ?? 0, stable: stable?.people ?? 0 },
    forwarded: { canary: canary?.requests ?? 0, stable: stable?.requests ?? 0 },
    lastCanaryMs: canary === null ? null : nearest(nowMs, canary.lastMsLow),
  };
}

const wrap = 2 ** 32;

/** The moment next to `nowMs` whose lowest 32 bits these are: a row of HAProxy's table has no room for more. */
function nearest(nowMs: number, low: number): number {
  const ago = (((Math.trunc(nowMs) - low) % wrap) + wrap) % wrap;
  return Math.trunc(nowMs) - (ago > wrap / 2 ? ago - wrap : ago);
}
