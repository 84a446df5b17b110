import { quantitiesOf } from "../core/checks.ts";
import type { Quantity } from "../core/checks.ts";
import { parseDuration } from "../core/duration.ts";
import type { Audience, Metric, Plan } from "../core/plan.ts";
import type { Reading } from "../ports.ts";
import type { Random } from "./random.ts";
import { beginsMs, isWithin } from "./span.ts";
import type { Reached, Span } from "./span.ts";

export type Arm = "canary" | "stable";

/** What one metric truly is on each arm: a rate (of bad requests, slow answers, conversions), a level or score, or a probe that is down. */
export interface Truth {
  readonly canary: number;
  readonly stable: number;
}

/** A change of the truth for a while. */
export interface Episode extends Span {
  /** Metric, or quantity ("latency>2000ms"). */
  readonly of: string;
  readonly arm: Arm | "both";
  /** `null`: it cannot be read. */
  readonly value: number | null;
  /** What the value grows by in each ms of the episode, up to `mostValue`. */
  readonly growsBy?: { readonly perMs: number; readonly mostValue: number };
  /** Only while the share is at least this, percent. */
  readonly fromSharePct: number;
}

/** One bad event of a metric that counts events, at the beginning of its span. */
export interface Mishap extends Span {
  readonly of: string;
  readonly arm: Arm;
}

export interface ShopOptions {
  readonly plan: Plan;
  /** By metric or quantity. */
  readonly truths: Readonly<Record<string, Truth>>;
  readonly episodes: readonly Episode[];
  readonly mishaps?: readonly Mishap[];
  readonly peoplePerSecond: number;
  /** Who logs in, of the people: only they are drawn where the audience is `new-logins`. Everybody when it is not said. */
  readonly loginsPerSecond?: number;
  readonly requestsPerPerson: number;
  /** What the drawn share is of the share that was asked for: 1, a right draw, when it is not said. */
  readonly drawnRatio?: number;
  /** Where it is not said no share is ever reached. */
  readonly reached?: Reached;
}

/** What the router does with people at one moment. */
export interface InForce {
  readonly sharePct: number;
  readonly audience: Audience;
}

interface Counter {
  readonly series: string;
  readonly arm: Arm;
  readonly slice: number | null;
  bad: number;
  total: number;
}

/** Units that count only when the time of their goal is over. */
interface Unripe {
  readonly dueMs: number;
  readonly counter: Counter;
  readonly bad: number;
  readonly total: number;
}

/** As many hash slices as a real edge has, where requests are counted; people are counted one by one. */
const sliceCount = 10;

/** The people and what happens to them: cumulative counters per quantity and arm, moved on when somebody looks. */
export class Shop {
  readonly drawn = { canary: 0, stable: 0 };
  readonly forwarded = { canary: 0, stable: 0 };
  lastCanaryMs: number | null = null;
  /** People of the canary whom something met that stable did not have, as expected from the rates; never less than before. */
  harmed = 0;
  readonly #options: Required<ShopOptions>;
  readonly #chance: Random;
  readonly #quantities: readonly Quantity[];
  readonly #counters: ReadonlyMap<string, Readonly<Record<Arm, readonly Counter[]>>>;
  readonly #ripensMs: ReadonlyMap<string, number>;
  readonly #mishaps: Mishap[];
  #unripe: Unripe[] = [];
  /** Parts of requests that were not counted yet. */
  readonly #left = { canary: 0, stable: 0 };
  #lastMs = 0;
  #sharePct = 0;

  constructor(options: ShopOptions, chance: Random) {
    const nobody: Reached = () => Number.POSITIVE_INFINITY;
    this.#options = { mishaps: [], loginsPerSecond: options.peoplePerSecond, drawnRatio: 1, reached: nobody, ...options };
    this.#chance = chance;
    this.#quantities = quantitiesOf(options.plan);
    this.#mishaps = [...this.#options.mishaps];
    this.#ripensMs = new Map(this.#quantities.map(({ quantity, metric }) => [quantity, ripensMs(options.plan, metric)]));
    const countersBoth = (quantity: Quantity): Record<Arm, readonly Counter[]> => ({
      canary: countersOf(quantity, "canary"),
      stable: countersOf(quantity, "stable"),
    });
    this.#counters = new Map(this.#quantities.map((quantity) => [quantity.quantity, countersBoth(quantity)]));
  }

