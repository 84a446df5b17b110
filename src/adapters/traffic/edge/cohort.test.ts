import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { afterRequest, armOf, assignedArm, bucketCount, isPageLoad, isPageOutdated, lineOfShare, newPerson, sliceOf } from "./cohort.ts";
import type { Person } from "./cohort.ts";

const bucket = fc.integer({ min: 0, max: bucketCount - 1 });
const share = fc.integer({ min: 0, max: bucketCount }).map((line) => line / 100);
const person = fc.record({
  id: fc.constant("0123456789abcdef"),
  bucket,
  page: fc.constantFrom(null, "canary" as const, "stable" as const),
  isCounted: fc.boolean(),
  isWaiting: fc.boolean(),
  harmedOn: fc.record({ canary: fc.boolean(), stable: fc.boolean() }),
  brokenOn: fc.record({ canary: fc.boolean(), stable: fc.boolean() }),
});

describe("the cohort rule", () => {
  test("the line of a share is exact to 0.01 %", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: bucketCount }), (line) => lineOfShare(line / 100) === line));
    expect([lineOfShare(-1), lineOfShare(0), lineOfShare(12.345), lineOfShare(100), lineOfShare(101)]).toEqual([
      0, 0, 1235, 10_000, 10_000,
    ]);
  });

  test("a growing share only adds people to the canary", () => {
    fc.assert(
      fc.property(bucket, share, share, (one, a, b) => {
        const [small, large] = [Math.min(a, b), Math.max(a, b)];
        return assignedArm(one, lineOfShare(small)) === "stable" || assignedArm(one, lineOfShare(large)) === "canary";
      }),
    );
  });

  test("exactly share × 100 buckets are canary", () => {
    for (const sharePct of [0, 0.01, 1, 10, 33.33, 50, 99.99, 100]) {
      const line = lineOfShare(sharePct);
      const canary = Array.from({ length: bucketCount }, (_, one) => assignedArm(one, line)).filter((arm) => arm === "canary");
      expect(canary).toHaveLength(Math.round(sharePct * 100));
    }
  });

  test("the same person at the same share is always on the same arm, page loads in between or not", () => {
    fc.assert(
      fc.property(person, share, fc.array(fc.boolean(), { maxLength: 20 }), (start, sharePct, loads) => {
        const line = lineOfShare(sharePct);
        let now: Person = start;
        const arms: string[] = [];
        for (const isLoad of [true, ...loads]) {
          const arm = armOf({ person: now, line, isPageLoad: isLoad });
          arms.push(arm);
          now = afterRequest(now, { arm, isPageLoad: isLoad });
        }
        expect(new Set(arms).size).toBe(1);
        expect(isPageOutdated(now, line) && line < bucketCount).toBe(false);
      }),
    );
  });

  test("nobody leaves the canary while the share grows", () => {
    fc.assert(
      fc.property(person, fc.array(fc.tuple(share, fc.boolean()), { minLength: 1, maxLength: 20 }), (start, steps) => {
        let now: Person = start;
        let wasCanary = false;
        for (const [sharePct, isLoad] of steps.toSorted(([a], [b]) => a - b)) {
          const arm = armOf({ person: now, line: lineOfShare(sharePct), isPageLoad: isLoad });
          if (wasCanary && now.page !== "stable" && arm !== "canary") return false;
          wasCanary = arm === "canary";
          now = afterRequest(now, { arm, isPageLoad: isLoad });
        }
        return true;
      }),
    );
  });

  test("a share of 0 takes everybody to stable at once, and 100 everybody to the canary", () => {
    fc.assert(
      fc.property(fc.option(person), fc.boolean(), (one, isLoad) => {
        expect(armOf({ person: one, line: 0, isPageLoad: isLoad })).toBe("stable");
        expect(armOf({ person: one, line: bucketCount, isPageLoad: isLoad })).toBe("canary");
      }),
    );
  });

  test("without a cookie a client is stable below 100 %", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: bucketCount - 1 }),
        fc.boolean(),
        (line, isLoad) => armOf({ person: null, line, isPageLoad: isLoad }) === "stable",
      ),
    );
  });

  test("an open page keeps its backend until the next page load, but leaves the canary at once", () => {
    const stablePage: Person = { ...newPerson({ id: "0123456789abcdef", bucket: 5 }), page: "stable" };
    expect(armOf({ person: stablePage, line: 1000, isPageLoad: false })).toBe("stable");
    expect(isPageOutdated(stablePage, 1000)).toBe(true);
    expect(armOf({ person: stablePage, line: 1000, isPageLoad: true })).toBe("canary");
    const canaryPage: Person = { ...stablePage, page: "canary" };
    expect(armOf({ person: canaryPage, line: 0, isPageLoad: false })).toBe("stable");
    expect(isPageOutdated(canaryPage, 0)).toBe(true);
  });

  test("whoever waits since a login by a script has a page to load again on either arm, and nobody while the share is 0", () => {
    fc.assert(
      fc.property(bucket, fc.integer({ min: 1, max: bucketCount }), (one, line) => {
        const waiting: Person = { ...newPerson({ id: "0123456789abcdef", bucket: one }), page: "stable", isWaiting: true };
        expect([isPageOutdated(waiting, line), isPageOutdated(waiting, 0)]).toEqual([true, false]);
        expect(isPageOutdated({ ...waiting, page: null }, line)).toBe(false);
        expect(armOf({ person: waiting, line: Math.min(line, bucketCount - 1), isPageLoad: false })).toBe("stable");
      }),
    );
  });

  test("the slices are of one size on both sides of every whole percent", () => {
    for (let line = 100; line < bucketCount; line += 100) {
      const canary = Array.from({ length: line }, (_, one) => sliceOf(one));
      expect(canary.filter((slice) => slice === 3)).toHaveLength(line / 10);
    }
  });
});

describe("a page load", () => {
  const get = { method: "GET", accept: undefined, fetchMode: undefined, fetchDest: undefined };
  test.each([
    ["a browser's navigation", { ...get, fetchMode: "navigate", fetchDest: "document" }, true],
    ["an iframe is not", { ...get, fetchMode: "navigate", fetchDest: "iframe" }, false],
    ["a script's request is not, whatever it accepts", { ...get, fetchMode: "cors", accept: "text/html" }, false],
    ["an old browser that asks for HTML", { ...get, accept: "text/html,application/xhtml+xml" }, true],
    ["curl is not", { ...get, accept: "*/*" }, false],
    ["a form that is posted is not", { ...get, method: "POST", fetchMode: "navigate", fetchDest: "document" }, false],
    ["a client that says nothing is not", get, false],
  ])("%s", (_says, request, expected) => expect(isPageLoad(request)).toBe(expected));
});
