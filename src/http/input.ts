import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { z } from "zod";
import { UserError } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";
import type { Env } from "./auth.ts";
import { bodyLimitBytes } from "./contract.ts";
import { details } from "./details.ts";

/** Refuses a body over the limit before it is read whole; throws `body-too-large`. */
export const limitBody = bodyLimit({
  maxSize: bodyLimitBytes,
  onError: () => {
    throw new UserError("body-too-large", details.bodyTooLarge(bodyLimitBytes));
  },
});

/** The JSON body of a call in the shape of `schema`. Throws `media-type`, `body-malformed`, or `body-invalid` with every place that is wrong. */
export async function readBody<T>(context: Context<Env>, schema: z.ZodType<T>): Promise<T> {
  const type = (context.req.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") throw new UserError("media-type", details.mediaType(type || null));
  const bytes = await context.req.arrayBuffer();
  return shaped(schema, parseJson(bytes), "body-invalid");
}

/** The query parameters of a call in the shape of `schema`. Throws `query-invalid` with every parameter that is wrong. */
export function readQuery<T>(context: Context<Env>, schema: z.ZodType<T>): T {
  return shaped(schema, context.req.query(), "query-invalid");
}

/** The `Idempotency-Key` of a call, or `null` when none was sent. Throws `key-missing` when it is empty, too long or not printable. */
export function readKey(context: Context<Env>): string | null {
  const key = context.req.header("idempotency-key");
  if (key === undefined) return null;
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) throw new UserError("key-missing", details.keyMalformed());
  return key;
}

/** The revision in `If-Match`, or `null` when none was sent. Throws `revision-malformed`. Source: https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1 */
export function readRevision(context: Context<Env>): number | null {
  const header = context.req.header("if-match");
  if (header === undefined) return null;
  const digits = /^"(\d{1,9})"$/.exec(header.trim())?.[1];
  if (digits === undefined) throw new UserError("revision-malformed", details.revisionMalformed());
  return Number(digits);
}

function parseJson(bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as unknown;
  } catch (error) {
    throw new UserError("body-malformed", details.bodyUnread(error instanceof Error ? error.message : null));
  }
}

function shaped<T>(schema: z.ZodType<T>, value: unknown, code: ErrorCode): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue) => ({ pointer: pointerTo(issue.path), detail: details.wrongPlace(issue) }));
  const [first] = errors;
  throw new UserError(code, first ? details.wrong(first.pointer, first.detail) : details.wrongShape(), { errors });
}

/** Source: https://www.rfc-editor.org/rfc/rfc6901#section-3 */
function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
