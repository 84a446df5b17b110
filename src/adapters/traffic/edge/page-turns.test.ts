import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newPerson } from "./cohort.ts";
import type { Arm, Person } from "./cohort.ts";
import { People } from "./people.ts";

const someone = (number: number): Person => newPerson({ id: number.toString(16).padStart(16, "0"), bucket: 0 });

function world(limit = 1000) {
  const told: string[] = [];
  const quiet = (): void => undefined;
  const people = new People({
    events: {
      drawn: quiet,
      harmed: quiet,
      turnOver: quiet,
      goalOver: quiet,
      pageTurnOver: (arm, outcome) => told.push(`${arm} ${outcome}`),
    },
    goals: [],
    limit,
    turnMs: 10_000,
    idleMs: 60_000,
  });
  const heard = (number: number, arm: Arm, report: "error" | "fine", nowMs: number): boolean =>
    people.pageHeard(someone(number), { arm, isError: report === "error", nowMs });
  return { people, told, heard, load: (number: number, arm: Arm, nowMs: number) => people.pageLoaded(someone(number), arm, nowMs) };
}

describe("people who got a page", () => {
  test("count at the end of their turn: affected, unaffected, or silent when nothing was heard of the page", () => {
    const { people, told, heard, load } = world();
    for (const number of [1, 2, 3]) load(number, "canary", 0);
    heard(1, "canary", "fine", 1_000);
    heard(1, "canary", "error", 2_000);
    heard(2, "canary", "fine", 1_000);
    people.settle(9_999);
    expect(told).toEqual([]);
    people.settle(10_000);
    expect(told).toEqual(["canary affected", "canary unaffected", "canary silent"]);
  });

  test("are watched again at their next page, until they are affected", () => {
    const { people, told, heard, load } = world();
    load(1, "canary", 0);
    people.settle(10_000);
    load(1, "canary", 20_000);
    expect(heard(1, "canary", "error", 20_001)).toBe(true);
    expect(heard(1, "canary", "error", 20_002)).toBe(false);
    people.settle(30_000);
    expect(load(1, "canary", 40_000)).toEqual({ canary: true, stable: false });
    expect(heard(1, "canary", "error", 40_001)).toBe(false);
    people.settle(50_000);
    expect(told).toEqual(["canary silent", "canary affected"]);
  });

  test("pages of one turn are one turn", () => {
    const { people, told, load } = world();
    for (const nowMs of [0, 1_000, 9_000]) load(1, "canary", nowMs);
    people.settle(60_000);
    expect(told).toEqual(["canary silent"]);
  });

  test("an error after the turn counts at once, as one more", () => {
    const { people, told, heard, load } = world();
    load(1, "canary", 0);
    heard(1, "canary", "fine", 1);
    people.settle(10_000);
    expect(heard(1, "canary", "error", 11_000)).toBe(true);
    expect(told).toEqual(["canary unaffected", "canary affected"]);
  });

  test("an error of a page of the other arm is the other arm's, and leaves this turn alone", () => {
    const { people, told, heard, load } = world();
    load(1, "canary", 0);
    heard(1, "canary", "fine", 1);
    heard(1, "stable", "error", 2);
    people.settle(10_000);
    expect(told).toEqual(["stable affected", "canary unaffected"]);
  });

  test("a page of the other arm ends the turn as it stands", () => {
    const { people, told, heard, load } = world();
    load(1, "stable", 0);
    heard(1, "stable", "error", 1);
    load(1, "canary", 5_000);
    expect(told).toEqual(["stable affected"]);
    people.settle(10_000);
    expect(told).toEqual(["stable affected"]);
    people.settle(15_000);
    expect(told).toEqual(["stable affected", "canary silent"]);
  });

  test("whose cookie remembers an error on this arm are not watched there", () => {
    const { people, told } = world();
    const known = { ...someone(1), brokenOn: { canary: true, stable: false } };
    expect(people.pageLoaded(known, "canary", 0)).toEqual({ canary: true, stable: false });
    expect(people.pageHeard(known, { arm: "canary", isError: true, nowMs: 1 })).toBe(false);
    people.settle(10_000);
    expect(told).toEqual([]);
  });

  test("who are silent are counted in a row, until any page of the arm is heard of", () => {
    const { people, heard, load } = world();
    for (const number of [1, 2, 3]) load(number, "canary", 0);
    load(4, "stable", 0);
    people.settle(10_000);
    const inARow = () => [people.silentInARow("canary"), people.silentInARow("stable")];
    expect(inARow()).toEqual([3, 1]);
    heard(9, "canary", "fine", 11_000);
    expect(inARow()).toEqual([0, 1]);
  });

  test("are measured as often as they got a page, and no oftener", () => {
    const { people, load } = world();
    expect(people.pageMeasured(someone(1), 0)).toBe(false);
    load(1, "canary", 0);
    load(1, "stable", 0);
    expect([1, 2, 3].map(() => people.pageMeasured(someone(1), 0))).toEqual([true, true, false]);
    for (let page = 0; page < 10; page += 1) load(1, "canary", 0);
    expect([1, 2, 3, 4].map(() => people.pageMeasured(someone(1), 0))).toEqual([true, true, true, false]);
  });

  test("beyond the limit are not followed", () => {
    const { people, told, heard, load } = world(1);
    load(1, "canary", 0);
    expect(load(2, "canary", 0)).toEqual({ canary: false, stable: false });
    expect([heard(2, "canary", "error", 0), people.pageMeasured(someone(2), 0)]).toEqual([false, false]);
    people.settle(10_000);
    expect(told).toEqual(["canary silent"]);
  });
});

test("every person is affected at most once per arm, and no page turns more than pages and errors allow", () => {
  const arm = fc.constantFrom("canary" as const, "stable" as const);
  const step = fc.record({
    number: fc.integer({ min: 1, max: 4 }),
    arm,
    what: fc.constantFrom("load" as const, "fine" as const, "error" as const, "measure" as const),
    waitMs: fc.integer({ min: 0, max: 6_000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const { people, told, heard, load } = world();
      let nowMs = 0;
      let firsts = 0;
      for (const { number, arm: on, what, waitMs } of steps) {
        nowMs += waitMs;
        people.settle(nowMs);
        if (what === "load") load(number, on, nowMs);
        else if (what === "measure") people.pageMeasured(someone(number), nowMs);
        else if (heard(number, on, what, nowMs)) firsts += 1;
      }
      people.settle(nowMs + 10_000);
      const erred = new Set(steps.filter(({ what }) => what === "error").map(({ number, arm: on }) => `${number} ${on}`));
      expect([firsts, told.filter((one) => one.endsWith(" affected")).length]).toEqual([erred.size, erred.size]);
      expect(told.length).toBeLessThanOrEqual(steps.filter(({ what }) => what === "load").length + erred.size);
    }),
  );
});
