import { execFile } from "node:child_process";
import { PortError } from "../../../ports.ts";
import type { Clock } from "../../../ports.ts";

/** A program with its arguments; no shell reads them. */
export type Command = readonly [string, ...string[]];

/** How long a program may take, and by which clock. */
export interface Patience {
  readonly clock: Clock;
  readonly withinMs: number;
}

/**
 * Runs a program to its end. Throws with its last words when it fails, takes longer, or cannot be started (that never gets better by itself: `PortError`),
 * and the signal's own reason when that aborts.
 */
export async function run(command: Command, { clock, withinMs }: Patience, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const isOver = new AbortController();
  const isTooLate = new AbortController();
  void clock.wait(withinMs, isOver.signal).then(() => isTooLate.abort());
  const [program, ...args] = command;
  try {
    await new Promise<void>((resolve, reject) => {
      execFile(program, args, { signal: AbortSignal.any([signal, isTooLate.signal]), maxBuffer: 1024 * 1024 }, (error, _out, err) =>
        error === null ? resolve() : reject(failureOf(command, error, err)),
      );
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (isTooLate.signal.aborted) throw new Error(`${command.join(" ")}: not done within ${withinMs} ms`, { cause: error });
    throw error;
  } finally {
    isOver.abort();
  }
}

function failureOf(command: Command, error: Error, said: string): Error {
  const code = "code" in error ? String(error.code) : "";
  if (code === "ENOENT" || code === "EACCES")
    return new PortError(`${command[0]} cannot be run (${code})`, { retry: "never", cause: error });
  const last = said.trim().split("\n").slice(-3).join(" | ").slice(0, 500);
  return new Error(`${command.join(" ")}: ${last === "" ? `it failed (${code})` : last}`, { cause: error });
}
