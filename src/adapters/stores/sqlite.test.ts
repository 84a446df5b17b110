import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { storeContract } from "../../../test/contract/store.ts";
import { temporaryFolder } from "../../../test/fixtures/folder.ts";
import { fixtureJournal, fixtureRelease, fixtureRequest } from "../../../test/fixtures/release.ts";
import { createClock } from "../../engine/clock.ts";
import type { Commit, NewRelease, Store, StoreTrouble } from "../../ports.ts";
import { StoreUnusable } from "../../ports.ts";
import { sqlite } from "./sqlite.ts";
import { schemaVersion } from "./sqlite/schema.ts";

const fixtures = join(import.meta.dirname, "../../../test/fixtures");

function open(dataDir: string, maxMegabytes?: number): Promise<Store> {
  return sqlite.open(maxMegabytes === undefined ? {} : { maxMegabytes }, { clock: createClock(), dataDir });
}

storeContract(
  "sqlite",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "serin-store-"));
    let store = await open(folder);
    return {
      store,
      async reopen() {
        await store.close();
        store = await open(folder);
        return store;
      },
      async destroy() {
        await store.close();
        await rm(folder, { recursive: true });
      },
      appender: [process.execPath, join(fixtures, "append-to-store.ts"), folder],
    };
  },
  true,
);

async function trouble(opening: Promise<Store>): Promise<StoreUnusable> {
  const error = await opening.then(
    (store) => store.close(),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StoreUnusable);
  return error as StoreUnusable;
}

