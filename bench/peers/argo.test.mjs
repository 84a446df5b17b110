// Vectors transcribed from analysis/analysis_test.go (argo-rollouts @9f8d111d) + the surprising corners.
import assert from "node:assert/strict";
import * as A from "./argo.mjs";
const R = (o) => ({ ...A.newResult(), measured: 1, last: "Failed", ...o });
let n = 0;
const t = (m, r, exp, expTerm) => {
  assert.equal(A.assessMetric(m, R(r), false), exp);
  assert.equal(A.assessMetric(m, R(r), true), expTerm);
  n += 2;
};
const I = 60000;
// TestAssessMetricStatusFailureLimit
t({ failureLimit: 2, interval: I }, { failed: 3, count: 3 }, "Failed", "Failed");
t({ failureLimit: 3, interval: I }, { failed: 3, count: 3 }, "Running", "Successful");
// TestAssessMetricStatusConsecutiveSuccessLimit
const cs = { failed: 3, successful: 4, consecutiveSuccess: 3, count: 7 };
t({ failureLimit: -1, consecutiveSuccessLimit: 3, interval: I }, cs, "Successful", "Successful");
t({ failureLimit: -1, consecutiveSuccessLimit: 5, interval: I }, cs, "Running", "Successful");
t({ failureLimit: -1, consecutiveSuccessLimit: 5, interval: I, count: 7 }, cs, "Failed", "Failed");
t({ failureLimit: -1, consecutiveSuccessLimit: 3, interval: I, count: 7 }, cs, "Successful", "Successful");
t({ failureLimit: -1, consecutiveSuccessLimit: 3, interval: I, count: 9 }, cs, "Successful", "Successful");
t({ failureLimit: -1, consecutiveSuccessLimit: 5, interval: I, count: 9 }, cs, "Running", "Successful");
// TestAssessMetricStatusFailureLimitAndConsecutiveSuccessLimit
const b = { failureLimit: 4, consecutiveSuccessLimit: 4, interval: I };
t(b, { failed: 3, successful: 4, consecutiveSuccess: 3, count: 7 }, "Running", "Successful");
t(b, { failed: 5, successful: 9, consecutiveSuccess: 0, count: 9 }, "Failed", "Failed");
t(b, { failed: 3, successful: 5, consecutiveSuccess: 4, count: 8 }, "Successful", "Successful");
t(b, { failed: 5, successful: 5, consecutiveSuccess: 4, count: 10 }, "Failed", "Failed");
const b10 = { ...b, count: 10 };
t(b10, { failed: 4, successful: 6, consecutiveSuccess: 3, count: 10 }, "Inconclusive", "Inconclusive");
t(b10, { failed: 5, successful: 5, consecutiveSuccess: 3, count: 10 }, "Failed", "Failed");
t(b10, { failed: 4, successful: 6, consecutiveSuccess: 4, count: 10 }, "Successful", "Successful");
t(b10, { failed: 5, successful: 5, consecutiveSuccess: 4, count: 10 }, "Failed", "Failed");
t(b10, { failed: 3, successful: 5, consecutiveSuccess: 3, count: 8 }, "Running", "Successful");
t(b10, { failed: 5, successful: 3, consecutiveSuccess: 3, count: 8 }, "Failed", "Failed");
t(b10, { failed: 3, successful: 5, consecutiveSuccess: 4, count: 8 }, "Successful", "Successful");
t(b10, { failed: 5, successful: 4, consecutiveSuccess: 4, count: 9 }, "Failed", "Failed");
// TestAssessMetricStatusInconclusiveLimit / ConsecutiveErrors / CountReached
t({ inconclusiveLimit: 2, interval: I }, { inconclusive: 3, count: 3 }, "Inconclusive", "Inconclusive");
t({ inconclusiveLimit: 3, interval: I }, { inconclusive: 3, count: 3 }, "Running", "Successful");
t({ interval: I }, { consecutiveError: 5, count: 5, last: "Error" }, "Error", "Error");
t({ interval: I }, { consecutiveError: 4, count: 5, last: "Error" }, "Running", "Successful");
t({ count: 10 }, { successful: 10, count: 10, last: "Successful" }, "Successful", "Successful");
t({ count: 10 }, { successful: 5, inconclusive: 5, count: 10 }, "Inconclusive", "Inconclusive");
// --- corners (not in upstream tests) ---
const m5 = { count: 5, interval: I, failureLimit: 5 };
assert.equal(A.validateMetric(m5), null);
let r = A.newResult();
for (let i = 0; i < 5; i++) A.record(r, "Failed");
assert.equal(A.assessMetric(m5, r, false), "Successful"); // 5 of 5 failed -> Successful
const m44 = { count: 5, interval: I, failureLimit: 2 };
r = A.newResult(); // issue #4479
["Error", "Error", "Error", "Failed"].forEach((p) => A.record(r, p));
assert.equal(A.assessMetric(m44, r, true), "Successful");
r = A.newResult();
for (let i = 0; i < 200; i++) {
  A.record(r, "Error");
  A.record(r, "Error");
  A.record(r, "Error");
  A.record(r, "Error");
  if (i < 199) A.record(r, "Successful");
}
assert.equal(A.assessMetric({ interval: I }, r, false), "Running"); // 80% errors for ever -> still Running
// failing metric with an unfinished sibling needs TWO passes
const run = [
  { m: { interval: I }, r: A.record(A.newResult(), "Failed") },
  { m: { interval: I }, r: A.record(A.newResult(), "Successful") },
];
assert.equal(A.assessRun(run, false), "Running");
assert.equal(A.assessRun(run, false), "Failed");
assert.equal(run[1].r.phase, "Successful");
// a never-measured run that is terminated is Successful
assert.equal(A.assessRun([{ m: { interval: I }, r: null }], true), "Successful");
// dry-run failure never fails, but an unfinished dry-run metric keeps the run open
assert.equal(A.assessRun([{ m: { count: 1 }, r: A.record(A.newResult(), "Failed"), dryRun: true }], false), "Successful");
assert.equal(
  A.assessRun(
    [
      { m: { count: 1 }, r: A.record(A.newResult(), "Successful") },
      { m: { interval: I }, r: A.record(A.newResult(), "Successful"), dryRun: true },
    ],
    false,
  ),
  "Running",
);
// classification
assert.equal(A.classify(1, undefined, undefined), "Successful");
assert.equal(
  A.classify(
    1,
    (v) => v > 0,
    (v) => v > 0,
  ),
  "Failed",
);
assert.equal(
  A.classify(NaN, (v) => v >= 0.95, undefined),
  "Failed",
); // NaN (0/0 traffic) -> Failed
assert.equal(
  A.classify(NaN, undefined, (v) => v >= 0.05),
  "Successful",
); // NaN with failureCondition only -> Successful
assert.equal(
  A.classify(
    [],
    (v) => {
      if (!v.length) throw 0;
      return v[0] >= 0.95;
    },
    undefined,
  ),
  "Error",
); // empty vector
