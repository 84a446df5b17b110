import { Agent, request } from "undici";
import { z } from "zod";
import { parseDuration } from "../core/duration.ts";
import type { Clock } from "../ports.ts";
import type { Tls } from "./tls.ts";

/** One HTTP request of an adapter. */
export interface Call {
  /** "GET", "POST" … in capitals. */
  readonly method: string;
  readonly url: string;
  /** The address as errors may show it: without what may be secret in it. */
  readonly shownAs: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly withinMs: number;
}

/** What was answered, whatever its status; redirects are answers too. Header names are lower case. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Each `set-cookie` header by itself: they cannot be told apart once they are one text. */
  readonly setCookies: readonly string[];
  readonly text: string;
}

/**
 * No complete answer came: `refused` when the connection was refused or broken off, `timed-out` when `withinMs` was over, `unreachable` for
 * everything else (no such name, no route, bad certificate, an answer that is too large). The message names `shownAs` and no header.
 */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  readonly how: "refused" | "timed-out" | "unreachable";
  constructor(call: Call, no: { readonly how: NoAnswer["how"]; readonly because: string }) {
    super(`${call.method} ${call.shownAs}: ${no.because}`);
    this.how = no.how;
  }
}

/** Sends one call. Throws `NoAnswer`, and the signal's own reason when the signal aborted. */
export type Exchange = (call: Call, signal: AbortSignal) => Promise<Answer>;

const largestAnswer = 16 * 1024 * 1024;

/**
 * Returns an `Exchange` with its own connections, which are kept between calls and never keep the process alive. `tls` is for the addresses that
 * begin with https; without it the machine's authorities are trusted. No address is ever asked whose certificate is not.
 */
export function createExchange(clock: Clock, tls: Tls | null = null): Exchange {
  const given = Object.entries(tls ?? {}).filter(([, pem]) => pem !== null);
  const limits = { maxResponseSize: largestAnswer, headersTimeout: 0, bodyTimeout: 0, connectTimeout: 0 };
  const dispatcher = new Agent({ ...limits, connect: Object.fromEntries(given) });
  return async (call, signal) => {
    signal.throwIfAborted();
    const isOver = new AbortController();
    const isTooLate = new AbortController();
    void clock.wait(call.withinMs, isOver.signal).then(() => isTooLate.abort());
    try {
      const { method, headers, body } = call;
      const response = await request(call.url, {
        dispatcher,
        method,
        headers,
        body,
        signal: AbortSignal.any([signal, isTooLate.signal]),
      });
      const text = await response.body.text();
      const setCookies = [response.headers["set-cookie"] ?? []].flat();
      return { status: response.statusCode, headers: flat(response.headers), setCookies, text };
    } catch (cause) {
      if (signal.aborted) throw signal.reason;
      if (isTooLate.signal.aborted) throw new NoAnswer(call, { how: "timed-out", because: `no answer within ${call.withinMs} ms` });
      throw new NoAnswer(call, whyNot(cause));
    } finally {
      isOver.abort();
    }
  };
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Answer["headers"] {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]));
}

const brokenOff = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]);
const tooLate = new Set(["ETIMEDOUT", "UND_ERR_CONNECT_TIMEOUT"]);

function whyNot(cause: unknown): { readonly how: NoAnswer["how"]; readonly because: string } {
  // Several addresses of one name fail together: each says the same, the first is enough.
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  const code = first instanceof Error && "code" in first ? String(first.code) : "no code";
  if (code === "ECONNREFUSED") return { how: "refused", because: "connection refused" };
  if (brokenOff.has(code)) return { how: "refused", because: `connection broken off (${code})` };
  if (tooLate.has(code)) return { how: "timed-out", because: `no connection in time (${code})` };
  if (code === "UND_ERR_RES_EXCEEDED_MAX_SIZE") return { how: "unreachable", because: `the answer is larger than ${largestAnswer} bytes` };
  if (code === "UND_ERR_INVALID_ARG")
    return { how: "unreachable", because: "a token or header for it has a line break, or another character that cannot be sent" };
  return { how: "unreachable", because: `${whyNoTls(code) ?? "cannot be reached"} (${code})` };
}

/** In words what went wrong with TLS; `null`: nothing did. Source: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
function whyNoTls(code: string): string | null {
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return "its certificate is for another name";
  if (/_ALERT_/.test(code)) return "it refuses our certificate, or asks for one";
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") return "its certificate is not valid today";
  if (/^UNABLE_TO_|CERT/.test(code)) return "its certificate is not trusted";
  return code === "EPROTO" || code.startsWith("ERR_SSL_") ? "it does not speak our TLS" : null;
}

/** The address as it may be shown: without user, password, query and fragment, which may hold secrets. */
export function publicUrl(url: string): string {
  if (!URL.canParse(url)) return "an address that is not a URL";
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** How a connection writes its patience: "2s". `parseTimeout` turns it into milliseconds. */
export const timeoutWords = z
  .string()
  .refine((text) => (parseDuration(text) ?? 0) > 0, { error: 'A time-out is a duration such as "2s" or "500ms".' })
  .describe('How long one call may take, for example "2s".');

/** Milliseconds of a time-out that `timeoutWords` has accepted; throws on anything else. */
export function parseTimeout(text: string): number {
  const ms = parseDuration(text);
  if (ms === null || ms <= 0) throw new Error(`"${text}" is no time-out: write a duration such as "2s"`);
  return ms;
}
