import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dateIn, daysAfter, isDate, momentIn, mondayOf } from "./wall-time.ts";

const iso = (atMs: number | null): string | null => (atMs === null ? null : new Date(atMs).toISOString());

describe("a day and a time in a zone", () => {
  test.each([
    ["winter", "Europe/Paris", "2025-12-31T18:00", "2025-12-31T17:00:00.000Z"],
    ["summer", "Europe/Paris", "2025-08-19T14:00", "2025-08-19T12:00:00.000Z"],
    ["a time that is left out is the change", "Europe/Paris", "2025-03-30T02:30", "2025-03-30T01:00:00.000Z"],
    ["a time that comes twice is the first", "Europe/Paris", "2025-10-26T02:30", "2025-10-26T00:30:00.000Z"],
    ["half an hour of change", "Australia/Lord_Howe", "2025-10-05T02:15", "2025-10-04T15:30:00.000Z"],
    ["UTC", "UTC", "2025-08-19T14:00", "2025-08-19T14:00:00.000Z"],
    ["nothing", "UTC", "", null],
    ["a month that is none", "UTC", "2025-13-01T10:00", null],
  ])("%s", (_says, timeZone, text, expected) => {
    expect(iso(momentIn(timeZone, text))).toBe(expected);
  });

  test("reads back what clocks show", () => {
    const zones = fc.constantFrom(
      "Europe/Paris",
      "America/New_York",
      "Australia/Lord_Howe",
      "America/St_Johns",
      "Africa/Casablanca",
      "UTC",
    );
    const format = (timeZone: string, atMs: number): string =>
      new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" }).format(atMs).replace(" ", "T");
    fc.assert(
      fc.property(zones, fc.integer({ min: 0, max: 2 * 525_600 }), (timeZone, minute) => {
        const atMs = Date.UTC(2025, 0, 1) + minute * 60_000;
        const text = format(timeZone, atMs);
        const found = momentIn(timeZone, text) ?? 0;
        expect(format(timeZone, found)).toBe(text);
        expect(found).toBeLessThanOrEqual(atMs);
      }),
      { numRuns: 300 },
    );
  });
});

test("dates go on over months, and weeks begin on Monday", () => {
  expect(daysAfter("2025-12-29", 7)).toBe("2026-01-05");
  expect(daysAfter("2024-03-01", -1)).toBe("2024-02-29");
  expect(["2025-08-18", "2025-08-24"].map(mondayOf)).toEqual(["2025-08-18", "2025-08-18"]);
  expect(dateIn(Date.parse("2025-08-18T22:30:00Z"), "Europe/Paris")).toBe("2025-08-19");
});

test.each([
  ["2025-08-18", true],
  ["2025-02-30", false],
  ["1999-01-01", false],
  ["today", false],
])("%s is a day: %s", (text, expected) => {
  expect(isDate(text)).toBe(expected);
});
