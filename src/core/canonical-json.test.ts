import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fromCanonicalJson, toCanonicalJson } from "./canonical-json.ts";

test("writes the example of RFC 8785, section 3.2.3", () => {
  const value = {
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "1": "One",
    "\ud83d\ude00": "Emoji: Grinning Face",
    ö: "Latin Small Letter O",
  };
  expect(toCanonicalJson(value)).toBe(
    '{"\\r":"Carriage Return","1":"One","ö":"Latin Small Letter O","€":"Euro Sign","😀":"Emoji: Grinning Face"}',
  );
});

test.each<[string, unknown, string]>([
  ["sorts keys", { b: 1, a: [true, null] }, '{"a":[true,null],"b":1}'],
  ["leaves out what is undefined", { a: undefined, b: 1 }, '{"b":1}'],
  ["keeps infinite evidence", { logE: Infinity }, '{"logE":{"$number":"Infinity"}}'],
  ["keeps a key that looks like a number", { $number: "Infinity" }, '{"$$number":"Infinity"}'],
  ["forgets the sign of zero", [-0], "[0]"],
  ["makes half a character whole", "a\ud800", '"a\ufffd"'],
])("%s", (_, value, text) => expect(toCanonicalJson(value)).toBe(text));

test.each<[string, unknown]>([
  ["a function", { act: () => 1 }],
  ["a date", [new Date(0)]],
  ["a map", new Map()],
  ["a bigint", 1n],
  ["nothing", undefined],
])("refuses %s", (_, value) => expect(() => toCanonicalJson(value)).toThrow(TypeError));

const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: "grapheme" }),
    fc.double().map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value")),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("$", "$number", "$$number", "__proto__")), tie("value")),
  ),
})).value;

test("reads back what it wrote, and writes that the same way again", () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = toCanonicalJson(value);
      expect(toCanonicalJson(fromCanonicalJson(text))).toBe(text);
      expect(fromCanonicalJson(text)).toEqual(fromNullPrototype(value));
    }),
  );
});

test("does not depend on the order in which keys were set", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), json), (record) => {
      expect(toCanonicalJson(Object.fromEntries(Object.entries(record).reverse()))).toBe(toCanonicalJson(record));
    }),
  );
});

function fromNullPrototype(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(fromNullPrototype);
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, fromNullPrototype(field)]));
}
