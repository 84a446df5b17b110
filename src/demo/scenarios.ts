import type { End, Scenario } from "./scenario.ts";
import type { Fault } from "./shop/fault.ts";

/** The version that everybody has before the first release; it is healthy. */
export const firstVersion = "1";

const rolledBack = (by: string, phase: number): End => ({ kind: "rolled-back", by, phase });
const everywhere = (fault: (service: "frontend" | "backend") => Fault): readonly Fault[] => [fault("frontend"), fault("backend")];

/** Every scenario, in the order in which all of them are played. A version names its faults: "2-errors". */
export const scenarios: readonly Scenario[] = [
  bad("errors", "version 2 answers 5 % of its requests with a 500", {
    faults: everywhere((service) => ({ kind: "errors", service, ratio: 0.05, fromPhase: 0 })),
    ends: rolledBack("5xx-rate > 1%", 0),
    proof: { check: "5xx-rate > 1%", truth: 0.05, line: 0.01, unitsPerPerson: 3, harmedRatio: 1 - 0.95 ** 3 },
  }),
  good("good", "version 2 is as healthy as version 1", { ends: { kind: "promoted" } }),
];

/** The scenarios that the demo plays when none is named: a bad version, then a good one. */
export const usualScenarios: readonly Scenario[] = scenarios.filter(({ name }) => name === "errors" || name === "good");

/** What is wrong with `version`; empty for a healthy one. Throws for a suffix that names no scenario, so that a typing error is not a healthy version. */
export function faultsOf(version: string): readonly Fault[] {
  const suffix = /^\d+-(.+)$/.exec(version)?.[1];
  if (suffix === undefined) return [];
  const scenario = scenarios.find(({ version: known }) => known === `2-${suffix}`);
  if (scenario === undefined) throw new Error(`the shop has no version "${version}": known suffixes are ${suffixes().join(", ")}`);
  return scenario.faults;
}

function suffixes(): readonly string[] {
  return scenarios.flatMap(({ version }) => (version.startsWith("2-") ? [version.slice(2)] : []));
}

type Told = Partial<Scenario> & Pick<Scenario, "ends">;

/** A version with faults, named after them. */
function bad(name: string, says: string, told: Told & Pick<Scenario, "faults">): Scenario {
  return { ...good(name, says, told), version: `2-${name}`, ...told };
}

/** A healthy version. */
function good(name: string, says: string, told: Told): Scenario {
  return {
    name,
    says,
    version: "2",
    faults: [],
    troubles: [],
    checks: [],
    hurriesFrom: null,
    peoplePerSecond: null,
    slowdown: 1,
    backWithinMs: 1_000,
    proof: null,
    ...told,
  };
}
