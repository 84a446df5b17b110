import { expect, test } from "vitest";
import { steadyTime } from "./steady-time.ts";

test("follows a clock that is set forward, waits for one that is set back, and never rests", () => {
  let wallMs = 1_000_000;
  let monotonicMs = 0;
  const now = steadyTime({ nowMs: () => wallMs, monotonicMs: () => monotonicMs, wait: () => Promise.resolve() }, 0);
  const pass = (ms: number, stepMs = 0): number => {
    monotonicMs += ms;
    wallMs += ms + stepMs;
    return now();
  };
  expect(pass(1_000)).toBe(1_001_000);
  expect(pass(1_000, 3_600_000)).toBe(4_602_000);
  expect(pass(1_000, -7_200_000)).toBe(4_603_000);
  expect(pass(60_000)).toBe(4_663_000);
});

test("begins no earlier than what was already written", () => {
  const clock = { nowMs: () => 5, monotonicMs: () => 0, wait: () => Promise.resolve() };
  expect(steadyTime(clock, 900)()).toBe(900);
});
