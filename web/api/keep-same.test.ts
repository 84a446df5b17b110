import * as fc from "fast-check";
import { expect, test } from "vitest";
import { keepSame } from "./keep-same.ts";

test("what did not change stays the same object", () => {
  const before = {
    gates: [
      { id: "a", low: 1 },
      { id: "b", low: 2 },
    ],
    people: [{ role: "qa-lead" }],
  };
  const after = keepSame(before, {
    gates: [
      { id: "a", low: 1 },
      { id: "b", low: 3 },
    ],
    people: [{ role: "qa-lead" }],
  });
  expect(after.gates[0]).toBe(before.gates[0]);
  expect(after.gates[1]).not.toBe(before.gates[1]);
  expect(after.people).toBe(before.people);
  expect(keepSame(before, structuredClone(before))).toBe(before);
});

test("whatever was there before, what comes out says what came in", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (before, next) => {
      expect(keepSame(before, next)).toEqual(next);
    }),
  );
});
