import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const command = fileURLToPath(new URL("../../bin/serin.js", import.meta.url));

export interface ServerProcessOptions {
  readonly dataDir: string;
  readonly configFile: string;
  /** "127.0.0.1:PORT": the same at every start, so that people find it again. */
  readonly listen: string;
  readonly logFile: string;
  readonly env: Readonly<Record<string, string>>;
  /** Words before the command, for a server that runs elsewhere; empty: here. */
  readonly enter: readonly string[];
}

/** One server after another on one data folder: the real command, killed and started again. */
export class ServerProcess {
  readonly #options: ServerProcessOptions;
  #child: ChildProcess | null = null;
  #gone: Promise<void> = Promise.resolve();
  readonly #unexpected: string[] = [];
  readonly #lastWords: string[] = [];
  #isMeant = false;
  #clockAheadMs = 0;

  constructor(options: ServerProcessOptions) {
    this.#options = options;
  }

  /** How servers ended that nobody had ended, and what they logged as their own mistakes. */
  get unexpected(): readonly string[] {
    return this.#unexpected;
  }

  /** The clock of the last server against the machine's, ms. */
  get clockAheadMs(): number {
    return this.#clockAheadMs;
  }

  /** Of the server that runs now; `null`: none does. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /**
   * Starts the next server, its clock `clockAheadMs` ahead of the machine's; resolves when it answers (true) or was killed before (false).
   * Throws with its last words when it ends otherwise.
   */
  async start(clockAheadMs: number): Promise<boolean> {
    const { dataDir, configFile, listen, logFile, env, enter } = this.#options;
    const clock = clockAheadMs === 0 ? [] : [`--clock-starts=${new Date(Date.now() + clockAheadMs).toISOString()}`];
    const words = ["server", `--data=${dataDir}`, `--config=${configFile}`, `--listen=${listen}`, ...clock];
    const [program, ...before] = [...enter, process.execPath, command, ...words] as [string, ...string[]];
    const child = spawn(program, before, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
    this.#child = child;
    this.#clockAheadMs = clockAheadMs;
    this.#isMeant = false;
    this.#keepWords(child, logFile);
    const answers = new Promise<boolean>((resolve) => {
      if (child.stdout) createInterface({ input: child.stdout }).once("line", () => resolve(true));
    });
    const ended = once(child, "exit").then(([code, signal]) => {
      this.#child = null;
      if (!this.#isMeant)
        this.#unexpected.push(`the server ended by itself (${signal ?? `exit code ${code}`}): ${this.#lastWords.join(" | ")}`);
      return false;
    });
    this.#gone = ended.then(() => undefined);
    const isUp = await Promise.race([answers, ended]);
    if (!isUp && !this.#isMeant) throw new Error(this.#unexpected.at(-1));
    return isUp;
  }

  /** `kill -9`, at once. */
  kill(): void {
    this.#isMeant = true;
    this.#child?.kill("SIGKILL");
  }

  /** Sends the signal; answers the exit code, `null` when it was killed. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    this.#isMeant = true;
    child?.kill(signal);
    await this.#gone;
    return child?.exitCode ?? null;
  }

  /** Resolves when the process is gone that was started last. */
  async gone(): Promise<void> {
    await this.#gone;
  }

  #keepWords({ stderr }: ChildProcess, logFile: string): void {
    const log = createWriteStream(logFile, { flags: "a" });
    if (stderr === null) return;
    createInterface({ input: stderr }).on("line", (line) => {
      log.write(`${line}\n`);
      if (line.includes('"event":"internal"')) this.#unexpected.push(`the server made a mistake: ${line}`);
      this.#lastWords.push(line);
      if (this.#lastWords.length > 5) this.#lastWords.shift();
    });
    stderr.once("close", () => log.end());
  }
}
