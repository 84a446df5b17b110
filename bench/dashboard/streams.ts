import { fork } from "node:child_process";
import { request } from "node:http";
import type { ClientRequest } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { cpuSeconds, residentMb } from "../edge/processes.ts";
import { startBody } from "./stream-server.ts";
import type { Told } from "./stream-server.ts";

/** What ticks took while so many listened, ms. */
export interface TicksBeside {
  readonly listeners: number;
  readonly ticks: number;
  readonly tookP50Ms: number;
  readonly tookP95Ms: number;
  readonly lateP50Ms: number;
  readonly lateP95Ms: number;
  /** Processor seconds of the server in a second. */
  readonly cpu: number;
  readonly residentMb: number;
}

/** From a decision's commit until it was read by each listener, and between the first and the last of them; ms. */
export interface FanOut {
  readonly listeners: number;
  readonly decisions: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly spreadP50Ms: number;
  readonly spreadP99Ms: number;
  readonly missed: number;
}

export interface StreamFigures {
  readonly alone: TicksBeside;
  readonly crowded: TicksBeside;
  readonly one: FanOut;
  readonly all: FanOut;
  readonly bytesPerListenerAndSecond: number;
}

const manyListeners = 1_000;
/** Rates are never so low that a machine's noise is all of them, ms. */
const floorMs = 1;

/**
 * Event streams with a thousand listeners on the real app and engine in a process of their own: how soon each has a decision, and what the
 * ticks of the release beside them take, with none and with all of them, in one run. Prints the figures, and answers them.
 */
export async function benchStreams({ quick }: { readonly quick: boolean }): Promise<StreamFigures> {
  const span = { ticksMs: quick ? 5_000 : 20_000, decisions: quick ? 6 : 20 };
  await using server = await startServer();
  const id = await begin(server.url, server.people[0] ?? "");
  const alone = await ticksBeside(server, 0, span.ticksMs);
  const first = [await listen(server, id, 0)];
  const one = await fanOut(server, { id, listeners: first, decisions: span.decisions });
  const rest = await Promise.all(Array.from({ length: manyListeners - 1 }, (_, at) => listen(server, id, at + 1)));
  const listeners = [...first, ...rest];
  const bytesBefore = sum(listeners.map(({ bytes }) => bytes()));
  const crowded = await ticksBeside(server, manyListeners, span.ticksMs);
  const bytes = sum(listeners.map((listener) => listener.bytes())) - bytesBefore;
  const all = await fanOut(server, { id, listeners, decisions: span.decisions });
  for (const { leave } of listeners) leave();
  const figures = { alone, crowded, one, all, bytesPerListenerAndSecond: bytes / manyListeners / (span.ticksMs / 1_000) };
  print(figures);
  return figures;
}

interface StreamServer extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly people: readonly string[];
  readonly commits: Map<number, number>;
  readonly ticks: { readonly tookMs: number; readonly lateMs: number }[];
}

async function startServer(): Promise<StreamServer> {
  const child = fork(new URL("stream-server.ts", import.meta.url), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const commits = new Map<number, number>();
  const ticks: StreamServer["ticks"] = [];
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly url: string; readonly people: readonly string[] }>();
  child.once("exit", () => reject(new Error("the server ended by itself")));
  child.on("message", (message) => {
    const told = message as Told;
    if (told.kind === "listening") resolve(told);
    else if (told.kind === "ticked") ticks.push(told);
    else if (!commits.has(told.revision)) commits.set(told.revision, told.atMs);
  });
  const { url, people } = await promise;
  return {
    url,
    people,
    pid: child.pid ?? 0,
    commits,
    ticks,
    async [Symbol.asyncDispose]() {
      const gone = new Promise((ended) => child.once("exit", ended));
      child.disconnect();
      await gone;
    },
  };
}

