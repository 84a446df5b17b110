import { randomBytes } from "node:crypto";
import type { Context } from "hono";
import type { Language } from "../core/plan.ts";
import { errorKind, UserError } from "../errors.ts";
import type { ErrorCode, Sentence } from "../errors.ts";
import { frenchErrors } from "../errors/french-errors.ts";
import { StoreUnusable } from "../ports.ts";
import type { ProblemAnswer } from "./contract.ts";
import { details } from "./details.ts";
import type { Log } from "./log.ts";

/**
 * What a thrown error is over HTTP: a `UserError` by its code; a store that cannot be used by what is wrong with it; anything else is our mistake,
 * logged under an incident word and said no further.
 */
export function problemOf(error: unknown, log: Log, language: Language): ProblemAnswer {
  const said = (code: ErrorCode, detail: Sentence, more: UserError["more"]): ProblemAnswer => problem(code, { detail, more }, language);
  if (error instanceof UserError) return said(error.code, error.detail, error.more);
  if (error instanceof StoreUnusable) {
    log("error", "store-unusable", { why: error.why, message: error.message });
    return said("store-unusable", details.storeUnusable(error), { why: error.why });
  }
  const incident = randomBytes(6).toString("base64url");
  log("error", "internal", { incident, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  return said("internal", details.failed(), { incident });
}

/** The language of a call: its `language`, else whichever of French and English its `Accept-Language` prefers, else English. */
export function languageOf({ req }: Context): Language {
  const asked = req.query("language");
  if (asked === "fr" || asked === "en") return asked;
  const weights = new Map<string, number>();
  for (const part of (req.header("accept-language") ?? "").slice(0, 500).split(",")) {
    const [, tag = "", weight = "1"] = /^\s*(fr|en)\b[^;]*(?:;\s*q=([\d.]+))?\s*$/iu.exec(part) ?? [];
    const language = tag.toLowerCase();
    weights.set(language, Math.max(weights.get(language) ?? 0, Number(weight)));
  }
  return (weights.get("fr") ?? 0) > (weights.get("en") ?? 0) ? "fr" : "en";
}

/** The response of a problem. Source: https://www.rfc-editor.org/rfc/rfc9457#section-3 */
export function problemResponse(answer: ProblemAnswer): Response {
  const headers = new Headers({ "Content-Type": "application/problem+json" });
  if (answer.status === 401) headers.set("WWW-Authenticate", 'Bearer realm="serin"');
  if (answer.retryAfterS !== undefined) headers.set("Retry-After", String(answer.retryAfterS));
  return new Response(JSON.stringify(answer), { status: answer.status, headers });
}

function problem(code: ErrorCode, { detail, more }: Pick<UserError, "detail" | "more">, language: Language): ProblemAnswer {
  const { status } = errorKind(code);
  const { title, remedy } = language === "fr" ? frenchErrors[code] : errorKind(code);
  const said = saidIn(more, language);
  return { ...said, type: `https://serin.dev/errors#${code}`, title, status: status ?? 500, detail: detail.in(language), code, remedy };
}

/** `errors` say what is wrong with each place. */
function saidIn(more: UserError["more"], language: Language): UserError["more"] {
  if (!Array.isArray(more["errors"])) return more;
  const places = more["errors"] as readonly { readonly pointer: string; readonly detail: string | Sentence }[];
  const errors = places.map(({ pointer, detail }) => ({ pointer, detail: typeof detail === "string" ? detail : detail.in(language) }));
  return { ...more, errors };
}
