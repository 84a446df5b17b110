import { PortError } from "../../../ports.ts";
import type { Answer } from "../../exchange.ts";
import { retryAfterMs } from "../../patience.ts";

/** Refusals that pass, or that a person can end without another notice: a token renewed, a right given, a receiver that is being deployed (404). */
const mayChange = new Set([401, 403, 404, 408, 425, 429]);

/** Who answered ("POST https://…: the webhook"), when, and what a person can do about it, where that is known. */
export interface RefusalWords {
  readonly what: string;
  readonly nowMs: number;
  readonly remedy?: string;
}

/**
 * The error for an answer other than 2xx: never tried again when it will not change (3xx, and 4xx other than 401, 403, 404, 408, 425 and 429), otherwise later, and
 * not before the time that Retry-After asks for. What was answered beside the status is not told: it may repeat a secret.
 */
export function refusalOf({ status, headers }: Pick<Answer, "status" | "headers">, { what, nowMs, remedy }: RefusalWords): PortError {
  const message = `${what} answered ${status}${remedy === undefined ? "" : `. ${remedy}`}`;
  if (status >= 300 && status <= 499 && !mayChange.has(status)) return new PortError(message, { retry: "never" });
  return new PortError(message, { retry: "later", afterMs: retryAfterMs(headers, nowMs) });
}
