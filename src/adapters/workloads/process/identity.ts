import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";

/** The environment variable that marks everything that one launch started. */
export const launchVariable = "SERIN_LAUNCH";

const hasProc = existsSync("/proc/self/stat");

/**
 * Answers a text that no other process ever has, as long as `pid` runs; `null` when it does not run (one that only waits to be reaped does
 * not). A pid alone is used again by the system; with its start time, and the boot that this counts from, it is not.
 *
 * Source: proc(5): /proc/pid/stat, field 22 (starttime); elsewhere `ps -o lstart`.
 */
export function identify(pid: number): string | null {
  if (hasProc) {
    const stat = readStat(pid);
    return stat === null ? null : `${bootId()} ${stat.startTicks}`;
  }
  const listed = spawnSync("ps", ["-o", "stat=,lstart=,command=", "-p", String(pid)], { encoding: "utf8" });
  const line = listed.stdout.trim();
  return line === "" || line.startsWith("Z") ? null : line.replace(/^\S+\s+/, "");
}

/**
 * Answers the pids of all processes that the launch `launch` left, itself included: those that inherited its mark. Empty where the system
 * does not say (no /proc).
 */
export function findByLaunch(launch: string): readonly number[] {
  if (!hasProc) return [];
  const mark = `${launchVariable}=${launch}`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => readProc(pid, "environ").split("\0").includes(mark) && readStat(pid) !== null);
}

/** Answers the process that leads its own group among `pids`: the one that was started, not what it started; `null` when it is gone. */
export function findLeader(pids: readonly number[]): number | null {
  return pids.find((pid) => readStat(pid)?.group === pid) ?? null;
}

interface Stat {
  readonly group: number;
  readonly startTicks: string;
}

function readStat(pid: number): Stat | null {
  // The second field is the program's name in parentheses and may contain anything, parentheses and spaces too.
  const fields = readProc(pid, "stat").split(") ").at(-1)?.split(" ") ?? [];
  const [state, group, startTicks] = [fields[0], Number(fields[2]), fields[19]];
  return startTicks === undefined || state === "Z" || state === "X" ? null : { group, startTicks };
}

let bootIdOnce: string | undefined;
function bootId(): string {
  bootIdOnce ??= readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return bootIdOnce;
}

/** The text of a file under /proc/pid; empty when the process is gone, or somebody else's. */
function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "ENOENT" || code === "ESRCH" || code === "EACCES" || code === "EPERM") return "";
    throw error;
  }
}
