import { add, begin, judge } from "../../src/evidence/evidence.ts";
import { lnBetaIncomplete } from "../../src/evidence/special.ts";
import { chance } from "./chance.ts";
import type { NullWorld } from "./nulls.ts";

export interface FalseAlarms {
  readonly runs: number;
  readonly alarms: number;
  readonly rate: number;
  /** 95 % limits of the true rate. */
  readonly low: number;
  readonly high: number;
}

/** How many runs come to a verdict that is wrong in this world. Once is enough: it is looked at after every scrape. */
export function falseAlarms(
  world: NullWorld,
  size: { readonly wrong: "pass" | "fail"; readonly runs: number; readonly scrapes: number; readonly seed: number },
): FalseAlarms {
  let alarms = 0;
  for (let run = 0; run < size.runs; run += 1) {
    const luck = chance(size.seed + 7919 * run);
    let state = begin(world.spec);
    let hasErred = false;
    for (let index = 0; index < size.scrapes && !hasErred; index += 1) {
      state = add(world.spec, state, world.scrape(luck, { index, scrapes: size.scrapes }));
      hasErred = judge(world.spec, state).kind === size.wrong;
    }
    if (hasErred) alarms += 1;
  }
  const { runs } = size;
  return { runs, alarms, rate: alarms / runs, low: limit(alarms, runs, "low"), high: limit(alarms, runs, "high") };
}

/** One-sided 95 % limit of a proportion. Source: Clopper & Pearson (1934). */
function limit(hits: number, runs: number, end: "low" | "high"): number {
  if (end === "low" && hits === 0) return 0;
  if (end === "high" && hits === runs) return 1;
  // P(X <= hits) = 1 - I(p; hits + 1, runs - hits); P(X >= hits) = I(p; hits, runs - hits + 1).
  const isTooLow = (p: number): boolean =>
    end === "high"
      ? lnBetaIncomplete(p, { a: hits + 1, b: runs - hits }) < Math.log(0.95)
      : lnBetaIncomplete(p, { a: hits, b: runs - hits + 1 }) < Math.log(0.05);
  let [low, high] = [0, 1];
  for (let turn = 0; turn < 50; turn += 1) {
    const middle = (low + high) / 2;
    if (isTooLow(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
