import { createHmac, timingSafeEqual } from "node:crypto";
import type { InboxCall } from "../../../ports.ts";

/** Older calls, and those of clocks that are so far ahead, are not taken, ms. */
export const signedWithinMs = 300_000;

/** What a call is: signed by Slack and new, signed and come before, or not signed by who knows the secret in the last five minutes. */
export type Signed = "new" | "again" | "not-signed";

/**
 * Tells Slack's calls from everybody else's, and each from its repetition: a call is `new` once.
 *
 * Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export function signatures(secret: string, now: () => number): (call: InboxCall) => Signed {
  /** Signatures that came, until when their calls would be taken, epoch ms; oldest first. */
  const seen = new Map<string, number>();
  return ({ headers, body }) => {
    const nowMs = now();
    const given = headers["x-slack-signature"] ?? "";
    const timestamp = headers["x-slack-request-timestamp"] ?? "";
    if (!/^\d{1,12}$/.test(timestamp) || Math.abs(nowMs - Number(timestamp) * 1_000) > signedWithinMs) return "not-signed";
    if (!isEqual(given, signatureOf(secret, timestamp, body))) return "not-signed";
    for (const [signature, untilMs] of seen) if (untilMs < nowMs) seen.delete(signature);
    if (seen.has(given)) return "again";
    seen.set(given, Number(timestamp) * 1_000 + signedWithinMs);
    return "new";
  };
}

/** The signature of a call: "v0=…". `timestamp`: epoch seconds, as its header has them. */
export function signatureOf(secret: string, timestamp: string, body: Uint8Array): string {
  return `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:`).update(body).digest("hex")}`;
}

function isEqual(given: string, right: string): boolean {
  const [left, other] = [Buffer.from(given), Buffer.from(right)];
  return left.length === other.length && timingSafeEqual(left, other);
}
