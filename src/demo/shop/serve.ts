import type { IncomingMessage, ServerResponse } from "node:http";
import { faultsOf } from "../scenarios.ts";
import { mischiefOf } from "./fault.ts";
import type { Mischief, Mishap, ShopService } from "./fault.ts";
import { drain, listen, sendJson } from "./listen.ts";
import type { Listening } from "./listen.ts";
import { createMeters } from "./meters.ts";
import type { Meters } from "./meters.ts";

/** What a page of the shop may know when it answers. */
export interface Visit {
  readonly version: string;
  /** The value of the cookie `session`; empty before the login. */
  readonly session: string;
  /** The phase that the visitor says the release is in. */
  readonly phase: number;
  readonly mischief: Mischief;
  /** Marks the answer as deliberately wrong. */
  fault(name: string): void;
}

/** One page or call of the shop. `route` is its name in the metrics: "/assets/:file". */
export interface ShopRoute {
  readonly method: string;
  readonly route: string;
  matches(path: string): boolean;
  answer(visit: Visit, response: ServerResponse, path: string): void;
}

/** How a process of the shop is started: port 0 takes a free one. */
export interface ShopOptions {
  readonly service: ShopService;
  readonly version: string;
  readonly port: number;
  readonly routes: readonly ShopRoute[];
  /** What a crash does; the default ends the process with exit code 70. */
  readonly die?: () => void;
}

/** The header that names a deliberate fault; people who get one are harmed, requests that carry one did not fail by accident. */
export const faultHeader = "demo-fault";
/** Epoch ms at which this process served its first deliberate fault; sent with each of them. */
export const firstFaultHeader = "demo-first-fault-ms";
/** The version that answered; sent with every answer. */
export const versionHeader = "demo-version";
/** The phase that people say the release is in, so that a fault can begin with one. */
export const phaseHeader = "demo-phase";

/**
 * Serves one service of the shop on loopback: `routes`, `GET /health` and `GET /metrics`. Answers carry `demo-version`; what goes wrong on
 * purpose, by the version's name, carries `demo-fault` too. Throws when the version names an unknown fault.
 */
export async function serveShop(options: ShopOptions): Promise<Listening> {
  const meters = createMeters(options.service, options.version);
  const mischief = mischiefOf(faultsOf(options.version), options.service);
  const die = options.die ?? (() => process.exit(70));
  let firstFaultMs: number | null = null;

  function mark(response: ServerResponse, name: string): void {
    firstFaultMs ??= Date.now();
    response.setHeader(faultHeader, name);
    response.setHeader(firstFaultHeader, String(firstFaultMs));
  }

  async function visited(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const startedMs = performance.now();
    const method = request.method ?? "GET";
    const found = options.routes.find((route) => route.method === method && route.matches(path));
    response.once("close", () => {
      if (!response.writableEnded) return;
      meters.answered({ method, route: found?.route ?? "none", status: response.statusCode, tookMs: performance.now() - startedMs });
    });
    response.setHeader(versionHeader, options.version);
    if (method !== "GET" && method !== "HEAD") await drain(request);
    if (found === undefined) {
      sendJson(response, 404, { error: "not found" });
      return;
    }
    const phase = Number(request.headers[phaseHeader] ?? 0);
    const visit: Visit = { version: options.version, session: sessionOf(request), phase, mischief, fault: (name) => mark(response, name) };
    suffer(mischief.next(phase), {
      answer: () => found.answer(visit, response, path),
      mark: (name) => mark(response, name),
      response,
      meters,
      die,
    });
  }

  return listen(options.port, (request, response) => {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    if (path === "/health") {
      sendJson(response, 200, { service: options.service, version: options.version });
    } else if (path === "/metrics") {
      void meters.page().then((page) => response.writeHead(200, { "content-type": meters.contentType }).end(page));
    } else {
      visited(request, response, path).catch(() => response.destroy());
    }
  });
}

interface Suffering {
  readonly answer: () => void;
  readonly mark: (name: string) => void;
  readonly response: ServerResponse;
  readonly meters: Meters;
  readonly die: () => void;
}

function suffer(mishap: Mishap, { answer, mark, response, meters, die }: Suffering): void {
  switch (mishap.kind) {
    case "none":
      answer();
      return;
    case "error":
      mark("errors");
      sendJson(response, 500, { error: "the shop has stumbled" });
      return;
    case "late":
      mark("slow");
      setTimeout(answer, mishap.delayMs);
      return;
    case "fatal":
      mark("fatal");
      meters.fatal();
      answer();
      return;
    case "death":
      die();
      response.destroy();
      return;
  }
}

function sessionOf(request: IncomingMessage): string {
  return /(?:^|;\s*)session=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
}

/** Reads what the workloads adapter tells a process: PORT and SERIN_VERSION. Throws when the port is missing. */
export function shopEnvironment(env: NodeJS.ProcessEnv): { readonly port: number; readonly version: string } {
  const port = Number(env["PORT"]);
  if (!Number.isInteger(port)) throw new Error(`PORT must be a port number, not ${JSON.stringify(env["PORT"])}`);
  return { port, version: env["SERIN_VERSION"] ?? "1" };
}
