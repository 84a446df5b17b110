import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { errorKind, errorKinds, exitCodes } from "./errors.ts";
import type { ErrorCode } from "./errors.ts";

const codes = Object.keys(errorKinds) as ErrorCode[];
const page = (name: string): string => readFileSync(new URL(`../docs/${name}`, import.meta.url), "utf8");

test("docs/errors.md holds exactly the codes of the catalogue, with their status, exit code and remedy", () => {
  const rows = page("errors.md")
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  expect(rows).toEqual(
    codes.map((code) => {
      const { title, status, exit, remedy } = errorKind(code);
      return `| \`${code}\` | ${status ?? "–"} | ${exitCodes[exit]} | ${title}. | ${remedy} |`;
    }),
  );
});

test("docs/cli.md names every exit code", () => {
  for (const code of Object.values(exitCodes)) expect(page("cli.md")).toContain(`| ${code} |`);
});

test("a code that HTTP answers maps to one exit, by the meaning of its status", () => {
  const exits: Readonly<Record<number, string>> = { 401: "not-allowed", 403: "not-allowed", 409: "no", 412: "stale" };
  const told = codes.flatMap((code) => {
    const { status, exit } = errorKind(code);
    return status !== null && status in exits ? [{ code, exit, expected: exits[status] }] : [];
  });
  expect(told.length).toBeGreaterThan(5);
  expect(told.filter(({ exit, expected }) => exit !== expected)).toEqual([]);
});
