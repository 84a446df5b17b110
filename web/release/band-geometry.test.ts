import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BandView } from "../../src/http/release-view.ts";
import { bandGeometry } from "./band-geometry.ts";

const band = (over: Partial<BandView>): BandView => ({
  fromAt: 0,
  toAt: 2,
  low: 0.2,
  high: 0.8,
  estimate: 0.4,
  passAt: 0.5,
  failAt: 1,
  passSays: "0.5 %",
  failSays: "1 %",
  good: "below",
  ...over,
});

describe("the geometry of a band", () => {
  test("puts everything where its number is", () => {
    expect(bandGeometry(band({}))).toMatchObject({ from: 10, to: 40, estimate: 20, pass: 25, fail: 50 });
  });

  test("the zone between the lines is grey, and what lies beyond the fail line is bad, on either side", () => {
    expect(bandGeometry(band({}))).toMatchObject({ between: { from: 25, to: 50 }, bad: { from: 50, to: 100 } });
    expect(bandGeometry(band({ passAt: 1, failAt: 0.5, good: "above" }))).toMatchObject({
      between: { from: 25, to: 50 },
      bad: { from: 0, to: 25 },
    });
  });

  test.each([
    ["a guard", null],
    ["a gate whose lines are one", 1],
  ])("%s has no zone between", (_says, passAt) => expect(bandGeometry(band({ passAt })).between).toBeNull());

  test.each<[string, Partial<BandView>, Partial<ReturnType<typeof bandGeometry>>]>([
    ["goes on to the right", { high: 9 }, { to: 100, goesOnRight: true, goesOnLeft: false, isBeyond: false }],
    ["goes on to the left", { low: -1 }, { from: 0, goesOnLeft: true, isBeyond: false }],
    ["is all beyond the picture", { low: 5, high: 9, estimate: 7 }, { to: 100, goesOnRight: true, isBeyond: true, estimate: null }],
  ])("an interval that %s is cut, and says so", (_says, over, expected) => expect(bandGeometry(band(over))).toMatchObject(expected));

  test("whatever the numbers, everything is inside the picture, and the interval is wide enough to be seen", () => {
    const number = fc.double({ min: -10, max: 10, noNaN: true });
    fc.assert(
      fc.property(
        number,
        number,
        number,
        number,
        number,
        fc.constantFrom("below" as const, "above" as const),
        (a, b, passAt, failAt, toAt, good) => {
          const drawn = bandGeometry(
            band({ fromAt: -10, toAt, low: Math.min(a, b), high: Math.max(a, b), estimate: a, passAt, failAt, good }),
          );
          const places = [drawn.from, drawn.to, drawn.fail, drawn.bad.from, drawn.bad.to, drawn.pass ?? 0, drawn.estimate ?? 0];
          expect(places.every((place) => place >= 0 && place <= 100)).toBe(true);
          expect(drawn.to - drawn.from).toBeGreaterThan(1);
        },
      ),
    );
  });
});
