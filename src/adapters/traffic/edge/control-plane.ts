import { createHash, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { z } from "zod";
import { instanceHeader, leavingHeader } from "../../edge-replicas.ts";
import { tryRequest } from "./attempts.ts";
import type { EdgeCore } from "./edge-core.ts";
import type { KeptFiles } from "./kept-files.ts";
import { attemptSchema, wantedSchema } from "./orders.ts";

const largestBodyBytes = 1024 * 1024;

/** An answer of the control plane that is not a success. */
class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

interface Control {
  readonly core: EdgeCore;
  readonly kept: KeptFiles;
  /** Names this start of the edge. */
  readonly instance: string;
}

type Handler = (control: Control, request: IncomingMessage, response: ServerResponse) => Promise<void>;

const routes: Readonly<Record<string, Handler>> = {
  "PUT /wanted": putWanted,
  "GET /seen": (control, _request, response) => answer(response, 200, control.core.seen()),
  "POST /attempt": postAttempt,
  "GET /metrics": getMetrics,
};

/** Whoever asks: whether the edge lives, and whether people should be sent to it. */
const open: Readonly<Record<string, Handler>> = {
  "GET /health": (_control, _request, response) => answer(response, 200, { status: "ok" }),
  "GET /ready": ({ core }, _request, response) => {
    const why = core.whyNotReady();
    return why === null ? answer(response, 200, { status: "ready" }) : answer(response, 503, { status: "not ready", why });
  },
};

/** The edge's private server: what shall be, what is, one try, and the numbers with the bearer token; whether it lives and is ready without. */
export function createControlPlane(control: Control, token: string): Server {
  const expected = digest(`Bearer ${token}`);
  const server = createServer({ maxHeaderSize: 8 * 1024, headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 30_000 });
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    void serve({ control, request, response, isKnown: timingSafeEqual(digest(request.headers.authorization ?? ""), expected) });
  });
  return server;
}

async function serve(call: {
  readonly control: Control;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly isKnown: boolean;
}): Promise<void> {
  const { control, request, response } = call;
  const line = `${request.method} ${request.url}`;
  response.setHeader(instanceHeader, control.instance);
  if (control.core.isLeaving) response.setHeader(leavingHeader, "1");
  try {
    const handler = open[line] ?? routes[line];
    if (!call.isKnown && open[line] === undefined) throw new Refusal(401, "a bearer token is needed");
    if (handler === undefined) throw new Refusal(404, `there is ${Object.keys({ ...routes, ...open }).join(", ")}`);
    await handler(control, request, response);
  } catch (error) {
    const status = error instanceof Refusal ? error.status : 500;
    await answer(response, status, { error: error instanceof Error ? error.message : String(error) });
  }
}

async function putWanted({ core, kept }: Control, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const wanted = await readBody(request, wantedSchema);
  if (core.apply(wanted)) await kept.keep(wanted);
  await answer(response, 200, core.seen());
}

async function postAttempt({ core }: Control, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const attempt = await readBody(request, attemptSchema);
  const leaving = new AbortController();
  response.on("close", () => leaving.abort());
  await answer(response, 200, await tryRequest(core, attempt, leaving.signal));
}

async function getMetrics({ core }: Control, _request: IncomingMessage, response: ServerResponse): Promise<void> {
  core.tick();
  const page = await core.meters.page();
  response.writeHead(200, { "content-type": core.meters.pageType });
  response.end(page);
}

async function readBody<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > largestBodyBytes) throw new Refusal(413, `the body is larger than ${largestBodyBytes} bytes`);
    chunks.push(chunk);
  }
  const parsed = schema.safeParse(parseJson(Buffer.concat(chunks).toString("utf8")));
  if (!parsed.success) {
    throw new Refusal(400, parsed.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`).join("; "));
  }
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, "the body is not JSON");
  }
}

async function answer(response: ServerResponse, status: number, body: unknown): Promise<void> {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
