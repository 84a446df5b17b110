import { isGood } from "./lines.ts";
import { neededReadings } from "./level.ts";
import { exposuresToPass } from "./none.ts";
import type { Point, Prospect, World } from "./prospect.ts";
import { mostRuns } from "./score.ts";
import { lnNormal } from "./special.ts";
import type { TestSpec } from "./test-spec.ts";

/** What a test without a likelihood will come to. Of levels, scores and probes a scrape's units are readings, and the rate is the reading itself (down: 1). */
export function prospectOfRule(
  spec: Extract<TestSpec, { readonly kind: "none" | "threshold" | "level" | "score" | "probe" }>,
  world: World,
): Prospect {
  const value = world.stretches.at(-1)?.canary.rate ?? 0;
  const readings = (count: number): number => scrapesOfReading(world, count);
  switch (spec.kind) {
    case "none":
      if (value > 0) return { proves: "fail", points: firstEvent(world) };
      return { proves: "pass", points: certainAt(scrapesUntil(world, exposuresToPass(spec), "units")) };
    case "level":
      return isGood(spec.line, value)
        ? { proves: "pass", points: certainAt(readings(neededReadings(spec))) }
        : { proves: "fail", points: certainAt(readings(spec.k)) };
    case "score":
      return { proves: isGood(spec.line, value) ? "pass" : "fail", points: certainAt(readings(runsNeeded(spec, world))) };
    case "probe":
      return value > 0 ? { proves: "fail", points: certainAt(readings(spec.k)) } : { proves: "pass", points: certainAt(readings(1)) };
    case "threshold":
      return prospectOfThreshold(spec, world);
  }
}

/** The scrape, counted from the onset, that has the reading of this number: the first comes at once. */
function scrapesOfReading(world: World, number: number): number {
  return number <= 1 ? scrapesUntil(world, 1e-9, "units") : scrapesUntil(world, number - 1, "units") + 1;
}

/** Runs since the onset: enough for a median, and more than half of all that count, where earlier ones said otherwise. */
function runsNeeded({ minRuns }: Extract<TestSpec, { readonly kind: "score" }>, { stretches, onset }: World): number {
  let left = onset;
  let earlier = 0;
  for (const { scrapes, canary } of stretches) {
    earlier += Math.max(0, Math.min(left, scrapes)) * canary.units;
    left -= scrapes;
  }
  const before = Math.min(Math.ceil(earlier), Math.floor(Math.max(mostRuns, minRuns) / 2));
  return Math.max(minRuns - before, before === 0 ? 0 : before + 1);
}

/** Scrapes since the onset until so many units (or events) are expected. */
function scrapesUntil(world: World, count: number, what: "units" | "events"): number {
  let left = count;
  let scrapes = 0;
  let skipped = world.onset;
  for (const [index, stretch] of world.stretches.entries()) {
    const { units, rate } = stretch.canary;
    const perScrape = what === "units" ? units : units * rate;
    const isLast = index === world.stretches.length - 1;
    const length = isLast ? Number.POSITIVE_INFINITY : Math.max(0, stretch.scrapes - skipped);
    skipped = Math.max(0, skipped - stretch.scrapes);
    const needed = perScrape > 0 ? left / perScrape : Number.POSITIVE_INFINITY;
    if (needed <= length) return Math.ceil(scrapes + needed);
    scrapes += length;
    left -= length * perScrape;
  }
  return Number.POSITIVE_INFINITY;
}

function certainAt(scrapes: number): readonly Point[] {
  if (!Number.isFinite(scrapes)) return [];
  const before = Math.max(0, scrapes - 1);
  const certain = { scrapes, reached: 1, stands: 1 };
  return scrapes === 0 ? [certain] : [...nothingBefore(before), certain];
}

function nothingBefore(scrapes: number): readonly Point[] {
  const nothing = { reached: 0, stands: 0 };
  return scrapes === 0
    ? [{ scrapes: 0, ...nothing }]
    : [
        { scrapes: 0, ...nothing },
        { scrapes, ...nothing },
      ];
}

/** Events come one by one: the first one is there with probability 1 - e^-expected. */
function firstEvent(world: World): readonly Point[] {
  const expected = Array.from({ length: 41 }, (_, step) => 0.25 * step);
  const points = expected.map((events) => {
    const there = -Math.expm1(-events);
    return { scrapes: scrapesUntil(world, events, "events"), reached: there, stands: there };
  });
  return points.every((point) => Number.isFinite(point.scrapes)) ? points : [];
}

/** Readings that must be looked at anew: after n of them none of the old ones is left. */
function prospectOfThreshold(spec: Extract<TestSpec, { readonly kind: "threshold" }>, world: World): Prospect {
  const truth = world.stretches.at(-1);
  if (truth === undefined) return { proves: null, points: [] };
  const value = spec.ofStable ? truth.canary.rate / truth.stable.rate : truth.canary.rate;
  const isFail = !isGood(spec.fail, value);
  const line = isFail ? spec.fail : (spec.pass ?? spec.fail);
  const beyond = chanceBeyond({ good: line.good, at: line.at }, spec.ofStable, truth);
  const few = binomialBelow(spec.k, spec.n, beyond);
  const chance = isFail ? 1 - few : few;
  const points = Array.from({ length: 60 }, (_, look): Point => {
    const scrapes = look === 0 ? 0 : scrapesUntil(world, 1e-9, "units") + spec.n * look - 1;
    return { scrapes, reached: look === 0 ? 0 : 1 - (1 - chance) ** look, stands: look === 0 ? 0 : chance };
  });
  return { proves: isFail ? "fail" : "pass", points: (points.at(-1)?.reached ?? 0) < 0.5 ? [] : points };
}

/** The probability that one reading lies on the bad side of a line: counts stray, by their normal limit. */
function chanceBeyond(
  line: { readonly good: "below" | "above"; readonly at: number },
  ofStable: boolean,
  truth: World["stretches"][number],
): number {
  const { canary, stable } = truth;
  const own = (canary.rate * (1 - canary.rate)) / Math.max(1e-9, canary.units);
  const ratio = canary.rate / stable.rate;
  const variance = ofStable
    ? ratio ** 2 *
      ((1 - canary.rate) / Math.max(1e-9, canary.units * canary.rate) + (1 - stable.rate) / Math.max(1e-9, stable.units * stable.rate))
    : own;
  const value = ofStable ? ratio : canary.rate;
  const away = ((value - line.at) * (line.good === "below" ? 1 : -1)) / Math.sqrt(Math.max(1e-18, variance));
  return Math.exp(lnNormal(away));
}

/** P(X < k) of a binomial law. */
function binomialBelow(k: number, n: number, p: number): number {
  let probability = (1 - p) ** n;
  let sum = 0;
  for (let count = 0; count < k; count += 1) {
    sum += probability;
    probability *= ((n - count) / (count + 1)) * (p / Math.max(1e-300, 1 - p));
  }
  return Math.min(1, sum);
}
