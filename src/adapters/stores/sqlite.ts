import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Store } from "../../ports.ts";
import type { StoreDefinition } from "../define.ts";
import { makeFolder } from "../make-folder.ts";
import { lockFolder } from "./sqlite/folder-lock.ts";
import { openDatabase } from "./sqlite/open-database.ts";
import { createSqliteStore } from "./sqlite/sqlite-store.ts";
import { toTrouble } from "./sqlite/trouble.ts";

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
  open: async ({ maxMegabytes }, { dataDir }) => openSqliteStore({ folder: dataDir, maxMegabytes: maxMegabytes ?? null }),
};

/**
 * Opens the store in `folder`, which it makes when there is none. Throws `StoreUnusable`: `held` (by which process), `newer`, `damaged`,
 * `not-writable`, `not-durable`, `full`.
 */
function openSqliteStore({ folder, maxMegabytes }: { readonly folder: string; readonly maxMegabytes: number | null }): Store {
  const path = join(folder, fileName);
  try {
    makeFolder(folder);
    const lock = lockFolder(folder);
    try {
      return createSqliteStore(openDatabase(path, maxMegabytes), path, () => lock.release());
    } catch (error) {
      lock.release();
      throw error;
    }
  } catch (error) {
    throw toTrouble(error, path);
  }
}
