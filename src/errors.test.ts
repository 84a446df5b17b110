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
  for (const code of codes) {
    const { status, exit } = errorKind(code);
    if (status === 401 || status === 403) expect(exit, code).toBe("not-allowed");
    if (status === 412) expect(exit, code).toBe("stale");
    if (status === 409) expect(exit, code).toBe("no");
  }
});
