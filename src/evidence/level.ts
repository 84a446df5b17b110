import { isGood, nothingCounted, ruled } from "./lines.ts";
import { medianOf, trendOf } from "./robust-line.ts";
import type { Increment, TestFamily, TestSpec, TestState } from "./test-spec.ts";
import type { Verdict } from "./verdict.ts";

type LevelSpec = Extract<TestSpec, { readonly kind: "level" }>;

interface LevelState extends TestState {
  readonly kind: "level";
  /** The latest readings, oldest first, as `[atMs, value]`. */
  readonly readings: readonly (readonly [atMs: number, value: number])[];
}

/** A slope is judged over this many readings at most, and not before there are this many. */
const mostReadings = 40;
const leastForSlope = 10;
/** Share of all pairs of readings that must agree on the direction before a slope is more than noise. */
const leastAgreement = 0.75;

/**
 * A saturated resource (evidence.md 2e): k of the last n readings beyond the line, or a steady rise to the limit, fail; it passes while their
 * median is within the line. A plain rule.
 */
export const level: TestFamily<LevelSpec> = {
  begin: (): LevelState => ({ kind: "level", readings: [] }),
  add: addLevel,
  judge: judgeLevel,
  forecastScrapes: (spec, state) => {
    const { kind } = judgeLevel(spec, state);
    if (kind === "pass" || kind === "fail") return 0;
    return Math.max(1, neededReadings(spec) - (state as LevelState).readings.length);
  },
};

function addLevel(spec: LevelSpec, before: TestState, increment: Increment): LevelState {
  if (increment.kind !== "level") throw new TypeError(`a test of a level was given ${increment.kind}`);
  if (!Number.isFinite(increment.canary)) throw new RangeError(`a level must be finite, not ${increment.canary}`);
  const readings = [...(before as LevelState).readings, [increment.atMs, increment.canary] as const];
  return { kind: "level", readings: readings.slice(-Math.max(mostReadings, spec.n)) };
}

function judgeLevel(spec: LevelSpec, before: TestState): Verdict {
  const { readings } = before as LevelState;
  const latest = readings.slice(-spec.n).map(([, value]) => value);
  if (latest.length === 0) return nothingCounted("rule");
  const shown = { estimate: medianOf(latest), interval: { low: Math.min(...latest), high: Math.max(...latest) } };
  const over = latest.filter((value) => !isGood(spec.line, value)).length;
  if (over >= spec.k) return ruled("fail", { kind: "readings-over-line", over, of: latest.length }, shown);
  const inMs = untilLimitMs(spec, readings);
  if (inMs !== null) return ruled("fail", { kind: "rises-to-limit", inMs }, shown);
  if (readings.length < neededReadings(spec))
    return ruled("undecided", { kind: "runs-needed", have: readings.length, need: neededReadings(spec) }, shown);
  if (!isGood(spec.line, shown.estimate)) return ruled("undecided", { kind: "readings-over-line", over, of: latest.length }, shown);
  return ruled("pass", { kind: "readings-within-line", within: latest.length - over, of: latest.length }, shown);
}

/** Readings before a level can pass. */
export function neededReadings(spec: LevelSpec): number {
  return spec.steady === null ? spec.n : Math.max(spec.n, leastForSlope);
}

/** Milliseconds until the limit is reached if the level goes on as it does; `null` when it does not get there within the time that matters. */
function untilLimitMs(spec: LevelSpec, readings: LevelState["readings"]): number | null {
  if (spec.steady === null || readings.length < leastForSlope) return null;
  const { limit, withinMs } = spec.steady;
  const trend = trendOf(readings);
  const towards = spec.line.good === "below" ? 1 : -1;
  if (trend.agreement * towards < 2 * leastAgreement - 1 || trend.slopePerMs * towards <= 0) return null;
  const inMs = Math.max(0, (limit - trend.now) / trend.slopePerMs);
  return inMs <= withinMs ? Math.round(inMs) : null;
}
