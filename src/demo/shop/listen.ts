import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Where the process listens, and how it ends. */
export interface Listening {
  readonly url: string;
  /** Takes no new connection, lets requests in flight finish, resolves when the last connection is gone. */
  close(): Promise<void>;
}

/** Listens on loopback; port 0 takes a free one. Rejects when the port is taken. */
export async function listen(port: number, handler: RequestListener): Promise<Listening> {
  const server = createServer({ keepAliveTimeout: 30_000 });
  let isClosing = false;
  server.on("request", (request, response) => {
    if (isClosing) response.setHeader("connection", "close");
    handler(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      isClosing = true;
      return closed(server);
    },
  };
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeIdleConnections();
  });
}

/** Ends the process as a well-behaved workload does: SIGTERM and SIGINT drain and then exit 0. */
export function closeOnSignals(listening: Listening): void {
  const end = (): void => {
    void listening.close().then(() => process.exit(0));
  };
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
}

/** Answers JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}

const mostBytes = 16_384;

/** Reads the body away, at most 16 KiB of it, so that the connection can be used again; rejects when the sender goes away. */
export async function drain(request: IncomingMessage): Promise<void> {
  await readText(request);
}

/** Reads the body, at most 16 KiB of it; rejects when it is longer, or the sender goes away. */
export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Error("the body is longer than 16 KiB");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
