import { fork, spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The path of a file beside this one. */
export function beside(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** Clock ticks in a second of `/proc/PID/stat`: 100 on every Linux that Node runs on (sysconf _SC_CLK_TCK). */
const ticksPerSecond = 100;

/**
 * Seconds of processor time, user and system, that a process has taken so far, all its threads together; in steps of 10 ms.
 *
 * Source: proc_pid_stat(5), fields 14 and 15.
 */
export function cpuSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name of the program stands in brackets and may hold anything, blanks too.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Resident memory of a process now, MB. Source: proc_pid_status(5), VmRSS. */
export function residentMb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
}

/** Raises how many files a running process and its later children may have open, as far as this user may; answers how many it may have. */
export function raiseOpenFiles(pid: number, wanted: number): number {
  if (openFiles(pid) < wanted) spawnSync("prlimit", ["--pid", String(pid), `--nofile=${wanted}:${wanted}`], { stdio: "ignore" });
  return openFiles(pid);
}

function openFiles(pid: number): number {
  const limit = /^Max open files\s+(\S+)/m.exec(readFileSync(`/proc/${pid}/limits`, "utf8"))?.[1] ?? "0";
  return limit === "unlimited" ? Infinity : Number(limit);
}

/** A process that takes one order at a time and answers each. */
export interface Worker<Order, Result> {
  readonly pid: number;
  order(order: Order): Promise<Result>;
  /** Tells it something that has no answer. */
  tell(word: string): void;
  /** Asks to be told of something that happens while it works; resolves when it has said the same word back, and rejects when its order is done before. */
  hear(word: string): Promise<void>;
  end(): Promise<void>;
}

/** Starts `bench/edge/NAME.ts` as a worker. */
export function startWorker<Order extends object, Result>(name: string): Worker<Order, Result> {
  const child = fork(beside(`${name}.ts`), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  let asked: { readonly resolve: (result: Result) => void; readonly reject: (why: Error) => void } | null = null;
  let heard: Pick<PromiseWithResolvers<void>, "resolve" | "reject"> | null = null;
  child.on("message", (said) => {
    if (typeof said === "string") return heard?.resolve();
    asked?.resolve(said as Result);
    heard?.reject(new Error(`${name} was done before it could say that`));
  });
  child.on("exit", () => {
    const why = new Error(`${name} ended by itself`);
    asked?.reject(why);
    heard?.reject(why);
  });
  return {
    pid: child.pid ?? 0,
    order: (order) =>
      new Promise((resolve, reject) => {
        asked = { resolve, reject };
        child.send(order);
      }),
    tell: (word) => void child.send(word),
    hear: (word) =>
      new Promise((resolve, reject) => {
        heard = { resolve, reject };
        child.send(word);
      }),
    end: () => endOf(child),
  };
}

/** Starts a program that is no Node script and waits until `isReady`; rejects with its last words when it ends before, or after 5 s. */
export async function startProgram(command: string, args: readonly string[], isReady: () => Promise<boolean>): Promise<ChildProcess> {
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
  let says = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    says = (says + text).slice(-500);
  });
  for (let tries = 0; tries < 100; tries += 1) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${command} ended before it was ready: ${says}`);
    if (await isReady()) return child;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await endOf(child);
  throw new Error(`${command} was not ready after 5 s: ${says}`);
}

/** Kills a child and resolves when it is gone. */
export async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}
