import type { SeenTraffic } from "../../../core/observation.ts";
import type { EdgeSeen } from "./orders.ts";

/** What one edge answered, by the process that did. */
export interface InstanceSeen {
  readonly instance: string;
  readonly seen: EdgeSeen;
}

type Counts = Pick<EdgeSeen, "drawn" | "forwarded" | "lastCanaryMs">;

/**
 * Puts together what all edges do. Counts are of the whole release: what an edge had counted when it was last heard stays in the sums when it has
 * gone, as long as this controller runs.
 */
export class Agreement {
  #release: string | null = null;
  #counts = new Map<string, Counts>();

  /** What all edges do, their counts added up. Throws when they do not agree. */
  of(all: readonly InstanceSeen[]): SeenTraffic {
    const [first] = all;
    if (first === undefined) throw new Error("there is no edge to read back");
    const { release, sharePct, audience, stableSlot, targets } = first.seen;
    for (const { seen } of all) throwDifference(first.seen, seen);
    if (release !== this.#release) this.#counts = new Map();
    this.#release = release;
    for (const { instance, seen } of all) this.#counts.set(instance, seen);
    const counts = [...this.#counts.values()];
    const sum = (of: (one: Counts) => number): number => counts.reduce((total, one) => total + of(one), 0);
    const last = Math.max(...counts.map((one) => one.lastCanaryMs ?? Number.NEGATIVE_INFINITY));
    return {
      release,
      sharePct,
      audience,
      stableSlot,
      targets,
      isServing: all.every(({ seen }) => seen.isServing),
      drawn: { canary: sum((one) => one.drawn.canary), stable: sum((one) => one.drawn.stable) },
      forwarded: { canary: sum((one) => one.forwarded.canary), stable: sum((one) => one.forwarded.stable) },
      lastCanaryMs: Number.isFinite(last) ? last : null,
    };
  }
}

function throwDifference(first: EdgeSeen, other: EdgeSeen): void {
  const differs = (["release", "sharePct", "audience", "stableSlot", "targets"] as const).find((key) => other[key] !== first[key]);
  if (differs !== undefined) {
    throw new Error(`the edges do not agree: ${differs} is ${String(first[differs])} and ${String(other[differs])}`);
  }
  if (first.key !== undefined && other.key !== undefined && first.key !== other.key) {
    throw new Error("the edges have different keys, and would draw everybody anew: start them with the same --key-file");
  }
}
