import { z } from "zod";

/** What begins every word to a program; it changes when a word changes its meaning. */
export const version = "serin.dev/command-router/v1";

const arms = z.strictObject({
  canary: z.array(z.string()).describe("Base URLs of the new version; empty while there is none."),
  stable: z.array(z.string()).describe("Base URLs of the old version."),
});

const wanted = z.strictObject({
  release: z.string().describe("The release's id."),
  revision: z.number().describe("Of one release, a lower one than the last is left unheard."),
  sharePct: z.number().min(0).max(100).describe("Percent of the audience on the new version."),
  audience: z.enum(["new-logins", "everyone"]).describe("Who can be drawn."),
  phase: z.number().describe("Tells phases apart: with new-logins, who logged in before it began is not drawn."),
  login: z.string().nullable().describe('The request that logs in, "POST /api/login"; null: nobody logs in.'),
  routes: z.array(z.strictObject({ path: z.string(), service: z.string() })).describe("Which service has a path; the longest one counts."),
  goals: z
    .array(z.strictObject({ name: z.string(), request: z.string(), withinMs: z.number() }))
    .describe("What people may reach; for counting."),
  stableSlot: z.enum(["stable", "previous"]).describe("Said back as it is."),
  targets: z.record(z.string(), arms).describe("By service: where each version answers."),
  leaseMs: z.number().describe("Without a word for so long, everybody to the old version; for programs that declare a lease."),
});

const attempt = z.strictObject({
  request: z.string().describe('"GET /api/products"'),
  arms: z.record(z.string(), z.enum(["canary", "stable"])).describe("By service: the version that shall answer."),
});

const count = z.number().min(0);
const counts = z.object({ canary: count, stable: count });

/** What a program reads from its standard input, one JSON object and the end. */
export const inputs = {
  set: z.strictObject({ apiVersion: z.literal(version), do: z.literal("set"), wanted }),
  get: z.strictObject({ apiVersion: z.literal(version), do: z.literal("get") }),
  attempt: z.strictObject({ apiVersion: z.literal(version), do: z.literal("attempt"), attempt }),
};

/** What a program writes to its standard output; of `set` nothing is read. Further keys are left unread. */
export const outputs = {
  get: z.object({
    release: z.string().nullable().describe("What set said last; null: nothing yet."),
    sharePct: z.number().min(0).max(100).describe("What is in force, not what was asked for."),
    audience: z.enum(["new-logins", "everyone"]),
    stableSlot: z.enum(["stable", "previous"]),
    targets: z.record(z.string(), arms).describe("Where requests are sent now, as set said it."),
    isServing: z.boolean().describe("True when it has every address of the old version and would take a person now."),
    drawn: counts.nullable().default(null).describe("People drawn since the release began; null: they are not counted."),
    forwarded: counts.nullable().default(null).describe("Requests sent on since the release began; null: they are not counted."),
    lastCanaryMs: z
      .number()
      .nullable()
      .default(null)
      .describe("Epoch ms of the last request sent to the new version; null: none, or unknown."),
  }),
  attempt: z.object({
    status: z.number().describe("The answer's status; 0: there was none."),
    detail: z.string().default("").describe("For people."),
  }),
};

/** The JSON Schema of every word, by program and direction. */
export function commandSchema(): Record<string, unknown> {
  const schemaOf = (shape: z.ZodType): unknown => z.toJSONSchema(shape, { io: "input" });
  const all = (shapes: Readonly<Record<string, z.ZodType>>): Record<string, unknown> =>
    Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, schemaOf(shape)]));
  return { stdin: all(inputs), stdout: all(outputs) };
}
