import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { sqlite } from "../../src/adapters/stores/sqlite.ts";
import { createClock } from "../../src/engine/clock.ts";
import { temporaryFolder } from "../fixtures/folder.ts";
import { fixtureJournal, fixtureRelease } from "../fixtures/release.ts";
import { serin } from "../fixtures/serin.ts";

/* What the binary does with a data folder that is none. */

test("a server refuses a folder that cannot be made", async () => {
  const file = join(await temporaryFolder(), "file");
  writeFileSync(file, "");
  for (const data of [file, join(file, "data"), ...(process.platform === "linux" ? ["/proc/serin"] : [])]) {
    const refused = await serin(["server", "--data", data, "--listen", "127.0.0.1:0"]);
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(refused.err).toMatch(/^serin: The data folder cannot be used: [^\n]*\n$/);
    expect(refused.err).toContain(data);
  }
});

test("a release is verified in a folder that has a store, and in no other: nothing is made there", async () => {
  const top = await temporaryFolder();
  const typo = join(top, "tpyo");
  const refused = await serin(["release", "verify", "r1", "--data", typo]);
  expect(refused).toMatchObject({ code: 2, out: "" });
  expect(refused.err).toContain(`There is no store in ${typo}.`);
  expect(existsSync(typo)).toBe(false);
  expect(await serin(["release", "verify", "r1", "--data", top])).toMatchObject({ code: 2 });
  expect(readdirSync(top)).toEqual([]);
});

test("a journal whose end was cut off is not verified, and it is said what is missing", async () => {
  const folder = await temporaryFolder();
  const store = await sqlite.open({}, { clock: createClock(), dataDir: folder });
  const release = fixtureRelease({ id: "r1", services: ["shop"] });
  await store.create(release);
  const { rows, entries } = fixtureJournal(release, 6, 1);
  for (const [index, row] of rows.entries()) {
    const entry = entries[index] ?? null;
    await store.commit({
      release: "r1",
      expectRevision: index,
      expectRows: index,
      row,
      entry,
      seen: [],
      isOver: false,
      freeze: null,
      owes: [],
    });
  }
  await store.close();
  const database = new DatabaseSync(join(folder, "serin.db"));
  database.exec("DROP TRIGGER readings_remain; DROP TRIGGER entries_remain");
  database.exec("DELETE FROM entries WHERE revision > 2; DELETE FROM readings WHERE number > 2");
  database.close();
  const { code, out, err } = await serin(["release", "verify", "r1", "--data", folder]);
  expect({ code, err }).toEqual({ code: 1, err: "" });
  expect(out).toMatch(/^NOT verified: [^\n]*damaged at release r1: it has 2 entries over 2 rows of 6 over 6\n$/);
  const json = await serin(["release", "verify", "r1", "--data", folder, "--json"]);
  expect([json.code, JSON.parse(json.out)]).toMatchObject([1, { ok: false }]);
});
