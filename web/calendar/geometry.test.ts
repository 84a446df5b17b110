import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { changedHour, heightOf, lanesOf, piecesOf } from "./geometry.ts";
import type { Stretch } from "./geometry.ts";

const hourMs = 3_600_000;
const hour = (hours: number): number => (hours / 24) * 100;
const dayOf = (fromMs: number, hours = 24, change: { readonly atMs: number; readonly byMs: number } | null = null) => ({
  fromMs,
  toMs: fromMs + hours * hourMs,
  change,
});

const plain = dayOf(0);
/** 02:00 becomes 03:00. */
const forward = dayOf(0, 23, { atMs: 2 * hourMs, byMs: hourMs });
/** 03:00 becomes 02:00. */
const back = dayOf(0, 25, { atMs: 3 * hourMs, byMs: -hourMs });
/** Lord Howe: 02:00 becomes 01:30. */
const halfBack = dayOf(0, 24.5, { atMs: 2 * hourMs, byMs: -hourMs / 2 });

describe("a moment stands where the wall clock says", () => {
  test.each([
    ["an ordinary afternoon", plain, 14, 14],
    ["before the clock is put forward", forward, 1.5, 1.5],
    ["from the change on an hour lower", forward, 2, 3],
    ["the afternoon after it", forward, 13, 14],
    ["before the clock is put back", back, 1.5, 1.5],
    ["the hour that comes twice, at half the speed", back, 2.5, 2.25],
    ["the change itself is in the middle of it", back, 3, 2.5],
    ["the afternoon after it", back, 15, 14],
    ["half an hour twice", halfBack, 2, 1.75],
    ["and the noon after it", halfBack, 12.5, 12],
  ])("%s", (_says, day, elapsedHours, wallHours) => {
    expect(heightOf(day, elapsedHours * hourMs)).toBeCloseTo(hour(wallHours), 9);
  });

  test("what is later is never higher, and a day goes from 0 to 100", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(plain, forward, back, halfBack),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (day, one, other) => {
          const [early, late] = [Math.min(one, other), Math.max(one, other)].map((part) =>
            heightOf(day, day.fromMs + part * (day.toMs - day.fromMs)),
          );
          expect(early).toBeLessThanOrEqual(late ?? 0);
          expect(early).toBeGreaterThanOrEqual(0);
          expect(late).toBeLessThanOrEqual(100 + 1e-9);
        },
      ),
    );
  });

  test("the hour that is missing, and the one that comes twice", () => {
    expect(changedHour(plain)).toBeNull();
    expect(changedHour(forward)).toEqual({ kind: "missing", topPct: hour(2), heightPct: hour(1) });
    expect(changedHour(back)).toEqual({ kind: "twice", topPct: hour(2), heightPct: hour(1) });
    // Cairo leaves midnight out: the day begins at one.
    expect(changedHour(dayOf(0, 23, { atMs: 0, byMs: hourMs }))).toEqual({ kind: "missing", topPct: 0, heightPct: hour(1) });
  });
});

describe("a stretch in pieces", () => {
  const week = [dayOf(0), dayOf(24 * hourMs, 23, { atMs: 26 * hourMs, byMs: hourMs }), dayOf(47 * hourMs)];

  test("lies in one day, or goes on into the next", () => {
    expect(piecesOf(week, { fromMs: 14 * hourMs, toMs: 17 * hourMs })).toEqual([
      { day: 0, topPct: hour(14), heightPct: hour(17) - hour(14), isFirst: true, isLast: true },
    ]);
    expect(piecesOf(week, { fromMs: 22 * hourMs, toMs: 48 * hourMs }).map(({ day, isFirst, isLast }) => [day, isFirst, isLast])).toEqual([
      [0, true, false],
      [1, false, false],
      [2, false, true],
    ]);
  });

  test("is cut at the ends, and is none elsewhere", () => {
    expect(piecesOf(week, { fromMs: -hourMs, toMs: 0 })).toEqual([]);
    expect(piecesOf(week, { fromMs: 71 * hourMs, toMs: 99 * hourMs })).toEqual([]);
    expect(piecesOf(week, { fromMs: -hourMs, toMs: hourMs })).toEqual([
      { day: 0, topPct: 0, heightPct: hour(1), isFirst: false, isLast: true },
    ]);
  });

  test("fills a whole day of 23 hours", () => {
    expect(piecesOf(week, { fromMs: 24 * hourMs, toMs: 47 * hourMs })).toEqual([
      { day: 1, topPct: 0, heightPct: 100, isFirst: true, isLast: true },
    ]);
  });
});

describe("lanes", () => {
  const of = (...hours: readonly (readonly [number, number])[]): readonly Stretch[] =>
    hours.map(([from, to]) => ({ fromMs: from * hourMs, toMs: to * hourMs }));

  test("releases at the same time stand side by side, others take the whole width", () => {
    expect(lanesOf(of([14, 16], [15, 17], [20, 21], [16, 18]))).toEqual([
      { lane: 0, lanes: 2 },
      { lane: 1, lanes: 2 },
      { lane: 0, lanes: 1 },
      { lane: 0, lanes: 2 },
    ]);
    expect(lanesOf([])).toEqual([]);
  });

  test("no two that meet share a lane", () => {
    const stretch = fc
      .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 12 }))
      .map(([from, length]) => [from, from + length] as const);
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 8 }), (hours) => {
        const stretches = of(...hours);
        const lanes = lanesOf(stretches);
        const clashes = stretches.flatMap((one, at) =>
          stretches.slice(at + 1).filter((other, next) => {
            const [left, right] = [lanes[at], lanes[at + 1 + next]];
            return one.fromMs < other.toMs && other.fromMs < one.toMs && left?.lane === right?.lane;
          }),
        );
        expect(clashes).toEqual([]);
        expect(lanes.filter(({ lane, lanes: width }) => lane >= width)).toEqual([]);
      }),
    );
  });
});
