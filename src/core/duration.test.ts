import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decimal } from "./decimal.ts";
import { parseDuration, sayDuration } from "./duration.ts";

test.each([
  ["15m", 900_000],
  ["1h30m", 5_400_000],
  ["0", 0],
  ["0s", 0],
  ["24h", 86_400_000],
  ["7d", 604_800_000],
  ["500ms", 500],
])("%s", (text, ms) => expect(parseDuration(text)).toBe(ms));

test.each(["", "15", "m", "-1m", "1.5h", "30m1h", "15 m", "400d", "9".repeat(50)])("%j is no duration", (text) =>
  expect(parseDuration(text)).toBeNull(),
);

test("what is said is read back as it was", () => {
  fc.assert(fc.property(fc.nat({ max: 366 * 86_400_000 }), (ms) => parseDuration(sayDuration(ms)) === ms));
  expect([86_400_000, 3_600_000, 5_400_000, 172_800_000].map(sayDuration)).toEqual(["24h", "1h", "1h30m", "2d"]);
});

test("a decimal is exact, also far from one", () => {
  expect([decimal(0.005, 2), decimal(0.29, 2), decimal(1e-7), decimal(1.5e21), decimal(0), decimal(0, 2)]).toEqual([
    "0.5",
    "29",
    "0.0000001",
    "1500000000000000000000",
    "0",
    "0",
  ]);
  fc.assert(
    fc.property(
      fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
      (value) => Number(`${decimal(value, 2)}e-2`) === Math.abs(value),
    ),
  );
});