  /** Lets time pass until `nowMs` since the beginning, with the share of new people on the canary. */
  advance(nowMs: number, { sharePct, audience }: InForce): void {
    const { peoplePerSecond, loginsPerSecond, drawnRatio } = this.#options;
    const perSecond = audience === "new-logins" ? loginsPerSecond : peoplePerSecond;
    const people = this.#chance.poisson((perSecond * (nowMs - this.#lastMs)) / 1000);
    const drawnPct = sharePct >= 100 ? sharePct : Math.min(100, sharePct * drawnRatio);
    const canary = this.#chance.binomial(people, drawnPct / 100);
    this.#ripen(nowMs);
    for (const [arm, count] of [["canary", canary] as const, ["stable", people - canary] as const]) {
      const requests = this.#requestsOf(arm, count);
      this.drawn[arm] += count;
      this.forwarded[arm] += requests;
      for (const quantity of this.#quantities) {
        const units = quantity.metric.unit === "person" ? count : requests;
        if (isCounted(quantity)) this.#spread(quantity, arm, units, nowMs);
      }
    }
    if (canary > 0) {
      this.harmed += canary * this.#harmOf(nowMs);
      this.lastCanaryMs = nowMs;
    }
    this.harmed += this.#befall(nowMs);
    this.#lastMs = nowMs;
    this.#sharePct = sharePct;
  }

  /** More single events, which will happen as soon as their time has come and somebody is there. */
  expect(mishaps: readonly Mishap[]): void {
    this.#mishaps.push(...mishaps);
  }

  /** Counts from zero again, as after a restart; who was on the way to a goal is not followed any more. */
  forget(): void {
    for (const arms of this.#counters.values())
      for (const counter of [...arms.canary, ...arms.stable]) Object.assign(counter, { bad: 0, total: 0 });
    this.#unripe = [];
    for (const arm of ["canary", "stable"] as const) {
      this.drawn[arm] = 0;
      this.forwarded[arm] = 0;
    }
  }

  read(quantity: Quantity, nowMs: number): Reading {
    const { kind } = quantity.metric;
    const [canary, stable] = [this.#truthOf(quantity, "canary", nowMs), this.#truthOf(quantity, "stable", nowMs)];
    if (canary === null || stable === null) return { kind: "unavailable", why: "connection refused" };
    if (kind === "probe") return { kind: "probe", atMs: nowMs, down: canary > 0 };
    if (kind === "level" || kind === "score") {
      const wobble = (): number => (kind === "level" ? 1 + 0.02 * (this.#chance.next() - 0.5) : 1);
      return { kind: "level", atMs: nowMs, canary: canary * wobble(), stable: stable * wobble() };
    }
    const counters = this.#counters.get(quantity.quantity) ?? { canary: [], stable: [] };
    const series = [...counters.canary, ...counters.stable].map((counter) => ({ ...counter, bornMs: 0 }));
    return { kind: "counters", atMs: nowMs, series };
  }

  #requestsOf(arm: Arm, people: number): number {
    const exact = people * this.#options.requestsPerPerson + this.#left[arm];
    const requests = Math.floor(exact);
    this.#left[arm] = exact - requests;
    return requests;
  }

  #truthOf(quantity: Quantity, arm: Arm, nowMs: number): number | null {
    const { episodes, reached } = this.#options;
    const names = namesOf(quantity);
    const episode = episodes.findLast(
      (candidate) =>
        names.includes(candidate.of) &&
        (candidate.arm === arm || candidate.arm === "both") &&
        this.#sharePct >= candidate.fromSharePct &&
        isWithin(candidate, nowMs, reached),
    );
    const value = episode ? valueOf(episode, nowMs - beginsMs(episode, reached)) : this.#healthy(quantity)?.[arm];
    if (value === undefined) throw new Error(`the simulated shop knows nothing of ${quantity.quantity}`);
    return value;
  }

  #healthy(quantity: Quantity): Truth | undefined {
    const { truths } = this.#options;
    return truths[quantity.quantity] ?? truths[quantity.metric.name];
  }

  #spread(quantity: Quantity, arm: Arm, units: number, nowMs: number): void {
    const slices = this.#counters.get(quantity.quantity)?.[arm] ?? [];
    const rate = this.#truthOf(quantity, arm, nowMs) ?? 0;
    const ripens = this.#ripensMs.get(quantity.quantity) ?? 0;
    let left = units;
    for (const [index, counter] of slices.entries()) {
      const total = this.#chance.binomial(left, 1 / (slices.length - index));
      left -= total;
      const bad = this.#chance.binomial(total, rate);
      if (ripens > 0 && total > 0) this.#unripe.push({ dueMs: nowMs + ripens, counter, bad, total });
      else addTo(counter, { bad, total });
    }
  }

