import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { faultsOf } from "../scenarios.ts";
import { fairWeather, readWeather, weatherHeader } from "../weather.ts";
import type { Weather } from "../weather.ts";
import { createAilments } from "./ailments.ts";
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
  /** What the visitor says of release and world. */
  readonly weather: Weather;
  readonly mischief: Mischief;
  /** A header of the request; `null`: it has none of this name. */
  header(name: string): string | null;
  /** Marks the answer as deliberately wrong. */
  fault(name: string): void;
}

/** One page or call of the shop. `route` is its name in the metrics: "/assets/:file". */
export interface ShopRoute {
  readonly method: string;
  readonly route: string;
  matches(path: string): boolean;
  answer(visit: Visit, response: ServerResponse, path: string): void | Promise<void>;
}

/** How a process of the shop is started: port 0 takes a free one. */
export interface ShopOptions {
  readonly service: ShopService;
  readonly version: string;
  readonly port: number;
  readonly routes: readonly ShopRoute[];
  /** What a crash at the start does; the default ends the process with exit code 70. */
  readonly die?: () => never;
}

/** The header that names a deliberate fault; people who get one are harmed, requests that carry one did not fail by accident. */
export const faultHeader = "demo-fault";
/** Epoch ms at which this process served its first deliberate fault; sent with each of them. */
export const firstFaultHeader = "demo-first-fault-ms";
/** The version that answered; sent with every answer. */
export const versionHeader = "demo-version";

/**
 * Serves one service of the shop on loopback: `routes`, `GET /health` and `GET /metrics`. Answers carry `demo-version`; what goes wrong on
 * purpose, by the version's name, carries `demo-fault` too. Throws when the version names an unknown fault.
 */
export async function serveShop(options: ShopOptions): Promise<Listening> {
  const meters = createMeters(options.service, options.version);
  const mischief = mischiefOf(faultsOf(options.version), options.service);
  if (mischief.active("dies-at-start", fairWeather).length > 0) (options.die ?? die)();
  const ailments = createAilments(mischief);
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
    const weather = readWeather(one(request.headers[weatherHeader]));
    ailments.catch(weather);
    const visit: Visit = {
      version: options.version,
      session: sessionOf(request),
      weather,
      mischief,
      header: (name) => one(request.headers[name]) ?? null,
      fault: (name) => mark(response, name),
    };
    await suffer(mischief.next(weather), {
      answer: async () => found.answer(visit, response, path),
      mark: (name) => mark(response, name),
      response,
      meters,
    });
  }

  const listening = await listen(options.port, (request, response) => {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    if (path === "/health") {
      sendJson(response, 200, { service: options.service, version: options.version });
    } else if (path === "/metrics") {
      void meters.page().then((page) => response.writeHead(200, { "content-type": meters.contentType }).end(page));
    } else {
      visited(request, response, path).catch(() => response.destroy());
    }
  });
  return {
    url: listening.url,
    async close() {
      ailments.heal();
      await listening.close();
    },
  };
}

interface Suffering {
  readonly answer: () => Promise<void>;
  readonly mark: (name: string) => void;
  readonly response: ServerResponse;
  readonly meters: Meters;
}

async function suffer(mishap: Mishap, { answer, mark, response, meters }: Suffering): Promise<void> {
  switch (mishap.kind) {
    case "none":
      return answer();
    case "error":
      mark(mishap.name);
      return sendJson(response, 500, { error: "the shop has stumbled" });
    case "late":
      mark("slow");
      await wait(mishap.delayMs);
      return answer();
    case "fatal":
      mark("fatal");
      meters.fatal();
      return answer();
  }
}

/** The crash of a process that cannot go on. */
function die(): never {
  process.stderr.write("the shop cannot start: its settings are those of another version\n");
  process.exit(70);
}

function one(header: string | string[] | undefined): string | undefined {
  return typeof header === "string" ? header : header?.[0];
}

function sessionOf(request: IncomingMessage): string {
  return /(?:^|;\s*)session=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
}

/** Where a process of the shop finds the others; `null`: it does without. */
export interface Surroundings {
  /** The shop as people see it: calls of one service to another go through the edge. */
  readonly shopUrl: string | null;
  readonly priceTruthUrl: string | null;
}

/** Reads what the workloads adapter tells a process: PORT and SERIN_VERSION, SHOP_URL and PRICETRUTH_URL. Throws when the port is missing. */
export function shopEnvironment(env: NodeJS.ProcessEnv): Surroundings & { readonly port: number; readonly version: string } {
  const port = Number(env["PORT"]);
  if (!Number.isInteger(port)) throw new Error(`PORT must be a port number, not ${JSON.stringify(env["PORT"])}`);
  return {
    port,
    version: env["SERIN_VERSION"] ?? "1",
    shopUrl: env["SHOP_URL"] ?? null,
    priceTruthUrl: env["PRICETRUTH_URL"] ?? null,
  };
}
