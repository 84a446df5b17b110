import { countsOf } from "./counts.ts";
import { isGood, nothingCounted, ruled } from "./lines.ts";
import { medianOf } from "./robust-line.ts";
import type { Increment, TestFamily, TestSpec, TestState } from "./test-spec.ts";
import type { Verdict } from "./verdict.ts";

type ThresholdSpec = Extract<TestSpec, { readonly kind: "threshold" }>;

interface ThresholdState extends TestState {
  readonly kind: "threshold";
  /** The latest values, oldest first. */
  readonly values: readonly number[];
  /** True once something was counted that gave no value, for want of a stable arm. */
  readonly isAlone: boolean;
}

/** A gate that is to be taken literally: k of the last n scrapes beyond the fail line fail, fewer beyond the pass line pass. A plain rule. */
export const threshold: TestFamily<ThresholdSpec> = {
  begin: (): ThresholdState => ({ kind: "threshold", values: [], isAlone: false }),
  add: addThreshold,
  judge: judgeThreshold,
  forecastScrapes: (spec, state) => {
    const { kind } = judgeThreshold(spec, state);
    if (kind === "pass" || kind === "fail") return 0;
    const missing = spec.n - (state as ThresholdState).values.length;
    return missing > 0 ? missing : null;
  },
};

function addThreshold(spec: ThresholdSpec, before: TestState, increment: Increment): ThresholdState {
  const state = before as ThresholdState;
  const { canary, stable } = valuesOf(increment);
  if (canary === null) return state;
  if (!spec.ofStable) return withValue(spec, state, canary);
  // Nothing of stable's to divide by: no value, as a ratio to zero would be none.
  if (stable === null || stable === 0) return { ...state, isAlone: true };
  return withValue(spec, state, canary / stable);
}

function withValue(spec: ThresholdSpec, state: ThresholdState, value: number): ThresholdState {
  return { ...state, values: [...state.values, value].slice(-spec.n) };
}

/** Each arm's value in this scrape: a rate, or a level; `null` where nothing was counted. */
function valuesOf(increment: Increment): { readonly canary: number | null; readonly stable: number | null } {
  if (increment.kind === "probe") throw new TypeError("a threshold was given a probe");
  if (increment.kind === "level") return { canary: increment.canary, stable: increment.stable };
  const { canary, stable } = countsOf(increment);
  const rate = (arm: typeof stable): number | null => (arm === null || arm.total === 0 ? null : arm.badAtMost / arm.total);
  return { canary: rate(canary), stable: rate(stable) };
}

function judgeThreshold(spec: ThresholdSpec, before: TestState): Verdict {
  const { values, isAlone } = before as ThresholdState;
  if (values.length === 0) {
    return isAlone ? ruled("undecided", { kind: "nothing-to-compare" }, { estimate: null, interval: null }) : nothingCounted("rule");
  }
  const shown = { estimate: medianOf(values), interval: { low: Math.min(...values), high: Math.max(...values) } };
  const over = values.filter((value) => !isGood(spec.fail, value)).length;
  if (over >= spec.k) return ruled("fail", { kind: "readings-over-line", over, of: values.length }, shown);
  if (values.length < spec.n) return ruled("undecided", { kind: "runs-needed", have: values.length, need: spec.n }, shown);
  const pass = spec.pass ?? spec.fail;
  const within = values.filter((value) => isGood(pass, value)).length;
  return values.length - within < spec.k
    ? ruled("pass", { kind: "readings-within-line", within, of: values.length }, shown)
    : ruled("undecided", { kind: "between-lines" }, shown);
}