  #ripen(nowMs: number): void {
    const isDue = ({ dueMs }: Unripe): boolean => dueMs <= nowMs;
    if (!this.#unripe.some(isDue)) return;
    for (const unripe of this.#unripe.filter(isDue)) addTo(unripe.counter, unripe);
    this.#unripe = this.#unripe.filter((unripe) => !isDue(unripe));
  }

  /** The share (0-1) of the canary's new people whom its trouble meets now: of one trouble that several metrics see, what most of them see. */
  #harmOf(nowMs: number): number {
    if (this.#options.episodes.length === 0) return 0;
    return Math.max(0, ...this.#quantities.map((quantity) => this.#harmBy(quantity, nowMs)));
  }

  #harmBy(quantity: Quantity, nowMs: number): number {
    const { kind, better, unit } = quantity.metric;
    const was = this.#healthy(quantity);
    const [canary, stable] = [this.#truthOf(quantity, "canary", nowMs), this.#truthOf(quantity, "stable", nowMs)];
    if (kind === "level" || kind === "probe" || !was || canary === null || stable === null) return 0;
    // What stable has too is nobody's fault here.
    const change = canary - was.canary - (stable - was.stable);
    const excess = Math.min(1, better === "higher" ? -change : change);
    if (excess <= 0) return 0;
    if (kind === "score") return 1;
    return unit === "person" ? excess : 1 - (1 - excess) ** this.#options.requestsPerPerson;
  }

  /** Single events that are due and have somebody to happen to; answers how many people they met. */
  #befall(nowMs: number): number {
    let met = 0;
    for (const mishap of this.#mishaps.filter((candidate) => beginsMs(candidate, this.#options.reached) <= nowMs)) {
      const slices = this.#quantities.filter((quantity) => namesOf(quantity).includes(mishap.of));
      const counters = slices.flatMap((quantity) => this.#counters.get(quantity.quantity)?.[mishap.arm] ?? []);
      const counter = counters.find(({ bad, total }) => bad < total);
      if (!counter) continue;
      counter.bad += 1;
      met += mishap.arm === "canary" ? 1 : 0;
      this.#mishaps.splice(this.#mishaps.indexOf(mishap), 1);
    }
    return met;
  }
}

function valueOf({ value, growsBy }: Episode, sinceMs: number): number | null {
  if (value === null || !growsBy) return value;
  return Math.min(growsBy.mostValue, value + growsBy.perMs * sinceMs);
}

function namesOf({ quantity, metric }: Quantity): readonly string[] {
  return [quantity, metric.name];
}

function addTo(counter: Counter, { bad, total }: { readonly bad: number; readonly total: number }): void {
  counter.bad += bad;
  counter.total += total;
}

/** How long after being drawn a person counts: the time of the plan's goal, or the time in which the metric's source lets things ripen. */
function ripensMs({ traffic }: Plan, { query }: Metric): number {
  const goal = traffic.goals.find(({ name }) => name === query["goal"]);
  const matures = query["matures"];
  return goal?.withinMs ?? (typeof matures === "string" ? (parseDuration(matures) ?? 0) : 0);
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
