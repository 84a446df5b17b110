import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { StoreUnusable } from "../../../ports.ts";
import { migrate } from "./schema.ts";
import { damaged } from "./trouble.ts";

const pageBytes = 4096;

/**
 * Answers the open database of the file `path`, which it makes when there is none (readable by its owner only): whole, durable, of this
 * schema. `maxMegabytes` bounds the file; `null` = the disk does. Throws `StoreUnusable`, and SQLite's own errors.
 *
 * Source: https://www.sqlite.org/pragma.html; in WAL only `synchronous=FULL` keeps a commit through power loss.
 */
export function openDatabase(path: string, maxMegabytes: number | null): DatabaseSync {
  closeSync(openSync(path, "a", 0o600));
  const database = new DatabaseSync(path, { timeout: 1000 });
  try {
    prepareDatabase(database, path, maxMegabytes);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepareDatabase(database: DatabaseSync, path: string, maxMegabytes: number | null): void {
  database.exec(`PRAGMA page_size = ${pageBytes}`);
  const checked = database.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
  if (checked !== "ok") throw damaged(path, new Error(String(checked)));
  setPragma(database, { name: "journal_mode", value: "wal", is: "wal" });
  setPragma(database, { name: "synchronous", value: "FULL", is: 2 });
  database.exec("PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON; PRAGMA journal_size_limit = 67108864");
  if (maxMegabytes !== null) database.exec(`PRAGMA max_page_count = ${Math.ceil((maxMegabytes * 1024 * 1024) / pageBytes)}`);
  migrate(database);
}

interface WantedPragma {
  readonly name: string;
  readonly value: string;
  /** What reading it back must answer. */
  readonly is: string | number;
}

function setPragma(database: DatabaseSync, wanted: WantedPragma): void {
  database.exec(`PRAGMA ${wanted.name} = ${wanted.value}`);
  const found = database.prepare(`PRAGMA ${wanted.name}`).get()?.[wanted.name];
  if (found === wanted.is) return;
  throw new StoreUnusable({
    why: "not-durable",
    message: `the store cannot be made durable here: ${wanted.name} is ${String(found)}, not ${wanted.value}`,
    remedy: "Put the data folder on a local disk; network file systems cannot keep what is acknowledged.",
  });
}
