import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock } from "../../../ports.ts";
import { fine, wrong } from "../../check.ts";
import type { Check } from "../../define.ts";
import { parseTimeout } from "../../exchange.ts";
import { findings } from "./findings.ts";
import { run } from "./run.ts";
import type { Command } from "./run.ts";

interface Examined {
  readonly include: string;
  readonly test: Command;
  readonly timeout: string;
}

/** Looks whether the include is there and may be replaced, and whether nginx takes its configuration as it stands. Nothing is reloaded. */
export async function examineReload({ include, test, timeout }: Examined, clock: Clock, signal: AbortSignal): Promise<readonly Check[]> {
  return [await checkInclude(include), await checkTest(test, { clock, withinMs: parseTimeout(timeout) }, signal)];
}

async function checkInclude(include: string): Promise<Check> {
  const what = `include ${include}`;
  try {
    await access(include, constants.R_OK);
    await access(dirname(include), constants.W_OK);
    return fine(what, findings.mayReplace());
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    return wrong(what, findings.mayNotReplace(code));
  }
}

async function checkTest(test: Command, patience: Parameters<typeof run>[1], signal: AbortSignal): Promise<Check> {
  const what = test.join(" ");
  try {
    await run(test, patience, signal);
    return fine(what, findings.configurationFits());
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return wrong(what, findings.testFails(error instanceof Error ? error.message : String(error)));
  }
}
