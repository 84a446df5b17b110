import { add, begin, judge } from "../../src/evidence/evidence.ts";
import type { Tally, TestSpec } from "../../src/evidence/test-spec.ts";
import { chance } from "./chance.ts";
import type { Chance } from "./chance.ts";
import { sliceCount, sumOf } from "./slices.ts";

/** Scrapes added and judged per second of one core's time; the time that other processes take is not counted. */
export function updatesPerSecond(spec: TestSpec, run: { readonly forMs: number; readonly arms: "whole" | "in slices" }): number {
  const luck = chance(1);
  let state = begin(spec);
  let updates = 0;
  const begun = process.cpuUsage();
  for (;;) {
    const canarySlices = run.arms === "whole" ? [] : evenSlices(luck, 150);
    const slices = run.arms === "whole" ? [] : evenSlices(luck, 1350);
    const canary = run.arms === "whole" ? tallyOf(luck, 150) : sumOf(canarySlices);
    const stable = run.arms === "whole" ? tallyOf(luck, 1350) : sumOf(slices);
    state = add(spec, state, { kind: "counts", atMs: updates * 15_000, canary, stable, slices, canarySlices });
    judge(spec, state);
    updates += 1;
    if (updates % 500 !== 0) continue;
    const { user, system } = process.cpuUsage(begun);
    const tookMs = (user + system) / 1000;
    if (tookMs > run.forMs) return (updates / tookMs) * 1000;
  }
}

function tallyOf(luck: Chance, total: number): Tally {
  return { bad: luck.binomial(total, 0.003), total };
}

function evenSlices(luck: Chance, total: number): readonly Tally[] {
  return Array.from({ length: sliceCount }, () => tallyOf(luck, total / sliceCount));
}
