import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";

/** A process that the demo started and has to stop. */
export interface Member {
  readonly name: string;
  readonly pid: number;
  /** The JSON object of the one line that it prints when it is ready; empty for a `program`. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** What it has printed on standard output since, a line each. */
  said(): readonly string[];
  /** Ends it on purpose, which is no loss; resolves when it is gone. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
}

export interface MemberOptions {
  readonly name: string;
  /** Arguments after the Node executable, or after the `program`. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly readyWithinMs: number;
  /** Absent: a Node script, which says by a line that it is ready. */
  readonly program?: Program;
}

/** A program that is no Node script, and so does not say that it is ready. */
export interface Program {
  readonly path: string;
  /** Asked again and again until it is true. */
  readonly isReady: () => Promise<boolean>;
}

/** The processes of one demo. What they write beside their first line goes to `DIR/NAME.log`. */
export interface Household {
  /** Starts a process and waits until it is ready; rejects with its last words when it ends before, or is not ready in time. */
  start(options: MemberOptions): Promise<Member>;
  /** Calls `gone` when a member ends that nobody stopped, with its name and last words. */
  onLoss(gone: (says: string) => void): void;
  /** Stops every member, the youngest first: SIGTERM, and SIGKILL after 10 s. Resolves when all are gone; may be called twice. */
  stopAll(): Promise<void>;
}

const patienceMs = 10_000;

/** A household without members. They run in process groups of their own, so that Ctrl-C in a terminal reaches the demo alone, which then stops them in order. */
export function createHousehold(dir: string): Household {
  const members: { readonly name: string; readonly child: ChildProcess }[] = [];
  const expected = new Set<ChildProcess>();
  const losses: ((says: string) => void)[] = [];
  let isStopping = false;
  // The last resort, when the demo ends by a mistake of its own: nothing can be awaited any more.
  const abandon = (): void => {
    for (const { child } of members) if (isRunning(child)) signalAll(child, "SIGKILL");
  };
  process.once("exit", abandon);
  return {
    async start({ name, args, env, readyWithinMs, program }) {
      if (isStopping) throw new Error(`${name} is not started any more: the demo is ending`);
      const path = program?.path ?? process.execPath;
      const child = spawn(path, args, { detached: true, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
      members.push({ name, child });
      const lastWords = keepLastWords(child, join(dir, `${name}.log`));
      const said: string[] = [];
      const ready = await readiness(child, { name, readyWithinMs, lastWords, said, isReady: program?.isReady });
      child.once("exit", (code, signal) => {
        if (!isStopping && !expected.has(child))
          for (const gone of losses) gone(`${name} ended by itself (${signal ?? `exit code ${code}`}): ${lastWords()}`);
      });
      const end = async (signal: "SIGTERM" | "SIGKILL"): Promise<void> => {
        expected.add(child);
        await stop(child, signal);
      };
      return { name, pid: child.pid ?? 0, ready, said: () => said, end };
    },
    onLoss(gone) {
      losses.push(gone);
    },
    async stopAll() {
      isStopping = true;
      for (const { child } of members.toReversed()) await stop(child, "SIGTERM");
      process.off("exit", abandon);
    },
  };
}

/** Writes stderr to `path` and answers its last lines. */
function keepLastWords(child: ChildProcess, path: string): () => string {
  const log = createWriteStream(path, { flags: "a" });
  const last: string[] = [];
  const { stderr } = child;
  if (stderr === null) return () => "";
  createInterface({ input: stderr }).on("line", (line) => {
    log.write(`${line}\n`);
    last.push(line);
    if (last.length > 5) last.shift();
  });
  stderr.once("close", () => log.end());
  return () => (last.length === 0 ? "it said nothing" : last.join(" | "));
}

interface Awaited {
  readonly name: string;
  readonly readyWithinMs: number;
  readonly lastWords: () => string;
  /** Takes every line after the one that says that it is ready. */
  readonly said: string[];
  readonly isReady: (() => Promise<boolean>) | undefined;
}

function readiness(child: ChildProcess, { name, readyWithinMs, lastWords, said, isReady: ask }: Awaited): Promise<Member["ready"]> {
  const { stdout } = child;
  if (stdout === null) throw new Error(`${name} has no output`);
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${name} was not ready after ${readyWithinMs} ms: ${lastWords()}`)), readyWithinMs);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      clearTimeout(late);
      reject(new Error(`${name} ended before it was ready (${signal ?? `exit code ${code}`}): ${lastWords()}`));
    });
    // The stream is read to its end after the first line too, so that a talkative process never blocks on a full pipe.
    let isReady = false;
    const become = (ready: Member["ready"]): void => {
      isReady = true;
      clearTimeout(late);
      resolve(ready);
    };
    createInterface({ input: stdout }).on("line", (line) => {
      if (isReady) said.push(line);
      else if (ask === undefined && line.startsWith("{")) become(JSON.parse(line) as Member["ready"]);
    });
    if (ask !== undefined) void askUntilReady(child, ask).then(() => become({}), reject);
  });
}

const asksEveryMs = 20;

/** Resolves when the answer is yes; stops asking, and never resolves, when the child is gone. */
async function askUntilReady(child: ChildProcess, ask: () => Promise<boolean>): Promise<void> {
  while (isRunning(child)) {
    if (await ask()) return;
    await wait(asksEveryMs);
  }
  await new Promise<never>(() => undefined);
}

async function stop(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (!isRunning(child)) return;
  const gone = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
  });
  if (signal === "SIGKILL") signalAll(child, signal);
  else child.kill(signal);
  const hurry = setTimeout(() => signalAll(child, "SIGKILL"), patienceMs);
  await gone;
  clearTimeout(hurry);
}

/** Signals the child and those of its own that are of its group, as the workers of nginx are: their master cannot take them along when it is killed. */
function signalAll(child: ChildProcess, signal: "SIGKILL"): void {
  if (child.pid !== undefined) process.kill(-child.pid, signal);
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/** A text in the line of a member that is ready. Throws when it is not there. */
export function wordOf(ready: Member["ready"], key: string): string {
  const value = ready[key];
  if (typeof value !== "string") throw new Error(`a process did not say its ${key}: ${JSON.stringify(ready)}`);
  return value;
}
