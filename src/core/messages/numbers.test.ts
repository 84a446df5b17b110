import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sayAbout, sayCount, sayLatency, sayNumber, sayNumbersAlike, sayRate, sayShare, saySpan } from "./numbers.ts";
import { sayMoment, sayTime, sayTimeExactly, sayWhen } from "./times.ts";

/** Spaces of every kind made plain, so that rows are readable. */
const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/gu, " ");

describe("numbers", () => {
  test.each([
    [0, "0", "0"],
    [0.214, "0.21", "0,21"],
    [0.0021, "0.0021", "0,0021"],
    [9.96, "10", "10"],
    [4116, "4,116", "4 116"],
    [1_234_567.8, "1,234,568", "1 234 568"],
    [-0.4, "-0.4", "-0,4"],
    [-0.000_000_01, "0", "0"],
    [Infinity, "∞", "∞"],
  ])("%d is %s and %s", (value, en, fr) => {
    expect([sayNumber(value, "en"), plain(sayNumber(value, "fr"))]).toEqual([en, fr]);
  });

  test("French puts a narrow no-break space before %, English a no-break space", () => {
    expect([sayRate(0.0021, "fr"), sayRate(0.0021, "en"), sayShare(12.5, "fr")]).toEqual(["0,21\u202f%", "0.21\u00a0%", "12,5\u202f%"]);
  });

  test("numbers side by side have one precision", () => {
    expect(sayNumbersAlike([0.0007, 4.9], "en")).toEqual(["0", "4.9"]);
    expect(sayNumbersAlike([0.05, 0.44], "fr")).toEqual(["0,05", "0,44"]);
    expect(sayNumbersAlike([66.2, 138], "en")).toEqual(["66", "138"]);
    expect(sayNumbersAlike([0.3, Infinity], "en")).toEqual(["0.3", "∞"]);
  });

  test("a count is whole, and a number never has more digits than asked for", () => {
    expect(sayCount(12_400.4, "en")).toBe("12,400");
    fc.assert(
      fc.property(fc.double({ min: 1e-5, max: 1e9, noNaN: true }), (value) => {
        const said = Number(sayNumber(value, "en", 3).replaceAll(",", ""));
        expect(Math.abs(said - value)).toBeLessThanOrEqual(Math.max(0.5, value * 0.01, 1e-6));
      }),
    );
  });
});

describe("spans", () => {
  test.each([
    [0, "0 s", "~10 s"],
    [412, "0.41 s", "~10 s"],
    [9_960, "10 s", "~10 s"],
    [59_700, "1 min", "~1 min"],
    [270_000, "4 min 30 s", "~5 min"],
    [900_000, "15 min", "~15 min"],
    [3_599_700, "1 h", "~1 h"],
    [6_300_000, "1 h 45 min", "~1.8 h"],
    [86_400_000, "24 h", "~24 h"],
    [183_600_000, "2 d 3 h", "~51 h"],
    [-5, "0 s", "~10 s"],
  ])("%d ms is %s, about %s", (ms, exactly, about) => {
    expect([plain(saySpan(ms, "en")), plain(sayAbout(ms, "en"))]).toEqual([exactly, about]);
  });

  test("days are jours, and the mark is a comma", () => {
    expect([plain(saySpan(183_600_000, "fr")), plain(saySpan(412, "fr")), plain(sayLatency(2_500, "fr"))]).toEqual([
      "2 j 3 h",
      "0,41 s",
      "2,5 s",
    ]);
  });
});

describe("times", () => {
  const zone = { timeZone: "Europe/Paris" };
  const atMs = Date.parse("2025-08-19T12:32:08Z");

  test("a time is the wall clock of the plan's zone", () => {
    expect([sayTime(zone, atMs), sayTimeExactly(zone, atMs)]).toEqual(["14:32", "14:32:08"]);
    expect(sayTime({ timeZone: "Pacific/Chatham" }, atMs)).toBe("01:17");
  });

  test("a moment names day and zone", () => {
    expect(sayMoment(zone, atMs, "en")).toBe("Tue 19 Aug 2025 14:32 (Europe/Paris)");
    expect(sayMoment(zone, atMs, "fr")).toBe("mar. 19 août 2025 14:32 (Europe/Paris)");
  });

  test("a time on another day says which", () => {
    expect(sayWhen(zone, { atMs, nowMs: atMs - 3_600_000 }, "en")).toBe("14:32");
    expect(sayWhen(zone, { atMs, nowMs: atMs - 86_400_000 }, "en")).toBe("Tue 19 Aug 2025 14:32");
  });
});
