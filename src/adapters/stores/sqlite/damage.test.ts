import { createHash } from "node:crypto";
import { copyFileSync, existsSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../../../../test/fixtures/folder.ts";
import { fixtureJournal, fixturePlan, fixtureRelease, fixtureRequest } from "../../../../test/fixtures/release.ts";
import { toCanonicalJson } from "../../../core/canonical-json.ts";
import { verifyChain } from "../../../core/chain.ts";
import { createClock } from "../../../engine/clock.ts";
import { StoreUnusable } from "../../../ports.ts";
import type { Store } from "../../../ports.ts";
import { sqlite } from "../sqlite.ts";
import { schemaVersion } from "./schema.ts";

/* A data folder that is not as serin left it: it is refused with its place and what to do, and nothing in it is changed. */

const files = ["serin.db", "serin.db-wal"] as const;
const rowCount = 40;

function open(dataDir: string): Promise<Store> {
  return sqlite.open({}, { clock: createClock(), dataDir });
}

async function fill(store: Store, id: string): Promise<void> {
  const release = fixtureRelease({ id, services: [id], plan: fixturePlan({ notify: [{ notifier: "console", to: "everybody" }] }) });
  await store.create(release);
  const { rows, entries } = fixtureJournal(release, rowCount, 1);
  for (const [index, row] of rows.entries()) {
    const numbers = { expectRevision: index, expectRows: index };
    await store.commit({
      release: id,
      ...numbers,
      row,
      entry: entries[index]!,
      seen: [],
      isOver: false,
      freeze: null,
      owes: release.plan.notify,
    });
  }
  await store.ask(fixtureRequest("q1", id));
}

/** A folder as a server leaves it that was closed, or killed: then the last commits are in the log beside the file. */
async function left(how: "closed" | "killed"): Promise<string> {
  const folder = await temporaryFolder();
  const before = await open(folder);
  await fill(before, "r1");
  await before.close();
  const store = await open(folder);
  await fill(store, "r2");
  if (how === "closed") await store.close();
  const copy = await temporaryFolder();
  for (const name of readdirSync(folder)) if (name.startsWith("serin.db")) copyFileSync(join(folder, name), join(copy, name));
  if (how === "killed") await store.close();
  return copy;
}

/** What the folder's files hold, the one that the lock is on and the index of the log aside. */
function contents(folder: string): unknown {
  return Object.fromEntries(
    files.map((name) => {
      const path = join(folder, name);
      return [name, existsSync(path) ? createHash("sha256").update(readFileSync(path)).digest("hex") : "none"];
    }),
  );
}

async function everything(store: Store): Promise<string> {
  const releases = [];
  for (const { id } of await store.list({ limit: 100, before: null })) releases.push(await store.load(id));
  return toCanonicalJson({
    releases,
    active: await store.active(),
    pending: await Promise.all(["r1", "r2"].map((id) => store.pending(id))),
    owed: await store.owed({ after: 0, limit: 1_000 }),
    freezes: await store.freezes(0),
  });
}

async function refusal(folder: string): Promise<StoreUnusable | null> {
  const error: unknown = await open(folder).then(
    (store) => store.close().then(() => null),
    (thrown: unknown) => thrown,
  );
  if (error === null || error instanceof StoreUnusable) return error;
  throw error;
}

function change(folder: string, statement: string): void {
  const database = new DatabaseSync(join(folder, "serin.db"));
  database.exec(statement);
  database.close();
}

function overwrite(folder: string, bytes: Buffer | string): void {
  writeFileSync(join(folder, "serin.db"), bytes);
}

const bytesOf = (folder: string): Buffer => readFileSync(join(folder, "serin.db"));

describe.each(["closed", "killed"] as const)("a store that was %s", (how) => {
  test("and is whole is opened with everything in it", async () => {
    const folder = await left(how);
    expect(existsSync(join(folder, "serin.db-wal"))).toBe(how === "killed");
    const store = await open(folder);
    expect((await store.load("r2"))?.rows).toHaveLength(rowCount);
    await store.close();
  });

  test.each<[string, StoreUnusable["why"], (folder: string) => void]>([
    ["of a later serin", "newer", (folder) => change(folder, `PRAGMA user_version = ${schemaVersion + 1}`)],
    ["of another program", "damaged", (folder) => change(folder, "PRAGMA application_id = 7")],
    ["without its own mark", "damaged", (folder) => change(folder, "PRAGMA application_id = 0; PRAGMA user_version = 0")],
    ["cut to nothing", "damaged", (folder) => truncateSync(join(folder, "serin.db"), 0)],
    ["cut within the header", "damaged", (folder) => truncateSync(join(folder, "serin.db"), 60)],
    ["cut within a page", "damaged", (folder) => truncateSync(join(folder, "serin.db"), 4096 * 5 + 1000)],
    ["cut between pages", "damaged", (folder) => truncateSync(join(folder, "serin.db"), 4096 * 3)],
    ["that is a text", "damaged", (folder) => overwrite(folder, "no database at all\n".repeat(4096))],
    ["that is a short text", "damaged", (folder) => overwrite(folder, "oops\n")],
    ["of nothing but zeros", "damaged", (folder) => overwrite(folder, Buffer.alloc(4096 * 8))],
    ["with noise from the third page on", "damaged", (folder) => overwrite(folder, bytesOf(folder).fill(0xa5, 4096 * 2))],
  ])("%s is refused, and nothing is changed", async (_, why, spoil) => {
    const folder = await left(how);
    spoil(folder);
    const before = contents(folder);
    const refused = await refusal(folder);
    expect(refused).toMatchObject({
      why,
      message: expect.stringContaining(join(folder, "serin.db")),
      remedy: expect.stringMatching(/^\w.*\.$/),
    });
    expect(contents(folder)).toEqual(before);
    expect(await refusal(folder), "and the folder is not left locked").toMatchObject({ why });
  });
});

test.each([1, 8, rowCount, rowCount + 1])(
  "a story that is longer than its release says is damaged, in pages of %i rows too",
  async (limit) => {
    const folder = await left("closed");
    change(folder, `UPDATE releases SET row_count = ${rowCount / 2}, revision = ${rowCount / 2} WHERE id = 'r1'`);
    const store = await open(folder);
    onTestFinished(() => store.close());
    const readAll = async (): Promise<void> => {
      for (let [read, found] = [0, limit]; found === limit; read += found) {
        found = (await store.since("r1", { after: { revision: read, rows: read }, limit })).rows.length;
      }
    };
    await expect(readAll()).rejects.toMatchObject({ why: "damaged", message: expect.stringContaining("at release r1") });
  },
);

test("a log without its file is refused: a new file would be given what belongs to another", async () => {
  const folder = await left("killed");
  rmSync(join(folder, "serin.db"));
  const before = contents(folder);
  expect(await refusal(folder)).toMatchObject({ why: "damaged", message: expect.stringContaining("serin.db is missing") });
  expect(contents(folder)).toEqual(before);
});

test("a database in another program's own way of writing stays in it", async () => {
  const folder = await temporaryFolder();
  change(folder, "CREATE TABLE theirs (a) STRICT".replace("(a)", "(a TEXT)"));
  const before = contents(folder);
  expect(await refusal(folder)).toMatchObject({ why: "damaged", message: expect.stringContaining("another program") });
  expect(contents(folder)).toEqual(before);
});

describe("one byte that is not as it was written", () => {
  /** What becomes of the folder: refused untouched; or open, and then as it was, or each damage seen when it is read or verified. */
  async function outcome(folder: string, whole: string): Promise<"refused" | "whole" | "seen" | "silent"> {
    const before = contents(folder);
    const opened = await open(folder).catch((error: unknown) => error);
    if (opened instanceof StoreUnusable) {
      expect(contents(folder)).toEqual(before);
      return "refused";
    }
    if (opened instanceof Error) throw opened;
    const store = opened as Store;
    try {
      if ((await everything(store)) === whole) return "whole";
      const all = await Promise.all(["r1", "r2"].map((id) => store.load(id)));
      return all.some((stored) => stored === null || !verifyChain(stored.head, stored.entries, stored.rows).ok) ? "seen" : "silent";
    } catch (error) {
      expect(error).toBeInstanceOf(StoreUnusable);
      return "seen";
    } finally {
      await store.close();
    }
  }

  async function flipped(at: number, mask: number): Promise<{ readonly at: number; readonly came: string }> {
    const folder = await temporaryFolder();
    const bytes = Buffer.from(original);
    bytes[at] = (bytes[at] ?? 0) ^ mask;
    writeFileSync(join(folder, "serin.db"), bytes);
    return { at, came: await outcome(folder, whole) };
  }

  let original = Buffer.alloc(0);
  let whole = "";
  async function prepare(): Promise<void> {
    const folder = await left("closed");
    original = readFileSync(join(folder, "serin.db"));
    const store = await open(folder);
    whole = await everything(store);
    await store.close();
  }

  test("in the header: refused, or nothing is lost by it", async () => {
    await prepare();
    const came = [];
    for (let at = 0; at < 100; at += 1) came.push(await flipped(at, 0xff));
    expect(came.filter((one) => one.came === "seen" || one.came === "silent")).toEqual([]);
    expect(came.filter((one) => one.came === "refused").length).toBeGreaterThan(40);
  });

  test("anywhere: refused, or seen, or nothing is lost by it", async () => {
    await prepare();
    const came = [];
    for (let step = 0; step < 150; step += 1) came.push(await flipped((step * 7919 * 31) % original.length, 1 << (step % 8)));
    expect(came.filter((one) => one.came === "silent")).toEqual([]);
    expect(new Set(came.map((one) => one.came))).toEqual(new Set(["refused", "seen", "whole"]));
  });
});
