import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fit, lineWidth, paint, span, squeeze, widthOf, wrap } from "./span.ts";

describe("text in columns", () => {
  test.each([
    ["plain", 5],
    ["été", 3],
    ["e\u0301te\u0301", 3],
    ["版本", 4],
    ["🚀 v2", 5],
    ["10\u202f%", 4],
  ])("%s takes %d columns", (text, columns) => {
    expect(widthOf(text)).toBe(columns);
  });

  test("a fitted line has exactly its columns, whatever stands in it", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" }), { maxLength: 4 }), fc.integer({ min: 1, max: 40 }), (texts, columns) => {
        expect(
          lineWidth(
            fit(
              texts.map((text) => span(text)),
              columns,
            ),
          ),
        ).toBe(columns);
      }),
    );
  });

  test("no wrapped line is wider than asked for, and no word is lost while it fits", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-zé版]{1,8}$/u), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 16, max: 40 }),
        (words, columns) => {
          const lines = wrap(words.join(" "), columns);
          expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns);
          expect(lines.join(" ")).toBe(words.join(" "));
        },
      ),
    );
  });

  test("a squeezed name keeps its end", () => {
    expect(squeeze("dashboard-accessibility < 95", 18)).toBe("dashboard…ity < 95");
    expect(squeeze("5xx-rate > 1%", 18)).toBe("5xx-rate > 1%");
  });

  test("an escape sequence from outside is shown, not obeyed", () => {
    expect(paint([span("a\u001b[2Jb")], true)).toBe("a\\u{1b}[2Jb");
  });

  test("without colours a line is its text alone", () => {
    const line = [span("pass", "good"), span(" far", "faint")];
    expect([paint(line, false), paint(line, true)]).toEqual(["pass far", "\u001b[34mpass\u001b[0m\u001b[2m far\u001b[0m"]);
  });
});
