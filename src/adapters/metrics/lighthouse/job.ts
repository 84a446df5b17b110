import { z } from "zod";

/** What a run's own process is told, as one line of JSON on its standard input: secrets are in it. */
export const job = z.strictObject({
  /** Path of the browser's program. */
  chromium: z.string(),
  /** False takes the browser's own sandbox away. */
  sandbox: z.boolean(),
  preset: z.enum(["mobile", "desktop"]),
  /** With its query, if it has one. */
  path: z.string(),
  /** Categories of Lighthouse: "performance". */
  categories: z.array(z.string()),
  door: z.strictObject({
    /** Where each path is answered, the longest first: base addresses. */
    routes: z.array(z.strictObject({ path: z.string(), url: z.string() })),
    /** Sent with every request to these addresses, and to nobody else. */
    headers: z.record(z.string(), z.string()),
    /** Sent to them as `cookie`, beside what the browser has got meanwhile. */
    cookie: z.string(),
    /** True: they are asked under their own host name, as a router wants; false: under the one that the browser knows. */
    isOwnHost: z.boolean(),
  }),
  /** An empty folder for everything that the run writes: `report.json`, `report.html`, and the browser's own files. */
  folder: z.string(),
});

/** One run of Lighthouse on one page of one version. */
export type Job = z.infer<typeof job>;

/** How a run's process ends, as one line of JSON on its standard output. */
export const outcome = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("ran"),
    /** What people see of the page when it is there; longer ones are cut. */
    text: z.string(),
    /** What went wrong between the browser and the version, if something did: it explains a page that did not load. */
    trouble: z.string().nullable(),
  }),
  z.strictObject({ kind: z.literal("failed"), why: z.string() }),
]);

export type Outcome = z.infer<typeof outcome>;

/** Names of the files in a run's folder. */
export const reportFiles = { json: "report.json", html: "report.html" } as const;