async function holdInChild(folder: string): Promise<{ readonly pid: number; kill(): Promise<void> }> {
  const child = spawn(process.execPath, [join(fixtures, "hold-store.ts"), folder], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  expect(String(await once(child.stdout, "data"))).toBe("held\n");
  return {
    pid: child.pid!,
    async kill() {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

test("a folder that another process holds is refused by its pid, and free as soon as that is killed", async () => {
  const folder = await temporaryFolder();
  const holder = await holdInChild(folder);
  const refused = await trouble(open(folder));
  expect(refused.why).toBe("held");
  expect(refused.message).toContain(`(pid ${holder.pid})`);
  expect(refused.remedy).toContain(`Stop process ${holder.pid}`);
  await holder.kill();
  await (await open(folder)).close();
});

test("a process that holds a folder refuses itself, and still holds it afterwards", async () => {
  const folder = await temporaryFolder();
  const store = await open(folder);
  expect((await trouble(open(folder))).message).toContain(`this process (pid ${process.pid})`);
  const child = spawn(process.execPath, [join(fixtures, "hold-store.ts"), folder], { stdio: ["ignore", "ignore", "pipe"] });
  const said = (await child.stderr.toArray()).join("");
  expect(said).toContain(`is in use by another process (pid ${process.pid})`);
  await store.close();
  await (await open(folder)).close();
});

test("the pid of a process that is gone is not named", async () => {
  const folder = await temporaryFolder();
  const store = await open(folder);
  await writeFile(join(folder, "serin.pid"), "999999999\n");
  expect((await trouble(open(folder))).message).toContain("in use by another process");
  await store.close();
});

test("what is on the disk is durable, whole and for its owner only", async () => {
  const folder = await temporaryFolder();
  const store = await open(folder);
  expect((await stat(join(folder, "serin.db"))).mode & 0o777).toBe(0o600);
  const beside = new DatabaseSync(join(folder, "serin.db"), { readOnly: true });
  expect(beside.prepare("PRAGMA journal_mode").get()).toMatchObject({ journal_mode: "wal" });
  expect(beside.prepare("PRAGMA user_version").get()).toMatchObject({ user_version: schemaVersion });
  beside.close();
  await store.close();
});

test("a store of the first schema is brought up to date, and owes what it owed", async () => {
  const folder = await temporaryFolder();
  const first = await open(folder);
  const release = fixtureRelease();
  await first.create(release);
  const { rows, entries } = fixtureJournal(release, 1, 1);
  const target = { notifier: "slack", to: "#releases" };
  const [row, entry] = [rows[0]!, entries[0]!];
  await first.commit({
    release: "r1",
    expectRevision: 0,
    expectRows: 0,
    row,
    entry,
    seen: [],
    isOver: false,
    freeze: null,
    owes: [target],
  });
  await first.close();
  const database = new DatabaseSync(join(folder, "serin.db"));
  database.exec(`
    DROP INDEX outbox_lost; DROP INDEX outbox_owed;
    ALTER TABLE outbox DROP COLUMN given_up_ms; ALTER TABLE outbox DROP COLUMN why;
    CREATE INDEX outbox_owed ON outbox (seq) WHERE delivered_ms IS NULL;
    DROP TABLE sessions; DROP TABLE tokens; DROP TABLE freezes;
    CREATE TABLE freezes (seq INTEGER PRIMARY KEY, environment TEXT NOT NULL, release TEXT NOT NULL REFERENCES releases (id),
      since_ms REAL NOT NULL, lifted_ms REAL, lifted_by TEXT, reason TEXT) STRICT;
    CREATE UNIQUE INDEX freezes_now ON freezes (environment, release) WHERE lifted_ms IS NULL;
    INSERT INTO freezes (environment, release, since_ms) VALUES ('production', 'r1', 5);
    PRAGMA user_version = 1`);
  database.close();
  const store = await open(folder);
  expect(await store.freezes(9)).toEqual([{ environment: "production", release: "r1", sinceMs: 5, by: null, reason: null, untilMs: null }]);
  const [owed] = await store.owed({ after: 0, limit: 10 });
  expect(owed).toEqual({ number: 1, release: "r1", revision: 1, target });
  await store.giveUp(owed!, { atMs: 7, why: "nobody there" });
  expect(await store.lost("r1")).toEqual([{ revision: 1, target, atMs: 7, why: "nobody there" }]);
  await store.close();
});

test("what was written into a journal cannot be changed by a statement", async () => {
  const folder = await temporaryFolder();
  const store = await open(folder);
  const release = fixtureRelease();
  await store.create(release);
  await store.commit(commits(release, 1)[0]!);
  await store.close();
  const beside = new DatabaseSync(join(folder, "serin.db"));
  for (const statement of [
    "UPDATE entries SET body = ''",
    "DELETE FROM entries",
    "UPDATE readings SET body = ''",
    "DELETE FROM readings",
  ]) {
    expect(() => beside.exec(statement)).toThrow("append-only");
  }
  beside.close();
});

test("without space nothing of a commit is stored, and it goes on when there is space again", async () => {
  const folder = await temporaryFolder();
  const small = await open(folder, 0.25);
  const release = fixtureRelease();
  await small.create(release);
  const all = commits(release, 500);
  let stored = 0;
  const refused = await (async () => {
    for (; stored < all.length; stored += 1) await small.commit(all[stored]!);
    return null;
  })().catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(StoreUnusable);
  expect(refused).toMatchObject({ why: "full", remedy: expect.stringContaining("Free space") });
  expect((await small.load("r1"))?.rows).toHaveLength(stored);
  await small.close();
  const large = await open(folder);
  await large.commit(all[stored]!);
  expect((await large.load("r1"))?.entries).toHaveLength(stored + 1);
  await large.close();
});

test("without space the way home is still taken, and told, and nothing else", async () => {
  const folder = await temporaryFolder();
  const store = await open(folder, 0.25);
  const release = fixtureRelease();
  await store.create(release);
  const all = commits(release, 500);
  let stored = 0;
  await expect(
    (async () => {
      for (; stored < all.length; stored += 1) await store.commit({ ...all[stored]!, owes: release.plan.notify });
    })(),
  ).rejects.toMatchObject({ why: "full" });
  await expect(store.ask({ ...fixtureRequest("pause"), reason: "x".repeat(9_000) })).rejects.toMatchObject({ why: "full" });
  // What was refused before it came here takes nobody home.
  const denied = { refusal: { kind: "machine" }, times: 2 } as const;
  const repeated = { ...fixtureRequest("denied"), kind: "rollback", reason: "x".repeat(9_000), denied } as const;
  await expect(store.ask(repeated)).rejects.toMatchObject({ why: "full" });
  for (const kind of ["rollback", "stop"] as const) await store.ask({ ...fixtureRequest(kind), kind, reason: "x".repeat(9_000) });
  expect((await store.pending("r1")).map(({ id }) => id)).toEqual(["rollback", "stop"]);
  await store.commit(homeward(all[stored]!));
  expect((await store.load("r1"))?.entries.at(-1)?.entry.decision.status.kind).toBe("rolling-back");
  for (const owed of await store.owed({ after: 0, limit: 1_000 })) await store.delivered(owed, 1);
  expect(await store.owed({ after: 0, limit: 1_000 })).toEqual([]);
  await store.close();
});

test("space is put aside before it is needed, and again after it was used", async () => {
  const folder = await temporaryFolder();
  const clock = { ...createClock(), monotonicMs: () => nowMs };
  let nowMs = 0;
  const aside = async (): Promise<number> => (await stat(join(folder, "serin.reserve")).catch(() => null))?.size ?? 0;
  const store = await sqlite.open({ maxMegabytes: 0.25 }, { clock, dataDir: folder });
  expect(await aside()).toBe(4 * 1024 * 1024);
  expect((await stat(join(folder, "serin.reserve"))).mode & 0o777).toBe(0o600);
  const release = fixtureRelease();
  await store.create(release);
  const all = commits(release, 500);
  let stored = 0;
  const fill = async (): Promise<void> => {
    for (; stored < all.length; stored += 1) await store.commit(all[stored]!);
  };
  await expect(fill()).rejects.toMatchObject({ why: "full" });
  await store.commit(homeward(all[stored]!));
  expect(await aside()).toBe(0);
  await expect(store.lift({ environment: "production", by: "Ada", reason: "over", atMs: 1 })).rejects.toMatchObject({
    cause: new Error("what is left is for the way home"),
  });
  nowMs = 5_000;
  await store.lift({ environment: "production", by: "Ada", reason: "over", atMs: 1 });
  expect(await aside()).toBe(4 * 1024 * 1024);
  await store.close();
});

test.each<[string, StoreTrouble, string, (folder: string) => Promise<void>]>([
  ["a file of a later serin", "newer", "schema 99", (folder) => withDatabase(folder, "PRAGMA user_version = 99")],
  ["a file of another program", "damaged", "another program", (folder) => withDatabase(folder, "PRAGMA application_id = 1")],
  [
    "a file that is no database",
    "damaged",
    "damaged",
    (folder) => writeFile(join(folder, "serin.db"), "no database at all, but long enough to be one".repeat(99)),
  ],
  ["a file that was cut short", "damaged", "damaged", (folder) => truncate(join(folder, "serin.db"), 4096 * 3)],
  ["a file with a page of noise", "damaged", "damaged", scribble],
  ["a folder in the file's place", "not-writable", "cannot be opened", replaceByFolder],
])("%s is refused", async (_, why, says, spoil) => {
  const folder = await temporaryFolder();
  await (await open(folder)).close();
  await spoil(folder);
  const refused = await trouble(open(folder));
  expect(refused).toMatchObject({ why, message: expect.stringContaining(says), remedy: expect.stringMatching(/\w+/) });
  expect((await trouble(open(folder))).why, "and the folder is not left locked").toBe(why);
});

test("a folder that may not be written is refused", async () => {
  const folder = await temporaryFolder();
  await chmod(folder, 0o555);
  const refused = await asNobody(() => trouble(open(folder)));
  expect(refused).toMatchObject({ why: "not-writable", remedy: expect.stringContaining("right to write") });
});

test("a folder that is a file is refused", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "file"), "");
  expect((await trouble(open(join(folder, "file", "data")))).why).toBe("not-writable");
});

test("closing twice is harmless, and leaves neither a log nor a pid behind", async () => {
  const folder = await temporaryFolder();
  const store = await open(folder);
  await store.close();
  await store.close();
  await expect(readFile(join(folder, "serin.pid"))).rejects.toThrow("ENOENT");
  await expect(readFile(join(folder, "serin.db-wal"))).rejects.toThrow("ENOENT");
});

function commits(release: NewRelease, count: number): readonly Commit[] {
  const { rows, entries } = fixtureJournal(release, count, 1);
  return rows.map((row, index) => {
    const numbers = { expectRevision: index, expectRows: index };
    return { release: release.id, ...numbers, row, entry: entries[index]!, seen: [], isOver: false, freeze: null, owes: [] };
  });
}

/** The same commit, with a decision that takes people back. */
function homeward(commit: Commit): Commit {
  const { entry } = commit;
  if (entry === null) throw new Error("this commit decides nothing");
  const cause = { kind: "person", by: "Ada", reason: "enough" } as const;
  const status = { kind: "rolling-back", sinceMs: 1, reaction: { kind: "rollback" }, cause, step: "traffic", from: "canary" } as const;
  return { ...commit, entry: { ...entry, entry: { ...entry.entry, decision: { status, facts: [{ kind: "became", status }] } } } };
}

async function withDatabase(folder: string, statement: string): Promise<void> {
  const database = new DatabaseSync(join(folder, "serin.db"));
  database.exec(statement);
  database.close();
}

async function scribble(folder: string): Promise<void> {
  const path = join(folder, "serin.db");
  const bytes = await readFile(path);
  await writeFile(path, bytes.fill(0xa5, 4096 * 2, 4096 * 3));
}

async function replaceByFolder(folder: string): Promise<void> {
  await rm(join(folder, "serin.db"));
  await mkdir(join(folder, "serin.db"));
}

/** Runs `what` without the rights of the administrator, whom no folder is closed to; opening a store does not wait in between. */
async function asNobody<T>(what: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return what();
  process.seteuid?.(65_534);
  const running = what();
  process.seteuid?.(0);
  return running;
}
