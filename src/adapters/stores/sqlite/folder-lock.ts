import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StoreUnusable } from "../../../ports.ts";

/** The right to be the only process that writes a data folder. */
export interface FolderLock {
  release(): void;
}

/**
 * Takes the folder for this process, or throws `StoreUnusable` (`held`) that names the process that has it.
 *
 * The lock is the operating system's, on a database of its own: it ends with the process, however that ends, so nothing is ever left to be
 * cleaned up, and readers of the store itself are not shut out. The pid file is only for the message. No other code may open the lock file:
 * a process that closes any handle on a file loses its POSIX locks on it.
 *
 * Source: https://www.sqlite.org/lockingv3.html, https://www.sqlite.org/howtocorrupt.html (section 2.2)
 */
export function lockFolder(folder: string): FolderLock {
  const pidPath = join(folder, "serin.pid");
  const database = new DatabaseSync(join(folder, "serin.lock"), { timeout: 0 });
  try {
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    throw isBusy(error) ? held(folder, readHolder(pidPath), error) : error;
  }
  try {
    writeFileSync(pidPath, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    release() {
      rmSync(pidPath, { force: true });
      database.close();
    },
  };
}

function held(folder: string, pid: number | null, cause: unknown): StoreUnusable {
  const holder = pid === null ? "another process" : pid === process.pid ? `this process (pid ${pid})` : `another process (pid ${pid})`;
  const stop = pid === null ? "Stop it" : `Stop process ${pid}`;
  return new StoreUnusable({
    why: "held",
    message: `the data folder ${folder} is in use by ${holder}`,
    remedy: `${stop} first, or give this one another folder: one folder has one controller.`,
    cause,
  });
}

/** The pid that the holder left; `null` when it has not written one yet, or the one there is of a process that is gone. */
function readHolder(pidPath: string): number | null {
  const pid = Number.parseInt(readIfThere(pidPath), 10);
  return pid > 0 && isAlive(pid) ? pid : null;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EACCES")) return "";
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number" && (error.errcode & 0xff) === 5;
}
