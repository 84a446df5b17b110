import { Gauge } from "prom-client";
import type { Registry } from "prom-client";
import { phasesOf, trafficOf } from "../core/view/build-release-view.ts";
import { standingsOf } from "../core/evidence-book.ts";
import type { Standing } from "../core/evidence-book.ts";
import { quantitiesOf } from "../core/checks.ts";
import type { ReleaseSeen } from "./parts.ts";

/** Releases that are shown each by itself; beyond that they are only counted. */
const mostReleases = 100;

/** The labels by which every series of one release is known. */
const own = ["release", "plan", "environment"] as const;
type Own = (typeof own)[number];
type Labels = Readonly<Record<Own, string>>;

const statuses = [
  "waiting",
  "preparing",
  "shifting",
  "observing",
  "holding",
  "promoting",
  "promoted",
  "rolling-back",
  "rolled-back",
  "stopped",
  "halted",
] as const;

/** What is shown of the releases that run: where each stands, and its evidence against the lines. */
export class ReleaseMeters {
  readonly #gauges: Gauge[] = [];
  readonly #count = this.#gauge("releases", "Releases that run, by status.", ["status"]);
  readonly #status = this.#gauge("release_status", "1 for the status that the release is in.", [...own, "status"]);
  readonly #wanted = this.#gauge("release_share_wanted_percent", "Share that the record asks for.", own);
  readonly #seen = this.#gauge("release_share_seen_percent", "Share that the router shows; absent while it is not seen.", own);
  readonly #router = this.#gauge("release_router_seen", "1 while the router shows this release.", own);
  readonly #phase = this.#gauge("release_phase", "Number of the phase, from 1; 0 outside of the phases.", own);
  readonly #observed = this.#gauge("release_observed_seconds", "Time that counts as observed in this phase.", own);
  readonly #observe = this.#gauge("release_observe_seconds", "Time that this phase asks for.", own);
  readonly #commitIn = this.#gauge("release_rollback_in_seconds", "Until a running countdown or investigation commits to a rollback.", own);
  readonly #sourceUp = this.#gauge("release_source_up", "1 when everything that was last asked of the source was answered.", [
    ...own,
    "source",
  ]);
  readonly #age = this.#gauge("release_reading_age_seconds", "Age of the last reading that was evidence.", [...own, "quantity"]);
  readonly #verdict = this.#gauge("check_verdict", "1 for the verdict of the gate or guard.", [...own, "check", "kind", "verdict"]);
  readonly #evidence = this.#gauge(
    "check_evidence_log10",
    "Evidence that it is bad (side fail) or good (side pass): log10 of the e-value.",
    [...own, "check", "kind", "side"],
  );
  readonly #line = this.#gauge("check_line_log10", "From here on the evidence proves it.", [...own, "check", "kind", "side"]);
  readonly #estimate = this.#gauge("check_estimate", "The estimate, in the unit of the line.", [...own, "check", "kind"]);
  readonly #bound = this.#gauge("check_bound", "What the data still allow, in the unit of the line.", [...own, "check", "kind", "end"]);

  constructor(registry: Registry) {
    for (const gauge of this.#gauges) registry.registerMetric(gauge);
  }

  /** Shows these and nothing that was shown before. */
  show(releases: readonly ReleaseSeen[], nowMs: number): void {
    for (const gauge of this.#gauges) gauge.reset();
    for (const status of statuses) {
      this.#count.set({ status }, releases.filter(({ release }) => release.status.kind === status).length);
    }
    for (const seen of releases.slice(-mostReleases)) this.#showOne(seen, nowMs);
  }

  #gauge<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Gauge<Label> {
    const gauge = new Gauge({ name: `serin_${name}`, help, labelNames: [...labelNames], registers: [] });
    this.#gauges.push(gauge);
    return gauge;
  }

  #showOne(seen: ReleaseSeen, nowMs: number): void {
    const { release, book } = seen;
    const { status } = release;
    const labels: Labels = { release: release.id, plan: release.plan.name, environment: release.plan.environment };
    this.#status.set({ ...labels, status: status.kind }, 1);
    this.#showTraffic(seen, labels);
    this.#showTime(seen, labels, nowMs);
    const quantities = quantitiesOf(release.plan);
    for (const [source, some] of Map.groupBy(quantities, ({ metric }) => metric.source)) {
      this.#sourceUp.set({ ...labels, source }, some.some(({ quantity }) => book.trouble[quantity] !== undefined) ? 0 : 1);
    }
    for (const { quantity } of quantities) {
      const readMs = book.readMs[quantity];
      if (readMs !== undefined) this.#age.set({ ...labels, quantity }, Math.max(0, nowMs - readMs) / 1_000);
    }
    if (status.kind === "waiting" || status.kind === "preparing") return;
    const phase = "phase" in status ? status.phase : null;
    const isShown = ({ check }: Standing): boolean => check.phase === null || check.phase === phase;
    for (const standing of standingsOf(release, book, nowMs)) if (isShown(standing)) this.#showCheck(standing, labels);
  }

  #showTraffic(seen: ReleaseSeen, labels: Labels): void {
    const { wantedPct, seenPct } = trafficOf(seen);
    this.#wanted.set(labels, wantedPct);
    this.#router.set(labels, seenPct === null ? 0 : 1);
    if (seenPct !== null) this.#seen.set(labels, seenPct);
  }

  #showTime(seen: ReleaseSeen, labels: Labels, nowMs: number): void {
    const { status } = seen.release;
    const phases = phasesOf(seen);
    const index = phases.findIndex(({ state }) => state === "now");
    const phase = phases[index];
    this.#phase.set(labels, index + 1);
    if (phase !== undefined) {
      this.#observed.set(labels, (phase.observedMs ?? 0) / 1_000);
      this.#observe.set(labels, phase.observeMs / 1_000);
    }
    if (status.kind === "holding" && "breach" in status.why) {
      this.#commitIn.set(labels, Math.max(0, status.why.commitByMs - nowMs) / 1_000);
    }
  }

  #showCheck({ check, verdict }: Standing, labels: Labels): void {
    const its = { ...labels, check: check.id, kind: check.phase === null ? "guard" : "gate" };
    this.#verdict.set({ ...its, verdict: verdict.kind }, 1);
    this.#evidence.set({ ...its, side: "fail" }, verdict.logEFail / Math.LN10);
    this.#evidence.set({ ...its, side: "pass" }, verdict.logEPass / Math.LN10);
    // What is decided by a plain rule has no line of evidence.
    if ("beta" in check.spec) {
      this.#line.set({ ...its, side: "fail" }, -Math.log10(check.spec.alpha));
      this.#line.set({ ...its, side: "pass" }, -Math.log10(check.spec.beta));
    }
    if (verdict.estimate !== null) this.#estimate.set(its, verdict.estimate);
    if (verdict.interval !== null) {
      this.#bound.set({ ...its, end: "low" }, verdict.interval.low);
      this.#bound.set({ ...its, end: "high" }, verdict.interval.high);
    }
  }
}
