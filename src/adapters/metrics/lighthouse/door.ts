import { createServer } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { request } from "undici";
import type { Dispatcher } from "undici";
import { publicUrl } from "../../exchange.ts";
import type { Job } from "./job.ts";

/** One version of all services behind one address on the loopback, for the browser of one run. */
export interface Door {
  /** "http://127.0.0.1:41234". */
  readonly url: string;
  /** The first request that got no answer, and why; `null`: there was none. No secret. */
  trouble(): string | null;
  close(): void;
}

/** They belong to one connection, or are ours to say. Source: RFC 9110, 7.6.1 */
const hopByHop = new Set(
  "connection,keep-alive,proxy-authenticate,proxy-authorization,proxy-connection,te,trailer,transfer-encoding,upgrade,expect".split(","),
);

/**
 * Opens a door to one version: each path leads to the service that the plan's routes name, with the headers and the cookie of the run. Whoever the
 * page calls elsewhere gets neither. So a page finds all its services at the version that is measured, and nobody's share is touched. WebSockets
 * do not pass.
 */
export async function openDoor(way: Job["door"]): Promise<Door> {
  let trouble: string | null = null;
  const server = createServer((incoming, response) => {
    pass(way, incoming, response).catch((cause: unknown) => {
      trouble ??= `${incoming.method} ${shown(way, incoming)}: ${because(cause)}`;
      if (response.headersSent) response.destroy();
      else response.writeHead(502, { "content-type": "text/plain" }).end("no answer");
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    trouble: () => trouble,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function pass(way: Job["door"], incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = onward(way, incoming.url ?? "/");
  if (url === null) return void response.writeHead(404, { "content-type": "text/plain" }).end("no service has this path");
  const method = incoming.method as Dispatcher.HttpMethod;
  const hasBody = incoming.headers["content-length"] !== undefined || incoming.headers["transfer-encoding"] !== undefined;
  const answer = await request(url, { method, headers: headersOnward(way, incoming, url), body: hasBody ? incoming : null });
  const headers = Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !hopByHop.has(name)));
  const { location } = answer.headers;
  // A redirect to the version itself stays behind the door.
  if (typeof location === "string" && URL.canParse(location, url) && new URL(location, url).origin === new URL(url).origin) {
    const { pathname, search, hash } = new URL(location, url);
    headers["location"] = `${pathname}${search}${hash}`;
  }
  response.writeHead(answer.statusCode, headers);
  await pipeline(answer.body, response);
}

/** Where a path leads; `null`: nowhere. */
function onward({ routes }: Job["door"], path: string): string | null {
  if (!path.startsWith("/")) return null;
  const [plain = ""] = path.split("?");
  const route = routes.find(({ path: prefix }) => isWithin(prefix, plain));
  return route === undefined ? null : `${route.url.replace(/\/+$/, "")}${path}`;
}

function isWithin(prefix: string, path: string): boolean {
  return path.startsWith(prefix) && (prefix.endsWith("/") || path.length === prefix.length || path[prefix.length] === "/");
}

function headersOnward(way: Job["door"], { headers }: IncomingMessage, url: string): IncomingHttpHeaders {
  const { origin } = new URL(url);
  const sent = Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name) && name !== "content-length"));
  if (headers["content-length"] !== undefined) sent["content-length"] = headers["content-length"];
  if (way.isOwnHost) {
    delete sent["host"];
    if (sent["origin"] !== undefined) sent["origin"] = origin;
    if (typeof sent["referer"] === "string" && URL.canParse(sent["referer"])) sent["referer"] = origin + new URL(sent["referer"]).pathname;
  }
  const cookie = mergeCookies(way.cookie, headers.cookie ?? "");
  return { ...sent, ...way.headers, ...(cookie === "" ? {} : { cookie }) };
}

/** What the browser got last stands: a session may be renewed while the page loads. */
function mergeCookies(given: string, browsers: string): string {
  const pairs = [...given.split(/;\s*/), ...browsers.split(/;\s*/)].filter((pair) => pair !== "");
  return [...new Map(pairs.map((pair) => [pair.split("=", 1)[0], pair])).values()].join("; ");
}

function shown(way: Job["door"], { url = "/" }: IncomingMessage): string {
  const to = onward(way, url);
  return to === null ? "an unknown path" : publicUrl(to);
}

function because(cause: unknown): string {
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  if (!(first instanceof Error)) return "no answer";
  return "code" in first ? `no answer (${String(first.code)})` : `no answer (${first.name})`;
}
