import type { Context } from "hono";
import { UserError } from "../../errors.ts";
import type { Env } from "../auth.ts";
import type { AppParts } from "../parts.ts";
import { pageHeaders } from "./page-headers.ts";
import type { Encoding, WebFile } from "./web-files.ts";
import { details } from "../details.ts";

/**
 * The dashboard: a file of it, or its page for every address that a browser may show (the page knows which ones it has). Throws `route-unknown` for
 * whatever else.
 */
export async function serveWeb(context: Context<Env>, { web, access }: AppParts): Promise<Response> {
  const { path, method } = context.req;
  const isAsked = (method === "GET" || method === "HEAD") && !/^\/(?:api|metrics|login)(?:\/|$)/.test(path);
  if (!isAsked || web === null) throw new UserError("route-unknown", details.nothingThere(method, path));
  const file = path === "/index.html" ? null : await web.find(path);
  if (file !== null) return send(context, file, access.publicUrl);
  // A file that is not there is no page.
  if (/^\/(?:assets\/.*|[^/]*\.[a-z0-9]{1,12})$/i.test(path)) throw new UserError("route-unknown", details.nothingThere(method, path));
  const page = await web.find("/index.html");
  return page === null ? notBuilt(access.publicUrl) : send(context, page, access.publicUrl);
}

async function send(context: Context<Env>, file: WebFile, publicUrl: string | null): Promise<Response> {
  const encoding = encodingFor(context.req.header("accept-encoding") ?? "");
  const body = await file.body(encoding);
  const isPacked = encoding !== "identity" && body !== (await file.body("identity"));
  // Each encoding is another representation, and has a tag of its own.
  const etag = `"${file.etag}${isPacked ? `-${encoding}` : ""}"`;
  const headers = new Headers({
    ...pageHeaders(publicUrl),
    "Content-Type": file.type,
    "Cache-Control": file.isImmutable ? "public, max-age=31536000, immutable" : "no-cache",
    ETag: etag,
    Vary: "Accept-Encoding",
  });
  if (isPacked) headers.set("Content-Encoding", encoding);
  if (isKnown(context.req.header("if-none-match") ?? "", etag)) return new Response(null, { status: 304, headers });
  headers.set("Content-Length", String(body.byteLength));
  return new Response(context.req.method === "HEAD" ? null : body, { headers });
}

/** Source: https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2 */
function isKnown(given: string, etag: string): boolean {
  return given.trim() === "*" || given.split(",").some((one) => one.trim().replace(/^W\//, "") === etag);
}

/** The best that the reader takes; what it weighs with 0 it does not. Source: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3 */
function encodingFor(accepted: string): Encoding {
  const taken = accepted
    .toLowerCase()
    .split(",")
    .filter((one) => !/;\s*q=0(?:\.0*)?\s*$/.test(one))
    .map((one) => one.split(";")[0]?.trim());
  return (["br", "gzip"] as const).find((encoding) => taken.includes(encoding)) ?? "identity";
}

function notBuilt(publicUrl: string | null): Response {
  const headers = new Headers({ ...pageHeaders(publicUrl), "Content-Type": "text/plain; charset=utf-8", "Retry-After": "5" });
  return new Response("The dashboard is not built: run `npm run build:web` where serin is checked out, then load this page again.\n", {
    status: 503,
    headers,
  });
}
