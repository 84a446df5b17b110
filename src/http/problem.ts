import { randomBytes } from "node:crypto";
import { capital } from "../core/messages/context.ts";
import { errorKind, UserError } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";
import { StoreUnusable } from "../ports.ts";
import type { ProblemAnswer } from "./contract.ts";
import type { Log } from "./log.ts";

/**
 * What a thrown error is over HTTP: a `UserError` by its code; a store that cannot be used by what is wrong with it; anything else is our mistake,
 * logged under an incident word and said no further.
 */
export function problemOf(error: unknown, log: Log): ProblemAnswer {
  if (error instanceof UserError) return problem(error.code, error.message, error.more);
  if (error instanceof StoreUnusable) {
    log("error", "store-unusable", { why: error.why, message: error.message });
    return problem("store-unusable", `${capital(error.message)}. ${error.remedy}`, { why: error.why });
  }
  const incident = randomBytes(6).toString("base64url");
  log("error", "internal", { incident, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  return problem("internal", "Something failed that should not.", { incident });
}

/** The response of a problem. Source: https://www.rfc-editor.org/rfc/rfc9457#section-3 */
export function problemResponse(answer: ProblemAnswer): Response {
  const headers = new Headers({ "Content-Type": "application/problem+json" });
  if (answer.status === 401) headers.set("WWW-Authenticate", 'Bearer realm="serin"');
  if (answer.retryAfterS !== undefined) headers.set("Retry-After", String(answer.retryAfterS));
  return new Response(JSON.stringify(answer), { status: answer.status, headers });
}

function problem(code: ErrorCode, detail: string, more: Readonly<Record<string, unknown>>): ProblemAnswer {
  const { title, status, remedy } = errorKind(code);
  return { ...more, type: `https://serin.dev/errors#${code}`, title, status: status ?? 500, detail, code, remedy };
}
