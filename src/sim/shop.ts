import { quantitiesOf } from "../core/checks.ts";
import type { Quantity } from "../core/checks.ts";
import type { Plan } from "../core/plan.ts";
import type { Reading, SeriesSample } from "../ports.ts";
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

/**
 * The people and what happens to them: cumulative counters per quantity and arm, moved on when somebody looks. Only `decided`, the router's
 * own state, says who goes where.
 */
export interface Shop {
  /** Lets time pass until `nowMs` with `sharePct` of new people on the canary. */
  advance(nowMs: number, sharePct: number): void;
  read(quantity: Quantity, nowMs: number): Reading;
  readonly drawn: { canary: number; stable: number };
  readonly forwarded: { canary: number; stable: number };
  lastCanaryMs: number | null;
}

/** As many hash slices as a real edge has, where requests are counted; people are counted one by one. */
const sliceCount = 10;

export function shop(options: ShopOptions, chance: Random, startMs: number): Shop {
  const { plan } = options;
  const quantities = quantitiesOf(plan);
  const counters = new Map(
    quantities.map((quantity) => [quantity.quantity, { canary: countersOf(quantity, "canary"), stable: countersOf(quantity, "stable") }]),
  );
  let lastMs = startMs;
  let sharePct = 0;
  const truthOf = (quantity: Quantity, arm: Arm, nowMs: number): number => {
    const names = [quantity.quantity, quantity.metric.name];
    const sinceMs = nowMs - startMs;
    const episode = options.episodes.findLast(
      (candidate) =>
        names.includes(candidate.of) &&
        (candidate.arm === arm || candidate.arm === "both") &&
        sinceMs >= candidate.fromMs &&
        sinceMs < candidate.untilMs &&
        sharePct >= candidate.fromSharePct,
    );
    const truth = options.truths[quantity.quantity] ?? options.truths[quantity.metric.name];
    if (!truth && !episode) throw new Error(`the simulated shop knows nothing of ${quantity.quantity}`);
    return episode?.value ?? truth?.[arm] ?? 0;
  };
  const made: Shop = {
    drawn: { canary: 0, stable: 0 },
    forwarded: { canary: 0, stable: 0 },
    lastCanaryMs: null,
    advance(nowMs, nextSharePct) {
      const people = chance.poisson((options.peoplePerSecond * (nowMs - lastMs)) / 1000);
      const canary = chance.binomial(people, nextSharePct / 100);
      const arms: readonly (readonly [Arm, number])[] = [
        ["canary", canary],
        ["stable", people - canary],
      ];
      for (const [arm, count] of arms) {
        made.drawn[arm] += count;
        made.forwarded[arm] += count * options.requestsPerPerson;
        for (const quantity of quantities) {
          if (quantity.metric.kind === "level" || quantity.metric.kind === "score" || quantity.metric.kind === "probe") continue;
          const units = quantity.metric.unit === "person" ? count : count * options.requestsPerPerson;
          spread(quantity, arm, units, truthOf(quantity, arm, nowMs));
        }
      }
      if (canary > 0) made.lastCanaryMs = nowMs;
      lastMs = nowMs;
      sharePct = nextSharePct;
    },
    read(quantity, nowMs) {
      const { kind } = quantity.metric;
      if (kind === "probe") return { kind: "probe", atMs: nowMs, down: truthOf(quantity, "canary", nowMs) > 0 };
      if (kind === "level" || kind === "score") {
        const wobble = kind === "level" ? 0.02 : 0;
        const levelOf = (arm: Arm): number => truthOf(quantity, arm, nowMs) * (1 + wobble * (chance.next() - 0.5));
        return { kind: "level", atMs: nowMs, canary: levelOf("canary"), stable: levelOf("stable") };
      }
      return { kind: "counters", atMs: nowMs, series: seriesOf(quantity.quantity) };
    },
  };
  const spread = (quantity: Quantity, arm: Arm, units: number, rate: number): void => {
    const slices = counters.get(quantity.quantity)?.[arm] ?? [];
    let left = units;
    for (const [index, counter] of slices.entries()) {
      const share = chance.binomial(left, 1 / (slices.length - index));
      left -= share;
      counter.total += share;
      counter.bad += chance.binomial(share, rate);
    }
  };
  const seriesOf = (quantity: string): readonly SeriesSample[] => {
    const { canary, stable } = counters.get(quantity) ?? { canary: [], stable: [] };
    return [...canary, ...stable].map((counter) => ({ ...counter, bornMs: startMs }));
  };
  return made;
}

function countersOf({ metric }: Quantity, arm: Arm): readonly Counter[] {
  const isSliced = arm === "stable" && metric.unit === "request";
  return Array.from({ length: isSliced ? sliceCount : 1 }, (_, slice) => ({
    series: `${arm}/${slice}`,
    arm,
    slice: isSliced ? slice : null,
    bad: 0,
    total: 0,
  }));
}
