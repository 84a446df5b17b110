import { z } from "zod";
import { parseDuration } from "../../../core/duration.ts";
import { parseTimeout, timeoutWords } from "../../exchange.ts";
import { loginWords, texts } from "../login/login-words.ts";

const address = z
  .url({ protocol: /^https?$/ })
  .refine((url) => !/[?#]/.test(url), { error: "A base address has no query and no fragment." });

const lhci = z
  .strictObject({
    url: address.describe("Address of the Lighthouse CI server."),
    project: z.string().min(1).optional().describe("The project: its name in addresses, or its id."),
    token: z.string().min(1).optional().describe("The project's build token, instead of its name."),
    branch: z.string().min(1).nullable().default(null).describe("Builds of this branch alone; without it those of any."),
    headers: texts.default({}).describe("Sent with every call, for example authorization."),
  })
  .refine(({ project, token }) => project !== undefined || token !== undefined, { error: "Say which project: project or token." });

/** What the server's file says of a `lighthouse` source. */
export const connection = z
  .strictObject({
    chromium: z.string().min(1).nullable().default(null).describe("Path of the browser; without it the machine's own is looked for."),
    sandbox: z
      .boolean()
      .nullable()
      .default(null)
      .describe("False where the browser cannot have its own sandbox, as in many containers; without it: unless the server runs as root."),
    preset: z.enum(["mobile", "desktop"]).default("mobile").describe("The device and line that Lighthouse imitates."),
    every: z
      .string()
      .refine((text) => (parseDuration(text) ?? 0) > 0 || text === "0s", {
        error: 'A time between two rounds is a duration such as "10m".',
      })
      .default("10m")
      .describe("Between two rounds of a page, once there are as many as its metrics want; until then they follow one another."),
    timeout: timeoutWords.default("2m"),
    login: loginWords.nullable().default(null).describe("Logs somebody in first; the cookies that it answers are sent with the pages."),
    headers: texts.default({}).describe("Sent with every request to the version, for example cookie or authorization."),
    base: address.nullable().default(null).describe("Pages are asked here, through the router; without it each version is asked itself."),
    arms: z
      .strictObject({ canary: texts, stable: texts })
      .nullable()
      .default(null)
      .describe("With base: the headers by which the router sends a request to each version."),
    keep: z.int().min(2).max(1000).default(40).describe("So many runs keep their reports."),
    reports: address.nullable().default(null).describe("Address at which people see the folder of reports, if one serves it."),
    lhci: lhci.nullable().default(null).describe("Nothing is run here: the runs are read from a Lighthouse CI server."),
  })
  .refine(({ base, arms }) => (base === null) === (arms === null), {
    error: "base and arms go together: through a router each version must be told apart, and only there.",
  })
  .refine(({ base, lhci: server }) => base === null || server === null, { error: "base is where pages are run, and lhci runs none." });

export type Connection = z.infer<typeof connection>;

/** The connection's times, ms. */
export function timesOf({ every, timeout }: Connection): { readonly everyMs: number; readonly withinMs: number } {
  return { everyMs: parseDuration(every) ?? 0, withinMs: parseTimeout(timeout) };
}
