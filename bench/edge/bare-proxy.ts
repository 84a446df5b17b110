// The least that is a streaming reverse proxy on node's server and undici's dispatch: no rule, no count, no header of its own. What the edge costs
// beyond it is the price of what the edge does. Started as `node bare-proxy.ts BACKEND…`, which it asks in turn.
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Pool } from "undici";
import type { Dispatcher } from "undici";

const pools = process.argv.slice(2).map((url) => new Pool(url, { connections: 256, pipelining: 1, allowH2: false }));
let asked = 0;
const ofTheConnection = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade", "te", "expect"]);

class Pipe implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  onRequestStart(): void {}

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    this.#response.writeHead(status, onward((controller.rawHeaders ?? []) as Buffer[]));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#response.write(chunk)) return;
    controller.pause();
    this.#response.once("drain", () => controller.resume());
  }

  onResponseEnd(): void {
    this.#response.end();
  }

  onResponseError(): void {
    if (this.#response.headersSent) this.#response.destroy();
    else this.#response.writeHead(502).end();
  }
}

function onward(raw: readonly (string | Buffer)[]): string[] {
  const headers: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = String(raw[index]);
    if (!ofTheConnection.has(name.toLowerCase())) headers.push(name, String(raw[index + 1]));
  }
  return headers;
}

const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
  const hasBody = request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0;
  const body = hasBody ? request : null;
  asked += 1;
  pools[asked % pools.length]?.dispatch(
    { path: request.url ?? "/", method: request.method ?? "GET", headers: onward(request.rawHeaders), body },
    new Pipe(response),
  );
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ listening: `http://127.0.0.1:${port}` })}\n`);
});
