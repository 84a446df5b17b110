import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lineOfShare, newPerson } from "./cohort.ts";
import type { Person } from "./cohort.ts";
import { DueQueue } from "./due-queue.ts";
import { PeopleTable } from "./people-table.ts";
import { People } from "./people.ts";

const drawn = (number: number, bucket: number): Person => newPerson({ id: number.toString(16).padStart(16, "0"), bucket });

function world(goals: readonly { readonly name: string; readonly withinMs: number }[] = []) {
  const told: string[] = [];
  const people = new People({
    events: {
      drawn: (arm) => told.push(`drawn ${arm}`),
      harmed: (arm, service) => told.push(`harmed ${arm} ${service}`),
      turnOver: (arm, outcome) => told.push(`turn ${arm} ${outcome}`),
      pageTurnOver: (arm, outcome) => told.push(`page ${arm} ${outcome}`),
      goalOver: (goal, arm, outcome) => told.push(`${goal} ${arm} ${outcome}`),
    },
    goals,
    limit: 1000,
    turnMs: 10_000,
    idleMs: 60_000,
  });
  people.moveLine(lineOfShare(10));
  return { people, told };
}

describe("distinct people", () => {
  test("are counted once, on the arm of their bucket", () => {
    const { people, told } = world();
    for (const nowMs of [0, 1, 2]) people.count(drawn(1, 999), nowMs);
    people.count(drawn(2, 1000), 3);
    expect(told).toEqual(["drawn canary", "drawn stable"]);
  });

  test("are affected once per arm, however many errors they meet", () => {
    const { people, told } = world();
    const one = drawn(1, 0);
    const meet = (arm: "canary" | "stable", nowMs: number): boolean =>
      people.answered(one, { arm, service: "shop", isServerError: true, nowMs });
    expect([meet("canary", 0), meet("canary", 1), meet("stable", 2), meet("stable", 3)]).toEqual([true, false, true, false]);
    expect(told).toEqual(["harmed canary shop", "harmed stable shop"]);
  });

  test("are watched turn by turn until they are affected, and never again", () => {
    const { people, told } = world();
    const one = drawn(1, 0);
    const answer = (isServerError: boolean, nowMs: number): boolean =>
      people.answered(one, { arm: "canary", service: "shop", isServerError, nowMs });
    answer(false, 0);
    answer(false, 9_000);
    people.settle(9_999);
    expect(told).toEqual([]);
    people.settle(10_000);
    expect(told).toEqual(["turn canary unaffected"]);
    answer(false, 20_000);
    answer(true, 21_000);
    people.settle(30_000);
    expect(told.slice(1)).toEqual(["harmed canary shop", "turn canary affected"]);
    answer(true, 40_000);
    people.settle(60_000);
    expect(told).toHaveLength(3);
  });

  test("a person whose cookie says that the harm was counted is not counted again", () => {
    const { people, told } = world();
    const known = { ...drawn(1, 0), harmedOn: { canary: true, stable: false } };
    expect(people.answered(known, { arm: "canary", service: "shop", isServerError: true, nowMs: 0 })).toBe(false);
    people.settle(20_000);
    expect(told).toEqual([]);
  });

  test("a goal counts when its time is over, reached or missed, never before", () => {
    const { people, told } = world([{ name: "trial", withinMs: 5_000 }]);
    people.count(drawn(1, 0), 0);
    people.count(drawn(2, 9_000), 1_000);
    people.reached(drawn(1, 0), 0, 4_999);
    people.settle(4_999);
    expect(told).toEqual(["drawn canary", "drawn stable"]);
    people.settle(5_000);
    people.reached(drawn(2, 9_000), 0, 6_001);
    people.settle(6_000);
    expect(told.slice(2)).toEqual(["trial canary reached", "trial stable reached"]);
  });

  test("whose arm a larger share changes count for neither", () => {
    const { people, told } = world([{ name: "trial", withinMs: 5_000 }]);
    people.count(drawn(1, 500), 0);
    people.count(drawn(2, 3_000), 0);
    people.count(drawn(3, 8_000), 0);
    people.moveLine(lineOfShare(50));
    people.settle(5_000);
    expect(told.slice(3)).toEqual(["trial canary missed", "trial stable missed"]);
  });

  test("who are idle are forgotten, and there is a limit", () => {
    const { people } = world();
    for (let number = 1; number <= 1500; number += 1) people.count(drawn(number * 0x1_0000_0003, 0), 0);
    expect(people.size).toBe(1000);
    for (let call = 0; call < 256; call += 1) people.sweep(200_000);
    expect(people.size).toBe(0);
  });

  test("every turn that was opened is counted exactly once, and affected never exceed turns", () => {
    const request = fc.record({
      number: fc.integer({ min: 1, max: 5 }),
      isServerError: fc.boolean(),
      waitMs: fc.integer({ min: 0, max: 6_000 }),
    });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 60 }), (requests) => {
        const { people, told } = world();
        let nowMs = 0;
        for (const { number, isServerError, waitMs } of requests) {
          nowMs += waitMs;
          people.settle(nowMs);
          people.answered(drawn(number, 0), { arm: "canary", service: "shop", isServerError, nowMs });
        }
        people.settle(nowMs + 10_000);
        const affected = told.filter((one) => one === "turn canary affected").length;
        expect(affected).toBe(new Set(requests.filter(({ isServerError }) => isServerError).map(({ number }) => number)).size);
        expect(told.filter((one) => one === "harmed canary shop")).toHaveLength(affected);
      }),
    );
  });
});

describe("the table of people", () => {
  test("knows exactly those who are in it, through growth and forgetting", () => {
    const id = fc.record({ high: fc.nat(0xffff_ffff), low: fc.integer({ min: 1, max: 0xffff_ffff }), seen: fc.nat(100) });
    fc.assert(
      fc.property(fc.uniqueArray(id, { selector: ({ high, low }) => `${high} ${low}`, maxLength: 300 }), (entries) => {
        const table = new PeopleTable(1_000_000);
        for (const { high, low, seen } of entries) table.enter(high, low, seen);
        expect(entries.every(({ high, low }) => table.find(high, low) !== null)).toBe(true);
        for (let call = 0; call < 256; call += 1) table.sweep(50);
        for (const { high, low, seen } of entries) expect(table.find(high, low) !== null).toBe(seen >= 50);
        expect(table.size).toBe(entries.filter(({ seen }) => seen >= 50).length);
      }),
    );
  });
});

describe("the queue of people who fall due", () => {
  test("hands out each once, in order, when the time has come", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { maxLength: 400 }), (times) => {
        const queue = new DueQueue();
        const got: number[] = [];
        const sorted = times.toSorted((a, b) => a - b);
        for (const [index, dueMs] of sorted.entries()) {
          queue.add({ high: 1, low: index }, dueMs);
          if (index % 3 === 0) queue.take(dueMs - 1, (_high, low) => got.push(low));
        }
        queue.take(1000, (_high, low) => got.push(low));
        expect(got).toEqual(sorted.map((_, index) => index));
        expect(queue.size).toBe(0);
      }),
    );
  });
});
