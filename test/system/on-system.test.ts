import { expect, test } from "vitest";
import { findProgram, onSystem, programPath } from "./on-system.ts";

test("a program is found on the PATH and a file by its path; what is nowhere is null, or thrown with the remedy", () => {
  expect(findProgram("sh")).toMatch(/\/sh$/);
  expect(findProgram("/etc/passwd")).toBe("/etc/passwd");
  expect(findProgram("no-such-program")).toBeNull();
  expect(findProgram("/no/such/file")).toBeNull();
  expect(() => programPath("no-such-program")).toThrow("scripts/setup-system.sh");
});

onSystem({ name: "a suite whose programs are there", needs: ["sh"] }, () => {
  test("runs", () => expect(programPath("sh")).toBe(findProgram("sh")));
});
