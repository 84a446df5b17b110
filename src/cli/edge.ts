import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { EdgeUnusable } from "../adapters/traffic/edge/edge-unusable.ts";
import { edgeLimits, startEdge } from "../adapters/traffic/edge/start-edge.ts";
import type { Edge, EdgeLimits, EdgeOptions } from "../adapters/traffic/edge/start-edge.ts";
import { parseDuration, sayDuration } from "../core/duration.ts";
import { createClock } from "../engine/clock.ts";
import { UserError } from "../errors.ts";
import type { Exit } from "../errors.ts";
import type { WantedTraffic } from "../ports.ts";
import { endOfProcess } from "./end-of-process.ts";
import { plainText } from "./plain-text.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

interface Options {
  readonly listen: string;
  readonly control: string;
  readonly data?: string;
  readonly tokenFile?: string;
  readonly keyFile?: string;
  readonly stable?: readonly string[];
  readonly route?: readonly string[];
  readonly trustProxy?: readonly string[];
  readonly turn: string;
  readonly headTimeout: string;
  readonly requestTimeout: string;
  readonly idleTimeout: string;
  readonly stallTimeout: string;
  readonly connectTimeout: string;
  readonly answerTimeout: string;
  readonly silenceTimeout: string;
  readonly maxHead: string;
  readonly maxBody: string;
  readonly minUpload: string;
  readonly maxConnections: string;
  readonly backendConnections: string;
  readonly readyAfter: string;
  readonly drain: string;
  readonly finish: string;
}

/** Of the files that may be open; the others are for backends, so that clients who hold many connections never leave none. */
const clientsPart = 0.75;
/** What a timer of Node can hold. */
const longestTimerMs = 2 ** 31 - 1;
const sizes: Readonly<Record<string, number>> = { B: 1, kB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };

/**
 * Adds `edge`: the reverse proxy as a process of its own, until SIGTERM or SIGINT. Standard output has one JSON line,
 * `{"listening":"http://…","control":"http://…"}`, once both answer.
 */
export function addEdge(program: Command, terminal: Terminal): Command {
  const command = program
    .command("edge")
    .description("run the reverse proxy that puts people on the canary or on stable")
    .option("--listen <host:port>", "where people come in; port 0 takes a free one", "127.0.0.1:8080")
    .option("--control <host:port>", "where the controller and /metrics are answered; keep it private", "127.0.0.1:8081")
    .option("--data <dir>", "the edge's own folder: its key and the last word of the controller")
    .option("--token-file <file>", "the token that the controller shows, at least 16 characters")
    .option("--key-file <file>", "the key that several edges share (default: one of its own in the folder)")
    .option("--stable <service=url...>", "where stable answers before the first release")
    .option("--route <path=service...>", "which service has a path (default: the only service has /)")
    .option("--trust-proxy <address...>", "who in front may say where a request came from", ["127.0.0.0/8", "::1"])
    .option(
      "--turn <duration>",
      "how long a person is watched for a first server error, or error of a page",
      sayDuration(edgeLimits.turnMs),
    );
  addLimits(command);
  return command.action((options: Options) => run(terminal, {}, () => serve(terminal, options)));
}

function addLimits(command: Command): void {
  const { client, upstream } = edgeLimits;
  const options: readonly (readonly [flags: string, says: string, otherwise: string])[] = [
    ["--head-timeout <duration>", "how long the head of a request may take", sayDuration(client.headMs)],
    ["--request-timeout <duration>", "how long a whole request may take, its body included", sayDuration(client.requestMs)],
    ["--idle-timeout <duration>", "how long an idle connection is kept", sayDuration(client.keepAliveMs)],
    ["--stall-timeout <duration>", "how long a client may take nothing of its answer", sayDuration(client.stallMs)],
    ["--connect-timeout <duration>", "how long a connection to a backend may take", sayDuration(upstream.connectMs)],
    ["--answer-timeout <duration>", "how long a backend may take to begin its answer", sayDuration(upstream.headMs)],
    ["--silence-timeout <duration>", "how long a backend may pause in its answer", sayDuration(upstream.silenceMs)],
    ["--max-head <size>", "the largest head of a request", `${client.headBytes / 1024}kB`],
    ["--max-body <size>", "the largest body of a request, or none for no limit: bodies are streamed", "none"],
    ["--min-upload <size>", "the slowest body, bytes a second; 0 for any", `${client.bodyBytesPerSecond}B`],
    ["--max-connections <number>", "how many connections of clients are open at the same time", `${client.connections}`],
    ["--backend-connections <number>", "connections to one address; as many requests may wait for one", `${upstream.connections}`],
    ["--ready-after <duration>", "how long /ready waits at most for the controller's first word", sayDuration(edgeLimits.readyAfterMs)],
    ["--drain <duration>", "how long newcomers are still served after SIGTERM, /ready says no meanwhile; 0 for not at all", "0"],
    ["--finish <duration>", "how long requests in flight may take after that", sayDuration(edgeLimits.closeMs)],
  ];
  for (const [flags, says, otherwise] of options) command.option(flags, says, otherwise);
}

