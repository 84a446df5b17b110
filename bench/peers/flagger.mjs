// Behavioural re-implementation of Flagger's analysis tick (v1.44.0, fluxcd/flagger@15bd6ad).
// Written from reading pkg/controller/scheduler.go; own code, no upstream source copied.
// One call of tick() == one firing of a CanaryJob ticker (every max(10s, spec.analysis.interval)).
const clampInt = (ms) => Math.max(10_000, ms || 60_000);

export class FlaggerPeer {
  // analysis: {intervalMs, threshold, maxWeight, stepWeight, stepWeights, stepWeightPromotion, iterations, match, mirror, skipAnalysis}
  constructor(analysis, provider = "gatewayapi:v1") {
    this.a = analysis;
    this.provider = provider;
    this.intervalMs = clampInt(analysis.intervalMs);
    this.phase = "Initialized";
    this.failed = 0;
    this.iter = 0;
    this.route = { p: 100, c: 0, mirrored: false }; // live routing object = source of truth for weight
    this.applied = "v1";
    this.promoted = "v1";
    this.primarySpec = "v1";
    this.log = [];
  }
  threshold() {
    return this.a.threshold > 0 ? this.a.threshold : 1;
  }
  strategy() {
    return this.a.iterations > 0 ? (this.a.match?.length ? "ab" : "bg") : "canary";
  }
  maxWeight() {
    const s = this.a.stepWeights ?? [];
    if (s.length) return Math.min(100, s.at(-1));
    return this.a.maxWeight > 0 ? this.a.maxWeight : 100;
  }
  next(w) {
    const s = this.a.stepWeights ?? [];
    if (this.a.stepWeight > 0 || !s.length) return this.a.stepWeight ?? 0;
    const max = 100 - w;
    if (max === 0) return 1;
    if (w === 0) return Math.min(max, s[0]);
    for (let i = 0; i < s.length - 1; i++) if (s[i] === w) return Math.min(max, s[i + 1] - w);
    return max; // unknown current weight => jump to 100
  }
  set(p, c, m = false) {
    this.route = { p, c, mirrored: m };
  }
  rollback(why) {
    this.set(100, 0);
    this.phase = "Failed";
    this.failed = 0;
    this.iter = 0;
    this.log.push("ROLLBACK " + why);
    return "rollback";
  }
  changed(env) {
    return env.spec !== this.promoted && env.spec !== this.applied;
  }
  metricsOk(env) {
    // first failing metric stops the scan; max one increment per tick
    for (const m of env.metrics ?? []) {
      const v = m.value;
      if (v === null || v === undefined || Number.isNaN(v) || v instanceof Error) return false; // no values / query error
      if (m.range) {
        if (m.range.min !== undefined && v < m.range.min) return false;
        if (m.range.max !== undefined && v > m.range.max) return false;
      } else if (m.name === "request-success-rate") {
        if ((m.threshold ?? 0) > v) return false;
      } else if (v > (m.threshold ?? 0)) return false; // no thresholdRange => legacy threshold (default 0) is a maximum
    }
    return true;
  }
  // env: {spec, primary:{err,retriable}, canary:{err,retriable}, metrics, hooks:{confirmRollout,preRollout,rollout,confirmIncrease,confirmPromotion,rollback}}
  tick(env) {
    if (env.suspend) return "suspended";
    const h = {
      confirmRollout: true,
      preRollout: true,
      rollout: true,
      confirmIncrease: true,
      confirmPromotion: true,
      rollback: false,
      ...env.hooks,
    };
    const active = ["Progressing", "Waiting", "WaitingPromotion", "Promoting", "Finalising"];
    if (!active.includes(this.phase)) {
      if (this.phase === "Failed") this.applied = env.spec_at_fail ?? this.applied;
      if (!this.changed(env)) return "idle";
    }
    if (!this.a.skipAnalysis && env.primary?.err) {
      // primary not ready
      if (env.primary.retriable === false) {
        if (this.phase === "Promoting" || this.phase === "Finalising") {
          this.set(0, 100);
          this.phase = "Failed";
          return "failed-promotion";
        }
        return this.rollback("primary not ready");
      }
      return "wait-primary";
    }
    const { p, c, mirrored } = this.route;
    if (!["Progressing", "WaitingPromotion", "Promoting", "Finalising"].includes(this.phase)) {
      if (!h.confirmRollout) {
        this.phase = "Waiting";
        return "waiting";
      }
      this.phase = "Progressing";
      this.applied = env.spec;
      this.failed = 0;
      this.iter = 0;
      return "scale-up";
    }
    if ((this.phase === "Progressing" || this.phase === "WaitingPromotion") && this.changed(env)) {
      this.set(100, 0);
      this.phase = "Progressing";
      this.failed = 0;
      this.iter = 0;
      this.applied = env.spec;
      return "restart";
    }
    if (env.canary?.err) return env.canary.retriable === false ? this.rollback("canary not ready (no alert sent)") : "wait-canary";
    if (this.a.skipAnalysis) {
      this.set(100, 0);
      this.primarySpec = env.spec;
      this.promoted = this.applied;
      this.phase = "Succeeded";
      return "skip-promote";
    }
    if ((this.phase === "Progressing" || this.phase === "WaitingPromotion") && h.rollback) return this.rollback("manual");
    if (this.phase === "Promoting") {
      const s = this.a.stepWeightPromotion ?? 0;
      if (this.provider === "kubernetes") {
        this.phase = "Finalising";
        return "finalising";
      }
      if (s === 0) {
        this.set(100, 0);
        this.phase = "Finalising";
        return "route-primary";
      }
      if (c > 0) {
        this.set(Math.min(100, p + s), Math.max(0, c - s));
        if (this.route.p === 100) this.phase = "Finalising";
      }
      return "shift-back " + this.route.p;
    }
    if (this.phase === "Finalising") {
      this.phase = "Succeeded";
      this.promoted = this.applied;
      return "succeeded";
    }
    if (this.failed >= this.threshold()) return this.rollback("failed checks " + this.failed);
    if (c === 0 && this.iter === 0 && !(this.a.mirror && mirrored)) {
      if (!h.preRollout) {
        this.failed++;
        return "halt pre-rollout";
      }
    } else if (!h.rollout || !this.metricsOk(env)) {
      this.failed++;
      return "halt " + this.failed;
    }
    const promote = () => {
      if (!h.confirmPromotion) {
        if (this.phase !== "WaitingPromotion") {
          this.phase = "WaitingPromotion";
          this.iter = (this.a.iterations ?? 0) - 1;
        }
        return "waiting-promotion";
      }
      this.primarySpec = env.spec;
      this.phase = "Promoting";
      return "copy-spec";
    };
    const N = this.a.iterations ?? 0;
    if (this.strategy() === "ab") {
      if (N > this.iter) {
        this.set(0, 100);
        this.iter++;
        return "ab iter " + this.iter;
      }
      return promote();
    }
    if (this.strategy() === "bg") {
      if (N > this.iter) {
        if (this.a.mirror && !mirrored) this.set(100, 0, true);
        this.iter++;
        return "bg iter " + this.iter;
      }
      if (N === this.iter) {
        if (!h.confirmPromotion) return promote();
        this.set(0, 100);
        this.iter++;
        return "bg all-to-canary";
      }
      return promote();
    }
    const step = this.next(c);
    if (!(step > 0)) return "stuck";
    if (!mirrored && this.phase === "Progressing" && !h.confirmIncrease) return "wait-increase";
    if (c < this.maxWeight()) {
      if (this.a.mirror && c === 0 && !mirrored) this.set(100, 0, true);
      else if (this.a.mirror && c === 0) this.set(100 - step, step);
      else this.set(Math.max(0, p - step), Math.min(100, c + step));
      return "weight " + this.route.c;
    }
    return promote();
  }
}
