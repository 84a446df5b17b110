import { statSync, writeFileSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/fixtures/folder.ts";
import { makeFolder } from "./make-folder.ts";

const modeOf = (path: string): number => statSync(path).mode & 0o777;

test("makes every folder on the way, for its owner only", async () => {
  const top = await temporaryFolder();
  makeFolder(join(top, "a", "b", "c"));
  expect(["a", "a/b", "a/b/c"].map((made) => modeOf(join(top, made)))).toEqual([0o700, 0o700, 0o700]);
});

test("leaves one that is there as it is", async () => {
  const top = await temporaryFolder();
  await chmod(top, 0o750);
  makeFolder(top);
  expect(modeOf(top)).toBe(0o750);
});

test("refuses a file in its place, and one on the way", async () => {
  const top = await temporaryFolder();
  writeFileSync(join(top, "file"), "");
  expect(() => makeFolder(join(top, "file"))).toThrow("EEXIST");
  expect(() => makeFolder(join(top, "file", "below"))).toThrow("ENOTDIR");
});

test.runIf(process.platform === "linux").each(["/proc/serin", "/proc/serin/data"])("refuses %s, where no folder can be made", (folder) => {
  expect(() => makeFolder(folder)).toThrow("ENOENT");
});
