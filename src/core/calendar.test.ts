import { describe, expect, test } from "vitest";
import { bandsOf, daysOf, mondayOf } from "./calendar.ts";
import type { WindowsOf } from "./windows.ts";

const HOUR_MS = 3_600_000;
const at = (iso: string): number => Date.parse(iso);
const open = (timeZone: string): WindowsOf => ({ timeZone, language: "en", windows: { prefer: [], avoid: [], avoidHolidays: [] } });

describe("days", () => {
  test.each([
    ["put forward", "Europe/Paris", "2025-03-30", 23, { atMs: at("2025-03-30T01:00Z"), byMs: HOUR_MS }],
    ["put back", "Europe/Paris", "2025-10-26", 25, { atMs: at("2025-10-26T01:00Z"), byMs: -HOUR_MS }],
    ["put back by half an hour", "Australia/Lord_Howe", "2025-04-06", 24.5, { atMs: at("2025-04-05T15:00Z"), byMs: -HOUR_MS / 2 }],
    ["that skips midnight", "Africa/Cairo", "2025-04-25", 23, { atMs: at("2025-04-24T22:00Z"), byMs: HOUR_MS }],
    ["put back across midnight", "Africa/Cairo", "2025-10-30", 25, { atMs: at("2025-10-30T21:00Z"), byMs: -HOUR_MS }],
    ["left alone", "Europe/Paris", "2025-10-27", 24, null],
  ])("a day %s", (_says, timeZone, from, hours, change) => {
    const [day] = daysOf(open(timeZone), { from, count: 1 });
    expect([((day?.toMs ?? 0) - (day?.fromMs ?? 0)) / HOUR_MS, day?.change]).toEqual([hours, change]);
  });

  test("the day that Samoa left out is none", () => {
    const dates = daysOf(open("Pacific/Apia"), { from: "2011-12-29", count: 3 }).map(({ date }) => date);
    expect(dates).toEqual(["2011-12-29", "2011-12-31"]);
  });

  test("a week begins on Monday", () => {
    expect(["2025-08-18", "2025-08-24", "2025-08-25", "2026-01-01"].map(mondayOf)).toEqual([
      "2025-08-18",
      "2025-08-18",
      "2025-08-25",
      "2025-12-29",
    ]);
  });
});

test("bands follow the wall clock, are cut at the ends, and days with the same words that touch are one", () => {
  const range = (day: number, from: number, to: number, says: string) => ({
    fromMinute: day * 1_440 + from * 60,
    toMinute: (day * 1_440 + to * 60) % 10_080,
    says,
  });
  const plan = {
    ...open("Europe/Paris"),
    environment: "production",
    windows: {
      prefer: [range(1, 14, 17, "tue-wed 14:00-17:00"), range(2, 14, 17, "tue-wed 14:00-17:00")],
      avoid: [range(5, 0, 24, "weekend"), range(6, 0, 24, "weekend")],
      avoidHolidays: ["FR"],
    },
  };
  const freezes = [
    { environment: "production", sinceMs: at("2025-11-01T00:00Z"), untilMs: at("2025-11-10T12:00Z"), says: "stocktaking" },
    { environment: "staging", sinceMs: at("2025-11-01T00:00Z"), untilMs: null, says: "elsewhere" },
  ];
  const days = daysOf(plan, { from: "2025-11-10", count: 7 });
  expect(bandsOf(plan, days, freezes).map(({ kind, fromMs, toMs, says }) => [kind, says, fromMs, toMs])).toEqual([
    ["preferred", "tue-wed 14:00-17:00", at("2025-11-11T13:00Z"), at("2025-11-11T16:00Z")],
    ["preferred", "tue-wed 14:00-17:00", at("2025-11-12T13:00Z"), at("2025-11-12T16:00Z")],
    ["avoided", "weekend", at("2025-11-14T23:00Z"), at("2025-11-16T23:00Z")],
    ["holiday", expect.stringContaining("(FR)"), at("2025-11-10T23:00Z"), at("2025-11-11T23:00Z")],
    ["freeze", "stocktaking", at("2025-11-09T23:00Z"), at("2025-11-10T12:00Z")],
  ]);
});
