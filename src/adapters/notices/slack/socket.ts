import type { SocketModeClient } from "@slack/socket-mode";
import { Agent } from "undici";
import type { Clock, Desk } from "../../../ports.ts";
import type { Tls } from "../../tls.ts";
import { appTokenRemedy } from "./troubles.ts";

/** How a socket of Socket Mode is opened. */
export interface SocketParts {
  /** Up to the method's name, with a slash at its end. */
  readonly url: string;
  /** The app-level token, xapp-… */
  readonly appToken: string;
  readonly tls: Tls | null;
  readonly withinMs: number;
  readonly clock: Clock;
  readonly desk: Pick<Desk, "trouble" | "recovery">;
  /** Ends it. */
  readonly closing: AbortSignal;
}

/** Between two tries, ms: this, then twice as long each time, to the longest. */
const firstRestMs = 250;
const longestRestMs = 30_000;
/** A socket that lived shorter than this was no success, ms: Slack gives each many minutes. */
const shortLifeMs = 5_000;

/**
 * Hears Slack over Socket Mode until `closing`: each interaction is acknowledged at once and given to `hear`. A socket that ends, as Slack ends
 * each after a while, is followed by the next; while none can be opened it is tried again and again, and the desk is told once. Never throws.
 *
 * Reconnecting is ours: the client's own ends the process when Slack cannot be reached.
 *
 * Source: https://docs.slack.dev/apis/events-api/using-socket-mode
 */
export async function holdSocket(parts: SocketParts, hear: (payload: unknown) => void): Promise<void> {
  const { clock, desk, closing } = parts;
  let restMs = firstRestMs;
  let isTold = false;
  while (!closing.aborted) {
    const beganMs = clock.monotonicMs();
    const ended = await holdOne(parts, hear, () => {
      if (isTold) desk.recovery("Socket Mode: buttons are heard again");
      isTold = false;
    }).catch((error: unknown) => whyNot(error));
    if (closing.aborted) return;
    if (ended !== null && !isTold) desk.trouble(ended);
    isTold ||= ended !== null;
    restMs = clock.monotonicMs() - beganMs < shortLifeMs ? restMs : firstRestMs;
    await clock.wait(restMs, closing);
    restMs = Math.min(longestRestMs, restMs * 2);
  }
}

/** One socket from its opening to its end; `null`: it lived, and ended as they do. */
async function holdOne(parts: SocketParts, hear: (payload: unknown) => void, opened: () => void): Promise<null> {
  const client = await clientOf(parts);
  const ended = new Promise<void>((resolve) => void client.once("disconnected", () => resolve()));
  client.on("interactive", ({ ack, body }: { readonly ack: () => Promise<void>; readonly body: unknown }) => {
    // What cannot be acknowledged comes again, and is known by its press.
    ack().catch(() => undefined);
    hear(body);
  });
  const end = (): void => void client.disconnect().catch(() => undefined);
  const isSlow = new AbortController();
  const isOpen = new AbortController();
  void parts.clock.wait(parts.withinMs * 2, isOpen.signal).then(() => isOpen.signal.aborted || isSlow.abort());
  const leave = AbortSignal.any([parts.closing, isSlow.signal]);
  leave.addEventListener("abort", end, { once: true });
  // Who leaves while the address of a socket is asked for would find it opened afterwards.
  client.on("connecting", () => void (leave.aborted && queueMicrotask(end)));
  try {
    leave.throwIfAborted();
    await Promise.race([client.start(), rejected(leave)]);
    isOpen.abort();
    opened();
    await ended;
    return null;
  } finally {
    isOpen.abort();
    leave.removeEventListener("abort", end);
    end();
  }
}

function rejected(leave: AbortSignal): Promise<never> {
  const why = new Error("Slack says no hello");
  return new Promise((_, reject) => leave.addEventListener("abort", () => reject(why), { once: true }));
}

async function clientOf({ url, appToken, tls, withinMs }: SocketParts): Promise<SocketModeClient> {
  const { SocketModeClient, LogLevel } = await import("@slack/socket-mode");
  const silent = (): void => undefined;
  const logger = {
    debug: silent,
    info: silent,
    warn: silent,
    error: silent,
    setLevel: silent,
    setName: silent,
    getLevel: () => LogLevel.ERROR,
  };
  const given = Object.entries(tls ?? {}).filter(([, pem]) => pem !== null);
  return new SocketModeClient({
    appToken,
    autoReconnectEnabled: false,
    logger,
    // HTTP/2 has no room for the WebSocket of one.
    ...(given.length === 0 ? {} : { dispatcher: new Agent({ allowH2: false, connect: Object.fromEntries(given) }) }),
    clientOptions: { slackApiUrl: url, retryConfig: { retries: 0 }, timeout: withinMs, rejectRateLimitedCalls: true },
  });
}

/** What Slack says of an app-level token that does not do. Source: https://docs.slack.dev/reference/methods/apps.connections.open#errors */
const tokenTroubles = new Set([
  "invalid_auth",
  "not_authed",
  "account_inactive",
  "token_revoked",
  "token_expired",
  "not_allowed_token_type",
  "missing_scope",
]);

function whyNot(error: unknown): string {
  const said = error instanceof Error && "data" in error ? (error.data as { readonly error?: unknown }).error : null;
  if (typeof said !== "string" || !/^[a-z_]{1,80}$/.test(said)) return "Socket Mode: Slack cannot be reached, and is tried again";
  const remedy = tokenTroubles.has(said) ? appTokenRemedy : "It is tried again.";
  return `Socket Mode: ${said}. ${remedy}`;
}
