import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { BlockList, isIP } from "node:net";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Beacon, ownPath } from "./beacon.ts";
import type { ClientLimits } from "./client-limits.ts";
import { Connections } from "./connections.ts";
import type { EdgeCore } from "./edge-core.ts";
import { serviceFor } from "./edge-state.ts";
import { EdgeUnusable } from "./edge-unusable.ts";
import { Exchange } from "./exchange.ts";
import type { Received } from "./exchange.ts";
import { isWebSocket, refusalOf, refusalOfUpgrade, refusalText, refuse } from "./refusals.ts";
import type { Refusal } from "./refusals.ts";
import { bodyOf } from "./request-body.ts";
import { pathOf } from "./request-pattern.ts";
import type { Tunnels } from "./tunnels.ts";
import { beginVisit } from "./visit.ts";

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
 * The edge's public server: HTTP/1.1 with keep-alive, node's strict parser, and on top of it what `refusalOf` refuses. WebSockets leave it for
 * `tunnels`.
 */
export function createDataPlane(plane: {
  readonly core: EdgeCore;
  readonly tunnels: Tunnels;
  readonly limits: ClientLimits;
  readonly trusted: BlockList;
}): Server {
  const { core, tunnels, limits, trusted } = plane;
  const beacon = new Beacon(core);
  const refused = ({ status }: Refusal): void => core.meters.refused(status);
  const connections = new Connections({ trusted, pipelined: limits.pipelined, refused });
  const server = createServer({
    maxHeaderSize: limits.headBytes,
    headersTimeout: limits.headMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: limits.checkMs,
    insecureHTTPParser: false,
    requireHostHeader: false,
    shouldUpgradeCallback: isWebSocket,
    keepAlive: true,
    keepAliveInitialDelay: limits.keepAliveMs,
    noDelay: true,
  });
  server.maxHeadersCount = limits.headerCount + 1;
  server.maxConnections = limits.connections;
  connections.watch(server, limits.stallMs);
  const end = (socket: Duplex, refusal: Refusal): void => {
    refused(refusal);
    socket.on("error", () => socket.destroy());
    socket.end(refusalText(refusal), () => socket.destroy());
  };
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    if (!connections.begin(request, response)) return;
    // Node loses what came in one packet behind an offer to change the protocol that is not taken: so nothing may come behind it.
    if (!server.listening || core.isLeaving || request.headers.upgrade !== undefined) response.shouldKeepAlive = false;
    const refusal = refusalOf(request, limits);
    const target = targetOf(request.url ?? "/");
    if (refusal === null && target !== null && target.startsWith(ownPath)) return beacon.answer(request, response, target);
    const read = refusal ?? receive({ core, connections, request, target });
    if (!("status" in read)) return new Exchange(core, { request, response, ...read, body: bodyOf(request, limits) }).start();
    refused(read);
    refuse(response, read);
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const target = targetOf(request.url ?? "/");
    const read = refusalOf(request, limits) ?? refusalOfUpgrade(request) ?? receive({ core, connections, request, target });
    if ("status" in read) return end(socket, read);
    tunnels.accept({ request, socket, head, ...read });
  });
  server.on("connect", (_request: IncomingMessage, socket: Duplex) => end(socket, noConnect));
  return server;
}

const noConnect: Refusal = { status: 501, why: "CONNECT is not passed on", word: "bad-request" };
const noPath: Refusal = { status: 400, why: "the request target is not a path", word: "bad-request" };
const noRoute: Refusal = { status: 404, why: "no service has this path", word: "no-route" };
const noService: Refusal = { status: 503, why: "no service is known yet", word: "no-route" };

type Read = Omit<Received, "request" | "response" | "body">;

/** Reads who asks for what; a refusal when there is nobody to ask. `target` is `null` when it is no path. */
function receive(received: {
  readonly core: EdgeCore;
  readonly connections: Connections;
  readonly request: IncomingMessage;
  readonly target: string | null;
}): Read | Refusal {
  const { core, connections, request, target } = received;
  if (target === null) return noPath;
  if (target.startsWith(ownPath)) return noRoute;
  const { state } = core;
  const path = pathOf(target);
  const service = serviceFor(state, path);
  if (service === null) return state.routes.length === 0 ? noService : noRoute;
  const peer = peerOf(request, connections);
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

function peerOf(request: IncomingMessage, connections: Connections): Read["peer"] {
  const socket = request.socket as Socket & { encrypted?: boolean };
  const { address, isTrusted } = connections.of(socket);
  const isSaidSecure = isTrusted && request.headers["x-forwarded-proto"] === "https";
  return { address, scheme: isSaidSecure || socket.encrypted ? "https" : "http", isTrusted };
}

/** Who asks, as far as the edge can tell: the address that a trusted proxy names last, or else the connection. */
function clientOf(request: IncomingMessage, peer: Read["peer"]): string {
  const named = peer.isTrusted ? request.headers["x-forwarded-for"] : undefined;
  if (named === undefined) return `${peer.address}:${request.socket.remotePort}`;
  return String(named).split(",").at(-1)?.trim() ?? "";
}
