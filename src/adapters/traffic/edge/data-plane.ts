import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { BlockList, isIP } from "node:net";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Beacon, ownPath } from "./beacon.ts";
import type { EdgeCore } from "./edge-core.ts";
import { serviceFor } from "./edge-state.ts";
import { EdgeUnusable } from "./edge-unusable.ts";
import { Exchange } from "./exchange.ts";
import { pathOf } from "./request-pattern.ts";
import { isWebSocket, refuseSwitch } from "./tunnels.ts";
import type { Tunnels } from "./tunnels.ts";
import { beginVisit } from "./visit.ts";

/** Time limits towards clients, ms, and how large a head may be. */
export interface ClientLimits {
  /** For the whole head of a request. */
  readonly headMs: number;
  /** For the whole request, its body included. */
  readonly requestMs: number;
  /** How long an idle connection is kept; longer than a load balancer in front keeps its own. */
  readonly keepAliveMs: number;
  readonly headBytes: number;
  /** How often the limits are looked at. */
  readonly checkMs: number;
}

export const clientLimits: ClientLimits = {
  headMs: 15_000,
  requestMs: 600_000,
  keepAliveMs: 75_000,
  headBytes: 16 * 1024,
  checkMs: 2_000,
};

/**
 * Who stands in front of the edge and may say where a request came from: single addresses and subnets (`10.0.0.0/8`). Throws `EdgeUnusable` on any
 * other word.
 */
export function trustedPeers(proxies: readonly string[]): BlockList {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [, address = "", prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(proxy) ?? [];
    const version = isIP(address);
    const bits = version === 4 ? 32 : 128;
    if (version === 0 || Number(prefix ?? 0) > bits) {
      throw new EdgeUnusable("input", `"${proxy}" is not an address or subnet: write 10.0.0.1 or 10.0.0.0/8`);
    }
    list.addSubnet(address, Number(prefix ?? bits), version === 4 ? "ipv4" : "ipv6");
  }
  return list;
}

/**
 * The edge's public server: HTTP/1.1 with keep-alive, node's strict parser (a request with both Content-Length and Transfer-Encoding, or with
 * broken chunks, is refused with 400; a head that is too large with 431; one that does not come to an end with 408).
 */
export function createDataPlane(plane: {
  readonly core: EdgeCore;
  readonly tunnels: Tunnels;
  readonly limits: ClientLimits;
  readonly trusted: BlockList;
}): Server {
  const { core, tunnels, limits, trusted } = plane;
  const beacon = new Beacon(core);
  const server = createServer({
    maxHeaderSize: limits.headBytes,
    headersTimeout: limits.headMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: limits.checkMs,
    insecureHTTPParser: false,
    noDelay: true,
    shouldUpgradeCallback: isWebSocket,
  });
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    if (!server.listening) response.shouldKeepAlive = false;
    const target = targetOf(request.url ?? "/");
    if (target === null) return refuse(response, 400);
    if (target.startsWith(ownPath)) return beacon.answer(request, response, target);
    const read = receive({ core, trusted, request, target });
    if (typeof read === "number") return refuse(response, read);
    new Exchange(core, { request, response, ...read }).start();
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const target = targetOf(request.url ?? "/");
    const read = target === null ? 400 : target.startsWith(ownPath) ? 404 : receive({ core, trusted, request, target });
    if (typeof read === "number") return refuseSwitch(socket, read, "no-route");
    tunnels.accept({ request, socket, head, ...read });
  });
  return server;
}

const refusals: Readonly<Record<number, string>> = {
  400: "serin: the request target is not a path\n",
  404: "serin: no service has this path\n",
  503: "serin: no service is known yet\n",
};

function refuse(response: ServerResponse, status: number): void {
  const text = refusals[status] ?? "";
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "serin-edge": "no-route",
  });
  response.end(text);
}

type Read = Omit<ConstructorParameters<typeof Exchange>[1], "request" | "response">;

/** Reads who asks for what; a status when there is nobody to ask. */
function receive(received: {
  readonly core: EdgeCore;
  readonly trusted: BlockList;
  readonly request: IncomingMessage;
  readonly target: string;
}): Read | number {
  const { core, trusted, request, target } = received;
  const { state } = core;
  const path = pathOf(target);
  const service = serviceFor(state, path);
  if (service === null) return state.routes.length === 0 ? 503 : 404;
  const peer = peerOf(request, trusted);
  const asked = { method: request.method ?? "GET", path, headers: request.headers, scheme: peer.scheme, client: clientOf(request, peer) };
  return { target, service, visit: beginVisit(asked, service, state, core.means), peer };
}

/** The path and query of a request target in origin or absolute form; `null` for any other. */
function targetOf(url: string): string | null {
  if (url.startsWith("/")) return url;
  const absolute = /^https?:\/\/[^/?#]+(.*)$/i.exec(url);
  if (absolute === null) return null;
  const rest = absolute[1] ?? "";
  return rest.startsWith("/") ? rest : `/${rest}`;
}

function peerOf(request: IncomingMessage, trusted: BlockList): Read["peer"] {
  const socket = request.socket as Socket & { encrypted?: boolean };
  const address = (socket.remoteAddress ?? "").replace(/^::ffff:/, "");
  const isTrusted = address !== "" && trusted.check(address, address.includes(":") ? "ipv6" : "ipv4");
  const isSaidSecure = isTrusted && request.headers["x-forwarded-proto"] === "https";
  return { address, scheme: isSaidSecure || socket.encrypted ? "https" : "http", isTrusted };
}

/** Who asks, as far as the edge can tell: the address that a trusted proxy names last, or else the connection. */
function clientOf(request: IncomingMessage, peer: Read["peer"]): string {
  const named = peer.isTrusted ? request.headers["x-forwarded-for"] : undefined;
  if (named === undefined) return `${peer.address}:${request.socket.remotePort}`;
  return String(named).split(",").at(-1)?.trim() ?? "";
}
