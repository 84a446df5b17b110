import { add, begin, judge } from "../../src/evidence/evidence.ts";
import type { Tally, TestSpec, TestState } from "../../src/evidence/test-spec.ts";
import { assessMetric, classify, newResult, record } from "../peers/argo.mjs";
import { FlaggerPeer } from "../peers/flagger.mjs";
import { guardrail } from "../peers/growthbook.mjs";
import { classifyMetric } from "../peers/kayenta.mjs";
import { chance } from "./chance.ts";
import { slicesOfRequests, sumOf } from "./slices.ts";

/** A phase of 15 minutes at 10 % canary, scraped every 15 s; both arms' true rates, and when the canary turns bad. */
export interface Story {
  readonly says: string;
  readonly rps: number;
  readonly stable: number;
  readonly canary: number;
  readonly fromMs: number;
}

/** What one controller sees of it, scrape by scrape; true once it takes the canary back. */
interface Controller {
  readonly name: string;
  sees(scrape: Scrape): boolean;
}

/** Each request is of another person, and both arms are known in slices: only the last controller looks at those. */
interface Scrape {
  readonly canary: Tally;
  readonly stable: Tally;
  readonly slices: readonly Tally[];
  readonly canarySlices: readonly Tally[];
  readonly atMs: number;
}

const scrapeMs = 15_000;
const phaseMs = 15 * 60_000;
const lineRate = 0.01;

export const stories: readonly Story[] = [
  { says: "10 rps, healthy 0.2 %", rps: 10, stable: 0.002, canary: 0.002, fromMs: 0 },
  { says: "10 rps, healthy 0.5 %", rps: 10, stable: 0.005, canary: 0.005, fromMs: 0 },
  { says: "100 rps, healthy 0.5 %", rps: 100, stable: 0.005, canary: 0.005, fromMs: 0 },
  { says: "1 rps, bad 20 %", rps: 1, stable: 0.002, canary: 0.2, fromMs: 0 },
  { says: "1 rps, bad 5 %", rps: 1, stable: 0.002, canary: 0.05, fromMs: 0 },
  { says: "10 rps, bad 2 %", rps: 10, stable: 0.002, canary: 0.02, fromMs: 0 },
  { says: "10 rps, bad 5 %", rps: 10, stable: 0.002, canary: 0.05, fromMs: 0 },
  { says: "100 rps, bad 2 %", rps: 100, stable: 0.002, canary: 0.02, fromMs: 0 },
  { says: "100 rps, 5 % from minute 8", rps: 100, stable: 0.002, canary: 0.05, fromMs: 8 * 60_000 },
];

/** Every controller afresh, for one run of a story. */
export function controllers(): readonly Controller[] {
  return [argo(0), argo(3), flagger(), kayenta(), growthBook(), serin("person"), serin("request")];
}

/** Sums the last minute and hands it on once a minute, as a query over `[1m]` does; the rest of the time nothing is seen. */
function eachMinute(look: (canary: Tally, stable: Tally) => boolean): Controller["sees"] {
  let canary = { bad: 0, total: 0 };
  let stable = { bad: 0, total: 0 };
  return (scrape) => {
    canary = plus(canary, scrape.canary);
    stable = plus(stable, scrape.stable);
    if (scrape.atMs % 60_000 !== 0) return false;
    const hasFailed = look(canary, stable);
    canary = { bad: 0, total: 0 };
    stable = { bad: 0, total: 0 };
    return hasFailed;
  };
}

function argo(failureLimit: number): Controller {
  const metric = { interval: 60_000, failureLimit };
  const result = newResult();
  const sees = eachMinute(({ bad, total }) => {
    record(
      result,
      classify(bad / total, undefined, (rate) => rate > lineRate),
    );
    return assessMetric(metric, result, false) === "Failed";
  });
  return { name: `Argo fl=${failureLimit}`, sees };
}

function flagger(): Controller {
  const peer = new FlaggerPeer({ intervalMs: 60_000, threshold: 5, iterations: 1000, match: [{}] });
  // The first tick scales the canary up; the analysis begins with the second.
  peer.tick({ spec: "v2", metrics: [] });
  const sees = eachMinute(({ bad, total }) => {
    const value = total === 0 ? null : (100 * bad) / total;
    return peer.tick({ spec: "v2", metrics: [{ name: "error-rate", value, range: { max: 100 * lineRate } }] }) === "rollback";
  });
  return { name: "Flagger 5", sees };
}

