import { STATUS_CODES } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ClientLimits } from "./client-limits.ts";
import { hasBody } from "./request-body.ts";

/** Why a request goes to no backend, the status that says so, and the word for the header `serin-edge`. */
export interface Refusal {
  readonly status: number;
  readonly why: string;
  readonly word: "bad-request" | "no-route";
}

const says = (status: number, why: string): Refusal => ({ status, why, word: "bad-request" });

/** The port that a scheme leaves unsaid. */
const portOf = { http: ":80", https: ":443" } as const;

/**
 * What is wrong with a request that the parser has let through; `null`: nothing. Whatever two programs could read in two ways, or a backend could be
 * made to take for something else, is refused rather than repaired.
 *
 * Source: RFC 9112 sections 2.3 (versions), 3.2 (targets), 6.1 and 6.3 (transfer codings and lengths); RFC 9110 section 9.3.8: a TRACE would show
 * the client what the edge says to backends alone.
 */
export function refusalOf(request: IncomingMessage, limits: ClientLimits): Refusal | null {
  const { method, url = "", httpVersion, rawHeaders, headers } = request;
  if (httpVersion !== "1.1" && httpVersion !== "1.0") return says(505, `HTTP/${httpVersion} is not spoken here`);
  if (method === "TRACE") return says(501, "TRACE is not passed on");
  if (url.length > limits.targetBytes) return says(414, `the address is longer than ${limits.targetBytes} bytes`);
  if (rawHeaders.length > 2 * limits.headerCount) return says(431, `there are more than ${limits.headerCount} headers`);
  if (url.includes("#")) return says(400, "the request target has a fragment");
  if (headers.host === undefined && httpVersion === "1.1") return says(400, "there is no host");
  return refusalOfFrame(request, limits) ?? refusalOfHost(headers.host, url);
}

/** Whether the request asks for a WebSocket; any other protocol (h2c) is no reason to leave HTTP/1.1. */
export function isWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.trim().toLowerCase() === "websocket";
}

/** What is wrong with a request to open a WebSocket, beside what `refusalOf` says: it has a body, which nobody would take, or two hosts. */
export function refusalOfUpgrade(request: IncomingMessage): Refusal | null {
  if (!isWebSocket(request)) return says(501, "only WebSockets leave HTTP/1.1 here");
  if (hasBody(request)) return says(400, "a request to switch protocols has no body");
  return (request.headersDistinct["host"]?.length ?? 0) > 1 ? says(400, "there are two hosts") : null;
}

function refusalOfFrame({ headers, httpVersion }: IncomingMessage, limits: ClientLimits): Refusal | null {
  const coding = headers["transfer-encoding"];
  if (coding !== undefined && httpVersion === "1.0") return says(400, "HTTP/1.0 has no transfer codings");
  if (coding !== undefined && coding.trim().toLowerCase() !== "chunked") return says(501, "the only transfer coding here is chunked");
  const tooLarge = Number(headers["content-length"] ?? 0) > limits.bodyBytes;
  return tooLarge ? says(413, `the body is larger than ${limits.bodyBytes} bytes`) : null;
}

function refusalOfHost(host: string | undefined, url: string): Refusal | null {
  if (host !== undefined && /[\s,/\\?#@"<>^`{|}]/.test(host)) return says(400, "the host is not one");
  if (url.startsWith("/")) return null;
  const absolute = /^(https?):\/\/([^/?#]*)/i.exec(url);
  if (absolute === null) return says(400, "the request target is not a path");
  const port = portOf[absolute[1]?.toLowerCase() === "https" ? "https" : "http"];
  const plain = (authority: string): string => {
    const lower = authority.toLowerCase();
    return lower.endsWith(port) ? lower.slice(0, -port.length) : lower;
  };
  return plain(absolute[2] ?? "") === plain(host ?? "") ? null : says(400, "the request names two hosts");
}

/** What the parser has against a request, by the code of its error; `null`: the connection broke, there is nobody to tell. */
export function refusalOfParser(
  error: Error & { readonly code?: string; readonly rawPacket?: Buffer; readonly bytesParsed?: number },
): Refusal | null {
  const { code = "" } = error;
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return says(408, "the request took too long");
  if (code === "HPE_CHUNK_EXTENSIONS_OVERFLOW") return says(413, "the chunk extensions are too large");
  const firstLine = /^[^\n]*\n/.exec(error.rawPacket?.toString("latin1") ?? "")?.[0] ?? "";
  if (code === "HPE_INVALID_VERSION" && / HTTP\/\d\.\d\r\n$/.test(firstLine)) return says(505, "this version of HTTP is not spoken here");
  const read = error.rawPacket?.subarray(0, Math.max(error.bytesParsed ?? 0, 32)).toString("latin1") ?? "";
  if (code === "HPE_HEADER_OVERFLOW") {
    return /^[A-Z]+ [^\r\n]*$/.test(read) ? says(414, "the address is too long") : says(431, "the head is too large");
  }
  if (code === "HPE_INVALID_METHOD" && /^[A-Z]{1,32} \//.test(read)) return says(501, "this method is not known here");
  return code.startsWith("HPE_") ? says(400, "the request is not HTTP/1.1, or can be read in two ways") : null;
}

/** Answers a refusal; the connection of a bad request, or of one whose body is still to come, is closed: what follows there may be anything. */
export function refuse(response: ServerResponse, refusal: Refusal): void {
  if (refusal.word === "bad-request" || hasBody(response.req)) response.shouldKeepAlive = false;
  const { text, headers } = answerOf(refusal);
  response.writeHead(refusal.status, headers);
  response.end(text);
}

/** A refusal as it goes over a connection that has left, or never reached, the server's own answers. */
export function refusalText(refusal: Refusal): string {
  const { text, headers } = answerOf(refusal);
  const lines = Object.entries({ ...headers, connection: "close" }).map(([name, value]) => `${name}: ${value}`);
  return `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? "Refused"}\r\n${lines.join("\r\n")}\r\n\r\n${text}`;
}

function answerOf({ why, word }: Refusal): { readonly text: string; readonly headers: Record<string, string | number> } {
  const text = `serin: ${why}\n`;
  return { text, headers: { "content-type": "text/plain; charset=utf-8", "content-length": Buffer.byteLength(text), "serin-edge": word } };
}
