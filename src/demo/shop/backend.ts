import { createHash } from "node:crypto";
import { closeOnSignals, sendJson } from "./listen.ts";
import type { Listening } from "./listen.ts";
import { armHeader, products, releaseHeader } from "./price-truth.ts";
import { serveShop, shopEnvironment } from "./serve.ts";
import type { ShopRoute, Visit } from "./serve.ts";

/**
 * Serves the calls of the shop under `/api`: log in, products, trial, orders. Whoever has not logged in may only look. Each look at the products
 * has one price compared by PriceTruth; the shop sells on without its answer.
 */
export function serveBackend(options: {
  readonly port: number;
  readonly version: string;
  readonly priceTruthUrl?: string | null;
}): Promise<Listening> {
  const { port, version, priceTruthUrl = null } = options;
  let logins = 0;
  let looks = 0;
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
    {
      method: "GET",
      route: "/api/products",
      matches: (path) => path === "/api/products",
      answer(visit, response) {
        looks += 1;
        const shown = shelf(looks, visit);
        sendJson(response, 200, { products: shown });
        const compared = shown[looks % shown.length];
        if (priceTruthUrl !== null && compared !== undefined) comparePrice(priceTruthUrl, compared, visit);
      },
    },
    {
      method: "GET",
      route: "/api/recommendations",
      matches: (path) => path === "/api/recommendations",
      answer(visit, response) {
        // What the new page asks for came with it; an older backend does not know it.
        if (visit.mischief.active("new-call", visit.weather).length > 0) sendJson(response, 200, { recommended: ["lamp"] });
        else sendJson(response, 404, { error: "not found" });
      },
    },
    members("POST", "/api/trial", () => ({ trial: "active", days: 14 })),
    members("POST", "/api/orders", () => ({ order: "taken" })),
  ];
  return serveShop({ port, version, service: "backend", routes });
}

interface Product {
  readonly id: string;
  readonly cents: number;
}

/** The products as this visitor is shown them: where prices are to be wrong, the one that this look compares is. */
function shelf(look: number, visit: Visit): readonly Product[] {
  const wrong = visit.mischief.mispriced(visit.weather) ? look % products.length : null;
  if (wrong !== null) visit.fault("wrong-price");
  return products.map((product, at) => (at === wrong ? { ...product, cents: product.cents * 2 } : product));
}

function comparePrice(url: string, { id, cents }: Product, visit: Visit): void {
  const headers = {
    "content-type": "application/json",
    [armHeader]: visit.header(armHeader) ?? "",
    [releaseHeader]: visit.header(releaseHeader) ?? "",
  };
  // Without an answer the price stands as it is; whether PriceTruth answers is watched elsewhere.
  fetch(`${url}/api/prices`, { method: "POST", headers, body: JSON.stringify({ product: id, cents }) }).then(
    (answer) => answer.body?.cancel(),
    () => undefined,
  );
}

function members(method: string, route: string, body: () => unknown): ShopRoute {
  return {
    method,
    route,
    matches: (path) => path === route,
    answer(visit, response) {
      if (visit.session === "") sendJson(response, 401, { error: "log in first" });
      else sendJson(response, 201, body());
    },
  };
}

if (import.meta.main) closeOnSignals(await serveBackend(shopEnvironment(process.env)));
