import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { freePort } from "../../src/demo/free-port.ts";

/** How a small server behaves: an answer, silence, or no server at all. */
export type Behaviour = ((request: IncomingMessage, response: ServerResponse) => void) | "hangs" | "refuses";

/** A real server on a port of its own that a test can let answer, hang or refuse. */
export interface SmallServer {
  readonly url: string;
  /** Requests that have arrived, oldest first: "GET /metrics". */
  readonly requests: readonly string[];
  behave(behaviour: Behaviour): Promise<void>;
  /** Resolves when the next request has arrived. */
  reached(): Promise<void>;
  close(): Promise<void>;
}

/** How a small server speaks TLS. `clientCa`: it takes only those whose certificate this authority signed. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string | null;
}

/** Starts a server on 127.0.0.1, with TLS where it is given; after "refuses" it comes back on the same port. */
export async function startSmallServer(first: Behaviour = "hangs", tls: ServerTls | null = null): Promise<SmallServer> {
  let behaviour: Behaviour = first;
  const requests: string[] = [];
  let waiting: (() => void)[] = [];
  const server = serverOf(tls, (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    for (const resolve of waiting) resolve();
    waiting = [];
    if (typeof behaviour === "function") behaviour(request, response);
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      if (!server.listening) return resolve();
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const port = await freePort();
  await listen(port);
  return {
    url: `${tls === null ? "http" : "https"}://127.0.0.1:${port}`,
    requests,
    async behave(next) {
      behaviour = next;
      if (next === "refuses") await stop();
      else if (!server.listening) await listen(port);
    },
    reached: () => new Promise((resolve) => waiting.push(resolve)),
    close: stop,
  };
}

/** The part of a contract's subject that breaks it, when it asks `server`. */
export function troublesOf(server: SmallServer) {
  return {
    fail: () => server.behave("refuses"),
    hang: () => server.behave("hangs"),
    reached: () => server.reached(),
    close: () => server.close(),
  };
}

function serverOf(tls: ServerTls | null, listener: RequestListener) {
  if (tls === null) return createServer(listener);
  const { cert, key, clientCa } = tls;
  const asks = clientCa === null ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true };
  return createTlsServer({ cert, key, ...asks }, listener);
}
