import type { HoldReason } from "../core/status.ts";
import type { Check } from "./checks.ts";
import type { EdgeKind } from "./edge-part.ts";
import type { Fault } from "./shop/fault.ts";
import type { Trouble } from "./troubles.ts";

/** One story that the demo can tell: which version is released, what is wrong with it or with the world, and how it must end. Plain data. */
export interface Scenario {
  readonly name: string;
  /** One sentence for the help and the screen. */
  readonly says: string;
  /** Both services get this version. */
  readonly version: string;
  /** What is wrong with the version. */
  readonly faults: readonly Fault[];
  /** What goes wrong around it, whichever version runs. */
  readonly troubles: readonly Trouble[];
  /** Which edge, where people come in by the edge. */
  readonly edge: EdgeKind;
  /** True when it is about what only the edge does or counts. */
  readonly needsEdge: boolean;
  /** How the release ends when serin does its work. */
  readonly ends: End;
  /** What must be true beside the end. */
  readonly checks: readonly Check[];
  /** In the phases of these indices the release manager goes on as soon as every gate has passed; in the others the plan's time is waited for. */
  readonly hurriesIn: readonly number[];
  /** New people a second; `null`: as many as the demo has. */
  readonly peoplePerSecond: number | null;
  /** The plan runs so much slower than the demo usually does, for what needs real seconds inside few of the plan's minutes. */
  readonly slowdown: number;
  /** How soon after the decision the last request must have gone to the canary, real ms. */
  readonly backWithinMs: number;
  /** What there is to be proven, for the bound on the people harmed; `null`: nothing that people are counted for. */
  readonly proof: Proof | null;
}

/**
 * How a release can end. `by`: the guard or gate in the plan's words, or what else stopped it. A release that holds is waited for until it has
 * held for this reason for a while, people were told, and then it is taken back by hand.
 */
export type End =
  | { readonly kind: "promoted" }
  | { readonly kind: "rolled-back" | "stopped" | "halted"; readonly by: string; readonly phase: number | null }
  | { readonly kind: "holding"; readonly why: HoldReason["kind"]; readonly checks: readonly string[]; readonly phase: number };

/** The harm that a check has to prove: how often something bad happens against the line that it must not cross. Rates 0-1. */
export interface Proof {
  /** Id of the guard or gate, whose error probability counts. */
  readonly check: string;
  readonly truth: number;
  readonly line: number;
  /** How many of the units that are judged one person brings, on average. */
  readonly unitsPerPerson: number;
  /** Share of the people on the canary who are harmed, 0-1. */
  readonly harmedRatio: number;
}
