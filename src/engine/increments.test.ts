import { describe, expect, test } from "vitest";
import type { SeriesSample } from "../ports.ts";
import { difference } from "./increments.ts";

const sample = (series: string, bad: number, total: number, more: Partial<SeriesSample> = {}): SeriesSample => ({
  series,
  arm: "canary",
  bad,
  total,
  slice: null,
  bornMs: null,
  ...more,
});
const counters = (...series: readonly SeriesSample[]): { kind: "counters"; atMs: number; series: readonly SeriesSample[] } => ({
  kind: "counters",
  atMs: 60_000,
  series,
});
const canaryOf = (differenced: ReturnType<typeof difference>): unknown =>
  differenced.seen.kind === "increment" && differenced.seen.increment.kind === "counts"
    ? differenced.seen.increment.canary
    : differenced.seen;

describe("difference", () => {
  test("the first reading of all only finds the beginning", () => {
    const first = difference(counters(sample("a", 5, 100)), undefined, null);
    expect(canaryOf(first)).toEqual({ bad: 0, total: 0 });
    expect(first.cursor).toEqual({ a: [5, 5, 100] });
  });

  test.each<[string, SeriesSample, Parameters<typeof difference>[1], number | null, unknown]>([
    ["counts what was added", sample("a", 7, 130), { a: [5, 5, 100] }, 45_000, { bad: 2, total: 30 }],
    [
      "takes a lower value for a reset: the new value is the increment",
      sample("a", 1, 20),
      { a: [5, 5, 100] },
      45_000,
      { bad: 1, total: 20 },
    ],
    ["resets all three when one went down", sample("a", 6, 20), { a: [5, 5, 100] }, 45_000, { bad: 6, total: 20 }],
    [
      "counts a series from zero that was born since",
      sample("b", 3, 40, { bornMs: 50_000 }),
      { a: [5, 5, 100] },
      45_000,
      { bad: 3, total: 40 },
    ],
    [
      "finds only the beginning of a series that is older",
      sample("b", 3, 40, { bornMs: 10_000 }),
      { a: [5, 5, 100] },
      45_000,
      { bad: 0, total: 0 },
    ],
    ["finds only the beginning of a series of unknown birth", sample("b", 3, 40), { a: [5, 5, 100] }, 45_000, { bad: 0, total: 0 }],
    [
      "keeps the bracket of a line between two buckets",
      sample("a", 7, 130, { badAtMost: 12 }),
      { a: [5, 6, 100] },
      45_000,
      { bad: 2, badAtMost: 6, total: 30 },
    ],
  ])("%s", (_, now, before, beforeMs, expected) => {
    expect(canaryOf(difference(counters(now), before, beforeMs))).toEqual(expected);
  });

  test("a lower count that is no restart adds nothing until it is passed again", () => {
    const seen: unknown[] = [];
    let cursor: Parameters<typeof difference>[1] = { a: [12, 12, 300] };
    for (const [bad, total] of [
      [11, 310],
      [12, 305],
      [14, 320],
    ] as const) {
      const differenced = difference(counters(sample("a", bad, total, { neverRestarts: true })), cursor, 45_000);
      cursor = { ...cursor, ...differenced.cursor };
      seen.push(canaryOf(differenced));
    }
    expect(seen).toEqual([
      { bad: 0, total: 10 },
      { bad: 0, total: 0 },
      { bad: 2, total: 10 },
    ]);
  });

  test("passes on what the source names", () => {
    const findings = [{ issue: "TypeError", events: 2, isNew: true, frames: ["pay (checkout.ts:41)"], url: null }];
    const { seen } = difference({ ...counters(sample("a", 2, 10)), findings }, { a: [1, 1, 5] }, 45_000);
    expect(seen).toMatchObject({ increment: { findings, canary: { bad: 1, total: 5 } } });
  });

  test("says the cursor of what changed only", () => {
    const before = { a: [5, 5, 100], b: [1, 1, 10] } as const;
    expect(difference(counters(sample("a", 5, 100), sample("b", 1, 11)), before, 45_000).cursor).toEqual({ b: [1, 1, 11] });
  });

  test("adds up stable by slices, and says none where the source has none", () => {
    const before = { s0: [0, 0, 0], s3: [0, 0, 0] } as const;
    const stable = { arm: "stable" } as const;
    const { seen } = difference(
      counters(sample("s0", 1, 10, { ...stable, slice: 0 }), sample("s3", 2, 20, { ...stable, slice: 3 })),
      before,
      45_000,
    );
    const increment = seen.kind === "increment" && seen.increment.kind === "counts" ? seen.increment : null;
    expect(increment?.stable).toEqual({ bad: 3, total: 30 });
    expect(increment?.slices.map((slice) => slice.total)).toEqual([10, 0, 0, 20, 0, 0, 0, 0, 0, 0]);
    const without = difference(counters(sample("s0", 1, 10, stable)), before, 45_000).seen;
    expect(without.kind === "increment" && without.increment.kind === "counts" ? without.increment.slices : null).toEqual([]);
  });
});
