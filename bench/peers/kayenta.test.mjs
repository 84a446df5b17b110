// Vectors: Kayenta's own suites (MannWhitneySuite, ClassifierSuite, ScorerSuite, StatisticSuite, TransformSuite, DetectorSuite
// @a69573be), its issues, and corners that no suite covers. Labels in 20,000 random cases were compared once with the judge
// itself (classifier and solver compiled from that commit): they differ only where its unseeded noise decides.
import assert from "node:assert/strict";
import * as K from "./kayenta.mjs";
import {
  tenish,
  tenishToo,
  twentyish,
  twentyishToo,
  manyErrors,
  fewErrors,
  tieoutControl,
  tieoutCanary,
  largeCanary,
  largeControl,
  thirtiethsCanary,
  thirtiethsControl,
  clesPassCanary,
  clesPassControl,
  clesHighCanary,
  clesHighControl,
  clesLowCanary,
  clesLowControl,
  effectApartCanary,
  effectApartControl,
  effectHighCanary,
  effectHighControl,
  effectLowCanary,
  effectLowControl,
  quartiles,
  nist,
  sparse,
} from "./kayenta.vectors.mjs";

const near = (actual, expected, tolerance = 1e-6) =>
  assert.ok(actual === expected || Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
const repeat = (value, count) => Array(count).fill(value);

// --- MannWhitneySuite, with its tolerances
near(K.upperTailPoint(0.01), 2.326348);
near(K.shiftStatistic(thirtiethsCanary, thirtiethsControl)(0, 0), -1.229416);
near(K.shiftStatistic(thirtiethsCanary, thirtiethsControl)(5, 0), -35.80606);
for (const [x, y, confLevel, lower, upper, estimate, tolerance] of [
  [[10, 20, 30, 40], [1, 2, 3, 4], 0.95, 6, 39, 22.5, 1e-6],
  [thirtiethsCanary, thirtiethsControl, 0.98, -1.4808028936386108e-5, 1.808255910873413e-5, 1.808255910873413e-5, 1e-6],
  [tieoutCanary, tieoutControl, 0.95, -0.500002521696696, -3.486287505871302e-5, -0.4999393907180323, 1e-4],
  [largeCanary, largeControl, 0.98, -0.4999173250549087, -6.912685789769486e-6, -3.45044082729315e-5, 1e-4],
  [manyErrors, fewErrors, 0.95, 3.521755377702165e-5, 2.02456461662334e-5, 2.6279243045155653e-5, 1e-6],
]) {
  const shift = K.mannWhitney(x, y, confLevel);
  near(shift.lower, lower);
  near(shift.upper, upper);
  near(shift.estimate, estimate, tolerance);
}
for (const [mu, z, expected] of [
  [-3.124999999999986, 1.9599639845400536, 17.090968923762254],
  [5.555555555555557, 1.9599639845400536, -20.997687930433106],
  [-3.124999999999986, -1.9599639845400536, 21.01089689284236],
  [5.555555555555557, -1.9599639845400536, -17.077759961353],
])
  near(K.shiftStatistic(manyErrors, fewErrors)(mu, z), expected);

// --- ClassifierSuite: control, experiment, options, label, critical
const suite = { tolerance: 0.1, confLevel: 0.95 };
const effect = (allowedDecrease, allowedIncrease) => ({ ...suite, effectSize: { allowedDecrease, allowedIncrease } });
const cles = (allowedDecrease, allowedIncrease) => ({
  tolerance: 0.2,
  confLevel: 0.98,
  effectSize: { measure: "cles", allowedDecrease, allowedIncrease },
});
const critical = (effectSize) => ({ ...suite, critical: true, effectSize });
const small = [1, 2.2, 1.1, 2.5, 3];
const big = [20, 22, 21, 25, 30];
const zeros = repeat(0, 5);
const fifties = [54.9, 54.5, 55.1, 55.6, 57.4];
for (const [control, experiment, options, label, isCritical = false] of [
  [tenishToo, tenish, suite, "Pass"],
  [tenishToo, twentyish, suite, "High"],
  [twentyishToo, tenish, suite, "Low"],
  [twentyishToo, tenish, { ...suite, direction: "increase" }, "Pass"],
  [tenishToo, twentyish, { ...suite, direction: "decrease" }, "Pass"],
  [tenishToo, twentyish, { ...suite, direction: "increase" }, "High"],
  [twentyishToo, tenish, { ...suite, direction: "decrease" }, "Low"],
  [fewErrors, manyErrors, suite, "High"],
  [small, big, effect(0.8, 1.2), "High"],
  [twentyishToo, tenish, { ...effect(0.8, 1.2), direction: "decrease" }, "Low"],
  [big, [10, 12.2, 10.1, 12.5, 23], effect(0.5, 1), "Pass"],
  [fewErrors, manyErrors, effect(1, 5), "Pass"],
  [clesPassControl, clesPassCanary, cles(0.5, 0.8), "Pass"],
  [clesHighControl, clesHighCanary, cles(0.2, 0.8), "High"],
  [clesLowControl, clesLowCanary, cles(0.2, 0.8), "Low"],
  [small, big, critical({ criticalIncrease: 1.2 }), "High", true],
  [[10, 20.2, 10.1, 20.5, 30], [2, 2, 2, 2, 3], critical({ criticalDecrease: 1.2 }), "Low", true],
  [small, big, critical({ allowedIncrease: 5, criticalIncrease: 13 }), "High", false],
  [small, big, critical({ allowedIncrease: 13, criticalIncrease: 15 }), "Pass", false],
  [small, big, critical(), "High", true],
  [[1, 1], [1, 1, 1], { ...suite, direction: "decrease" }, "Pass"],
  [[5, 4, 3, 2, 1], [1, 2, 3, 4, 5], { ...suite, direction: "decrease" }, "Pass"],
  [repeat(1, 5), [0, 1, 1, 1, 1], { ...suite, direction: "decrease" }, "Pass"],
  [[1, 2, 3, 4, 5], [], { ...suite, direction: "decrease" }, "Nodata"],
  [[1, 2, 3, 4, 5], [], { ...critical(), direction: "decrease" }, "Nodata", true],
  [[1, 2, 3, 4, 5], [], { ...suite, nanStrategy: "replace" }, "Pass"],
  [[], [], critical(), "Nodata", true],
  [repeat(1, 5), [1, 1, 1, 1, 10], suite, "Pass"],
  [repeat(1, 5), repeat(10, 5), suite, "High"],
  [zeros, repeat(10, 5), suite, "High"],
  [zeros, fifties, effect(0.8, 1.2), "High"],
  [fifties, zeros, effect(0.8, 1.2), "Low"],
  [repeat(0, 10), sparse, { ...critical({ criticalDecrease: 0.8, criticalIncrease: 1.2 }), nanStrategy: "replace" }, "High", true],
  [zeros, zeros, effect(0.8, 1.2), "Pass"],
]) {
  const found = K.classifyMetric(control, experiment, options);
  assert.deepEqual([found.label, found.critical], [label, isCritical]);
}
assert.equal(K.classifyMetric(zeros, fifties, suite).ratio, null);
assert.equal(K.classifyMetric(fifties, zeros, suite).ratio, null);
assert.equal(K.classifyMetric(zeros, zeros, suite).ratio, 1);

// --- StatisticSuite, TransformSuite, DetectorSuite
near(K.percentile([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5], 5), 0.175);
assert.equal(K.percentile([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5], 50), 1.75);
assert.equal(K.percentile([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5], 100), 3.5);
assert.equal(K.percentile([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 50), 4.5);
assert.equal(K.percentile(nist, 90), 95.19568);
assert.equal(K.percentile([1], 100), 1);
assert.equal(K.percentile(quartiles, 25), 0);
near(K.percentile(quartiles, 75), 0.0416, 1e-4);
assert.equal(K.meanRatio(repeat(1, 5), repeat(1, 5)), 1);
assert.equal(K.meanRatio(repeat(1, 5), repeat(10, 5)), 10);
assert.equal(K.meanRatio(repeat(100, 5), repeat(10, 5)), 0.1);
assert.ok(Number.isNaN(K.meanRatio(zeros, repeat(10, 5))));
assert.equal(K.commonLanguageEffect([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]), 0.5);
assert.equal(K.commonLanguageEffect(effectApartControl, effectApartCanary), 0);
near(K.commonLanguageEffect(effectHighControl, effectHighCanary), 0.771, 1e-3);
assert.equal(K.commonLanguageEffect(effectLowControl, effectLowCanary), 0.12);
const plain = { spareTails: false };
assert.deepEqual(K.withoutOutliers([21, 23, 24, 25, 50, 29, 23, 21], 1.5, plain), [21, 23, 24, 25, 29, 23, 21]);
assert.deepEqual(K.withoutOutliers([1, 1, 1, 5, -1, -1, -1, -5], 1.5, plain), [1, 1, 1, -1, -1, -1]);
assert.deepEqual(K.withoutOutliers([], 1.5, plain), []);

// --- ScorerSuite: metrics as "group label" with "!" for critical, weights, score
const results = (words) =>
  words.map((word) => {
    const [group, label] = word.replace("!", "").split(" ");
    return { name: word, groups: [group], label, critical: word.endsWith("!") };
  });
for (const [words, groupWeights, score] of [
  [["a Pass"], {}, 100],
  [["a High"], {}, 0],
  [["a Nodata"], {}, 0],
  [["a Pass", "a Pass", "b Nodata"], {}, 100],
  [["a Pass", "a High"], {}, 50],
  [["a Pass", "a High", "a Low"], {}, 33.33],
  [["a Pass", "a Pass", "b High"], { a: 75, b: 25 }, 75],
  [["a Pass", "a High", "b High"], { a: 50, b: 50 }, 25],
  [["a Pass", "a Nodata", "b High"], { a: 50, b: 50 }, 50],
  [["a Pass", "a High!"], {}, 0],
  [["a Low", "a Pass!"], {}, 50],
  [["a Pass", "a Nodata!"], {}, 0],
  [["a High", "a Low", "a Pass", "b High"], { a: 15, b: 85 }, 5],
])
  assert.equal(K.scoreResults(results(words), { groupWeights }).score, score);
assert.deepEqual(
  K.scoreResults(results(["a Pass", "a Pass", "b Nodata"])).groups.map(({ score }) => score),
  [100, 0],
);

// --- Issues: spinnaker#6278 with the numbers its reporter printed, kayenta#426, kayenta#780
const ones = repeat(1, 10);
const seven = [...repeat(100, 7), 1, 1, 1];
const reported = K.mannWhitney(seven, ones, 0.98);
near(reported.lower, 6.825022991538781e-5, 1e-15);
assert.equal(reported.upper, 99);
near(reported.estimate, 98.99992904170193, 1e-12);
assert.deepEqual(K.classifyMetric(ones, seven), { label: "Pass", ratio: 70.3, critical: false });
assert.equal(K.classifyMetric(ones, [...repeat(100, 8), 1, 1]).label, "High");
assert.equal(K.classifyMetric(zeros.concat(0), [0, 1, 2, 1, 0, 0]).label, "Pass");
const wide = [1, 100, 4, 101, 5, 102, 6, 103, 7, 104, 8, 105, 9, 106, 17];
const narrow = [10, 10.1, 10.2, 10.3, 10.4, 10.5, 10.6, 17, 17.1, 17.2, 17.3, 17.4, 17.5, 17.6, 17.7];
assert.equal(K.classifyMetric(wide, narrow).label, "Pass");

// --- Corners: data
const five = [1, 2, 3, 4, 5];
assert.equal(K.classifyMetric(five, [NaN, NaN]).label, "Nodata");
assert.equal(K.classifyMetric(five, [NaN], { mustHaveData: true }).label, "NodataFailMetric");
assert.deepEqual(K.classifyMetric(five, [], { mustHaveData: true, critical: true }), { label: "Nodata", ratio: 1, critical: true });
assert.equal(K.classifyMetric(five, repeat(NaN, 5), { nanStrategy: "replace" }).label, "Low");
assert.equal(K.classifyMetric([NaN, NaN], repeat(NaN, 3), { nanStrategy: "replace" }).label, "Pass");
const spiked = [...five, ...five, ...five, ...five, 1000];
assert.equal(K.withoutOutliers(spiked, 3).length, 20);
assert.equal(K.withoutOutliers([...five, 1000], 3).length, 5);
assert.throws(() => K.classifyMetric(five, five, { outliers: { strategy: "remove", outlierFactor: 0 } }), RangeError);
assert.equal(K.classifyMetric(five, five, { outliers: { strategy: "keep", outlierFactor: 0 } }).label, "Pass");

// Too few points for the rank test to reject anything: the ends of the bracket pass for the interval.
assert.deepEqual(K.mannWhitney([20, 22, 24, 26], [1, 2, 3, 4], 0.98), { lower: 16, upper: 25, estimate: 20.5 });
assert.equal(K.classifyMetric([1, 2], [3, 4]).label, "High");

// One point against another has no interval: an Error, never critical, and the group counts as 100.
const alone = { name: "alone", groups: ["errors"], control: [0], experiment: [5], options: { critical: true } };
assert.deepEqual(K.classifyMetric([0], [5], { critical: true }), { label: "Error", ratio: null, critical: false });
assert.equal(K.judge([alone]).classification, "Pass");

// Constant arms are noisy by 1e-5 of their size, zeros not at all; without the noise they would all tie.
const steady = K.classifyMetric(repeat(4, 5), repeat(8, 5));
assert.equal(steady.label, "High");
near(steady.ratio, 2, 1e-4);
assert.equal(K.classifyMetric(repeat(4, 5), repeat(8, 5), { random: () => 0 }).label, "Error");

// --- Corners: score
assert.equal(K.scoreResults(results(["a Error"])).classification, "Pass");
assert.equal(K.scoreResults(results(["a Pass", "a Nodata"])).score, 0);
assert.equal(K.scoreResults(results(["a Pass", "a NodataFailMetric"])).score, 50);
assert.equal(K.scoreResults([{ ...results(["a High"])[0], muted: true }]).score, 0);
const halfMuted = results(["a Pass", "b High"]);
halfMuted[1].muted = true;
assert.equal(K.scoreResults(halfMuted, { groupWeights: { a: 70, b: 30 } }).score, 70);
assert.equal(K.scoreResults(halfMuted).score, 100);
assert.equal(K.scoreResults(results(["a Pass", "b High", "c Pass"]), { groupWeights: { a: 50 } }).score, 75);
assert.equal(K.scoreResults([{ name: "x", groups: [], label: "Pass", critical: false }]).score, 0);
assert.equal(K.scoreResults(results(["a Pass", "b High"]), { groupWeights: { a: 33.335, b: 66.665 } }).score, 33.34);
const three = (passes) => results(Array.from({ length: 20 }, (_, index) => (index < passes ? "a Pass" : "a High")));
assert.deepEqual(
  [20, 19, 18, 15, 14].map((passes) => K.scoreResults(three(passes)).classification),
  ["Pass", "Pass", "Marginal", "Marginal", "Fail"],
);
assert.equal(K.scoreResults(three(14), { passScore: 70 }).classification, "Pass");

const verdict = K.judge(
  [
    { name: "latency", groups: ["latency"], control: tenishToo, experiment: tenish },
    { name: "errors", groups: ["errors"], control: tenishToo, experiment: twentyish, options: { direction: "increase" } },
    { name: "noise", groups: ["errors"], control: tenishToo, experiment: twentyish, options: { muted: true } },
  ],
  { groupWeights: { errors: 20, latency: 80 }, passScore: 95, marginalScore: 75 },
);
assert.deepEqual([verdict.score, verdict.classification, verdict.why], [80, "Marginal", null]);
assert.deepEqual(
  verdict.metrics.map(({ label }) => label),
  ["Pass", "High", "High"],
);
assert.deepEqual(
  K.judge([{ name: "errors", groups: ["errors"], control: tenishToo, experiment: twentyish, options: { critical: true } }]).why,
  "critical: errors",
);
