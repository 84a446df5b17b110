import { afterEach, expect, test, vi } from "vitest";
import { fairWeather } from "../weather.ts";
import { cpuLimit, createAilments } from "./ailments.ts";
import type { Ailments } from "./ailments.ts";
import { mischiefOf } from "./fault.ts";
import type { Fault } from "./fault.ts";

const ill: Ailments[] = [];
afterEach(() => {
  for (const one of ill.splice(0)) one.heal();
});

function createIll(fault: Fault): Ailments {
  const ailments = createAilments(mischiefOf([fault], "backend"));
  ill.push(ailments);
  return ailments;
}

const mebibyte = 1024 * 1024;
const patience = { timeout: 120_000, interval: 20 };

test("a leak keeps memory for real, once, and no more than its most", async () => {
  const ailments = createIll({ kind: "leak", service: "backend", mebibytesPerSecond: 200, mostMebibytes: 60, fromPhase: 1 });
  const before = process.memoryUsage().arrayBuffers;
  const leaked = (): number => (process.memoryUsage().arrayBuffers - before) / mebibyte;
  ailments.catch(fairWeather);
  expect(leaked()).toBeLessThan(10);
  ailments.catch({ ...fairWeather, phase: 1 });
  ailments.catch({ ...fairWeather, phase: 1 });
  await vi.waitUntil(() => leaked() >= 55, patience);
  const startedMs = performance.now();
  await vi.waitUntil(() => performance.now() - startedMs > 400, patience);
  expect(leaked()).toBeLessThan(90);
});

test("a burn uses processor time for real, and not much more than its share", async () => {
  const ailments = createIll({ kind: "burn", service: "backend", ofLimit: 0.95, fromPhase: 0 });
  const before = { atMs: performance.now(), used: process.cpuUsage() };
  ailments.catch(fairWeather);
  const usedMs = (): number => process.cpuUsage(before.used).user / 1000;
  await vi.waitUntil(() => usedMs() > 250, patience);
  expect(usedMs()).toBeLessThan((performance.now() - before.atMs) * cpuLimit * 2 + 200);
  ailments.heal();
});
