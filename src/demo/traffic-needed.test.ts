import { expect, test } from "vitest";
import { peopleNeededPerMinute, sayTrafficNeeded } from "./traffic-needed.ts";

test("at 2 % the activation gate needs thousands of new people a minute, at 30 % a handful", () => {
  const real = peopleNeededPerMinute(0.02);
  const here = peopleNeededPerMinute(0.3);
  // Wald's bound by hand: ln 20 / (0.02 ln(0.02/0.015) + 0.98 ln(0.98/0.985)) = 3 898 canary people, planned twice, over 10 % of 15 min.
  expect(real.activation).toBeGreaterThan(5_150);
  expect(real.activation).toBeLessThan(5_250);
  expect(here.activation).toBeLessThan(10);
  expect(real.conversion / here.conversion).toBeGreaterThan(10);
});

test("says both", () => {
  expect(sayTrafficNeeded().join("\n")).toContain("demo people convert at 30 %");
  expect(sayTrafficNeeded().every((line) => line.length < 80)).toBe(true);
  expect(sayTrafficNeeded()[2]).toMatch(/at 30 %, 5,\d{3} at 2 %$/);
});
