import type { Finding, Verdict } from "./verdict.ts";

/** Counts of one arm: `bad` of `total` (a conversion's `bad` counts the successes: it is the thing whose rate is judged). */
export interface Tally {
  readonly bad: number;
  readonly total: number;
  /**
   * Only where a histogram's bucket bound is not the line: at most this many were bad (`bad` is then the lower count). Proof of harm
   * uses `bad`, proof of health uses `badAtMost`. Absent means `bad` is exact.
   */
  readonly badAtMost?: number;
}

/** A line and the side of it that is good. Rates are 0-1. */
export interface Line {
  readonly good: "below" | "above";
  readonly at: number;
}

/** The error budgets of one test: `alpha` for "fail" (its share of the release's false-rollback budget), `beta` for "pass". */
export interface Budget {
  readonly alpha: number;
  readonly beta: number;
  /** Scrapes that the plan expects, its longest extension included: the restart schedule spends its stake over them. */
  readonly plannedScrapes: number;
}

/** One test to run, as plain data. Every number is in the unit of the line. */
export type TestSpec =
  /** A rate against fixed lines (2a). `pass: null` for a guard: good is then "proven on the good side of `fail`". */
  | (Budget & { readonly kind: "rate"; readonly unit: "person" | "request"; readonly pass: Line | null; readonly fail: Line })
  /**
   * The canary's rate as a ratio of stable's (2b). `fail` = the ratio proven beyond which it is bad; `pass` = the ratio that the estimate must
   * also reach (`null` for a guard). "conversion < 50% of stable" is `{ fail: { good: "above", at: 0.5 } }`.
   */
  | (Budget & { readonly kind: "against-stable"; readonly unit: "person" | "request"; readonly pass: Line | null; readonly fail: Line })
  /** No event at all (2e). Passing needs exposure: a rate of `rate` or more must be disproved at `beta`. */
  | (Budget & { readonly kind: "none"; readonly rate: number })
  /** A saturated resource (2e): fails when `k` of the last `n` levels are beyond the line, or, with `steady`, when its slope reaches the limit soon. */
  | {
      readonly kind: "level";
      readonly line: Line;
      readonly k: number;
      readonly n: number;
      /** `null`: the slope is not judged. Otherwise a robust slope that reaches `limit` within `withinMs` fails. */
      readonly steady: { readonly limit: number; readonly withinMs: number } | null;
    }
  /**
   * A score by runs (Lighthouse, axe): the median of at least `minRuns` runs against the line. `isApproximate`: the score stands for one that
   * cannot be measured so. Absent: it is what it says.
   */
  | { readonly kind: "score"; readonly line: Line; readonly minRuns: number; readonly alpha: number; readonly isApproximate?: boolean }
  /** A probe: fails when `k` readings in a row say down. */
  | { readonly kind: "probe"; readonly k: number }
  /** The plan asked for a plain threshold: fails when `k` of the last `n` scrapes are beyond the fail line, passes when fewer are and all `n` were read. */
  | {
      readonly kind: "threshold";
      readonly pass: Line | null;
      readonly fail: Line;
      readonly ofStable: boolean;
      readonly k: number;
      readonly n: number;
    };

/** What one scrape adds to a test. Counts are increments since the previous scrape, never cumulative. */
export type Increment =
  | {
      readonly kind: "counts";
      readonly atMs: number;
      readonly canary: Tally;
      /** `null` where the source has no stable arm. */
      readonly stable: Tally | null;
      /** Stable split into equally sized hash slices, to measure dispersion (2d); empty where the source cannot. */
      readonly slices: readonly Tally[];
      /** The canary split in the same way, no person in two slices: each is evidence of its own for a rate of requests. Absent where the source cannot. */
      readonly canarySlices?: readonly Tally[];
      /** What was counted of the canary since the release began, the gravest first. Absent: the source names nothing. */
      readonly findings?: readonly Finding[];
    }
  | {
      readonly kind: "level";
      readonly atMs: number;
      readonly canary: number;
      readonly stable: number | null;
      /** What the canary loses points for, the gravest first. Absent: the source names nothing. */
      readonly findings?: readonly Finding[];
    }
  | { readonly kind: "probe"; readonly atMs: number; readonly down: boolean };

/** The running state of one test: plain JSON values, so that it can be stored and compared; opaque outside this room. */
export type TestState = { readonly kind: TestSpec["kind"]; readonly [field: string]: unknown };

/** The functions of a test family: `begin` an empty state, `add` one scrape (returns a new state), `judge` where it stands, and `forecast`. */
export interface TestFamily<Spec extends TestSpec> {
  begin(spec: Spec): TestState;
  /**
   * An empty state that keeps what `state` had measured of how counts hang together: no evidence, only what divides it. Absent: the family
   * measures nothing, and begins.
   */
  renew?(spec: Spec, state: TestState): TestState;
  /** The state when another share is in force: what breaks under load begins now. Absent: it makes no difference. */
  atNewShare?(state: TestState): TestState;
  add(spec: Spec, state: TestState, increment: Increment): TestState;
  judge(spec: Spec, state: TestState): Verdict;
  /** Scrapes still needed for a decision when the data go on as they were; `null` when it will not be decided at all. */
  forecastScrapes(spec: Spec, state: TestState): number | null;
}
