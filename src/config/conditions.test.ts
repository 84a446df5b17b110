import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Comparison, Condition } from "../core/condition.ts";
import { parseCondition, parseGuard, sayCondition, sayGuard } from "./conditions.ts";

describe("conditions", () => {
  test.each<[string, Condition]>([
    ["< 0.5%", { kind: "line", is: "<", value: 0.005, percent: true, steady: false }],
    ["<0.5 %", { kind: "line", is: "<", value: 0.005, percent: true, steady: false }],
    [">= 90", { kind: "line", is: ">=", value: 90, percent: false, steady: false }],
    ["> 70%", { kind: "line", is: ">", value: 0.7, percent: true, steady: false }],
    ["< 80% and stable", { kind: "line", is: "<", value: 0.8, percent: true, steady: true }],
    ["p95 < 500ms", { kind: "quantile", quantile: 0.95, is: "<", ms: 500 }],
    ["p95 < 2s", { kind: "quantile", quantile: 0.95, is: "<", ms: 2000 }],
    ["p99.9 <= 1.5s", { kind: "quantile", quantile: 0.999, is: "<=", ms: 1500 }],
    ["< 50% of stable", { kind: "of-stable", is: "<", ratio: 0.5 }],
    ["> 150% of stable", { kind: "of-stable", is: ">", ratio: 1.5 }],
    ["no regression", { kind: "no-regression", beyond: 0.1 }],
    ["no regression beyond 5%", { kind: "no-regression", beyond: 0.05 }],
    ["none", { kind: "none" }],
    ["is down", { kind: "down" }],
    ["  is   down ", { kind: "down" }],
  ])("%s", (text, condition) => expect(parseCondition(text)).toEqual({ ok: true, condition }));

  test.each([
    ["≥ 90", 'Write ">= 90".'],
    ["< 0,5%", 'Write "< 0.5%".'],
    ["P95 < 500MS", 'Write "p95 < 500ms".'],
    ["< 500ms", 'Write "p95 < 500ms".'],
    ["< 500ms (p95)", 'Write "p95 < 500ms".'],
    ["< 50% of baseline", 'Write "< 50% of stable".'],
    ["zero", 'Write "none".'],
    ["unavailable", 'Write "is down".'],
    ["None", 'Write "none".'],
  ])("%s is refused, with what was meant", (text, remedy) => expect(parseCondition(text)).toMatchObject({ ok: false, remedy }));

  test.each([
    "",
    "<",
    "< x",
    "0.5%",
    "== 3",
    "p0 < 1s",
    "p100 < 1s",
    "p95 < 500",
    "< -1",
    "< 1e3",
    "no regression beyond 0%",
    "< 1 && 1",
    "> ".repeat(500),
  ])("%j is refused, with the forms that there are", (text) =>
    expect(parseCondition(text)).toMatchObject({ ok: false, remedy: expect.stringContaining('Write one of "< 0.5%"') }),
  );

  const comparison = fc.constantFrom<Comparison[]>("<", "<=", ">", ">=");
  /** Decimals as people write them: up to nine digits, the point anywhere. */
  const amount = fc
    .tuple(fc.integer({ min: 0, max: 999_999_999 }), fc.integer({ min: 0, max: 8 }))
    .map(([digits, places]) => Number(`${digits}e-${places}`));
  const portion = fc.integer({ min: 1, max: 99_999 }).map((digits) => Number(`${digits}e-5`));
  const condition: fc.Arbitrary<Condition> = fc.oneof(
    fc.record({ kind: fc.constant("line" as const), is: comparison, value: amount, percent: fc.boolean(), steady: fc.boolean() }),
    fc.record({ kind: fc.constant("quantile" as const), quantile: portion, is: comparison, ms: amount }),
    fc.record({ kind: fc.constant("of-stable" as const), is: comparison, ratio: amount }),
    fc.record({ kind: fc.constant("no-regression" as const), beyond: portion }),
    fc.record({ kind: fc.constant("none" as const) }),
    fc.record({ kind: fc.constant("down" as const) }),
  );

  test("what is said is read back as it was", () => {
    fc.assert(
      fc.property(condition, (condition) => {
        expect(parseCondition(sayCondition(condition))).toEqual({ ok: true, condition });
      }),
    );
  });

  test("any text is answered, never thrown at", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => typeof parseCondition(text).ok === "boolean"));
  });
});

describe("guards", () => {
  test.each(["5xx-rate > 1%", "latency p95 > 2s", "pricetruth is down", "conversion < 50% of stable"])("%s", (text) => {
    const parsed = parseGuard(text);
    expect(parsed.ok && sayGuard(parsed)).toBe(text);
  });

  test.each([
    ["critical-errors none", 'Write "critical-errors > 0".'],
    ["conversion no regression", 'Write "conversion < 90% of stable".'],
    ["cpu < 80% and stable", 'Write "cpu >= 80%".'],
    ["5xx-rate ≥ 1%", 'Write "5xx-rate >= 1%".'],
    ["5xx-rate", 'Write a metric and a condition, such as "5xx-rate > 1%", "latency p95 > 2s" or "pricetruth is down".'],
  ])("%s is refused", (text, remedy) => expect(parseGuard(text)).toMatchObject({ ok: false, remedy }));
});
