import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { identify, launchVariable } from "./identity.ts";
import type { ProcessRecord } from "./state-file.ts";

/** What of serin's own environment a process sees; everything else, secrets above all, it does not. */
export const inheritedVariables: readonly string[] = ["PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR"];

/** One start of a process. */
export interface Launch {
  /** The record as it is written down before the start, without a pid. */
  readonly record: ProcessRecord;
  /** File that the output goes to. */
  readonly outputPath: string;
  /** Names of variables of serin's own that it sees. */
  readonly inherits: readonly string[];
}

/** A process that was started: its record with pid and identity, and how it ends. */
export interface Launched {
  readonly record: ProcessRecord;
  /** "exit code 1", "signal SIGSEGV": resolves when it ends. */
  readonly ended: Promise<string>;
}

/**
 * Starts a process in a group of its own that goes on when serin ends. Throws when there is no such program or folder; then nothing runs.
 * Does not wait until it is ready.
 */
export async function launch({ record, outputPath, inherits }: Launch): Promise<Launched> {
  const { plan } = record;
  const words = plan.command.map((word) => word.replaceAll("{version}", record.version).replaceAll("{port}", String(record.port)));
  const output = openSync(outputPath, "a", 0o600);
  try {
    const child = spawn(words[0] ?? "", words.slice(1), {
      cwd: plan.cwd ?? process.cwd(),
      env: { ...inherited(inherits), ...plan.env, ...own(record) },
      detached: true,
      stdio: ["ignore", output, output],
    });
    const { pid } = child;
    if (pid === undefined) throw await whyNotStarted(child, { program: plan.command[0], cwd: plan.cwd });
    child.unref();
    return { record: { ...record, pid, identity: identify(pid) }, ended: ending(child) };
  } finally {
    closeSync(output);
  }
}

function inherited(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}

function own(record: ProcessRecord): Record<string, string> {
  return {
    PORT: String(record.port),
    SERIN_VERSION: record.version,
    SERIN_SERVICE: record.service,
    SERIN_SLOT: record.slot,
    [launchVariable]: record.launch,
  };
}

async function whyNotStarted(child: ChildProcess, tried: { readonly program: string; readonly cwd: string | null }): Promise<Error> {
  const [cause] = (await once(child, "error")) as [Error & { code?: string }];
  const where = tried.cwd === null ? "" : `, or no folder "${tried.cwd}"`;
  const why = cause.code === "ENOENT" ? `there is no program "${tried.program}"${where}` : cause.message;
  return new Error(`it cannot be started: ${why}`, { cause });
}

function ending(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
}
