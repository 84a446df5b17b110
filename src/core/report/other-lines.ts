import type { Line, TestSpec } from "../../evidence/test-spec.ts";
import type { Check } from "../checks.ts";
import type { Tape } from "../history/tape.ts";
import type { HistoryPoint } from "../history-view.ts";
import { judgeAnew } from "../history/judge-anew.ts";
import type { Judgement } from "../history/judge-anew.ts";

/** How the same readings would have been judged with other lines. */
export interface OtherLines {
  readonly own: Judgement;
  /** Tighter first; empty where there is no line. */
  readonly moved: readonly MovedLine[];
  readonly failsFrom: FailsFrom | null;
}

export interface MovedLine {
  readonly is: "tighter" | "looser";
  /** The line that a failure is proven against, and the pass line where it is another. */
  readonly fail: Line;
  readonly pass: Line | null;
  readonly judgement: Judgement;
}

/** The loosest line that would have failed, `null`: none of those that make sense. */
export interface FailsFrom {
  readonly line: Line | null;
  readonly good: Line["good"];
}

/** Evidence is looked at so many times at least when other lines are tried. */
const looks = 60;
/** With more readings than this the line from which on it fails is not looked for: each try goes through all of them. */
const searchedReadings = 2_000;
/** So far apart are two lines at most of which one fails and the other does not; of scores and levels, which are tried quickly, closer. */
const precision = { proof: 1.02, rule: 1.002 };
const stepsAtMost = 14;

/** Tries other lines on the check's readings. `points`: its history, from which the search begins. */
export function* otherLinesOf(tape: Tape, check: Check, points: readonly HistoryPoint[]): Generator<undefined, OtherLines> {
  const own = yield* judgeAnew(tape, check.id, { looks });
  const fail = lineOf(check.spec);
  if (fail === null || own.last === null) return { own, moved: [], failsFrom: null };
  const moved: MovedLine[] = [];
  for (const is of ["tighter", "looser"] as const) {
    const spec = withLines(check.spec, (line) => ({ ...line, at: besides(line, check.spec)[is] }));
    const judgement = yield* judgeAnew(tape, check.id, { instead: { spec, quantity: check.quantity }, looks });
    moved.push({ is, fail: lineOf(spec) ?? fail, pass: "pass" in spec ? spec.pass : null, judgement });
  }
  const failsFrom = tape.steps.length > searchedReadings ? null : yield* searchFailure({ tape, check, fail, points });
  return { own, moved, failsFrom };
}

interface Search {
  readonly tape: Tape;
  readonly check: Check;
  readonly fail: Line;
  readonly points: readonly HistoryPoint[];
}

/** The loosest line that fails, from a guess outwards until one line fails and a neighbour does not, then by halves. */
function* searchFailure({ tape, check, fail, points }: Search): Generator<undefined, FailsFrom> {
  const none: FailsFrom = { line: null, good: fail.good };
  const guess = guessOf(check.spec, fail.good, points);
  if (guess === null || guess <= 0) return none;
  function* failsAt(at: number): Generator<undefined, boolean> {
    const spec = withLines(check.spec, (line) => ({ ...line, at }));
    const alone = "pass" in spec ? { ...spec, pass: null } : spec;
    return (yield* judgeAnew(tape, check.id, { instead: { spec: alone, quantity: check.quantity }, looks })).failedMs !== null;
  }
  // Towards the good side of the readings a line fails, towards the bad side it does not.
  const tighter = fail.good === "below" ? 1 / 1.05 : 1.05;
  const most = isRate(check.spec) ? 1 : Number.POSITIVE_INFINITY;
  let failing: number | null = null;
  let holding: number | null = null;
  let at = guess;
  const close = isRuled(check.spec) ? precision.rule : precision.proof;
  for (let step = 0; step < stepsAtMost && (failing === null || holding === null); step += 1) {
    if (at >= most) holding = fail.good === "above" ? null : at;
    if (at >= most) break;
    if (yield* failsAt(at)) [failing, at] = [at, at / tighter ** (step + 1)];
    else [holding, at] = [at, at * tighter ** (step + 1)];
  }
  if (failing === null) return none;
  for (let step = 0; holding !== null && Math.max(failing / holding, holding / failing) > close && step < stepsAtMost; step += 1) {
    const middle = Math.sqrt(failing * holding);
    if (yield* failsAt(middle)) failing = middle;
    else holding = middle;
  }
  return { line: { good: fail.good, at: failing }, good: fail.good };
}

/** Where the search begins: the furthest that the interval ever closed in, for a rule the best that its readings were. */
function guessOf(spec: TestSpec, good: Line["good"], points: readonly HistoryPoint[]): number | null {
  const isRule = isRuled(spec);
  const bounds = points.flatMap(({ low, high, estimate }) => (isRule ? estimate : good === "below" ? low : high) ?? []);
  if (bounds.length === 0) return null;
  return good === "below" ? Math.max(...bounds) : Math.min(...bounds);
}

function isRuled({ kind }: TestSpec): boolean {
  return kind === "level" || kind === "score" || kind === "threshold";
}

function isRate(spec: TestSpec): boolean {
  return spec.kind === "rate";
}

function lineOf(spec: TestSpec): Line | null {
  if ("fail" in spec) return spec.fail;
  return "line" in spec ? spec.line : null;
}

function withLines(spec: TestSpec, move: (line: Line) => Line): TestSpec {
  if ("fail" in spec) return { ...spec, fail: move(spec.fail), pass: spec.pass === null ? null : move(spec.pass) };
  return "line" in spec ? { ...spec, line: move(spec.line) } : spec;
}

/**
 * A tighter and a looser line. Rates near nothing: half and twice as much. Shares and scores near their best: half and twice as far from it.
 */
function besides({ good, at }: Line, spec: TestSpec): { readonly tighter: number; readonly looser: number } {
  if (spec.kind === "score") return { tighter: at + (100 - at) / 2, looser: Math.max(0, at - (100 - at)) };
  const isPart = at < 1;
  if (good === "above" && isPart && at >= 0.4) return { tighter: (1 + at) / 2, looser: Math.max(at / 2, 2 * at - 1) };
  if (good === "above") return { tighter: at * 1.5, looser: at / 2 };
  if (isPart && at >= 0.5) return { tighter: at - (1 - at) / 2, looser: (1 + at) / 2 };
  return { tighter: at / 2, looser: isRate(spec) ? Math.min((1 + at) / 2, at * 2) : at * 2 };
}
