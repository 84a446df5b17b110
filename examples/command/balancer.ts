/*
 * A balancer of two versions that reads what it shall do from a file: it stands for the one that you have. It weighs requests, and keeps nobody.
 *   node examples/command/balancer.ts STATE.json 127.0.0.1:8080
 */
import { readFileSync } from "node:fs";
import { Agent, createServer, request as send } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface State {
  readonly sharePct: number;
  readonly routes: readonly { readonly path: string; readonly service: string }[];
  readonly targets: Readonly<Record<string, { readonly canary: readonly string[]; readonly stable: readonly string[] }>>;
}

const [file = "state.json", listen = "127.0.0.1:8080"] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });
let state: State = { sharePct: 0, routes: [], targets: {} };
let text = "";

/** The state of the file; what cannot be read changes nothing. */
function now(): State {
  try {
    const next = readFileSync(file, "utf8");
    if (next !== text) state = JSON.parse(next) as State;
    text = next;
  } catch {
    // It is not written yet.
  }
  return state;
}

function targetOf({ sharePct, routes, targets }: State, path: string): string | undefined {
  const [route] = routes.filter((one) => path.startsWith(one.path)).toSorted((a, b) => b.path.length - a.path.length);
  const { canary, stable } = targets[route?.service ?? ""] ?? { canary: [], stable: [] };
  const urls = canary.length > 0 && Math.random() * 100 < sharePct ? canary : stable;
  return urls[Math.floor(Math.random() * urls.length)];
}

function forward(request: IncomingMessage, response: ServerResponse): void {
  const target = targetOf(now(), request.url ?? "/");
  if (target === undefined) return void response.writeHead(503).end("no backend");
  const { method = "GET", headers } = request;
  const sent = send(new URL(request.url ?? "/", target), { agent, method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  sent.on("error", () => (response.headersSent ? response.destroy() : response.writeHead(502).end("no answer")));
  request.pipe(sent);
}

const [host = "127.0.0.1", port = "8080"] = listen.split(":");
const server = createServer(forward).listen(Number(port), host, () => {
  process.stdout.write(`http://${host}:${(server.address() as AddressInfo).port}\n`);
});
