import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Freeze } from "../ports.ts";
import type { ReleaseSeen } from "./parts.ts";
import { ReleaseMeters } from "./release-meters.ts";

/** What was asked of the outside world: by port, and by the name of the connection or the kind. */
export interface Asked {
  readonly port: "source" | "router" | "workloads" | "notifier" | "store";
  readonly name: string;
}

/** What a scrape shows beside what was counted. */
export interface MetersSeen {
  /** Releases that run in this process, with their evidence. */
  readonly releases: readonly ReleaseSeen[];
  readonly nowMs: number;
  readonly isTroubled: boolean;
  /** Freezes that hold. */
  readonly freezes: readonly Pick<Freeze, "environment" | "release" | "untilMs">[];
  /** By notifier: how many notices are owed, and since when the oldest, epoch ms. */
  readonly outbox: ReadonlyMap<string, { readonly notices: number; readonly oldestMs: number | null }>;
}

const callBuckets = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];
const tickBuckets = [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5];

/**
 * The server's own numbers, in the exposition format. This and `release-meters.ts` alone know prom-client here. How many series there are follows from the
 * connections and the releases that run, never from what people or programs send: a release that is over is shown no more.
 */
export class Meters {
  readonly #registry = new Registry();
  readonly #calls: Histogram<"port" | "name" | "outcome">;
  readonly #ticks: Histogram<"outcome">;
  readonly #late: Histogram;
  readonly #rollbacks: Counter<"environment" | "in_time">;
  readonly #lastRollback: Gauge<"environment">;
  readonly #rollbackTarget: Gauge<"environment">;
  readonly #troubled: Gauge;
  readonly #frozen: Gauge<"environment" | "by">;
  readonly #frozenUntil: Gauge<"environment">;
  readonly #owed: Gauge<"notifier">;
  readonly #owedSince: Gauge<"notifier">;
  readonly #releases: ReleaseMeters;
  /** By release: the rollback that was counted last, so that none is counted twice. Only of releases that run. */
  readonly #counted = new Map<string, number>();

  constructor(version: string) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    const gauge = <Labels extends string>(name: string, help: string, labelNames: readonly Labels[] = []): Gauge<Labels> =>
      new Gauge({ name: `serin_${name}`, help, labelNames: [...labelNames], registers });
    const histogram = <Labels extends string>(name: string, help: string, options: { labelNames?: readonly Labels[]; buckets: number[] }) =>
      new Histogram<Labels>({
        name: `serin_${name}`,
        help,
        labelNames: [...(options.labelNames ?? [])],
        buckets: options.buckets,
        registers,
      });
    gauge("build_info", "The version that runs.", ["version"]).set({ version }, 1);
    this.#calls = histogram("call_duration_seconds", "Calls of sources, routers, workloads, notifiers and the store.", {
      labelNames: ["port", "name", "outcome"],
      buckets: callBuckets,
    });
    this.#ticks = histogram("tick_duration_seconds", "How long ticks took.", { labelNames: ["outcome"], buckets: tickBuckets });
    this.#late = histogram("tick_late_seconds", "How much later than due ticks began.", { buckets: tickBuckets });
    this.#rollbacks = new Counter({
      name: "serin_rollbacks_total",
      help: "Rollbacks that were read back, within the plan's target or not.",
      labelNames: ["environment", "in_time"],
      registers,
    });
    this.#lastRollback = gauge("last_rollback_seconds", "From the commit of the last rollback until it was read back.", ["environment"]);
    this.#rollbackTarget = gauge("last_rollback_target_seconds", "What the plan of that release allows.", ["environment"]);
    this.#troubled = gauge("troubled", "1 while some release cannot go on.");
    this.#frozen = gauge("environment_frozen", "1 for each environment in which nothing starts.", ["environment", "by"]);
    this.#frozenUntil = gauge("environment_frozen_until_seconds", "When the last of its freezes ends by itself, Unix time.", [
      "environment",
    ]);
    this.#owed = gauge("outbox_notices", "Notices that are owed.", ["notifier"]);
    this.#owedSince = gauge("outbox_oldest_seconds", "Age of the oldest notice that is owed.", ["notifier"]);
    this.#releases = new ReleaseMeters(this.#registry);
  }

  /** A call has come to its end. `outcome`: "answered", "failed", and of the store "stale" where somebody else was faster. */
  called({ port, name }: Asked, call: { readonly outcome: "answered" | "failed" | "stale"; readonly tookMs: number }): void {
    this.#calls.observe({ port, name, outcome: call.outcome }, call.tookMs / 1_000);
  }

  /** A release was ticked. */
  ticked(tick: { readonly outcome: string; readonly tookMs: number; readonly lateMs: number }): void {
    this.#ticks.observe({ outcome: tick.outcome }, tick.tookMs / 1_000);
    this.#late.observe(tick.lateMs / 1_000);
  }

  /** A release went on: a rollback that is read back now is counted, once. What cannot be seen is not counted. */
  async follow(seeing: Promise<Pick<ReleaseSeen, "release"> | null>): Promise<void> {
    const seen = await seeing.catch(() => null);
    if (seen !== null) this.#countRollback(seen);
  }

  #countRollback({ release }: Pick<ReleaseSeen, "release">): void {
    const { rollback, plan, status } = release;
    if (rollback === null || rollback.seenMs === null || this.#counted.get(release.id) === rollback.committedMs) return;
    this.#counted.set(release.id, rollback.committedMs);
    const environment = plan.environment;
    const tookMs = rollback.seenMs - rollback.committedMs;
    const isByPerson = "cause" in status && status.cause.kind === "person";
    const targetMs = isByPerson ? plan.rollback.manualMs : plan.rollback.automaticMs;
    this.#rollbacks.inc({ environment, in_time: String(tookMs <= targetMs) });
    this.#lastRollback.set({ environment }, tookMs / 1_000);
    this.#rollbackTarget.set({ environment }, targetMs / 1_000);
  }

  /** The metrics page. */
  async page(seen: MetersSeen): Promise<string> {
    this.#troubled.set(seen.isTroubled ? 1 : 0);
    for (const gauge of [this.#frozen, this.#frozenUntil, this.#owed, this.#owedSince]) gauge.reset();
    this.#showFreezes(seen.freezes);
    for (const [notifier, { notices, oldestMs }] of seen.outbox) {
      this.#owed.set({ notifier }, notices);
      this.#owedSince.set({ notifier }, oldestMs === null ? 0 : Math.max(0, seen.nowMs - oldestMs) / 1_000);
    }
    this.#releases.show(seen.releases, seen.nowMs);
    const running = new Set(seen.releases.map(({ release }) => release.id));
    for (const id of this.#counted.keys()) if (!running.has(id)) this.#counted.delete(id);
    return this.#registry.metrics();
  }

  #showFreezes(freezes: MetersSeen["freezes"]): void {
    for (const { environment, release } of freezes) this.#frozen.set({ environment, by: release === null ? "hand" : "halt" }, 1);
    for (const [environment, together] of Map.groupBy(freezes, (freeze) => freeze.environment)) {
      const ends = together.map(({ untilMs }) => untilMs ?? Infinity);
      if (Math.max(...ends) < Infinity) this.#frozenUntil.set({ environment }, Math.max(...ends) / 1_000);
    }
  }

  /** The media type of the page. */
  get pageType(): string {
    return this.#registry.contentType;
  }
}
