// Vectors: gbstats' own tests (tests/frequentist/test_tests.py @8f1db445), then what gbstats itself answers for proportions.
import assert from "node:assert/strict";
import * as G from "./growthbook.mjs";

const near = (actual, expected, tolerance = 1e-12) =>
  assert.ok(actual === expected || Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
const rise = { harm: "increase" };
const fall = { harm: "decrease" };

// TestSequentialOneSidedGreaterTTest and ...LesserTTest: means of 3000 and 3461 users, relative then absolute.
const relative = { estimate: 0.5033610858562358, standardError: 0.3334122146400735, n: 6461 };
near(relative.estimate - G.halfWidth(relative), -0.42356454602790883);
near(relative.estimate + G.halfWidth(relative), 1.4302867177403806);
near(G.pValue(relative, rise), 0.4999);
near(G.pValue(relative, fall), 0.4999);
const absolute = { estimate: 0.23437666666666668, standardError: 0.12983081254184736, n: 6461 };
near(absolute.estimate - G.halfWidth(absolute), -0.12656844172804982);
near(absolute.estimate + G.halfWidth(absolute), 0.5953217750613832);
near(G.pValue(absolute, rise), 0.46316491943359384);
near(G.pValue(absolute, fall), 0.4999);

// Proportions: control successes, n; canary successes, n; options; then the standard error, the finite bound and the p-value.
const arms = (x, m, y, n) => ({ control: { n: m, successes: x }, canary: { n, successes: y } });
for (const [counts, options, standardError, bound, p] of [
  [[200, 10000, 320, 10000], rise, 0.002248910847499296, 0.0055496816900700244, 1e-5],
  [[200, 10000, 320, 10000], { ...rise, alpha: 0.01 }, 0.002248910847499296, 0.004264086712258735, 1e-5],
  [[1396, 3000, 2422, 3461], rise, 0.011984665588422325, 0.2011456165029707, 1e-5],
  [[2000, 90000, 150, 10000], fall, 0.0013110784155789393, -0.003171361443212185, 1e-5],
  [[2000, 90000, 180, 10000], fall, 0.001417401358753752, 0.00015714632207321482, 0.06994090087890627],
  [[5, 100, 9, 100], { ...rise, tuning: 100 }, 0.035972211497209895, -0.06077006127186976, 0.4999],
  [[300, 20000, 370, 20000], { ...rise, tuning: 20000 }, 0.0012832137390162248, -9.470607236921388e-5, 0.06066559814453125],
  [[100, 1e7, 140, 1e7], rise, 1.5491837850945897e-6, -1.948990485475723e-6, 0.4999],
  [[100, 1e7, 200, 1e7], rise, 1.7320363737520065e-6, 3.3488408495578045e-6, 1e-5],
]) {
  const found = G.difference(arms(...counts));
  const interval = G.sequentialInterval(arms(...counts), options);
  near(found.standardError, standardError);
  near(options.harm === "increase" ? interval.lower : interval.upper, bound);
  near(G.pValue(found, options), p);
}

// An arm without successes, in either direction: no interval, no decision.
for (const [counts, options] of [
  [[0, 9000, 50, 1000], rise],
  [[50, 9000, 0, 1000], fall],
]) {
  assert.equal(G.difference(arms(...counts)).problem, "zero-variance");
  assert.deepEqual(G.sequentialInterval(arms(...counts), options), { lower: 0, upper: 0 });
  assert.equal(G.guardrail(arms(...counts), Object.assign({}, options, { minSample: 0 })), "neutral");
}

// At one success in 100,000 the interval proves harm and the p-value does not see it.
const rare = arms(100, 1e7, 165, 1e7);
near(G.sequentialInterval(rare, rise).lower, 2.4884570904558706e-7);
near(G.pValue(G.difference(rare), rise), 0.12498250000000001);
assert.equal(G.guardrail(rare, rise), "neutral");

assert.equal(G.guardrail(arms(200, 10000, 320, 10000), rise), "lost");
assert.equal(G.guardrail(arms(200, 10000, 320, 10000), fall), "neutral");
assert.equal(G.guardrail(arms(2000, 90000, 150, 10000), fall), "lost");
assert.equal(G.guardrail(arms(2000, 90000, 180, 10000), fall), "neutral");
// Fewer than 150 successes in both arms: 1 % against 13 % is not looked at.
assert.equal(G.guardrail(arms(10, 1000, 130, 1000), rise), "neutral");
assert.equal(G.guardrail(arms(10, 1000, 130, 1000), { ...rise, minSample: 0 }), "lost");
// Less than half a percent of the control's rate is no change, however sure.
assert.equal(G.guardrail(arms(5e7, 1e8, 5.02e7, 1e8), rise), "neutral");
assert.equal(G.guardrail(arms(5e7, 1e8, 5.02e7, 1e8), { ...rise, minChange: 0 }), "lost");
