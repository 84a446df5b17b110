import { z } from "zod";
import { sayTargets } from "../../core/targets.ts";
import { PortError } from "../../ports.ts";
import type { Clock, RouterCapabilities, TrafficRouter } from "../../ports.ts";
import { fine, wrong } from "../check.ts";
import type { Check, RouterDefinition } from "../define.ts";
import { parseTimeout, timeoutWords } from "../exchange.ts";
import { findings, subjects } from "./command/findings.ts";
import { inputs, outputs, version } from "./command/words.ts";
import { runProgram } from "./command/run-program.ts";

const argv = z.tuple([z.string().min(1)], z.string());

const capabilities = z.strictObject({
  sticky: z.boolean().describe("Whether a person stays on one version at one share, and on the canary while the share grows."),
  audiences: z
    .array(z.enum(["new-logins", "everyone"]))
    .min(1)
    .describe("Who can be drawn."),
  stepPct: z.number().min(0.01).max(100).describe("The finest step of the share, percent."),
  lease: z.boolean().describe("Whether it takes everybody to the old version by itself when it hears nothing for leaseMs."),
});

const connection = z.strictObject({
  set: argv.describe("The program that is told what shall be, and its words. No shell reads them."),
  get: argv.describe("The program that says what is in force."),
  attempt: argv.optional().describe("The program that sends one request to a mix of versions; without it a plan has no smoke."),
  capabilities: capabilities.describe("What your router can; plans are checked against it."),
  environment: z
    .record(z.string().regex(/^[A-Za-z_]\w*$/), z.string())
    .default({})
    .describe("What the programs see of the environment beside PATH, HOME, LANG, LC_ALL, TZ and TMPDIR; the place for secrets."),
  cwd: z.string().min(1).optional().describe("The folder in which the programs run; without it the server's."),
  timeout: timeoutWords.default("2s"),
});

type CommandConnection = z.infer<typeof connection>;

/** Steers whatever your own programs steer: one sets, one says what is in force, and perhaps one tries a request. */
export const command: RouterDefinition<CommandConnection> = {
  kind: "command",
  says: "Your own programs: one sets the share, one reads it back.",
  connection,
  capabilities: { sticky: true, audiences: ["new-logins", "everyone"], readsBack: true, stepPct: 0.01, lease: true },
  capabilitiesOf: (to) => capabilitiesOf(to),
  examine: async (to, { plan }, { clock }, signal) => [...(await examineGet(to, clock, signal)), ...examineSmoke(to, plan.smoke)],
  create: (to, { clock }) => createCommandRouter(to, clock),
};

function capabilitiesOf(to: CommandConnection): RouterCapabilities {
  return { ...to.capabilities, readsBack: true, attempts: to.attempt !== undefined };
}

function createCommandRouter(to: CommandConnection, clock: Clock): TrafficRouter {
  const run = (which: "set" | "get" | "attempt", words: object, signal: AbortSignal): Promise<string> => {
    const program = to[which];
    if (program === undefined) {
      throw new PortError("this router has no program for attempts: leave smoke out of the plan, or name one", { retry: "never" });
    }
    const input = `${JSON.stringify(inputs[which].parse({ apiVersion: version, do: which, ...words }))}\n`;
    return runProgram({ argv: program, cwd: to.cwd, env: to.environment, input, withinMs: parseTimeout(to.timeout) }, clock, signal);
  };
  return {
    async apply(wanted, signal) {
      await run("set", { wanted }, signal);
    },
    async observe(signal) {
      const seen = readOutput(outputs.get, await run("get", {}, signal), to.get[0]);
      return { ...seen, targets: sayTargets(seen.targets) };
    },
    async attempt(attempt, signal) {
      return readOutput(outputs.attempt, await run("attempt", { attempt }, signal), to.attempt?.[0] ?? "");
    },
  };
}

/** Throws a sentence that names the program and the place, and repeats nothing of the output. */
function readOutput<T>(shape: z.ZodType<T>, text: string, file: string): T {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw new Error(`${file}: its output is ${text.trim() === "" ? "empty" : "no JSON"}`);
  }
  const parsed = shape.safeParse(raw);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`${file}: its output is wrong at ${issue?.path.join(".") || "the top"}: ${issue?.message}`);
}

async function examineGet(to: CommandConnection, clock: Clock, signal: AbortSignal): Promise<readonly Check[]> {
  const what = subjects.program(to.get[0]);
  try {
    await createCommandRouter(to, clock).observe(signal);
    return [fine(what, findings.says())];
  } catch (error) {
    signal.throwIfAborted();
    return [wrong(what, findings.fails(error instanceof Error ? error.message : String(error)))];
  }
}

function examineSmoke(to: CommandConnection, smoke: readonly string[]): readonly Check[] {
  if (smoke.length === 0 || to.attempt !== undefined) return [];
  return [wrong(subjects.attempts(), findings.noAttempts())];
}
