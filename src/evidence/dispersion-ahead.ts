import { expectedCrowdFactor } from "./crowd.ts";
import { cautiousFactor, expectedFactor, noDispersion } from "./dispersion.ts";
import type { ArmAhead } from "./bets-ahead.ts";

/** What will have been measured of how requests hang together, if they do not. */
export interface MeasuredAhead {
  readonly scrapes: number;
  /** Bad requests of the canary, and of both arms. */
  readonly canaryEvents: number;
  readonly events: number;
  /** Degrees of freedom between slices. */
  readonly freedom: number;
}

export const nothingMeasured: MeasuredAhead = { scrapes: 0, canaryEvents: 0, events: 0, freedom: 0 };

interface Arms {
  readonly canary: ArmAhead;
  readonly stable: ArmAhead;
  readonly parts: number;
}

/** After so many more scrapes. */
export function measuredAfter(before: MeasuredAhead, arms: Arms, scrapes: number): MeasuredAhead {
  const canary = arms.canary.units * arms.canary.rate;
  const stable = arms.stable.units * arms.stable.rate;
  // Slices of an arm without a single bad request in a scrape say nothing.
  const telling = -Math.expm1(-canary) - Math.expm1(-stable);
  return {
    scrapes: before.scrapes + scrapes,
    canaryEvents: before.canaryEvents + scrapes * canary,
    events: before.events + scrapes * (canary + stable),
    freedom: before.freedom + scrapes * telling * (arms.parts - 1),
  };
}

/**
 * What will divide the likelihoods of requests then. `luck` scales the events that come: fewer or more than expected, so that the measure is
 * there later or sooner.
 */
export function dispersionAhead(seen: MeasuredAhead, arms: Arms & { readonly test: "rate" | "against-stable" }, luck: number): number {
  const between = expectedFactor({ freedom: seen.freedom, events: luck * seen.events });
  if (between !== null) return between;
  const overTime = expectedFactor({ freedom: seen.scrapes - 1, events: luck * seen.canaryEvents });
  const units = [arms.canary.units, arms.stable.units];
  const crowd = arms.test === "rate" && arms.parts > 1 ? expectedCrowdFactor({ scrapes: seen.scrapes, parts: arms.parts, units }) : null;
  return crowd === null ? (overTime ?? cautiousFactor(noDispersion)) : Math.max(crowd, overTime ?? 1);
}
