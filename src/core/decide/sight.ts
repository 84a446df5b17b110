import type { Verdict } from "../../evidence/verdict.ts";
import type { Fact } from "../decision.ts";
import type { EvidenceBook, Standing } from "../evidence-book.ts";
import type { Observation } from "../observation.ts";
import type { Plan } from "../plan.ts";
import type { Release } from "../release.ts";
import type { Status } from "../status.ts";

/** All that a decision may rest on. The book has the observation's readings in it already. */
export interface Sight {
  readonly release: Release;
  readonly plan: Plan;
  readonly book: EvidenceBook;
  readonly seen: Observation;
  readonly nowMs: number;
  readonly standings: readonly Standing[];
  /** Of a countdown's second test; `null` while none runs. */
  readonly fresh: Verdict | null;
  readonly isMismatched: boolean;
}

/** Where one rule of the decision leads: the status from now on and what is to be told with it. */
export interface Step {
  readonly status: Status;
  readonly facts: readonly Fact[];
}

/** The same status, with nothing to tell. */
export function stay(sight: Sight): Step {
  return { status: sight.release.status, facts: [] };
}
