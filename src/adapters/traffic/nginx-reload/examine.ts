import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock } from "../../../ports.ts";
import type { Check } from "../../define.ts";
import { parseTimeout } from "../../exchange.ts";
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
    return { what, verdict: "ok", says: "It is there, and may be replaced.", remedy: null };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    const remedy = 'Write it with "serin router config", in a folder that the user of serin may write.';
    return { what, verdict: "wrong", says: `It cannot be read, or its folder cannot be written (${code}).`, remedy };
  }
}

async function checkTest(test: Command, patience: Parameters<typeof run>[1], signal: AbortSignal): Promise<Check> {
  const what = test.join(" ");
  try {
    await run(test, patience, signal);
    return { what, verdict: "ok", says: "nginx takes its configuration as it stands.", remedy: null };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const says = `${error instanceof Error ? error.message : String(error)}.`;
    return { what, verdict: "wrong", says, remedy: "Let the user of serin run it, and correct what nginx names." };
  }
}
