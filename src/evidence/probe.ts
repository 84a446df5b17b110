import { nothingCounted, ruled } from "./lines.ts";
import type { Increment, TestFamily, TestSpec, TestState } from "./test-spec.ts";
import type { Verdict } from "./verdict.ts";

type ProbeSpec = Extract<TestSpec, { readonly kind: "probe" }>;

interface ProbeState extends TestState {
  readonly kind: "probe";
  readonly readings: number;
  /** How many of the latest readings in a row said down. */
  readonly downInRow: number;
}

/** A probe: down k times in a row fails, an answer passes. A plain rule. */
export const probe: TestFamily<ProbeSpec> = {
  begin: (): ProbeState => ({ kind: "probe", readings: 0, downInRow: 0 }),
  add: addProbe,
  judge: judgeProbe,
  forecastScrapes: (spec, state) => {
    const { downInRow } = state as ProbeState;
    return downInRow === 0 || downInRow >= spec.k ? 0 : spec.k - downInRow;
  },
};

function addProbe(_spec: ProbeSpec, before: TestState, increment: Increment): ProbeState {
  if (increment.kind !== "probe") throw new TypeError(`a probe was given ${increment.kind}`);
  const { readings, downInRow } = before as ProbeState;
  return { kind: "probe", readings: readings + 1, downInRow: increment.down ? downInRow + 1 : 0 };
}

function judgeProbe(spec: ProbeSpec, before: TestState): Verdict {
  const { readings, downInRow } = before as ProbeState;
  const shown = { estimate: null, interval: null };
  if (readings === 0) return nothingCounted("rule");
  if (downInRow >= spec.k) return ruled("fail", { kind: "down", times: downInRow }, shown);
  return downInRow === 0 ? ruled("pass", { kind: "answers" }, shown) : ruled("undecided", { kind: "down", times: downInRow }, shown);
}
