import type { Fault } from "./shop/fault.ts";

/** One story that the demo can tell: which version is released, what is wrong with it, and how it must end. */
export interface Scenario {
  readonly name: string;
  /** One sentence for the help and the screen. */
  readonly says: string;
  /** Both services get this version. */
  readonly version: string;
  readonly faults: readonly Fault[];
  /** The status that the release ends in when serin does its work. */
  readonly ends: "promoted" | "rolled-back" | "stopped" | "halted";
}

/** The version that everybody has before the first release; it is healthy. */
export const firstVersion = "1";

/** Every scenario; the demo without `--scenario` plays them in this order. A version names its faults: "2-errors". */
export const scenarios: readonly Scenario[] = [
  {
    name: "errors",
    says: "version 2-errors answers 5 % of its requests with a 500",
    version: "2-errors",
    faults: [
      { kind: "errors", service: "backend", ratio: 0.05, fromPhase: 0 },
      { kind: "errors", service: "frontend", ratio: 0.05, fromPhase: 0 },
    ],
    ends: "rolled-back",
  },
  { name: "good", says: "version 2 is as healthy as version 1", version: "2", faults: [], ends: "promoted" },
];

/** What is wrong with `version`; empty for a healthy one. Throws for a suffix that names no scenario, so that a typing error is not a healthy version. */
export function faultsOf(version: string): readonly Fault[] {
  const suffix = /^\d+-(.+)$/.exec(version)?.[1];
  if (suffix === undefined) return [];
  const scenario = scenarios.find(({ name }) => name === suffix);
  if (scenario === undefined)
    throw new Error(`the shop has no version "${version}": known suffixes are ${scenarios.map(({ name }) => name).join(", ")}`);
  return scenario.faults;
}
