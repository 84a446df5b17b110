import { describe, expect, test } from "vitest";
import type { Target } from "../../../ports.ts";
import { selectorsOf } from "./arms.ts";
import { meanOf, readingOfLevels, readingOfSums, sumOf } from "./reading.ts";
import { closedWindow, lastMinutes } from "./window.ts";

const minuteMs = 60_000;

describe("windows", () => {
  test.each<[string, [sinceMs: number, nowMs: number, delayMs: number], ReturnType<typeof closedWindow>]>([
    ["from the minute in which the release began to the last that is over", [90_000, 300_500, 0], { fromMs: minuteMs, toMs: 5 * minuteMs }],
    ["less the delay", [90_000, 300_500, minuteMs], { fromMs: minuteMs, toMs: 4 * minuteMs }],
    ["none while no minute is over", [90_000, 119_999, 0], null],
    ["none while our clock is behind", [90_000, 0, minuteMs], null],
  ])("%s", (_says, [sinceMs, nowMs, delayMs], window) => expect(closedWindow(sinceMs, nowMs, delayMs)).toEqual(window));

  test("the last minutes", () => expect(lastMinutes(300_500, minuteMs, 2)).toEqual({ fromMs: 2 * minuteMs, toMs: 4 * minuteMs }));
});

describe("readings", () => {
  const none = { hits: null, total: null };
  const some = { hits: 1, total: 10 };
  test.each<[string, Parameters<typeof readingOfSums>[0], unknown]>([
    ["no point of any total is no data", { canary: none, stable: none }, { kind: "no-data" }],
    [
      "an arm without points had nobody",
      { canary: some, stable: none },
      {
        kind: "counters",
        series: [
          { bad: 1, total: 10 },
          { bad: 0, total: 0 },
        ],
      },
    ],
    ["nothing counted is zero", { canary: { hits: null, total: 5 }, stable: none }, { series: [{ bad: 0, total: 5 }, {}] }],
    ["estimates are rounded", { canary: { hits: 1.4, total: 9.6 }, stable: none }, { series: [{ bad: 1, total: 10 }, {}] }],
    [
      "more than the whole is no evidence",
      { canary: { hits: 3, total: null }, stable: some },
      { kind: "unavailable", why: expect.stringContaining("may be late") },
    ],
    ["nor is a sum below zero", { canary: some, stable: { hits: 0, total: -1 } }, { kind: "unavailable" }],
    ["nor what is no number", { canary: { hits: Number.NaN, total: 3 }, stable: some }, { kind: "unavailable" }],
  ])("%s", (_says, sums, reading) => expect(readingOfSums(sums, 0)).toMatchObject(reading as object));

  test("levels need the canary", () => {
    expect(readingOfLevels({ canary: null, stable: 3 }, 0)).toEqual({ kind: "no-data" });
    expect(readingOfLevels({ canary: 0.5, stable: null }, 7)).toEqual({ kind: "level", atMs: 7, canary: 0.5, stable: null });
    expect([sumOf([1, null, 2]), sumOf([null]), meanOf([1, null, 2]), meanOf([])]).toEqual([3, null, 1.5, null]);
  });
});

describe("what selects the arms", () => {
  const target = (arm: Target["arm"], service: string, version: string): Target => ({ arm, service, version, url: "" });
  const select = (template: string, service: string | null, ...targets: readonly Target[]) =>
    selectorsOf({ template, service }, { targets, environment: "production" });
  const targets = [
    target("canary", "web", "2"),
    target("canary", "web", "2"),
    target("stable", "web", "1"),
    target("canary", "api", "7"),
    target("stable", "api", "7"),
  ];
  test.each<[string, ReturnType<typeof select>, unknown]>([
    [
      "each service and version once",
      select("{service}:{version}", null, ...targets),
      { kind: "selectors", canary: ["web:2"], stable: ["web:1"] },
    ],
    ["one service", select("{service}:{version}", "web", ...targets), { canary: ["web:2"], stable: ["web:1"] }],
    ["the same on both arms tells nothing", select("{service}:{version}", "api", ...targets), { kind: "problem" }],
    ["the arm itself tells", select("{arm}", "api", ...targets), { canary: ["canary"], stable: ["stable"] }],
    ["nothing runs", select("{arm}", "db", ...targets), { kind: "none" }],
  ])("%s", (_says, selectors, expected) => expect(selectors).toMatchObject(expected as object));
});