async function call(
  url: string,
  options: { readonly method: string; readonly as: string; readonly body?: unknown; readonly revision?: number },
): Promise<unknown> {
  const answer = await fetch(url, {
    method: options.method,
    headers: {
      authorization: `Bearer ${options.as}`,
      "content-type": "application/json",
      "idempotency-key": crypto.randomUUID(),
      ...(options.revision === undefined ? {} : { "if-match": `"${options.revision}"` }),
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  if (!answer.ok) throw new Error(`${options.method} ${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Begins the release, and waits until people are on its canary. */
async function begin(url: string, as: string): Promise<string> {
  const { id } = (await call(`${url}/api/v1/releases`, { method: "POST", as, body: startBody })) as { readonly id: string };
  for (let tries = 0; tries < 300; tries += 1) {
    const { status } = (await call(`${url}/api/v1/releases/${id}`, { method: "GET", as })) as {
      readonly status: { readonly kind: string };
    };
    if (status.kind === "observing") return id;
    await wait(100);
  }
  throw new Error("the release does not come to its first phase");
}

interface Listener {
  readonly leave: () => void;
  readonly bytes: () => number;
  /** By revision: when it was read, epoch ms. */
  readonly read: ReadonlyMap<number, number>;
}

const marker = Buffer.from("event: entry\nid: ");

async function listen({ url, people }: StreamServer, id: string, at: number): Promise<Listener> {
  const read = new Map<number, number>();
  let bytes = 0;
  const call: ClientRequest = request(`${url}/api/v1/releases/${id}/events`, {
    agent: false,
    headers: { authorization: `Bearer ${people[at % people.length] ?? ""}` },
  });
  await new Promise<void>((resolve, reject) => {
    call.once("error", reject);
    call.once("response", (answer) => {
      if (answer.statusCode !== 200) return reject(new Error(`a listener was answered ${answer.statusCode ?? 0}`));
      answer.on("error", () => undefined);
      answer.on("data", (chunk: Buffer) => {
        const nowMs = Date.now();
        bytes += chunk.length;
        for (let from = chunk.indexOf(marker); from >= 0; from = chunk.indexOf(marker, from + 1)) {
          read.set(Number.parseInt(chunk.toString("latin1", from + marker.length, from + marker.length + 10), 10), nowMs);
        }
        resolve();
      });
    });
    call.end();
  });
  call.on("error", () => undefined);
  return { leave: () => call.destroy(), bytes: () => bytes, read };
}

async function ticksBeside(server: StreamServer, listeners: number, ms: number): Promise<TicksBeside> {
  await wait(1_000);
  server.ticks.length = 0;
  const [cpuBefore, beganMs] = [cpuSeconds(server.pid), performance.now()];
  await wait(ms);
  const ticks = [...server.ticks];
  const took = ticks.map(({ tookMs }) => tookMs);
  const late = ticks.map(({ lateMs }) => lateMs);
  return {
    listeners,
    ticks: ticks.length,
    tookP50Ms: quantile(took, 0.5),
    tookP95Ms: quantile(took, 0.95),
    lateP50Ms: quantile(late, 0.5),
    lateP95Ms: quantile(late, 0.95),
    cpu: (cpuSeconds(server.pid) - cpuBefore) / ((performance.now() - beganMs) / 1_000),
    residentMb: residentMb(server.pid),
  };
}

interface Crowd {
  readonly id: string;
  readonly listeners: readonly Listener[];
  readonly decisions: number;
}

/** Pauses and resumes the release, an even number of times, and looks when each listener had each decision. */
async function fanOut(server: StreamServer, { id, listeners, decisions }: Crowd): Promise<FanOut> {
  const as = server.people[0] ?? "";
  const path = `${server.url}/api/v1/releases/${id}`;
  const waits: number[] = [];
  const spreads: number[] = [];
  let missed = 0;
  for (let at = 0; at < decisions; at += 1) {
    const { revision } = (await call(path, { method: "GET", as })) as { readonly revision: number };
    const body = { kind: at % 2 === 0 ? "pause" : "resume", reason: "a benchmark" };
    const asked = (await call(`${path}/requests`, { method: "POST", as, revision, body })) as { readonly revision: number };
    for (let tries = 0; tries < 100 && !listeners.every(({ read }) => read.has(asked.revision)); tries += 1) await wait(50);
    const committedMs = server.commits.get(asked.revision);
    const reads = listeners.map(({ read }) => read.get(asked.revision)).filter((read) => read !== undefined);
    missed += listeners.length - reads.length;
    if (committedMs === undefined || reads.length === 0) continue;
    waits.push(...reads.map((read) => Math.max(0, read - committedMs)));
    spreads.push(Math.max(...reads) - Math.min(...reads));
    await wait(300);
  }
  return {
    listeners: listeners.length,
    decisions,
    p50Ms: quantile(waits, 0.5),
    p99Ms: quantile(waits, 0.99),
    spreadP50Ms: quantile(spreads, 0.5),
    spreadP99Ms: quantile(spreads, 0.99),
    missed,
  };
}

function print({ alone, crowded, one, all, bytesPerListenerAndSecond }: StreamFigures): void {
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  const ratio = (of: keyof TicksBeside): string => (Math.max(floorMs, crowded[of]) / Math.max(floorMs, alone[of])).toFixed(2);
  const lines = [
    "event streams: one release, ten gates and ten guards, ticking five times a second",
    ...[alone, crowded].map(
      (row) =>
        `  ${String(row.listeners).padStart(5)} listeners: ${row.ticks} ticks took p50 ${ms(row.tookP50Ms)}, p95 ${ms(row.tookP95Ms)}; late p50 ${ms(row.lateP50Ms)}, p95 ${ms(row.lateP95Ms)}; ${(100 * row.cpu).toFixed(0)} % of a core, ${row.residentMb.toFixed(0)} MB`,
    ),
    `  ratio: took p50 ${ratio("tookP50Ms")}, p95 ${ratio("tookP95Ms")}; late p50 ${ratio("lateP50Ms")}, p95 ${ratio("lateP95Ms")} (below ${floorMs} ms counts as ${floorMs} ms)`,
    ...[one, all].map(
      (row) =>
        `  ${String(row.listeners).padStart(5)} listeners: a decision is read p50 ${ms(row.p50Ms)}, p99 ${ms(row.p99Ms)} after its commit; first to last p50 ${ms(row.spreadP50Ms)}, p99 ${ms(row.spreadP99Ms)}; ${row.missed} missed`,
    ),
    `  ${(bytesPerListenerAndSecond / 1_024).toFixed(1)} KiB a second and listener`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

function quantile(values: readonly number[], at: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(at * sorted.length))] ?? Number.NaN;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
