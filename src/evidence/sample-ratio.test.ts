import { expect, test } from "vitest";
import { addDraws, beginDraws, isMismatched, mismatchP } from "./sample-ratio.ts";
import type { Draws, DrawState } from "./sample-ratio.ts";

const after = (...draws: readonly Draws[]): DrawState => draws.reduce(addDraws, beginDraws());
const drawn = (canary: number, stable: number, sharePct: number): Draws => ({ canary, stable, sharePct });

test.each<[string, DrawState, boolean]>([
  ["nobody drawn", after(), false],
  ["people drawn as asked", after(drawn(1000, 9000, 10)), false],
  ["one in ten too few, 20,000 people", after(drawn(1800, 18_200, 10)), true],
  ["half of the canary missing, 1,000 people", after(drawn(50, 950, 10)), true],
  ["half of the canary missing, 100 people", after(drawn(5, 95, 10)), false],
  ["a growing share, drawn as asked each time", after(drawn(100, 900, 10), drawn(500, 500, 50), drawn(100, 900, 10)), false],
  ["a mismatch in the first share is remembered", after(drawn(50, 950, 10), drawn(500, 500, 50)), true],
  ["evidence of two shares adds up", after(drawn(470, 5530, 10), drawn(2800, 3200, 50)), true],
])("%s", (_, state, expected) => expect(isMismatched(state)).toBe(expected));

test("order within a share does not matter, and p never rises", () => {
  const once = after(drawn(70, 930, 10));
  const twice = after(drawn(30, 470, 10), drawn(40, 460, 10));
  expect(twice).toMatchObject({ canary: once.canary, stable: once.stable, settledLogE: once.settledLogE });
  const worse = addDraws(twice, drawn(5, 995, 10));
  expect(mismatchP(worse)).toBeLessThan(mismatchP(twice));
  expect(mismatchP(addDraws(worse, drawn(1000, 9000, 10)))).toBe(mismatchP(worse));
});
