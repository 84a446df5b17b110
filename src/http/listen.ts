import { createAdaptorServer } from "@hono/node-server";
import type { Http2Bindings, HttpBindings } from "@hono/node-server";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Hono } from "hono";
import { UserError } from "../errors.ts";

/** Where to listen. Port 0 takes a free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface Listening {
  /** "http://127.0.0.1:7707", with the port that was taken. */
  readonly url: string;
  /** Takes no new call, lets running ones finish for `graceMs`, then cuts them off. */
  close(graceMs: number): Promise<void>;
}

/** "127.0.0.1:7707", "[::1]:0" or "localhost:80" as an address. Throws `input-invalid`. */
export function parseAddress(text: string): ListenAddress {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host !== undefined && port <= 65_535) return { host, port };
  throw new UserError("input-invalid", `"${text}" is not an address such as 127.0.0.1:7707.`);
}

/** True when nobody outside this machine can reach the address. */
export function isLoopback({ host }: ListenAddress): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * How long a caller may take, ms: for the headers, for the whole of a request, and to take nothing of an answer; how often it is looked whether one
 * takes longer. An answer may take `silentMs` to begin.
 */
export interface ListenLimits {
  readonly headersMs: number;
  readonly requestMs: number;
  readonly silentMs: number;
  readonly lookMs: number;
}

const usualLimits: ListenLimits = { headersMs: 10_000, requestMs: 30_000, silentMs: 300_000, lookMs: 1_000 };

/** Serves `app` at `address`. Throws `address-unusable` when it is taken or not this machine's. */
export async function listen(app: Pick<Hono, "fetch">, address: ListenAddress, limits: ListenLimits = usualLimits): Promise<Listening> {
  const server = createAdaptorServer({
    fetch: (request, bindings) => (hasOneHost(bindings) ? app.fetch(request, bindings) : new Response(null, { status: 400 })),
    serverOptions: {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: limits.lookMs,
      maxHeaderSize: 16_384,
      requireHostHeader: true,
    },
  }) as Server;
  // Without it whoever asks for much and reads nothing of it keeps the answer, and the connection, for good.
  server.setTimeout(limits.silentMs);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(new UserError("address-unusable", `${address.host}:${address.port}: ${error.message}.`)));
    server.listen(address.port, address.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return { url: `http://${host}:${port}`, close: (graceMs) => closeServer(server, graceMs) };
}

/** A proxy in front may have read another Host than we would. Source: https://www.rfc-editor.org/rfc/rfc9112#section-3.2-6 */
function hasOneHost({ incoming }: HttpBindings | Http2Bindings): boolean {
  return incoming.rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === "host").length < 2;
}

/** Between two looks for connections that have finished their call, ms: whoever keeps one open would keep the server. */
const idleEveryMs = 50;

async function closeServer(server: Server, graceMs: number): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  const idle = setInterval(() => server.closeIdleConnections(), idleEveryMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(cut);
  clearInterval(idle);
}
