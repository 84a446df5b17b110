import { expectedCount } from "../evidence/plan-ahead.ts";
import { habits } from "./person.ts";

/** The two gates of `examples/laptop/plan.yaml` that need the most people, in the plan's own minutes. Shares and rates are 0-1. */
export const hungriestGates = {
  activation: { passAbove: 0.02, failBelow: 0.015, share: 0.1, minutes: 15 },
  conversion: { failBelowOfStable: 0.5, share: 0.5, minutes: 30 },
} as const;

const error = 0.05;

/** New people a minute that the two gates need at this rate of activation and orders (0-1), so that they pass in four releases of five. Rounded up. */
export function peopleNeededPerMinute(ratio: number): { readonly activation: number; readonly conversion: number } {
  const { activation, conversion } = hungriestGates;
  const activated = expectedCount({ kind: "rate", truth: ratio, line: activation.failBelow, error });
  const ordered = expectedCount({
    kind: "against-stable",
    canary: ratio,
    stable: ratio,
    line: conversion.failBelowOfStable,
    canaryShare: conversion.share,
    error,
  });
  return {
    activation: Math.ceil((activated?.sure ?? Infinity) / activation.share / activation.minutes),
    conversion: Math.ceil((ordered?.sure ?? Infinity) / conversion.minutes),
  };
}

/** Says at which rates the demo's people convert, and what the same gates would need at 2 %. */
export function sayTrafficNeeded(): readonly string[] {
  const here = peopleNeededPerMinute(habits.trialRatio);
  const real = peopleNeededPerMinute(0.02);
  const say = (count: number): string => count.toLocaleString("en");
  return [
    `demo people convert at ${Math.round(habits.trialRatio * 100)} %, so that every gate can be decided this fast;`,
    "in the plan's own minutes the same gates need, in new people a minute:",
    `  trial activation > 2 % in phase 1: ${say(here.activation)} at 30 %, ${say(real.activation)} at 2 %`,
    `  no regression of orders in phase 2: ${say(here.conversion)} at 30 %, ${say(real.conversion)} at 2 %`,
  ];
}
