import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { PortError } from "../../../ports.ts";
import type { Clock } from "../../../ports.ts";

/** One run of a person's program. */
export interface Program {
  /** The program and its words; no shell reads them. */
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string | undefined;
  /** What it sees beside PATH, HOME, LANG, LC_ALL, TZ and TMPDIR. */
  readonly env: Readonly<Record<string, string>>;
  readonly input: string;
  readonly withinMs: number;
}

/** Larger output is not read, and ends the program. */
const largestOutput = 1024 * 1024;
const keptWords = 4 * 1024;
/** Exit codes that say: asking again is useless. Source: sysexits.h, EX_USAGE and EX_CONFIG. */
const useless = new Set([64, 78]);
const passedOn = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"];

/**
 * Runs a program to its end and answers its standard output. Throws when it cannot be started, ends with another code than 0, or says too much; after
 * `withinMs`, and with the signal's reason when that aborts, its whole process group is killed. What it leaves running in its group is killed as well.
 * Messages have the last line of its standard error, without the values of `env`.
 */
export async function runProgram(program: Program, clock: Clock, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const [file, ...words] = program.argv;
  const over = new AbortController();
  try {
    return await new Promise<string>((resolve, reject) => {
      const child = spawn(file, words, {
        cwd: program.cwd,
        env: { ...surroundings(), ...program.env },
        detached: true,
        stdio: "pipe",
      });
      const heard = new Heard(program.env);
      const end = (error: unknown): void => {
        killGroup(child.pid);
        reject(error);
      };
      signal.addEventListener("abort", () => end(signal.reason), { once: true, signal: over.signal });
      void clock.wait(program.withinMs, over.signal).then(() => end(new Error(`${file}: no end within ${program.withinMs} ms`)));
      child.stdout.on("data", (chunk: Buffer) => {
        if (!heard.out(chunk)) end(new Error(`${file}: its output is larger than ${largestOutput} bytes`));
      });
      child.stderr.on("data", (chunk: Buffer) => heard.err(chunk));
      // It may end without having read a word, which is no error of its own.
      child.stdin.on("error", () => undefined);
      child.stdin.end(program.input);
      child.on("error", (error) => end(notStarted(file, error)));
      child.on("exit", () => killGroup(child.pid));
      child.on("close", (code, killedBy) => {
        if (code === 0) return resolve(heard.output);
        const how = code === null ? `signal ${killedBy}` : `exit code ${code}`;
        const last = heard.lastWords();
        const message = `${file}: ${how}${last === "" ? "" : `, last words: ${last}`}`;
        reject(code !== null && useless.has(code) ? new PortError(message, { retry: "never" }) : new Error(message));
      });
    });
  } finally {
    over.abort();
  }
}

/** What a program has said so far. */
class Heard {
  readonly #secrets: readonly string[];
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #errors = "";

  constructor(env: Readonly<Record<string, string>>) {
    this.#secrets = Object.values(env).filter((value) => value.length >= 4);
  }

  /** False: it is too much. */
  out(chunk: Buffer): boolean {
    this.#size += chunk.length;
    if (this.#size > largestOutput) return false;
    this.#chunks.push(chunk);
    return true;
  }

  err(chunk: Buffer): void {
    this.#errors = (this.#errors + chunk.toString("utf8")).slice(-keptWords);
  }

  get output(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }

  lastWords(): string {
    const hidden = this.#secrets.reduce((text, secret) => text.replaceAll(secret, "***"), this.#errors);
    const lines = hidden.split("\n").map((line) =>
      stripVTControlCharacters(line)
        .replace(/\p{Cc}/gu, " ")
        .trim(),
    );
    return (lines.findLast((line) => line !== "") ?? "").slice(0, 300);
  }
}

function surroundings(): Record<string, string> {
  return Object.fromEntries(passedOn.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}

function notStarted(file: string, error: Error & { readonly code?: string }): Error {
  const why =
    error.code === "ENOENT"
      ? "there is no such program, or no such folder to start it in"
      : `it cannot be started (${error.code ?? "no code"})`;
  return new Error(`${file}: ${why}`);
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody is left in it.
  }
}
