import { z } from "zod";
import type { Clock } from "../../../ports.ts";
import { createExchange } from "../../exchange.ts";
import type { Answer } from "../../exchange.ts";
import type { Tls } from "../../tls.ts";
import { retryAfterMs } from "../../patience.ts";
import { refusalOf } from "../outcome/refusal.ts";
import { SlackRefusal } from "./troubles.ts";

/** How Slack is reached. */
export interface SlackAddress {
  /** Up to the method's name, with a slash at its end. */
  readonly url: string;
  readonly token: string;
  readonly withinMs: number;
  readonly tls: Tls | null;
}

/** What is asked of a method; `body` for those that take JSON, `form` for those that read. */
export type SlackAsk = { readonly body: object } | { readonly form: Readonly<Record<string, string>> };

/** An answer of Slack that was `ok`, of the shape that was asked for, with the headers that came with it. */
export interface SlackAnswer<T> {
  readonly value: T;
  readonly headers: Answer["headers"];
}

export interface SlackApi {
  /** Throws `SlackRefusal` when Slack says no, and `NoAnswer` or a `PortError` when it does not answer as Slack does. */
  call<T>(method: string, ask: SlackAsk, shape: z.ZodType<T>, signal: AbortSignal): Promise<SlackAnswer<T>>;
}

const answerShape = z.looseObject({ ok: z.boolean(), error: z.string().optional(), needed: z.string().optional() });

/**
 * Slack's Web API.
 *
 * Source: https://docs.slack.dev/apis/web-api/ (form), https://docs.slack.dev/apis/web-api/rate-limits (429 and Retry-After)
 */
export function slackApi({ url, token, withinMs, tls }: SlackAddress, clock: Clock): SlackApi {
  const exchange = createExchange(clock, tls);
  return {
    async call(method, ask, shape, signal) {
      const isJson = "body" in ask;
      const headers = {
        authorization: `Bearer ${token}`,
        "content-type": isJson ? "application/json; charset=utf-8" : "application/x-www-form-urlencoded",
      };
      const body = isJson ? JSON.stringify(ask.body) : new URLSearchParams(ask.form).toString();
      const address = `${url}${method}`;
      const answer = await exchange({ method: "POST", url: address, shownAs: address, headers, body, withinMs }, signal);
      const nowMs = clock.nowMs();
      if (answer.status !== 200) throw refusalOf(answer, { what: `Slack ${method}`, nowMs });
      const said = answerShape.safeParse(toJson(answer.text));
      if (!said.success) throw new Error(`Slack ${method}: the answer cannot be read`);
      if (!said.data.ok) {
        const afterMs = retryAfterMs(answer.headers, nowMs);
        throw new SlackRefusal(method, { error: said.data.error ?? "", needed: said.data.needed ?? null, afterMs });
      }
      const parsed = shape.safeParse(said.data);
      if (!parsed.success) throw new Error(`Slack ${method}: the answer cannot be read`);
      return { value: parsed.data, headers: answer.headers };
    },
  };
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // No shape takes it.
  }
}
