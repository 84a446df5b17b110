import { expect, test } from "vitest";
import { createClock } from "./clock.ts";

test("reads the time of day, and a shifted clock reads the given moment and runs on", async () => {
  const before = Date.now();
  expect(createClock().nowMs()).toBeGreaterThanOrEqual(before);
  const shifted = createClock({ startsAtMs: Date.parse("2025-08-19T14:00:00+02:00") });
  const first = shifted.nowMs();
  expect(first - Date.parse("2025-08-19T12:00:00Z")).toBeGreaterThanOrEqual(0);
  expect(first - Date.parse("2025-08-19T12:00:00Z")).toBeLessThan(60_000);
  await shifted.wait(5);
  expect(shifted.nowMs()).toBeGreaterThan(first);
});

test("waits by the monotonic clock and no longer than the signal lets it", async () => {
  const clock = createClock();
  const fromMs = clock.monotonicMs();
  await clock.wait(20);
  expect(clock.monotonicMs() - fromMs).toBeGreaterThanOrEqual(19);
  const stop = new AbortController();
  const long = clock.wait(3_600_000, stop.signal);
  stop.abort();
  await long;
  await clock.wait(3_600_000, stop.signal);
  expect(clock.monotonicMs() - fromMs).toBeLessThan(600_000);
});
