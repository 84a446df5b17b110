import { expect, test } from "vitest";
import { Tries } from "./tries.ts";

const clock = { nowMs: () => 0, monotonicMs: () => 0, wait: () => new Promise<void>(() => undefined) };

test("one place that tries on and on takes up no more of everybody's tries than are its own", () => {
  const tries = new Tries(clock, () => undefined, { windowMs: 60_000, perPlace: 2, overall: 5 });
  const isTold = (place: string): boolean => {
    try {
      tries.count(place);
      return false;
    } catch {
      return true;
    }
  };
  expect(Array.from({ length: 50 }, () => isTold("a")).filter((told) => told)).toHaveLength(48);
  expect(["b", "b", "c"].map(isTold)).toEqual([false, false, false]);
  expect(["c", "d"].map(isTold)).toEqual([true, true]);
});