/** A point a minute, in percent, against a baseline of the canary's size; judged at 5, 10 and 15 minutes. */
function kayenta(): Controller {
  const control: number[] = [];
  const experiment: number[] = [];
  const luck = chance(4711);
  const sees = eachMinute((canary, stable) => {
    experiment.push((100 * canary.bad) / canary.total);
    control.push((100 * luck.binomial(canary.total, stable.bad / stable.total)) / canary.total);
    return experiment.length % 5 === 0 && classifyMetric(control, experiment, { direction: "increase" }).label === "High";
  });
  return { name: "Kayenta", sees };
}

function growthBook(): Controller {
  let canary = { bad: 0, total: 0 };
  let control = { bad: 0, total: 0 };
  return {
    name: "GrowthBook",
    sees: (scrape) => {
      canary = plus(canary, scrape.canary);
      control = plus(control, scrape.stable);
      const arms = { control: { n: control.total, successes: control.bad }, canary: { n: canary.total, successes: canary.bad } };
      // Without its least sample of 150 errors, which would keep it silent almost everywhere here.
      return guardrail(arms, { harm: "increase", alpha: 0.05, minSample: 0 }) === "lost";
    },
  };
}

/** An absolute and a relative guard with half of the budget of 1 % each. Requests: it is not told that they are independent. */
function serin(unit: "person" | "request"): Controller {
  const budget = { alpha: 0.005, beta: 0.05, plannedScrapes: phaseMs / scrapeMs };
  const specs: readonly TestSpec[] = [
    { kind: "rate", unit, pass: null, fail: { good: "below", at: lineRate }, ...budget },
    { kind: "against-stable", unit, pass: null, fail: { good: "below", at: 1 }, ...budget },
  ];
  let states: readonly TestState[] = specs.map(begin);
  return {
    name: unit === "person" ? "serin 1 %" : "requests",
    sees: (scrape) => {
      states = specs.map((spec, index) => add(spec, states[index] ?? begin(spec), { kind: "counts", ...scrape }));
      return specs.some((spec, index) => judge(spec, states[index] ?? begin(spec)).kind === "fail");
    },
  };
}

export interface PeerResult {
  readonly name: string;
  readonly rolledBackPct: number;
  /** Median of those that rolled back, from the moment it turned bad; `null`: none did. */
  readonly medianS: number | null;
}

/** All controllers on the same streams. */
export function compare(story: Story, size: { readonly runs: number; readonly seed: number }): readonly PeerResult[] {
  const times = new Map<string, number[]>(controllers().map(({ name }) => [name, []]));
  for (let run = 0; run < size.runs; run += 1) {
    const luck = chance(size.seed + 15_485_863 * run);
    const still = new Set(controllers());
    for (let atMs = scrapeMs; atMs <= phaseMs; atMs += scrapeMs) {
      const scrape = { ...scrapeOf(story, luck, atMs), atMs };
      for (const controller of still) {
        if (!controller.sees(scrape)) continue;
        still.delete(controller);
        times.get(controller.name)?.push((atMs - story.fromMs) / 1000);
      }
    }
  }
  return [...times].map(([name, seconds]) => ({
    name,
    rolledBackPct: (100 * seconds.length) / size.runs,
    medianS: seconds.toSorted((a, b) => a - b)[Math.floor(seconds.length / 2)] ?? null,
  }));
}

function scrapeOf(story: Story, luck: ReturnType<typeof chance>, atMs: number): Omit<Scrape, "atMs"> {
  const seconds = scrapeMs / 1000;
  const arm = (requests: number, of: number): readonly Tally[] =>
    slicesOfRequests(luck, Math.max(0, Math.round(requests + luck.normal() * Math.sqrt(requests))), of);
  const rate = atMs > story.fromMs ? story.canary : story.stable;
  const canarySlices = arm(0.1 * story.rps * seconds, rate);
  const slices = arm(0.9 * story.rps * seconds, story.stable);
  return { canary: sumOf(canarySlices), stable: sumOf(slices), slices, canarySlices };
}

function plus(a: Tally, b: Tally): Tally {
  return { bad: a.bad + b.bad, total: a.total + b.total };
}
