import { createHash } from "node:crypto";
import { closeOnSignals, sendJson } from "./listen.ts";
import type { Listening } from "./listen.ts";
import { serveShop, shopEnvironment } from "./serve.ts";
import type { ShopRoute } from "./serve.ts";

const products = [
  { id: "lamp", name: "Lamp", cents: 4900 },
  { id: "chair", name: "Chair", cents: 12_900 },
  { id: "table", name: "Table", cents: 34_900 },
];

/** Serves the calls of the shop under `/api`: log in, products, trial, orders. Whoever has not logged in may only look. */
export function serveBackend(options: { readonly port: number; readonly version: string }): Promise<Listening> {
  let logins = 0;
  const routes: readonly ShopRoute[] = [
    {
      method: "POST",
      route: "/api/login",
      matches: (path) => path === "/api/login",
      answer(_visit, response) {
        logins += 1;
        const session = createHash("sha256").update(`${process.pid} ${performance.timeOrigin} ${logins}`).digest("hex").slice(0, 16);
        response.setHeader("set-cookie", `session=${session}; Path=/; HttpOnly; SameSite=Lax`);
        sendJson(response, 200, { welcome: true });
      },
    },
    call("GET", "/api/products", () => ({ products })),
    members("POST", "/api/trial", () => ({ trial: "active", days: 14 })),
    members("POST", "/api/orders", () => ({ order: "taken" })),
  ];
  return serveShop({ ...options, service: "backend", routes });
}

function call(method: string, route: string, body: () => unknown): ShopRoute {
  return { method, route, matches: (path) => path === route, answer: (_visit, response) => sendJson(response, 200, body()) };
}

function members(method: string, route: string, body: () => unknown): ShopRoute {
  return {
    ...call(method, route, body),
    answer(visit, response) {
      if (visit.session === "") sendJson(response, 401, { error: "log in first" });
      else sendJson(response, 201, body());
    },
  };
}

if (import.meta.main) closeOnSignals(await serveBackend(shopEnvironment(process.env)));
