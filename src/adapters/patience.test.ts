import { describe, expect, test } from "vitest";
import type { Clock } from "../ports.ts";
import { Patience, retryAfterMs } from "./patience.ts";

const nowMs = Date.parse("2026-01-01T00:00:00Z");

describe("how long an answer asks to wait", () => {
  test.each<[string, Readonly<Record<string, string>>, number | null]>([
    ["seconds", { "retry-after": "30" }, 30_000],
    ["a part of a second", { "retry-after": " 0.5 " }, 500],
    ["a date", { "retry-after": "Thu, 01 Jan 2026 00:00:20 GMT" }, 20_000],
    ["a date that is over", { "retry-after": "Wed, 31 Dec 2025 23:00:00 GMT" }, 0],
    ["Sentry's end of its window", { "x-sentry-rate-limit-reset": String(nowMs / 1000 + 7) }, 7_000],
    ["Datadog's seconds left", { "x-ratelimit-reset": "12" }, 12_000],
    ["the standard's word before theirs", { "retry-after": "1", "x-ratelimit-reset": "12" }, 1_000],
    ["nonsense", { "retry-after": "soon" }, null],
    ["nothing", {}, null],
  ])("%s", (_says, headers, waitMs) => expect(retryAfterMs(headers, nowMs)).toBe(waitMs));

  test("nothing is asked before it is over, at most a minute, and five seconds where nothing is said", () => {
    let atMs = 0;
    const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => atMs, wait: async () => {} };
    const patience = new Patience(clock);
    const isAsked = (now = atMs): boolean => {
      atMs = now;
      try {
        patience.check("Somebody");
        return true;
      } catch {
        return false;
      }
    };
    expect(isAsked()).toBe(true);
    patience.note({ headers: { "retry-after": "3600" } });
    expect([isAsked(), isAsked(59_999), isAsked(60_000)]).toEqual([false, false, true]);
    patience.note({ headers: {} });
    expect(() => patience.check("Somebody")).toThrow("Somebody was asked too often (429) and wants 5 s more of patience");
    atMs += 5_000;
    expect(isAsked()).toBe(true);
  });
});
