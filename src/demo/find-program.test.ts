import { expect, test } from "vitest";
import { UserError } from "../errors.ts";
import { findProgram } from "./find-program.ts";

const thrownBy = (find: () => string): UserError => {
  try {
    find();
  } catch (error) {
    if (error instanceof UserError) return error;
  }
  throw new Error("nothing was thrown");
};

test("a program is found, and one that is not there, or lacks a file, is an error that names the packages", () => {
  expect(findProgram("sh", { packages: "dash", files: ["/etc/passwd"] })).toMatch(/\/sh$/);
  const absent = thrownBy(() => findProgram("no-such-proxy", { packages: "a-package another", files: [] }));
  expect([absent.code, absent.message]).toEqual([
    "program-missing",
    "no-such-proxy is not installed. On Debian: apt-get install a-package another.",
  ]);
  const half = thrownBy(() => findProgram("sh", { packages: "a-module", files: ["/no/such/module.so"] }));
  expect(half.message).toBe("sh is installed without /no/such/module.so. On Debian: apt-get install a-module.");
});
