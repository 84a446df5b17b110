import { createHmac } from "node:crypto";
import { z } from "zod";
import { PortError } from "../../ports.ts";
import type { Notice } from "../../ports.ts";
import type { NotifierDefinition } from "../define.ts";
import { createExchange, parseTimeout, timeoutWords } from "../exchange.ts";

const shortestSecret = 16;

const connection = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe("Where notices are posted."),
  secret: z
    .string()
    .min(shortestSecret, { error: `A signing secret has at least ${shortestSecret} characters: make one with "openssl rand -hex 32".` })
    .describe("Signs every notice; the receiver knows it too."),
  headers: z.record(z.string(), z.string()).default({}).describe("Sent with every notice, for example authorization."),
  timeout: timeoutWords.default("5s"),
});

/**
 * Posts every notice as JSON, signed. 2xx is delivered. A refusal that will not change (3xx, and 4xx other than 408, 425 and 429) throws a
 * `PortError` that is never asked again; everything else is tried again under the same `Idempotency-Key`.
 */
export const webhook: NotifierDefinition<z.infer<typeof connection>> = {
  kind: "webhook",
  says: "Posts notices as signed JSON.",
  connection,
  create: ({ url, secret, headers, timeout }, { clock }) => {
    const exchange = createExchange(clock);
    const withinMs = parseTimeout(timeout);
    // The path of a webhook is often its password.
    const shownAs = new URL(url).origin;
    const theirs = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    return {
      async send(notice, signal) {
        const body = webhookBody(notice);
        const own = {
          "content-type": "application/json",
          "idempotency-key": notice.key,
          "serin-signature": signWebhook({ body, secret, atMs: clock.nowMs() }),
        };
        const { status } = await exchange({ method: "POST", url, shownAs, headers: { ...theirs, ...own }, body, withinMs }, signal);
        if (status >= 200 && status <= 299) return;
        const message = `POST ${shownAs}: the webhook answered ${status}`;
        if (willNotChange(status)) throw new PortError(message, { retry: "never" });
        throw new Error(message);
      },
    };
  },
};

const asksForLater = new Set([408, 425, 429]);

function willNotChange(status: number): boolean {
  return status >= 300 && status <= 499 && !asksForLater.has(status);
}

/** The JSON of a notice as it is posted and signed. The same notice is the same text at every try. */
export function webhookBody({ key, to, release, atMs, title, lines, entry }: Notice): string {
  return JSON.stringify({ key, to, release, at: new Date(atMs).toISOString(), title, lines, entry });
}

/**
 * Returns the header `Serin-Signature`: `t=` seconds of the epoch, `v1=` HMAC-SHA256 in hex over `t`, a dot and the body.
 *
 * Source: the scheme of https://docs.stripe.com/webhooks#verify-manually
 */
export function signWebhook(signed: { readonly body: string; readonly secret: string; readonly atMs: number }): string {
  const seconds = Math.floor(signed.atMs / 1_000);
  return `t=${seconds},v1=${createHmac("sha256", signed.secret).update(`${seconds}.${signed.body}`).digest("hex")}`;
}
