import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { closeOnSignals, sendJson } from "./listen.ts";
import type { Listening } from "./listen.ts";
import { dashboardPage, homePage } from "./pages.ts";
import { serveShop, shopEnvironment } from "./serve.ts";
import type { ShopRoute, Visit } from "./serve.ts";

/** Serves the pages of the shop: `/`, for members `/dashboard`, and the script of its version, which no other version has. */
export function serveFrontend(options: {
  readonly port: number;
  readonly version: string;
  readonly shopUrl?: string | null;
}): Promise<Listening> {
  const { port, version, shopUrl = null } = options;
  const script = `/assets/app-${createHash("sha256").update(version).digest("hex").slice(0, 8)}.js`;
  const routes: readonly ShopRoute[] = [
    {
      method: "GET",
      route: "/",
      matches: (path) => path === "/",
      answer: (visit, response) => sendHome(visit, response, { script, shopUrl }),
    },
    {
      method: "GET",
      route: "/dashboard",
      matches: (path) => path === "/dashboard",
      answer(visit, response) {
        if (visit.session === "") sendJson(response, 401, { error: "log in first" });
        else sendPage(response, dashboardPage(visit, script));
      },
    },
    {
      method: "GET",
      route: "/assets/cart.svg",
      matches: (path) => path === "/assets/cart.svg",
      answer: (_visit, response) => response.writeHead(200, { "content-type": "image/svg+xml" }).end(cart),
    },
    {
      method: "GET",
      route: "/assets/:file",
      matches: (path) => path.startsWith("/assets/"),
      answer: (_visit, response, path) => sendScript(response, path, script),
    },
  ];
  return serveShop({ port, version, service: "frontend", routes });
}

async function sendHome(
  visit: Visit,
  response: ServerResponse,
  { script, shopUrl }: { readonly script: string; readonly shopUrl: string | null },
): Promise<void> {
  if (shopUrl !== null && visit.mischief.active("new-call", visit.weather).length > 0 && !(await isRecommended(shopUrl, visit))) {
    visit.fault("new-call");
    sendJson(response, 500, { error: "the page needs a call that this backend does not have" });
    return;
  }
  sendPage(response, homePage(visit, script));
}

/** Asks the backend of the visitor's arm: the baggage that is passed on leads there. */
async function isRecommended(shopUrl: string, visit: Visit): Promise<boolean> {
  const baggage = visit.header("baggage");
  const answer = await fetch(`${shopUrl}/api/recommendations`, { headers: baggage === null ? {} : { baggage } });
  await answer.body?.cancel();
  return answer.ok;
}

const cart = '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16"><path d="M1 2h2l2 8h7l2-6H5"/></svg>';

function sendPage(response: ServerResponse, html: string): void {
  response.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-length": Buffer.byteLength(html) });
  response.end(html);
}

function sendScript(response: ServerResponse, path: string, script: string): void {
  if (path !== script) {
    sendJson(response, 404, { error: "this version has no such file" });
    return;
  }
  const text = 'document.documentElement.dataset.ready = "yes";\n';
  response.writeHead(200, {
    "content-type": "text/javascript",
    "content-length": text.length,
    "cache-control": "public, max-age=31536000, immutable",
  });
  response.end(text);
}

if (import.meta.main) closeOnSignals(await serveFrontend(shopEnvironment(process.env)));
