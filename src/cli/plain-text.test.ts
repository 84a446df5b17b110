import { assert, property, string } from "fast-check";
import { expect, test } from "vitest";
import { plainText } from "./plain-text.ts";

test.each([
  ["words stay", "10 % – « conversion » ✓", "10 % – « conversion » ✓"],
  ["an escape sequence is shown", "\u001b[2Jgone", "\\u{1b}[2Jgone"],
  ["a line break is shown", "a\nb\rc\u2028d", "a\\u{a}b\\u{d}c\\u{2028}d"],
  ["a turn of the writing direction is shown", "x\u202efdp", "x\\u{202e}fdp"],
  ["a mark that turns it is shown", "\u061c1.2", "\\u{61c}1.2"],
])("%s", (_, given, shown) => expect(plainText(given)).toBe(shown));

test("nothing that a terminal obeys comes through", () => {
  assert(property(string({ unit: "binary" }), (text) => !/[\p{Cc}\u202a-\u202e]/u.test(plainText(text))));
});
