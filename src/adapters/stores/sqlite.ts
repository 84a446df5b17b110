import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Clock, Store } from "../../ports.ts";
import type { StoreDefinition } from "../define.ts";
import { makeFolder } from "../make-folder.ts";
import { lockFolder } from "./sqlite/folder-lock.ts";
import { openDatabase } from "./sqlite/open-database.ts";
import { Reserve } from "./sqlite/reserve.ts";
import { createSqliteStore } from "./sqlite/sqlite-store.ts";
import { damaged, isNoSpace, isPlainError, toTrouble } from "./sqlite/trouble.ts";

const connection = z.strictObject({
  maxMegabytes: z.number().positive().optional().describe("The store's file never grows beyond this; without it the disk is the limit."),
});

const fileName = "serin.db";

/**
 * The embedded store: one file `serin.db` in the data folder, one process at a time. What it acknowledges was synced to the disk.
 *
 * Source: docs/adapters/sqlite.md
 */
export const sqlite: StoreDefinition<z.infer<typeof connection>> = {
  kind: "sqlite",
  says: "Keeps releases in one file of the data folder, for one controller.",
  connection,
  isThere: (dataDir) => existsSync(join(dataDir, fileName)),
  open: async ({ maxMegabytes }, { clock, dataDir }) => openSqliteStore({ folder: dataDir, clock, maxMegabytes: maxMegabytes ?? null }),
};

interface Opening {
  readonly folder: string;
  readonly clock: Clock;
  readonly maxMegabytes: number | null;
}

/**
 * Opens the store in `folder`, which it makes when there is none. Throws `StoreUnusable`: `held` (by which process), `newer`, `damaged`,
 * `not-writable`, `not-durable`, `full`.
 */
function openSqliteStore({ folder, clock, maxMegabytes }: Opening): Store {
  const path = join(folder, fileName);
  try {
    makeFolder(folder);
    const reserve = new Reserve(folder, clock);
    const opened = withReserve(reserve, () => {
      const lock = lockFolder(folder);
      try {
        const database = openDatabase(path, maxMegabytes);
        reserve.hold();
        return { lock, database };
      } catch (error) {
        lock.release();
        throw error;
      }
    });
    try {
      return createSqliteStore({ ...opened, path, reserve, afterClose: () => opened.lock.release() });
    } catch (error) {
      opened.database.close();
      opened.lock.release();
      // The schema is of our version, and not as we made it.
      throw isPlainError(error) ? damaged(path, error) : error;
    }
  } catch (error) {
    throw toTrouble(error, path);
  }
}

/** A controller that is started on a full disk must be able to take people home. */
function withReserve<T>(reserve: Reserve, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!isNoSpace(error) || !reserve.release()) throw error;
    return open();
  }
}
