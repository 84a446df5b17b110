import { add, begin, judge } from "../../src/evidence/evidence.ts";
import type { TestSpec } from "../../src/evidence/test-spec.ts";
import { chance } from "./chance.ts";

/** Scrapes added and judged per second of one core's time; the time that other processes take is not counted. */
export function updatesPerSecond(spec: TestSpec, forMs: number): number {
  const luck = chance(1);
  let state = begin(spec);
  let updates = 0;
  const begun = process.cpuUsage();
  for (;;) {
    const canary = { bad: luck.binomial(150, 0.003), total: 150 };
    const stable = { bad: luck.binomial(1350, 0.003), total: 1350 };
    state = add(spec, state, { kind: "counts", atMs: updates * 15_000, canary, stable, slices: [] });
    judge(spec, state);
    updates += 1;
    if (updates % 500 !== 0) continue;
    const { user, system } = process.cpuUsage(begun);
    const tookMs = (user + system) / 1000;
    if (tookMs > forMs) return (updates / tookMs) * 1000;
  }
}
