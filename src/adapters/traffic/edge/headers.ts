import type { IncomingMessage } from "node:http";

/** Raw headers as node and undici give and take them: name, value, name, value … */
export type RawHeaders = string[];

/**
 * Headers that speak of one connection and go no further.
 *
 * Source: RFC 9110 section 7.6.1.
 */
const hopByHop = new Set(["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"]);
const untrusted = new Set(["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-port", "x-real-ip", "forwarded"]);

/** What a request is sent on with. */
export interface OnwardHeaders {
  readonly arm: string;
  readonly release: string;
  /** The `Cookie` header without serin's own; `null`: none. */
  readonly cookie: string | null;
  /** The `baggage` header; `null`: none. */
  readonly baggage: string | null;
  readonly peer: { readonly address: string; readonly scheme: "http" | "https"; readonly isTrusted: boolean };
  /** A page of one version must not be confirmed by the other: then `If-None-Match` and `If-Modified-Since` stay behind. */
  readonly conditional: "kept" | "dropped";
}

/** The headers of `request` for a backend: without those of the connection, with the arm and where the request came from. */
export function requestHeaders(request: IncomingMessage, onward: OnwardHeaders): RawHeaders {
  const raw = request.rawHeaders;
  const named = connectionTokens(request.headers.connection);
  const headers: RawHeaders = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? "";
    const lower = name.toLowerCase();
    if (hopByHop.has(lower) || named?.has(lower) || isReplaced(lower, onward)) continue;
    headers.push(name, raw[index + 1] ?? "");
  }
  if (onward.cookie !== null) headers.push("cookie", onward.cookie);
  if (onward.baggage !== null) headers.push("baggage", onward.baggage);
  const { address, scheme, isTrusted } = onward.peer;
  const before = isTrusted ? request.headers["x-forwarded-for"] : undefined;
  headers.push("x-forwarded-for", before === undefined ? address : `${String(before)}, ${address}`);
  headers.push("x-forwarded-proto", scheme);
  const host = (isTrusted ? request.headers["x-forwarded-host"] : undefined) ?? request.headers.host;
  if (host !== undefined) headers.push("x-forwarded-host", String(host));
  if (onward.release !== "") headers.push("serin-arm", onward.arm, "serin-release", encodeURIComponent(onward.release));
  return headers;
}

function isReplaced(lower: string, onward: OnwardHeaders): boolean {
  if (lower === "cookie" || lower === "baggage" || lower === "expect" || lower.startsWith("serin-")) return true;
  if (lower === "if-none-match" || lower === "if-modified-since") return onward.conditional === "dropped";
  if (lower === "x-forwarded-for" || lower === "x-forwarded-proto" || lower === "x-forwarded-host") return true;
  return !onward.peer.isTrusted && untrusted.has(lower);
}

/** The headers of a backend's answer for the client: without those of the connection, and `serin-*` is the edge's own to say. */
export function responseHeaders(raw: readonly (string | Buffer)[]): RawHeaders {
  const headers: RawHeaders = [];
  let named: ReadonlySet<string> | null = null;
  for (let index = 0; index < raw.length; index += 2) {
    const name = text(raw[index]);
    const lower = name.toLowerCase();
    const value = text(raw[index + 1]);
    if (lower === "connection") named = connectionTokens(value);
    if (hopByHop.has(lower) && lower !== "trailer") continue;
    headers.push(name, value);
  }
  return named === null ? headers : without(headers, named);
}

/** `headers` without every header whose lower-case name is in `names`. */
export function without(headers: RawHeaders, names: ReadonlySet<string>): RawHeaders {
  const kept: RawHeaders = [];
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? "";
    if (!names.has(name.toLowerCase())) kept.push(name, headers[index + 1] ?? "");
  }
  return kept;
}

/** `headers` for one person alone: whatever they said of shared caches, none may keep an answer that carries a cookie. */
export function privately(headers: RawHeaders): RawHeaders {
  const said = headerOf(headers, "cache-control");
  if (said !== null && /no-store|private/i.test(said)) return headers;
  const kept = (said ?? "")
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "" && !/^(?:public|s-maxage=.*)$/i.test(word));
  return [...without(headers, new Set(["cache-control"])), "cache-control", ["private", ...kept].join(", ")];
}

/** The value of the first header with this lower-case name. */
export function headerOf(headers: readonly string[], lower: string): string | null {
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index]?.toLowerCase() === lower) return headers[index + 1] ?? "";
  }
  return null;
}

const ordinary = new Set(["keep-alive", "close", "upgrade", "te", ""]);

function connectionTokens(header: string | undefined): ReadonlySet<string> | null {
  if (header === undefined) return null;
  const tokens = header.split(",").map((token) => token.trim().toLowerCase());
  const unusual = tokens.filter((token) => !ordinary.has(token) && token !== "host" && token !== "content-length");
  return unusual.length === 0 ? null : new Set(unusual);
}

function text(part: string | Buffer | undefined): string {
  return typeof part === "string" ? part : (part?.toString("latin1") ?? "");
}
