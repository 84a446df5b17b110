import { quantitiesOf } from "../core/checks.ts";
import type { Quantity } from "../core/checks.ts";
import type { Plan } from "../core/plan.ts";
import type { Reading } from "../ports.ts";
import type { Random } from "./random.ts";

type Arm = "canary" | "stable";

/** What one metric truly is on each arm: a rate (of bad requests, slow answers, conversions), a level or score, or a probe that is down. */
export interface Truth {
  readonly canary: number;
  readonly stable: number;
}

/** A change of the truth for a while, in ms since the release began. */
export interface Episode {
  /** Metric, or quantity ("latency>2000ms"). */
  readonly of: string;
  readonly arm: Arm | "both";
  readonly value: number;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Only while the share is at least this, percent. */
  readonly fromSharePct: number;
}

export interface ShopOptions {
  readonly plan: Plan;
  /** By metric or quantity. */
  readonly truths: Readonly<Record<string, Truth>>;
  readonly episodes: readonly Episode[];
  readonly peoplePerSecond: number;
  readonly requestsPerPerson: number;
}

interface Counter {
  readonly series: string;
  readonly arm: Arm;
  readonly slice: number | null;
  bad: number;
  total: number;
}

/** As many hash slices as a real edge has, where requests are counted; people are counted one by one. */
const sliceCount = 10;

/** The people and what happens to them: cumulative counters per quantity and arm, moved on when somebody looks. */
export class Shop {
  readonly drawn = { canary: 0, stable: 0 };
  readonly forwarded = { canary: 0, stable: 0 };
  lastCanaryMs: number | null = null;
  readonly #options: ShopOptions;
  readonly #chance: Random;
  readonly #quantities: readonly Quantity[];
  readonly #counters: ReadonlyMap<string, Readonly<Record<Arm, readonly Counter[]>>>;
  #lastMs = 0;
  #sharePct = 0;

  constructor(options: ShopOptions, chance: Random) {
    this.#options = options;
    this.#chance = chance;
    this.#quantities = quantitiesOf(options.plan);
    const countersBoth = (quantity: Quantity): Record<Arm, readonly Counter[]> => ({
      canary: countersOf(quantity, "canary"),
      stable: countersOf(quantity, "stable"),
    });
    this.#counters = new Map(this.#quantities.map((quantity) => [quantity.quantity, countersBoth(quantity)]));
  }

  /** Lets time pass until `nowMs` since the beginning, with `sharePct` of new people on the canary. */
  advance(nowMs: number, sharePct: number): void {
    const { peoplePerSecond, requestsPerPerson } = this.#options;
    const people = this.#chance.poisson((peoplePerSecond * (nowMs - this.#lastMs)) / 1000);
    const canary = this.#chance.binomial(people, sharePct / 100);
    for (const [arm, count] of [["canary", canary] as const, ["stable", people - canary] as const]) {
      this.drawn[arm] += count;
      this.forwarded[arm] += count * requestsPerPerson;
      for (const quantity of this.#quantities) {
        const units = quantity.metric.unit === "person" ? count : count * requestsPerPerson;
        if (isCounted(quantity)) this.#spread(quantity, arm, units, this.#truthOf(quantity, arm, nowMs));
      }
    }
    if (canary > 0) this.lastCanaryMs = nowMs;
    this.#lastMs = nowMs;
    this.#sharePct = sharePct;
  }

  /** Counts from zero again, as after a restart. */
  forget(): void {
    for (const arms of this.#counters.values())
      for (const counter of [...arms.canary, ...arms.stable]) Object.assign(counter, { bad: 0, total: 0 });
    for (const arm of ["canary", "stable"] as const) {
      this.drawn[arm] = 0;
      this.forwarded[arm] = 0;
    }
  }

  read(quantity: Quantity, nowMs: number): Reading {
    const { kind } = quantity.metric;
    if (kind === "probe") return { kind: "probe", atMs: nowMs, down: this.#truthOf(quantity, "canary", nowMs) > 0 };
    if (kind === "level" || kind === "score") {
      const wobble = kind === "level" ? 0.02 : 0;
      const levelOf = (arm: Arm): number => this.#truthOf(quantity, arm, nowMs) * (1 + wobble * (this.#chance.next() - 0.5));
      return { kind: "level", atMs: nowMs, canary: levelOf("canary"), stable: levelOf("stable") };
    }
    const { canary, stable } = this.#counters.get(quantity.quantity) ?? { canary: [], stable: [] };
    return { kind: "counters", atMs: nowMs, series: [...canary, ...stable].map((counter) => ({ ...counter, bornMs: 0 })) };
  }

  #truthOf(quantity: Quantity, arm: Arm, nowMs: number): number {
    const names = [quantity.quantity, quantity.metric.name];
    const isNow = (episode: Episode): boolean =>
      names.includes(episode.of) &&
      (episode.arm === arm || episode.arm === "both") &&
      nowMs >= episode.fromMs &&
      nowMs < episode.untilMs &&
      this.#sharePct >= episode.fromSharePct;
    const { truths, episodes } = this.#options;
    const truth = truths[quantity.quantity] ?? truths[quantity.metric.name];
    const value = episodes.findLast(isNow)?.value ?? truth?.[arm];
    if (value === undefined) throw new Error(`the simulated shop knows nothing of ${quantity.quantity}`);
    return value;
  }

  #spread(quantity: Quantity, arm: Arm, units: number, rate: number): void {
    const slices = this.#counters.get(quantity.quantity)?.[arm] ?? [];
    let left = units;
    for (const [index, counter] of slices.entries()) {
      const share = this.#chance.binomial(left, 1 / (slices.length - index));
      left -= share;
      counter.total += share;
      counter.bad += this.#chance.binomial(share, rate);
    }
  }
}

function isCounted({ metric }: Quantity): boolean {
  return metric.kind !== "level" && metric.kind !== "score" && metric.kind !== "probe";
}

function countersOf({ metric }: Quantity, arm: Arm): readonly Counter[] {
  const isSliced = metric.unit === "request";
  return Array.from({ length: isSliced ? sliceCount : 1 }, (_, slice) => ({
    series: `${arm}/${slice}`,
    arm,
    slice: isSliced ? slice : null,
    bad: 0,
    total: 0,
  }));
}
