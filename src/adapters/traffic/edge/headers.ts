import type { IncomingMessage } from "node:http";

/** Raw headers as node and undici give and take them: name, value, name, value … */
export type RawHeaders = string[];

/** A backend's answer as undici and node have read it: lower-case names, and a list where a name came more than once. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Headers that speak of one connection and go no further.
 *
 * Source: RFC 9110 section 7.6.1.
 */
const hopByHop = ["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"] as const;
/** Headers that the edge says itself, or answers itself. */
const ownWords = ["cookie", "baggage", "expect", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"] as const;
/** Headers that only a trusted proxy may say. */
const trustedWords = ["x-forwarded-port", "x-real-ip", "forwarded"] as const;
const conditions = ["if-none-match", "if-modified-since"] as const;

/** What becomes of a request's header on its way to a backend, by its lower-case name; any other goes on, but for `serin-*`. */
const fates: ReadonlyMap<string, "stays" | "needs trust" | "is a condition"> = new Map([
  ...[...hopByHop, ...ownWords].map((name) => [name, "stays"] as const),
  ...trustedWords.map((name) => [name, "needs trust"] as const),
  ...conditions.map((name) => [name, "is a condition"] as const),
]);
/** Headers of an answer that are not the client's: `baggage` carries the edge's proof. */
const staysWithAnswer: ReadonlySet<string> = new Set([...hopByHop.filter((name) => name !== "trailer"), "baggage"]);

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
    if (named?.has(lower) || staysBehind(lower, onward)) continue;
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

function staysBehind(lower: string, onward: OnwardHeaders): boolean {
  const fate = fates.get(lower);
  if (fate === "stays") return true;
  if (fate === "needs trust") return !onward.peer.isTrusted;
  if (fate === "is a condition") return onward.conditional === "dropped";
  return lower.startsWith("serin-") || (lower.includes("_") && isDisguised(lower));
}

/** CGI and everything like it (WSGI, Rack, PHP) read `serin_arm` as `serin-arm`: what may not be said, or is said by us, may not be said so either. */
function isDisguised(lower: string): boolean {
  const plain = lower.replaceAll("_", "-");
  return fates.has(plain) || plain.startsWith("serin-") || plain === "content-length" || plain === "host";
}

/** The headers of a backend's answer for the client, without those of the connection and those `left` out; `serin-*` is the edge's own to say. */
export function responseHeaders(answer: AnswerHeaders, left: readonly string[]): RawHeaders {
  const { connection } = answer;
  const named = connection === undefined ? null : connectionTokens(String(connection));
  const headers: RawHeaders = [];
  for (const name in answer) {
    const value = answer[name];
    if (value === undefined || staysWithAnswer.has(name) || left.includes(name)) continue;
    if (named?.has(name) || name.startsWith("serin-")) continue;
    if (typeof value === "string") headers.push(name, value);
    else for (const one of value) headers.push(name, one);
  }
  return headers;
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

/** A header that node joins with commas when it comes more than once; `undefined`: it did not come. */
export function oneHeader(request: IncomingMessage, lower: string): string | undefined {
  const value = request.headers[lower];
  return value === undefined ? undefined : String(value);
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
  if (header === undefined || header === "keep-alive" || header === "close") return null;
  const tokens = header.split(",").map((token) => token.trim().toLowerCase());
  const unusual = tokens.filter((token) => !ordinary.has(token) && token !== "host" && token !== "content-length");
  return unusual.length === 0 ? null : new Set(unusual);
}
