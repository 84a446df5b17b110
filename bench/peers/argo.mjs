// Independent port of the Argo Rollouts metric decision rule, written from reading
// argoproj/argo-rollouts @9f8d111d (analysis/analysis.go:176-250,382-407,436-573,579-686;
// utils/evaluate/evaluate.go:17-60; utils/analysis/factory.go:149-218). Peer for benchmarking only.
export const DEF = {
  failureLimit: 0,
  inconclusiveLimit: 0,
  consecutiveErrorLimit: 4,
  consecutiveSuccessLimit: 0,
  errorRetryMs: 10_000,
  measurementsKept: 10,
};
const done = (p) => p === "Successful" || p === "Failed" || p === "Error" || p === "Inconclusive";
const ORDER = ["Successful", "Running", "Pending", "Inconclusive", "Error", "Failed"]; // helpers.go:48-55
const worse = (a, b) => ORDER.indexOf(b) > ORDER.indexOf(a);

export function effectiveCount(m) {
  // analysis_types.go EffectiveCount()
  if (!m.count) return m.interval ? null : 1; // null = runs for ever
  return m.count;
}
export function validateMetric(m) {
  // factory.go:149-218
  const c = m.count ?? 0,
    f = m.failureLimit ?? 0,
    s = m.consecutiveSuccessLimit ?? 0,
    i = m.inconclusiveLimit ?? 0;
  if (s < 0) return "consecutiveSuccessLimit must be >= 0";
  if (f < -1) return "failureLimit must be >= 0, or -1";
  if (s === 0 && f === -1) return "both disabled";
  if (i < 0) return "inconclusiveLimit must be >= 0";
  if (m.consecutiveErrorLimit != null && m.consecutiveErrorLimit < 0) return "consecutiveErrorLimit must be >= 0";
  if (c > 0) {
    if (f >= 0) {
      if (c < f + s) return "count < failureLimit + consecutiveSuccessLimit";
    } else if (c < s) return "count < consecutiveSuccessLimit";
    if (c < i) return "count < inconclusiveLimit";
  }
  if (c > 1 && !m.interval) return "interval must be specified when count > 1";
  return null;
}
// success/failure: undefined when the condition is not configured, else result=>boolean (may throw)
export function classify(value, success, failure) {
  // evaluate.go:17-60
  let s = false,
    f = false;
  try {
    if (success) s = success(value);
    if (failure) f = failure(value);
  } catch {
    return "Error";
  }
  if (!success && !failure) return "Successful";
  if (success && !failure) f = !s;
  if (!success && failure) s = !f;
  return f ? "Failed" : s ? "Successful" : "Inconclusive"; // failure wins if both hold
}
export const newResult = () => ({
  phase: "Running",
  count: 0,
  successful: 0,
  failed: 0,
  inconclusive: 0,
  error: 0,
  consecutiveError: 0,
  consecutiveSuccess: 0,
  measured: 0,
  last: null,
});
export function record(r, phase) {
  // analysis.go:385-407
  r.measured++;
  r.last = phase;
  if (phase === "Successful") {
    r.successful++;
    r.count++;
    r.consecutiveError = 0;
    r.consecutiveSuccess++;
  } else if (phase === "Failed") {
    r.failed++;
    r.count++;
    r.consecutiveError = 0;
    r.consecutiveSuccess = 0;
  } else if (phase === "Inconclusive") {
    r.inconclusive++;
    r.count++;
    r.consecutiveError = 0;
    r.consecutiveSuccess = 0;
  } else if (phase === "Error") {
    r.error++;
    r.consecutiveError++;
    r.consecutiveSuccess = 0;
  } // NOT counted in count
  return r;
}
export function limitViolated(m, r) {
  // analysis.go:658-686; LAST assignment wins
  let p = "";
  const f = m.failureLimit ?? 0;
  if (f >= 0 && r.failed > f) p = "Failed";
  if (r.inconclusive > (m.inconclusiveLimit ?? 0)) p = "Inconclusive";
  if (r.consecutiveError > (m.consecutiveErrorLimit ?? 4)) p = "Error";
  return p;
}
export function assessMetric(m, r, terminating) {
  // analysis.go:579-656
  if (done(r.phase)) return r.phase;
  if (r.measured === 0) return terminating ? "Successful" : "Pending";
  if (!done(r.last)) return "Running";
  const v = limitViolated(m, r);
  if (v) return v;
  const s = m.consecutiveSuccessLimit ?? 0,
    f = m.failureLimit ?? 0;
  if (s > 0 && r.consecutiveSuccess >= s) return "Successful";
  const n = effectiveCount(m);
  if (n !== null && r.count >= n) {
    if (f >= 0 && s > 0) return "Inconclusive";
    if (s > 0) return "Failed";
    return "Successful";
  }
  return terminating ? "Successful" : "Running";
}
// metrics: [{m, r|null, dryRun}]; mutates r.phase. One reconcile pass.
export function assessRun(metrics, specTerminate) {
  // analysis.go:436-573
  const terminating = specTerminate || metrics.some((x) => x.r && !x.dryRun && ["Failed", "Error", "Inconclusive"].includes(x.r.phase)); // helpers.go:84-103
  let worst = "",
    all = true;
  for (const x of metrics) {
    if (!x.r) {
      all = false;
      continue;
    }
    const p = assessMetric(x.m, x.r, terminating);
    x.r.phase = p;
    if (!done(p)) all = false;
    else if (!x.dryRun) {
      if (worst === "" || worse(worst, p)) worst = p;
    } else if (worst === "") worst = "Successful";
  }
  if (terminating) return worst || "Successful";
  return !all || worst === "" ? "Running" : worst;
}
// when is the next measurement due (ms)?  analysis.go:205-245 (strictly After, from FinishedAt -> drifts)
export function nextDue(m, r, runStartMs, lastFinishedMs) {
  if (r === null || r.measured === 0) return runStartMs + (m.initialDelayMs ?? 0);
  const n = effectiveCount(m);
  if (done(r.phase) || (n !== null && r.count >= n)) return null;
  return lastFinishedMs + (r.last === "Error" || !m.interval ? DEF.errorRetryMs : m.interval);
}
