import { expect, test } from "vitest";
import { chanceOf, waitMsOf } from "./chance.ts";

const mean = (count: number, next: () => number): number =>
  Array.from({ length: count }, next).reduce((sum, value) => sum + value, 0) / count;

test("is the same stream for the same seed and another one for another", () => {
  const draw = (seed: string): readonly number[] => Array.from({ length: 5 }, chanceOf(seed));
  expect(draw("a")).toEqual(draw("a"));
  expect(draw("a")).not.toEqual(draw("b"));
});

test("is uniform, also over the first draws of neighbouring seeds", () => {
  const one = chanceOf("one");
  expect(mean(20_000, one)).toBeCloseTo(0.5, 1);
  let number = 0;
  const firstIsLow = (): number => (chanceOf(`person 7 ${(number += 1)}`)() < 0.3 ? 1 : 0);
  expect(Math.abs(mean(20_000, firstIsLow) - 0.3)).toBeLessThan(0.015);
});

test("waits 1/rate on average", () => {
  const chance = chanceOf("arrivals");
  expect(Math.abs(mean(20_000, () => waitMsOf(chance, 300)) - 1000 / 300)).toBeLessThan(0.1);
});
