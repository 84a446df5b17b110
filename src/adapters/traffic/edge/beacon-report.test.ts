import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readReport } from "./beacon-report.ts";

test("a message is read: its mark, each kind of error once, measures in seconds", () => {
  const report = readReport(
    JSON.stringify({ page: "m", shown: true, errors: ["blank", "uncaught", "blank"], vitals: { lcp: 2500, inp: 96, cls: 0.1 } }),
  );
  expect(report?.mark).toBe("m");
  expect([...(report?.errors ?? [])]).toEqual(["blank", "uncaught"]);
  expect([...(report?.vitals ?? [])]).toEqual([
    ["lcp", 2.5],
    ["inp", 0.096],
    ["cls", 0.1],
  ]);
  expect(readReport("{}")).toEqual({ mark: null, errors: new Set(), vitals: new Map() });
});

test.each<[string, string]>([
  ["nothing", ""],
  ["no JSON", "lcp=3"],
  ["a list", "[]"],
  ["an arm of its own", '{"arm":"canary"}'],
  ["an unknown kind of error", '{"errors":["5xx"]}'],
  ["more kinds than there are", `{"errors":${JSON.stringify(Array.from({ length: 6 }, () => "blank"))}}`],
  ["a measure below zero", '{"vitals":{"lcp":-1}}'],
  ["a measure beyond all reason", '{"vitals":{"inp":1e300}}'],
  ["a measure that is no number", '{"vitals":{"cls":"0.1"}}'],
  ["an unknown measure", '{"vitals":{"ttfb":3}}'],
  ["a page that shows nothing and says so otherwise", '{"shown":false}'],
  ["a mark without end", `{"page":"${"a".repeat(501)}"}`],
])("%s is no message", (_says, text) => expect(readReport(text)).toBeNull());

test("no text makes it throw", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => readReport(text) !== undefined));
});
