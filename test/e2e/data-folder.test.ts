import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../fixtures/folder.ts";
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
}, 60_000);

test("a release is verified in a folder that has a store, and in no other: nothing is made there", async () => {
  const top = await temporaryFolder();
  const typo = join(top, "tpyo");
  const refused = await serin(["release", "verify", "r1", "--data", typo]);
  expect(refused).toMatchObject({ code: 2, out: "" });
  expect(refused.err).toContain(`There is no store in ${typo}.`);
  expect(existsSync(typo)).toBe(false);
  expect(await serin(["release", "verify", "r1", "--data", top])).toMatchObject({ code: 2 });
  expect(readdirSync(top)).toEqual([]);
}, 60_000);
