import { z } from "zod";
import { parseDuration } from "../../../core/duration.ts";
import { timeoutWords } from "../../exchange.ts";
import { tlsWords } from "../../tls.ts";
import { parseWhere } from "../exposition/selector.ts";
import { armsWords } from "./arms.ts";

const longestLookbackMs = 60 * 60_000;

/** A connection to a Prometheus, or what speaks its language. */
export const prometheusConnection = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .refine((url) => !/[?#]/.test(url), { error: "The base address has no query and no fragment." })
      .refine((url) => !/^[a-z]+:\/\/[^/]*@/.test(url), { error: "Write user and password as basic, not in the address." })
      .describe("Base address, with the path prefix where there is one."),
    basic: z
      .strictObject({ user: z.string().min(1), password: z.string().min(1) })
      .nullable()
      .default(null)
      .describe("User and password."),
    token: z.string().min(1).nullable().default(null).describe("Sent as a bearer token."),
    headers: z.record(z.string(), z.string()).default({}).describe("Sent with every call, for example x-scope-orgid."),
    tls: tlsWords,
    timeout: timeoutWords.default("2s"),
    where: z
      .string()
      .refine((text) => parseWhere(text).kind === "selector", { error: 'Write labels such as cluster="production",job="shop".' })
      .nullable()
      .default(null)
      .describe('Labels that every series must have, for example cluster="production".'),
    arms: armsWords,
    deduplicate: z.array(z.string().min(1)).default([]).describe("Labels that copies of one series differ in, for example [replica]."),
    lookback: z
      .string()
      .refine((text) => (parseDuration(text) ?? 0) >= 1_000 && (parseDuration(text) ?? 0) <= longestLookbackMs, {
        error: 'How far to look back is a duration from 1s to 1h, such as "2m30s".',
      })
      .default("2m30s")
      .describe("How old a sample may be; at least two and a half scrapes of Prometheus."),
  })
  .refine(({ basic, token }) => basic === null || token === null, { error: "Write basic or token, not both." });

/** As `prometheusConnection` reads it. */
export type PrometheusConnection = z.infer<typeof prometheusConnection>;
