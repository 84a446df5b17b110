import { isGood, nothingCounted, ruled } from "./lines.ts";
import { medianOf } from "./robust-line.ts";
import type { Increment, TestFamily, TestSpec, TestState } from "./test-spec.ts";
import type { Finding, Verdict } from "./verdict.ts";

type ScoreSpec = Extract<TestSpec, { readonly kind: "score" }>;

interface ScoreState extends TestState {
  readonly kind: "score";
  /** The latest runs, oldest first. */
  readonly runs: readonly number[];
  /** Of the latest run; empty when its source names nothing. */
  readonly findings: readonly Finding[];
}

/** Runs that count at most, unless more are asked for: older ones are of another day. Source: evidence.md 2e (9, at most 15). */
export const mostRuns = 15;

/** A score by runs (evidence.md 2e): the median against the line, undecided under `minRuns`. A plain rule, on a score that may itself be approximate. */
export const score: TestFamily<ScoreSpec> = {
  begin: (): ScoreState => ({ kind: "score", runs: [], findings: [] }),
  add: addScore,
  judge: judgeScore,
  forecastScrapes: (spec, state) => Math.max(0, spec.minRuns - (state as ScoreState).runs.length),
};

function addScore(spec: ScoreSpec, before: TestState, increment: Increment): ScoreState {
  if (increment.kind !== "level") throw new TypeError(`a test of a score was given ${increment.kind}`);
  if (!Number.isFinite(increment.canary)) throw new RangeError(`a score must be finite, not ${increment.canary}`);
  const runs = [...(before as ScoreState).runs, increment.canary].slice(-Math.max(mostRuns, spec.minRuns));
  return { kind: "score", runs, findings: increment.findings ?? [] };
}

function judgeScore(spec: ScoreSpec, before: TestState): Verdict {
  const verdict = judgeRuns(spec, before as ScoreState);
  return spec.isApproximate ? { ...verdict, assumes: "approximate" } : verdict;
}

function judgeRuns(spec: ScoreSpec, { runs, findings }: ScoreState): Verdict {
  if (runs.length === 0) return nothingCounted("rule");
  const shown = { estimate: medianOf(runs), interval: { low: Math.min(...runs), high: Math.max(...runs) } };
  if (runs.length < spec.minRuns) return ruled("undecided", { kind: "runs-needed", have: runs.length, need: spec.minRuns }, shown);
  const within = runs.filter((run) => isGood(spec.line, run)).length;
  return isGood(spec.line, shown.estimate)
    ? ruled("pass", { kind: "readings-within-line", within, of: runs.length }, shown)
    : ruled(
        "fail",
        { kind: "readings-over-line", over: runs.length - within, of: runs.length, ...(findings.length > 0 && { findings }) },
        shown,
      );
}
