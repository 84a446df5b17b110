import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { ShopForm } from "./fault.ts";
import { closeOnSignals, sendJson } from "./listen.ts";
import type { Listening } from "./listen.ts";
import { serveShop, shopEnvironment } from "./serve.ts";
import type { ShopRoute, Visit } from "./serve.ts";

/** Serves the pages of the shop: `/`, `/dashboard` and the script of its version, which no other version has. */
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
      answer: (visit, response) => sendPage(response, dashboard(visit, script)),
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
  sendPage(response, home(visit, script));
}

/** Asks the backend of the visitor's arm: the baggage that is passed on leads there. */
async function isRecommended(shopUrl: string, visit: Visit): Promise<boolean> {
  const baggage = visit.header("baggage");
  const answer = await fetch(`${shopUrl}/api/recommendations`, { headers: baggage === null ? {} : { baggage } });
  await answer.body?.cancel();
  return answer.ok;
}

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

function home(visit: Visit, script: string): string {
  return layout(
    "Ecomsimply",
    script,
    `<p>Everything for your shop, version ${visit.version}.</p>${form(visit, "trial")}${form(visit, "order")}`,
  );
}

function dashboard(visit: Visit, script: string): string {
  return layout(
    "Your dashboard",
    script,
    `<table><caption>Sales</caption><tr><th scope="row">Today</th><td>12</td></tr></table>${form(visit, "order")}`,
  );
}

const actions: Readonly<Record<ShopForm, { readonly action: string; readonly says: string }>> = {
  trial: { action: "/api/trial", says: "Start the free trial" },
  order: { action: "/api/orders", says: "Order" },
};

function form(visit: Visit, name: ShopForm): string {
  if (!visit.mischief.shows(name, visit.session, visit.weather)) {
    visit.fault("missing-form");
    return "";
  }
  return `<form method="post" action="${actions[name].action}"><button>${actions[name].says}</button></form>`;
}

function layout(title: string, script: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><script src="${script}" defer></script></head><body><main><h1>${title}</h1>${body}</main></body></html>`;
}

if (import.meta.main) closeOnSignals(await serveFrontend(shopEnvironment(process.env)));
