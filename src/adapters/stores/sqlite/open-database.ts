import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StoreUnusable } from "../../../ports.ts";
import { migrate, refuseOthers } from "./schema.ts";
import { damaged, isPlainError } from "./trouble.ts";

/** Bytes of a page, in the file and in every bound that is counted in pages. */
export const pageBytes = 4096;

/**
 * Answers the open database of the file `path`, which it makes when there is none (readable by its owner only): whole, durable, of this
 * schema. A file that is refused is left as it is, and so is the log beside it. `maxMegabytes` bounds the file; `null` = the disk does.
 * Throws `StoreUnusable`, and SQLite's own errors.
 *
 * Source: https://www.sqlite.org/pragma.html; in WAL only `synchronous=FULL` keeps a commit through power loss.
 */
export function openDatabase(path: string, maxMegabytes: number | null): DatabaseSync {
  if (!existsSync(path)) createDatabase(path);
  closeSync(openSync(path, "a"));
  inspect(path);
  const database = new DatabaseSync(path, { timeout: 1000 });
  try {
    setPragma(database, path, { name: "journal_mode", value: "wal", is: "wal" });
    setPragma(database, path, { name: "synchronous", value: "FULL", is: 2 });
    database.exec("PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON; PRAGMA journal_size_limit = 67108864");
    if (maxMegabytes !== null) database.exec(`PRAGMA max_page_count = ${Math.ceil((maxMegabytes * 1024 * 1024) / pageBytes)}`);
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Makes the file under another name and gives it its own when it is whole and synced: so there never is half a one, nor an empty one. */
function createDatabase(path: string): void {
  // What belongs to a file that is gone would be read into the new one.
  if (existsSync(`${path}-wal`)) throw damaged(path, new Error("the log is there without its file"), "is missing, and its log is there");
  const draft = `${path}.new`;
  for (const left of [draft, `${draft}-journal`]) rmSync(left, { force: true });
  closeSync(openSync(draft, "wx", 0o600));
  const database = new DatabaseSync(draft);
  try {
    database.exec(`PRAGMA page_size = ${pageBytes}; PRAGMA synchronous = FULL`);
    migrate(database);
  } finally {
    database.close();
  }
  renameSync(draft, path);
  syncFolder(dirname(path));
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * Throws unless the file is serin's, of a schema that this serin knows, and whole. It is opened for reading only: who may not write cannot
 * empty a log into a damaged file when it closes.
 */
function inspect(path: string): void {
  // SQLite takes an empty file for a new one, and throws its log away.
  if (statSync(path).size === 0) throw damaged(path, new Error("the file is empty"));
  const hasLog = existsSync(`${path}-wal`);
  const database = new DatabaseSync(path, { readOnly: true, timeout: 1000 });
  try {
    refuseOthers(database, path);
    const checked = database.prepare("PRAGMA integrity_check(1)").get()?.["integrity_check"];
    if (checked !== "ok") throw damaged(path, new Error(String(checked)));
  } catch (error) {
    // The statements are right, so the file is not.
    throw isPlainError(error) ? damaged(path, error) : error;
  } finally {
    database.close();
    // An empty log and its index, which reading has made.
    if (!hasLog) for (const made of ["-wal", "-shm"]) rmSync(`${path}${made}`, { force: true });
  }
}

interface WantedPragma {
  readonly name: string;
  readonly value: string;
  /** What reading it back must answer. */
  readonly is: string | number;
}

function setPragma(database: DatabaseSync, path: string, wanted: WantedPragma): void {
  database.exec(`PRAGMA ${wanted.name} = ${wanted.value}`);
  const found = database.prepare(`PRAGMA ${wanted.name}`).get()?.[wanted.name];
  if (found === wanted.is) return;
  throw new StoreUnusable({
    why: "not-durable",
    message: `the store ${path} cannot be made durable here: ${wanted.name} is ${String(found)}, not ${wanted.value}`,
    remedy: "Put the data folder on a local disk; network file systems cannot keep what is acknowledged.",
  });
}
