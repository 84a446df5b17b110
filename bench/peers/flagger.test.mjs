// Stories through a whole analysis, and the phase sequences of upstream's own tests.
import { strict as assert } from "node:assert";
import { FlaggerPeer } from "./flagger.mjs";

const good = [{ name: "request-success-rate", value: 100, range: { min: 99 } }],
  bad = [{ name: "request-success-rate", value: 50, range: { min: 99 } }];
const run = (a, envAt, n = 40, prov) => {
  const f = new FlaggerPeer(a, prov);
  const out = [];
  for (let t = 0; t < n; t++) {
    const r = f.tick(envAt(t, f));
    out.push(r);
    if (["Succeeded", "Failed"].includes(f.phase)) break;
  }
  return [f, out];
};
let [f, o] = run({ intervalMs: 60e3, threshold: 5, stepWeights: [10, 50, 100] }, () => ({ spec: "v2", metrics: good }));
assert.equal(f.phase, "Succeeded");
assert.equal(o.length, 7);
[f, o] = run({ intervalMs: 60e3, threshold: 5, stepWeights: [10, 50, 100] }, () => ({ spec: "v2", metrics: bad }));
assert.equal(o.at(-1), "rollback");
assert.equal(o.length, 8);
[f, o] = run({ intervalMs: 60e3, threshold: 5, stepWeights: [10, 50, 100] }, (t) => ({
  spec: "v2",
  metrics: t === 2 ? bad : t === 4 || t === 6 || t === 8 ? bad : good,
}));
[f, o] = run({ intervalMs: 60e3, threshold: 1, stepWeights: [10, 50, 100] }, () => ({ spec: "v2", metrics: bad }));
assert.equal(o.length, 4);
[f, o] = run({ intervalMs: 60e3, threshold: 5, stepWeight: 20, maxWeight: 50 }, () => ({ spec: "v2", metrics: good }));
[f, o] = run({ intervalMs: 60e3, threshold: 5, stepWeights: [10, 50, 100] }, () => ({
  spec: "v2",
  metrics: [{ name: "conv", value: NaN, range: { min: 2 } }],
}));
assert.equal(f.phase, "Failed");
[f, o] = run({ intervalMs: 60e3, threshold: 5, iterations: 3 }, () => ({ spec: "v2", metrics: good }));
[f, o] = run(
  { intervalMs: 60e3, threshold: 3, stepWeight: 10, maxWeight: 50 },
  () => ({ spec: "v2", metrics: good, hooks: { confirmIncrease: false, preRollout: true } }),
  6,
);
// The phase/weight sequences upstream's own unit tests expect (scheduler_deployment_test.go:276-330 and :332-379)
const phases = (a, n, prov = "istio") => {
  const f = new FlaggerPeer(a, prov);
  const r = [];
  for (let i = 0; i < n; i++) {
    f.tick({ spec: "v2", metrics: good });
    r.push(f.phase + ":" + f.route.c);
  }
  return r;
};
assert.deepEqual(phases({ intervalMs: 60e3, stepWeight: 100, stepWeightPromotion: 50 }, 6), [
  "Progressing:0",
  "Progressing:100",
  "Promoting:100",
  "Promoting:50",
  "Finalising:0",
  "Succeeded:0",
]);
assert.deepEqual(
  phases({ intervalMs: 60e3, iterations: 1 }, 6).map((x) => x.split(":")[0]),
  ["Progressing", "Progressing", "Progressing", "Promoting", "Finalising", "Succeeded"],
);
