import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BandView } from "../../http/release-view.ts";
import { drawBand } from "./band.ts";

const band = (over: Partial<BandView>): BandView => ({
  fromAt: 0,
  toAt: 2,
  low: 0.2,
  high: 0.8,
  estimate: null,
  passAt: 0.5,
  failAt: 1,
  passSays: "0.5 %",
  failSays: "1 %",
  good: "below",
  ...over,
});
const drawn = (view: BandView, columns = 20): string =>
  drawBand(view, columns)
    .map((cell) => cell.character)
    .join("");

describe("the band", () => {
  test.each<[string, Partial<BandView>, string]>([
    ["stands left of both lines", { low: 0.1, high: 0.4 }, "─████┊····┊─────────"],
    ["covers the pass line, which stays to be seen", {}, "──███┊███·┊─────────"],
    ["marks the estimate", { low: 0.1, high: 0.4, estimate: 0.3 }, "─██◆█┊····┊─────────"],
    ["goes on to the right of the picture", { low: 1.5, high: 9 }, "─────┊····┊────████▸"],
    ["goes on to the left of the picture", { fromAt: 1, toAt: 3, low: 0, high: 1.45, passAt: 2.5, failAt: 2 }, "◂████─────┊····┊────"],
    ["of a guard has one line", { low: 0.1, high: 0.4, passAt: null }, "─████─────┊─────────"],
    ["is one cell where the interval is a point", { low: 0.3, high: 0.3 }, "───█─┊····┊─────────"],
    ["is out of the picture on the bad side", { low: 5, high: 9 }, "─────┊····┊────────▸"],
  ])("%s", (_says, over, expected) => {
    expect(drawn(band(over))).toBe(expected);
  });

  test("always takes its columns, and the interval's cells are where its numbers are", () => {
    const number = fc.double({ min: -10, max: 10, noNaN: true });
    fc.assert(
      fc.property(
        fc.tuple(number, number),
        fc.tuple(number, number),
        fc.integer({ min: 5, max: 60 }),
        ([a, b], [passAt, failAt], columns) => {
          const low = Math.min(a, b);
          const high = Math.max(a, b);
          const cells = drawBand(band({ fromAt: -5, toAt: 5, low, high, estimate: (low + high) / 2, passAt, failAt }), columns);
          expect(cells).toHaveLength(columns);
          const middle = cells[Math.min(columns - 1, Math.max(0, Math.floor((((low + high) / 2 + 5) / 10) * columns)))];
          expect(["estimate", "line", "interval"]).toContain(middle?.part);
        },
      ),
    );
  });
});
