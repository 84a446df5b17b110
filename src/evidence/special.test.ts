import { describe, expect, test } from "vitest";
import { lnBeta, lnBetaIncomplete, lnGamma, lnNormal, logAddExp, normalQuantile } from "./special.ts";
import vectors from "./special.vectors.json" with { type: "json" };

/** Relative error, or absolute where the value is below 1: logarithms near 0 have no relative accuracy to speak of. */
function errorOf(actual: number, expected: number): number {
  return Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
}

describe("special functions agree with golden values of independent origin", () => {
  test.each(vectors.lnGamma as [number, number][])("ln Γ(%s)", (x, expected) => {
    expect(errorOf(lnGamma(x), expected)).toBeLessThan(1e-14);
  });
  test.each(vectors.lnBeta as [number, number, number][])("ln B(%s, %s)", (a, b, expected) => {
    expect(errorOf(lnBeta(a, b), expected)).toBeLessThan(2e-14);
    expect(lnBeta(b, a)).toBe(lnBeta(a, b));
  });
  test.each(vectors.lnBetaIncomplete as [number, number, number, number][])("ln I(%s; %s, %s)", (x, a, b, expected) => {
    expect(errorOf(lnBetaIncomplete(x, { a, b }), expected)).toBeLessThan(1e-9);
  });
  test.each(vectors.normalQuantile as [number, number][])("z of %s", (p, expected) => {
    expect(errorOf(normalQuantile(p), expected)).toBeLessThan(2e-15);
  });
  test.each(vectors.normalQuantile as [number, number][])("ln Φ at the z of %s", (p, z) => {
    expect(errorOf(lnNormal(z), Math.log(p))).toBeLessThan(1e-13);
  });
  test.each([
    [-40, -804.6084420137538],
    [-10, -53.23128515051247],
    [0, -Math.LN2],
  ])("ln Φ(%s)", (z, expected) => expect(errorOf(lnNormal(z), expected)).toBeLessThan(1e-14));
});

test("the ends: nothing is finite there that should not be", () => {
  expect(lnGamma(0)).toBeNaN();
  expect(lnBeta(-1, 2)).toBeNaN();
  expect(lnBetaIncomplete(0, { a: 2, b: 3 })).toBe(Number.NEGATIVE_INFINITY);
  expect(lnBetaIncomplete(1, { a: 2, b: 3 })).toBe(0);
  expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
  expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
  expect(normalQuantile(2)).toBeNaN();
  expect(lnNormal(Number.NEGATIVE_INFINITY)).toBe(Number.NEGATIVE_INFINITY);
  expect(lnNormal(Number.POSITIVE_INFINITY)).toBeCloseTo(0, 15);
  expect(lnNormal(Number.NaN)).toBeNaN();
});

test.each([
  [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
  [Number.NEGATIVE_INFINITY, 3, 3],
  [0, 0, Math.LN2],
  [1000, 0, 1000],
  [-1000, -1000, -1000 + Math.LN2],
])("ln(e^%s + e^%s) = %s", (a, b, expected) => {
  expect(logAddExp(a, b)).toBe(expected);
  expect(logAddExp(b, a)).toBe(expected);
});
