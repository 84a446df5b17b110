import { createHash, createHmac } from "node:crypto";
import { z } from "zod";
import type { Notice } from "../../ports.ts";
import { fine, wrong } from "../check.ts";
import type { Check, NotifierDefinition } from "../define.ts";
import { createExchange, parseTimeout, timeoutWords } from "../exchange.ts";
import { tlsWords } from "../tls.ts";
import { findings } from "./webhook/findings.ts";
import { refusalOf } from "./outcome/refusal.ts";

/** Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme (24 to 64 bytes). */
const secretBytes = { least: 24, most: 64 } as const;

const secretWords = z
  .string()
  .refine((text) => keyOf(text) !== null, {
    error: `A signing secret is "whsec_" and ${secretBytes.least} to ${secretBytes.most} bytes in base64: make one with echo "whsec_$(openssl rand -base64 32)".`,
  })
  .describe('Signs every notice; the receiver knows it too: "whsec_" and 24 to 64 bytes in base64.');

const connection = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe("Where notices are posted."),
  secret: secretWords,
  headers: z.record(z.string(), z.string()).default({}).describe("Sent with every notice, for example authorization."),
  timeout: timeoutWords.default("5s"),
  tls: tlsWords,
});

/**
 * Posts every notice as JSON, signed as Standard Webhooks asks. 2xx is delivered. A refusal that will not change (3xx, and 4xx other than 401,
 * 403, 404, 408, 425 and 429) throws a `PortError` that is never asked again; everything else is tried again under the same `webhook-id`.
 */
export const webhook: NotifierDefinition<z.infer<typeof connection>> = {
  kind: "webhook",
  says: "Posts notices as JSON, signed as Standard Webhooks asks.",
  connection,
  examine: async ({ url, timeout, tls }, _examination, { clock }, signal): Promise<readonly Check[]> => {
    const shownAs = new URL(url).origin;
    const what = `webhook ${shownAs}`;
    try {
      const call = { method: "OPTIONS", url, shownAs, headers: {}, body: null, withinMs: parseTimeout(timeout) } as const;
      const { status } = await createExchange(clock, tls)(call, signal);
      return [fine(what, findings.answers(status))];
    } catch (error) {
      signal.throwIfAborted();
      return [wrong(what, findings.silent(error instanceof Error ? error.message : String(error)))];
    }
  },
  create: ({ url, secret, headers, timeout, tls }, { clock }) => {
    const exchange = createExchange(clock, tls);
    const withinMs = parseTimeout(timeout);
    // The path of a webhook is often its password.
    const shownAs = new URL(url).origin;
    const theirs = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    return {
      async send(notice, signal) {
        const body = webhookBody(notice);
        const own = {
          "content-type": "application/json",
          ...signWebhook({ id: webhookId(notice.key), body, secret, atMs: clock.nowMs() }),
        };
        const call = { method: "POST", url, shownAs, headers: { ...theirs, ...own }, body, withinMs } as const;
        const answer = await exchange(call, signal);
        if (answer.status >= 200 && answer.status <= 299) return;
        throw refusalOf(answer, { what: `POST ${shownAs}: the webhook`, nowMs: clock.nowMs() });
      },
    };
  },
};

/**
 * The JSON of a notice as it is posted and signed. The same notice is the same text at every try.
 *
 * Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#payload-structure
 */
export function webhookBody({ key, to, release, atMs, title, lines, entry, state, thread, link }: Notice): string {
  return JSON.stringify({
    type: `release.${state.status.replaceAll("-", "_")}`,
    timestamp: new Date(atMs).toISOString(),
    data: { key, to, release, title, lines, link, thread, state, entry },
  });
}

/** The id under which a notice is posted: the same at every try, and printable whatever the plan calls its receivers. */
export function webhookId(key: string): string {
  return `msg_${createHash("sha256").update(key).digest("base64url").slice(0, 32)}`;
}

/**
 * Returns the three headers of Standard Webhooks: the id, seconds of the epoch, and `v1,` with HMAC-SHA256 in base64 over id, time and body with dots
 * between them. Throws when the secret is none.
 *
 * Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#webhook-headers-sending-metadata-to-consumers
 */
export function signWebhook(signed: {
  readonly id: string;
  readonly body: string;
  readonly secret: string;
  readonly atMs: number;
}): Readonly<Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>> {
  const key = keyOf(signed.secret);
  if (key === null) throw new Error("the signing secret is not whsec_ and base64");
  const seconds = String(Math.floor(signed.atMs / 1_000));
  const signature = createHmac("sha256", key).update(`${signed.id}.${seconds}.${signed.body}`).digest("base64");
  return { "webhook-id": signed.id, "webhook-timestamp": seconds, "webhook-signature": `v1,${signature}` };
}

/** The bytes of a secret; `null`: it is none. */
function keyOf(secret: string): Buffer | null {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  if (base64 === undefined) return null;
  const key = Buffer.from(base64, "base64");
  return key.length >= secretBytes.least && key.length <= secretBytes.most ? key : null;
}