async function limitsIn(options: Options): Promise<Partial<EdgeLimits>> {
  const connections = numberIn(options.backendConnections);
  if (durationIn(options.headTimeout) > durationIn(options.requestTimeout)) {
    throw new UserError("input-invalid", "The head is a part of the request: --head-timeout is at most --request-timeout.");
  }
  return {
    turnMs: durationIn(options.turn),
    readyAfterMs: durationIn(options.readyAfter),
    drainMs: options.drain === "0" ? 0 : durationIn(options.drain),
    closeMs: durationIn(options.finish),
    client: {
      ...edgeLimits.client,
      headMs: durationIn(options.headTimeout),
      requestMs: durationIn(options.requestTimeout),
      keepAliveMs: durationIn(options.idleTimeout),
      stallMs: durationIn(options.stallTimeout),
      headBytes: sizeIn(options.maxHead),
      bodyBytes: options.maxBody === "none" ? Number.POSITIVE_INFINITY : sizeIn(options.maxBody),
      bodyBytesPerSecond: options.minUpload === "0" ? 0 : sizeIn(options.minUpload),
      connections: Math.min(numberIn(options.maxConnections), Math.floor((await openFiles()) * clientsPart)),
    },
    upstream: {
      connectMs: durationIn(options.connectTimeout),
      headMs: durationIn(options.answerTimeout),
      silenceMs: durationIn(options.silenceTimeout),
      connections,
      waiting: connections,
    },
  };
}

async function serve(terminal: Terminal, options: Options): Promise<Exit> {
  if (options.data === undefined) throw new UserError("input-invalid", "`serin edge` needs a folder: --data DIR.");
  if (options.tokenFile === undefined) throw new UserError("input-invalid", "`serin edge` needs its token: --token-file FILE.");
  const token = await readToken(options.tokenFile);
  const ending = endOfProcess();
  const edge = await openEdge({
    clock: createClock(),
    listen: addressIn(options.listen),
    control: addressIn(options.control),
    token,
    dataDir: options.data,
    keyFile: options.keyFile ?? null,
    stable: stableIn(options),
    trustedProxies: options.trustProxy ?? [],
    limits: await limitsIn(options),
  });
  if (edge.setAside !== null) terminal.err(`serin: ${sayAside(edge.setAside)}\n`);
  terminal.out(`${JSON.stringify({ listening: edge.url, control: edge.controlUrl })}\n`);
  await ending;
  await edge.close();
  return "done";
}

const codes = { input: "input-invalid", address: "address-unusable", folder: "data-unusable" } as const;

/** Throws `input-invalid`, `address-unusable` or `data-unusable`. */
async function openEdge(options: EdgeOptions): Promise<Edge> {
  try {
    return await startEdge(options);
  } catch (error) {
    throw error instanceof EdgeUnusable ? new UserError(codes[error.why], `${error.message}.`) : error;
  }
}

function sayAside({ why, file }: { readonly why: string; readonly file: string }): string {
  return `The last word of the controller cannot be read: ${plainText(why)}. It is now ${plainText(file)}; what --stable says is served until the next word.`;
}

async function readToken(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new UserError("file-unreadable", `${file}: ${error instanceof Error ? error.message : String(error)}.`);
  });
  if (text.trim().length >= 16) return text.trim();
  throw new UserError("input-invalid", `${file} holds no token of at least 16 characters.`);
}

/** The stable addresses and routes of the command line. Throws `input-invalid`. */
function stableIn({ stable = [], route = [] }: Options): Pick<WantedTraffic, "routes" | "targets"> {
  const targets: Record<string, { readonly canary: readonly string[]; readonly stable: readonly string[] }> = {};
  for (const [service, url] of stable.map((text) => pairIn(text, "frontend=http://127.0.0.1:3000"))) {
    targets[service] = { canary: [], stable: [...(targets[service]?.stable ?? []), originIn(url)] };
  }
  const routes = route.map((text) => pairIn(text, "/api=backend")).map(([path, service]) => ({ path, service }));
  const [only, ...others] = Object.keys(targets);
  if (routes.length > 0 || only === undefined) return { targets, routes };
  if (others.length === 0) return { targets, routes: [{ path: "/", service: only }] };
  throw new UserError("input-invalid", "Several services need routes: --route /=frontend /api=backend.");
}

/** An address of a backend: requests keep their own path. Throws `input-invalid`. */
function originIn(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new UserError("input-invalid", `"${text}" is not an address such as http://127.0.0.1:3000.`);
  }
  if (url.href === `${url.origin}/`) return url.origin;
  throw new UserError("input-invalid", `"${text}" is more than an address: requests keep their own path. Write "${url.origin}".`);
}

function pairIn(text: string, example: string): [string, string] {
  const at = text.indexOf("=");
  if (at > 0 && at < text.length - 1) return [text.slice(0, at), text.slice(at + 1)];
  throw new UserError("input-invalid", `"${text}" is not a pair such as ${example}.`);
}

function durationIn(text: string): number {
  const ms = parseDuration(text);
  if (ms !== null && ms > 0 && ms <= longestTimerMs) return ms;
  throw new UserError("input-invalid", `"${text}" is not a duration such as 10s, of at most 24 days.`);
}

/** How many files this process may have open; `Infinity` where the system does not say. Source: proc_pid_limits(5). */
async function openFiles(): Promise<number> {
  const text = await readFile("/proc/self/limits", "utf8").catch(() => "");
  return Number(/^Max open files +(\d+)/m.exec(text)?.[1] ?? Number.POSITIVE_INFINITY);
}

/** Bytes. Throws `input-invalid`. */
function sizeIn(text: string): number {
  const [, digits = "", unit = ""] = /^(\d{1,9})(B|kB|MB|GB)$/.exec(text) ?? [];
  const bytes = Number(digits) * (sizes[unit] ?? 0);
  if (bytes > 0) return bytes;
  throw new UserError("input-invalid", `"${text}" is not a size such as 500B, 16kB or 10MB.`);
}

function numberIn(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new UserError("input-invalid", `"${text}" is not a number such as 1024.`);
}

function addressIn(text: string): { readonly host: string; readonly port: number } {
  const parts = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const port = Number(parts?.[3] ?? Number.NaN);
  if (parts !== null && port <= 65_535) return { host: parts[1] ?? parts[2] ?? "", port };
  throw new UserError("input-invalid", `"${text}" is not an address such as 127.0.0.1:8080.`);
}
