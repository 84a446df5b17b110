import { describe, expect, test } from "vitest";
import { sayAge, sayClock, sayPercent, saySpan, sayWhen } from "./numbers.ts";
import { shortVersion } from "./versions.ts";

const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, " ");

test.each([
  [0, "0 s", "0 s"],
  [-5_000, "0 s", "0 s"],
  [59_400, "59 s", "59 s"],
  [580_000, "9 min 40 s", "9 min"],
  [3_600_000, "1 h", "1 h"],
  [6_300_000, "1 h 45 min", "1 h"],
  [200_000_000, "2 d 8 h", "2 d"],
])("%i ms is %s, and at a glance %s", (ms, span, age) => {
  expect([plain(saySpan(ms, "en")), plain(sayAge(ms, "en"))]).toEqual([span, age]);
});

test.each([
  [192_000, "3:12"],
  [191_001, "3:12"],
  [999, "0:01"],
  [0, "0:00"],
  [-1, "0:00"],
  [3_783_000, "1:03:03"],
])("a countdown with %i ms left shows %s", (ms, shown) => expect(sayClock(ms)).toBe(shown));

describe("a moment", () => {
  const nowMs = Date.parse("2025-10-26T01:30:00Z");
  test.each([
    ["2025-10-26T00:30:00Z", "02:30"],
    ["2025-10-26T01:30:00Z", "02:30"],
    ["2025-10-24T12:00:00Z", "Fri 24 Oct 14:00"],
  ])("%s is shown in the zone as %s, with its day when that is another", (iso, shown) =>
    expect(sayWhen(Date.parse(iso), nowMs, "Europe/Paris", "en")).toBe(shown),
  );
});

test("shares are said to the tenth, as the language does", () => {
  expect([plain(sayPercent(9.44, "en")), plain(sayPercent(9.44, "fr")), plain(sayPercent(10, "fr"))]).toEqual(["9.4 %", "9,4 %", "10 %"]);
});

test.each([
  ["v2", "v2"],
  ["2025.08.19", "2025.08.19"],
  ["ghcr.io/shop/frontend:2.9.4", "2.9.4"],
  ["localhost:5000/shop/frontend", "localhost:5000/shop/frontend"],
  ["ghcr.io/shop/frontend@sha256:9f3c8a77aa5e", "@9f3c8a7…"],
  ["ghcr.io/shop/frontend:2.9.4@sha256:9f3c8a77aa5e", "@9f3c8a7…"],
])("the version %s is known again as %s", (version, shown) => expect(shortVersion(version)).toBe(shown));
