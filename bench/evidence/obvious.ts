import { add, begin, judge } from "../../src/evidence/evidence.ts";
import type { Increment, Tally, TestSpec } from "../../src/evidence/test-spec.ts";
import { chance } from "./chance.ts";
import type { Chance } from "./chance.ts";
import { slicesOfPeople, slicesOfRequests, sumOf } from "./slices.ts";

/** Harm that nobody would argue about, on requests, at a guard with a sixth of the release's budget of 1 %. */
export interface Obvious {
  readonly says: string;
  readonly line: number;
  /** Healthy scrapes before it begins. */
  readonly before: number;
  /** The canary's slices in one scrape, healthy or harmed. */
  slices(chance: Chance, state: "healthy" | "harmed"): readonly Tally[];
}

const plannedScrapes = 72;
const mostScrapes = 100;

function requests(
  says: string,
  at: { readonly line: number; readonly truth: number; readonly each: number; readonly before?: number },
): Obvious {
  const { line, truth, each, before = 0 } = at;
  return { says, line, before, slices: (luck, state) => slicesOfRequests(luck, each, state === "harmed" ? truth : line / 20) };
}

export const obviousHarm: readonly Obvious[] = [
  requests("30 % against 3 %, 900 a scrape", { line: 0.03, truth: 0.3, each: 900 }),
  requests("10 % against 3 %, 225 a scrape", { line: 0.03, truth: 0.1, each: 225 }),
  requests("10 % against 3 %, 225 a scrape, from the 40th on", { line: 0.03, truth: 0.1, each: 225, before: 40 }),
  requests("5 % against 1 %, 1350 a scrape", { line: 0.01, truth: 0.05, each: 1350 }),
  requests("5 % against 1 %, 135 a scrape", { line: 0.01, truth: 0.05, each: 135 }),
  requests("half slower, p95, 135 a scrape", { line: 0.05, truth: 0.5, each: 135 }),
  {
    says: "20 % of people lose all of their ten, 1 %, 40 people a scrape",
    line: 0.01,
    before: 0,
    slices: (luck, state) =>
      slicesOfPeople(luck, 40, (chanceOf) => {
        const total = chanceOf.geometric(10);
        return { bad: state === "harmed" && chanceOf.uniform() < 0.2 ? total : 0, total };
      }),
  },
];

/** What is known beside the canary's counts: slices and a stable arm nine times as large, slices alone, or the arm alone. */
export type Known = "slices beside stable" | "slices alone" | "whole";

function told(increment: Increment & { readonly kind: "counts" }, canarySlices: readonly Tally[], seen: Known): Increment {
  if (seen === "whole") return increment;
  return seen === "slices alone" ? { ...increment, stable: null, canarySlices } : { ...increment, canarySlices };
}

/** Mean scrapes from the first harmed one until it is proven; false alarms before count as 0. */
export function scrapesToProve(harm: Obvious, size: { readonly runs: number; readonly seed: number; readonly seen: Known }): number {
  const fail = { good: "below", at: harm.line } as const;
  const spec: TestSpec = { kind: "rate", unit: "request", pass: null, fail, alpha: 0.0016, beta: 0.05, plannedScrapes };
  let sum = 0;
  for (let run = 0; run < size.runs; run += 1) {
    const luck = chance(size.seed + 7919 * run);
    let state = begin(spec);
    for (let scrape = 1; scrape <= harm.before + mostScrapes; scrape += 1) {
      const canarySlices = harm.slices(luck, scrape > harm.before ? "harmed" : "healthy");
      const canary = sumOf(canarySlices);
      const stable = { bad: luck.binomial(9 * canary.total, harm.line / 20), total: 9 * canary.total };
      const increment = { kind: "counts", atMs: scrape, canary, stable, slices: [] } as const;
      state = add(spec, state, told(increment, canarySlices, size.seen));
      if (judge(spec, state).kind !== "fail") continue;
      sum += Math.max(0, scrape - harm.before);
      break;
    }
  }
  return sum / size.runs;
}
