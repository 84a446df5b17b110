import { describe, expect, test } from "vitest";
import { crowdAfter, crowdFactor, noCrowd } from "./crowd.ts";
import type { Crowd } from "./crowd.ts";

/** A seeded generator: mulberry32. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The crowd after `scrapes` scrapes of `people` people, each with a number of requests that `visit` draws. */
function crowdOf(options: { readonly scrapes: number; readonly people: number; readonly visit: (next: () => number) => number }): Crowd {
  const next = chance(7);
  let crowd = noCrowd;
  for (let scrape = 0; scrape < options.scrapes; scrape += 1) {
    const totals = Array.from({ length: 10 }, () => 0);
    for (let person = 0; person < options.people; person += 1) {
      const slice = Math.floor(next() * 10);
      totals[slice] = (totals[slice] ?? 0) + options.visit(next);
    }
    crowd = crowdAfter(
      crowd,
      totals.map((total) => ({ bad: 0, badAtMost: 0, total })),
      [],
    );
  }
  return crowd;
}

describe("the crowd", () => {
  test.each<[string, (next: () => number) => number, number]>([
    ["single requests", () => 1, 1],
    ["three each", () => 3, 3],
    ["one in ten makes twenty, the others one: E[M²] / E[M] = 40.9 / 2.9", (next) => (next() < 0.1 ? 20 : 1), 14.1],
  ])("%s", (_, visit, together) => {
    const factor = crowdFactor(crowdOf({ scrapes: 200, people: 100, visit })) ?? 0;
    // Two standard errors of caution on about 180 degrees of freedom: 21 %.
    expect(factor).toBeGreaterThan(together);
    expect(factor).toBeLessThan(together * 1.6);
  });

  test("says nothing before enough windows are over, nor of slices that are nearly empty", () => {
    expect(crowdFactor(crowdOf({ scrapes: 19, people: 100, visit: () => 1 }))).toBeNull();
    expect(crowdFactor(crowdOf({ scrapes: 200, people: 1, visit: () => 1 }))).toBeNull();
  });

  test("is not misled by traffic that grows in all slices alike", () => {
    let crowd = noCrowd;
    for (let scrape = 0; scrape < 100; scrape += 1) {
      crowd = crowdAfter(
        crowd,
        Array.from({ length: 10 }, () => ({ bad: 0, badAtMost: 0, total: 10 + scrape })),
        [],
      );
    }
    expect(crowdFactor(crowd)).toBe(1);
  });
});
