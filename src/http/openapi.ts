import { readFileSync } from "node:fs";
import type { Context } from "hono";
import type { Env } from "./auth.ts";

let document: string | null = null;

/** This API as OpenAPI 3.1: the document that `npm run schema` writes from the contract, and the package brings. */
export async function openapi(context: Context<Env>): Promise<Response> {
  document ??= readFileSync(new URL("../../schema/openapi.json", import.meta.url), "utf8");
  return context.body(document, 200, { "content-type": "application/openapi+json;version=3.1" });
}
