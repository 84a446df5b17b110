import type { ArmAhead } from "./bets-ahead.ts";
import { isGood } from "./lines.ts";
import { prospectOfCounts } from "./prospect-counts.ts";
import { prospectOfRule } from "./prospect-rules.ts";
import type { TestSpec } from "./test-spec.ts";

/** A time with the same traffic and the same truth. */
export interface Stretch {
  readonly scrapes: number;
  readonly canary: ArmAhead;
  readonly stable: ArmAhead;
}

/** What a test will be given, if the world is as assumed. */
export interface World {
  /** One after the other; the last one goes on for ever. At least one. */
  readonly stretches: readonly Stretch[];
  /** Parts of each arm that different people make up, where the source knows them; otherwise 1. */
  readonly parts: number;
  /** Scrapes that are over when the thing that is to be found begins; what was seen before is carried on. */
  readonly onset: number;
  /** Scrapes since the onset at which somebody asks: only that moment is worked out then, which is quicker. `Infinity`: everything is. */
  readonly horizon: number;
}

/** One moment, in scrapes since the onset, with the probabilities (0-1) that the verdict has been there once, and that it stands then. */
export interface Point {
  readonly scrapes: number;
  readonly reached: number;
  readonly stands: number;
}

/** What a test will come to before anything is counted: which verdict the truth leads to (`null`: none, as it lies between the lines), and when. */
export interface Prospect {
  readonly proves: "pass" | "fail" | null;
  /** In the order of time, from 0; empty when the verdict never comes. */
  readonly points: readonly Point[];
}

/** How many events come until a dispersion is measured is chance: a third of the releases each is lucky so, as expected, or not. Source: quantiles of the gamma law of ten events. */
const lucks = [0.77, 1.03, 1.43];

const never: Prospect = { proves: null, points: [] };

/** When a test will decide, if the world is as assumed. Closed forms; held to simulation in prospect.test.ts. */
export function prospectOf(spec: TestSpec, world: World): Prospect {
  const truth = world.stretches.at(-1);
  if (truth === undefined) return never;
  switch (spec.kind) {
    case "rate":
    case "against-stable": {
      const value = spec.kind === "rate" ? truth.canary.rate : truth.canary.rate / truth.stable.rate;
      const proves = provenOf(spec, value);
      if (proves === null) return never;
      const chances = spec.unit === "person" ? [1] : lucks;
      const ways = chances.map((luck) => prospectOfCounts(spec, world, proves === "fail" ? "harm" : "health", luck));
      return { proves, points: averaged(ways) };
    }
    case "none":
    case "threshold":
    case "level":
    case "score":
    case "probe":
      return prospectOfRule(spec, world);
  }
}

/** The probability of a moment, by the line between the points around it; that of the last point after it. */
export function probabilityAfter(prospect: Prospect, scrapes: number, what: "reached" | "stands"): number {
  const { points } = prospect;
  const after = points.findIndex((point) => point.scrapes >= scrapes);
  const [from, to] = after === -1 ? [points.at(-1), points.at(-1)] : [points[Math.max(0, after - 1)], points[after]];
  if (from === undefined || to === undefined) return 0;
  const width = to.scrapes - from.scrapes;
  return width === 0 ? to[what] : from[what] + ((to[what] - from[what]) * (scrapes - from.scrapes)) / width;
}

/** Mean scrapes until the verdict is reached, counted from `from` on; 0 when it is there by then, `Infinity` when it never is. */
export function meanAfter(prospect: Prospect, from: number): number {
  const { points } = prospect;
  if (points.length === 0 || (points.at(-1)?.reached ?? 0) < 0.97) return Number.POSITIVE_INFINITY;
  const open = (scrapes: number): number => 1 - probabilityAfter(prospect, scrapes, "reached");
  const stops = [from, ...points.map((point) => point.scrapes).filter((scrapes) => scrapes > from)];
  const area = stops.slice(1).reduce((sum, to, at) => {
    const since = stops[at] ?? to;
    return sum + ((open(since) + open(to)) / 2) * (to - since);
  }, 0);
  // It is seen at the end of a scrape: half a scrape after it came, on average.
  return area + open(from) / 2;
}

/** Scrapes from `from` on until the verdict is reached, or stands, with this probability; `Infinity` when it never is. */
export function sureAfter(prospect: Prospect, from: number, probability: number, what: "reached" | "stands" = "reached"): number {
  const { points } = prospect;
  const at = points.findIndex((point) => point[what] >= probability);
  const [before, there] = [points[at - 1], points[at]];
  if (there === undefined) return Number.POSITIVE_INFINITY;
  if (before === undefined) return Math.max(0, there.scrapes - from);
  const part = (probability - before[what]) / (there[what] - before[what]);
  return Math.max(0, before.scrapes + part * (there.scrapes - before.scrapes) - from);
}

function provenOf(spec: Extract<TestSpec, { readonly kind: "rate" | "against-stable" }>, value: number): Prospect["proves"] {
  // A ratio to nothing is none.
  if (value === spec.fail.at || !Number.isFinite(value)) return null;
  if (!isGood(spec.fail, value)) return "fail";
  return spec.pass === null || isGood(spec.pass, value) ? "pass" : null;
}

/** The mean of several ways, at the stations of the first one. */
function averaged(ways: readonly (readonly Point[])[]): readonly Point[] {
  const [first = [], ...others] = ways;
  const rest = others.map((points): Prospect => ({ proves: null, points }));
  return first.map((point) => {
    const mean = (what: "reached" | "stands"): number =>
      (point[what] + rest.reduce((sum, way) => sum + probabilityAfter(way, point.scrapes, what), 0)) / ways.length;
    return { scrapes: point.scrapes, reached: mean("reached"), stands: mean("stands") };
  });
}
