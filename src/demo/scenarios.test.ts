import { expect, test } from "vitest";
import { parsePlan } from "./harm-bound.ts";
import { readExamplePlan } from "./house.ts";
import type { End } from "./scenario.ts";
import { faultsOf, firstVersion, scenarios, usualScenarios } from "./scenarios.ts";

const plan = parsePlan(await readExamplePlan("edge"));
const gates = plan.phases.flatMap((phase) => phase.gates.map(({ id }) => id));
const guards = plan.guards.map(({ id }) => id);
const others = ["not-ready", "check-failed"];

test("names are told apart, and a version with faults is named after its scenario", () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
  for (const { name, version, faults } of scenarios) {
    expect(version).toBe(faults.length === 0 ? "2" : `2-${name}`);
    expect(faultsOf(version)).toEqual(faults);
  }
  expect(faultsOf(firstVersion)).toEqual([]);
  expect(usualScenarios.map(({ name }) => name)).toEqual(["errors", "good"]);
});

/** What an end names that the plan lacks. */
function unknownOf(ends: End): readonly unknown[] {
  const phases: readonly (number | null)[] = plan.phases.map((_, index) => index);
  switch (ends.kind) {
    case "promoted":
      return [];
    case "holding":
      return [...ends.checks.filter((check) => !gates.includes(check)), ...[ends.phase].filter((phase) => !phases.includes(phase))];
    default: {
      const isBefore = others.includes(ends.by);
      const known = isBefore ? others : [...guards, ...gates];
      return [
        ...[ends.by].filter((by) => !known.includes(by)),
        ...[ends.phase].filter((phase) => !(isBefore ? [null] : phases).includes(phase)),
      ];
    }
  }
}

test.each(scenarios.map(({ name, ends }) => [name, ends] as const))("%s ends by what the plan has", (_name, ends) => {
  expect(unknownOf(ends)).toEqual([]);
});

test("troubles begin in a phase of the plan", () => {
  const phases = scenarios.flatMap(({ troubles }) => troubles.map(({ from }) => from.phase));
  expect(phases.filter((phase) => plan.phases[phase] === undefined)).toEqual([]);
});

test("every guard of the plan ends some scenario", () => {
  const ended = new Set(scenarios.map(({ ends }) => ("by" in ends ? ends.by : "")));
  expect(guards.filter((guard) => !ended.has(guard))).toEqual([]);
});
