import { z } from "zod";
import { parseDuration } from "../../../core/duration.ts";
import { PortError } from "../../../ports.ts";
import type { AdapterUse } from "../../../core/plan.ts";

/** What a plan says of a service that runs as a process of this machine. Reading its own output again changes nothing. */
export const planOptions = z.strictObject({
  command: z
    .array(z.string().min(1))
    .min(1)
    .describe('The program and its words: [node, shop/backend.js]. "{version}" and "{port}" in them are replaced. No shell reads them.'),
  cwd: z
    .string()
    .min(1)
    .optional()
    .describe("The folder to run in; without it, and for relative paths, the one that serin was started in."),
  port: z.int().min(1).max(65_535).describe("The port of the stable version. Other versions get a free port of their own."),
  health: z.string().startsWith("/").default("/health").describe("The path that answers 2xx when the process is ready."),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string())
    .default({})
    .describe("More environment variables; never secrets."),
  stopWithin: z
    .string()
    .refine((text) => parseDuration(text) !== null, { error: 'Write a duration such as "5s".' })
    .default("5s")
    .describe("How long it may take to end by itself after SIGTERM; then it is killed."),
});

/** One service's words, ready to run; it is written down with the process, so that a later serin can start it again. */
export const launchPlan = z.strictObject({
  command: z.tuple([z.string()], z.string()),
  /** `null`: where serin runs. */
  cwd: z.string().nullable(),
  stablePort: z.int(),
  health: z.string(),
  env: z.record(z.string(), z.string()),
  stopWithinMs: z.number(),
});

export type LaunchPlan = z.infer<typeof launchPlan>;

/** Answers the plan's words for one service; throws a `PortError` when they are not those of this adapter. */
export function readLaunchPlan(service: string, use: AdapterUse): LaunchPlan {
  const read = planOptions.safeParse(use.options);
  if (!read.success) throw new PortError(`service ${service}: ${z.prettifyError(read.error)}`, { retry: "never" });
  const { command, cwd, port, health, env, stopWithin } = read.data;
  const [program, ...words] = command;
  const stopWithinMs = parseDuration(stopWithin) ?? 0;
  return { command: [program ?? "", ...words], cwd: cwd ?? null, stablePort: port, health, env, stopWithinMs };
}
