import { add, begin, judge } from "../../src/evidence/evidence.ts";
import type { TestSpec } from "../../src/evidence/test-spec.ts";
import { chance } from "./chance.ts";

/** Scrapes added and judged per second, on this machine and one core. */
export function updatesPerSecond(spec: TestSpec, forMs: number): number {
  const luck = chance(1);
  let state = begin(spec);
  let updates = 0;
  const sinceMs = performance.now();
  for (;;) {
    const canary = { bad: luck.binomial(150, 0.003), total: 150 };
    const stable = { bad: luck.binomial(1350, 0.003), total: 1350 };
    state = add(spec, state, { kind: "counts", atMs: updates * 15_000, canary, stable, slices: [] });
    judge(spec, state);
    updates += 1;
    const tookMs = performance.now() - sinceMs;
    if (tookMs > forMs) return (updates / tookMs) * 1000;
  }
}
