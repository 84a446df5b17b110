import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { pathOf, routes } from "./contract.ts";
import type { Route } from "./contract.ts";

test("docs/api.md has a row for every route, with who may call it", () => {
  const rows = readFileSync(new URL("../../docs/api.md", import.meta.url), "utf8")
    .split("\n")
    .flatMap((line) => /^\| `([A-Z]+ \S+)` \| ([^|]+?) \|/.exec(line)?.slice(1, 3) ?? [])
    .map((cell) => cell.replace("; the release decides", ""));
  const says = { anybody: "anybody", person: "every person" } as const;
  const expected = Object.values<Route>(routes).flatMap(({ method, path, access }) => [
    `${method} ${path}`,
    typeof access === "string" ? says[access] : access.join(", "),
  ]);
  expect(rows).toEqual(expected);
});

test("a path holds its values escaped, and misses none", () => {
  expect(pathOf(routes.showRelease, { id: "a/b?c" })).toBe("/api/v1/releases/a%2Fb%3Fc");
  expect(() => pathOf(routes.showRelease)).toThrow("needs a value for id");
});
