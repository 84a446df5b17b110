import type { Budget, Line } from "./test-spec.ts";
import type { Assumption, Because, Interval, Verdict } from "./verdict.ts";

/** How strong a proof is now, and how strong it once was (natural logarithms of e-values). */
export interface Proof {
  readonly logE: number;
  readonly peakLogE: number;
}

/** What is proven about each line: `harm` = on its bad side, `health` = on its good side. `pass` is `null` without a pass line of its own. */
export interface Proofs {
  readonly fail: { readonly harm: Proof; readonly health: Proof };
  readonly pass: { readonly harm: Proof; readonly health: Proof } | null;
}

/** Everything that a verdict about two lines is made of. */
export interface LinesSeen {
  readonly budget: Budget;
  readonly pass: Line | null;
  readonly fail: Line;
  readonly proofs: Proofs;
  /** Over everything that was counted, and its confidence sequence. */
  readonly estimate: number;
  readonly interval: Interval;
  /** The same since harm seems to have begun: shown once harm is proven. */
  readonly recent: { readonly estimate: number; readonly interval: Interval };
  readonly assumes: { readonly harm: Assumption; readonly health: Assumption };
  readonly shared: boolean;
}

/** Natural logarithm of 1/error: an e-value that reaches it proves. */
export function natsOf(error: number): number {
  return -Math.log(error);
}

/** True when `value` is on the good side of the line, or on it. */
export function isGood(line: Line, value: number): boolean {
  return line.good === "below" ? value <= line.at : value >= line.at;
}

/**
 * The verdict of a test with a fail line and perhaps a pass line (evidence.md 2a, "gate semantics").
 *
 * `fail`: harm beyond the fail line was proven at alpha, at any time. `pass`: the good side of the fail line was proven at beta, the estimate
 * is on the good side of the pass line now, and nothing has come up since that takes the proof back. The interval never says less, nor more,
 * than what is proven about the lines.
 */
export function verdictOfLines(seen: LinesSeen): Verdict {
  const { budget, proofs } = seen;
  const failNats = natsOf(budget.alpha);
  const passNats = natsOf(budget.beta);
  const isHarmProven = proofs.fail.harm.peakLogE >= failNats;
  const isFail = isHarmProven && !seen.shared;
  const proven = {
    failHarm: isHarmProven,
    failHealth: Math.max(proofs.fail.health.peakLogE, proofs.pass?.health.peakLogE ?? 0) >= passNats,
    // Between the lines is where the data are now, not where they once were.
    passHarm: (proofs.pass?.harm.logE ?? 0) >= passNats,
    passHealth: (proofs.pass?.health.peakLogE ?? 0) >= passNats,
  };
  const because = seen.shared ? ({ kind: "shared-incident" } as const) : reasonOf(seen, proven);
  const isPass = because.kind === "proven-good";
  const shown = isHarmProven ? seen.recent : seen;
  const { harm, health } = proofs.fail;
  return {
    kind: isFail ? "fail" : isPass ? "pass" : "undecided",
    logEPass: isPass ? Math.max(health.peakLogE, proofs.pass?.health.peakLogE ?? 0) : health.logE,
    logEFail: isFail ? harm.peakLogE : harm.logE,
    p: Math.exp(-Math.max(0, harm.peakLogE)),
    estimate: shown.estimate,
    interval: fitted(seen, { shown, proven, hasReturned: speaksAgainst(seen) }),
    assumes: isFail ? seen.assumes.harm : isPass ? seen.assumes.health : weaker(seen.assumes.harm, seen.assumes.health),
    shared: seen.shared,
    because,
  };
}

interface Proven {
  readonly failHarm: boolean;
  readonly failHealth: boolean;
  readonly passHarm: boolean;
  readonly passHealth: boolean;
}

function reasonOf(seen: LinesSeen, proven: Proven): Because {
  if (proven.failHarm) return { kind: "proven-bad" };
  if (!proven.failHealth) return { kind: "too-little-evidence" };
  if (speaksAgainst(seen)) return { kind: "evidence-restarted" };
  if (proven.passHarm) return { kind: "between-lines" };
  if (seen.pass !== null && !isGood(seen.pass, seen.estimate)) return { kind: "good-but-estimate-is-not" };
  return { kind: "proven-good" };
}

/** True when what came since health was proven takes the proof back: harm is likely, more than the line is seen, or the proof is used up. */
function speaksAgainst({ budget, proofs, fail, estimate }: LinesSeen): boolean {
  const health = Math.max(proofs.fail.health.logE, proofs.pass?.health.logE ?? Number.NEGATIVE_INFINITY);
  return proofs.fail.harm.logE >= natsOf(budget.beta) || !isGood(fail, estimate) || health < 0;
}

/** The interval, moved to where the proofs about the lines say that its ends are, and never leaving the estimate outside. */
function fitted(
  seen: LinesSeen,
  at: {
    readonly shown: { readonly estimate: number; readonly interval: Interval };
    readonly proven: Proven;
    readonly hasReturned: boolean;
  },
): Interval {
  const { proven, shown } = at;
  const isHealthShown = proven.failHealth && !proven.failHarm && !at.hasReturned;
  let { low, high } = fit(shown.interval, seen.fail, { harm: proven.failHarm, health: isHealthShown });
  if (seen.pass !== null && seen.proofs.pass !== null) {
    ({ low, high } = fit({ low, high }, seen.pass, {
      harm: proven.failHarm || proven.passHarm,
      health: proven.passHealth && isHealthShown && !proven.passHarm,
    }));
  }
  return { low: Math.min(low, shown.estimate), high: Math.max(high, shown.estimate) };
}

function fit(interval: Interval, line: Line, proven: { readonly harm: boolean; readonly health: boolean }): Interval {
  const isAbove = line.good === "below" ? proven.harm : proven.health;
  const isBelow = line.good === "below" ? proven.health : proven.harm;
  return {
    low: isAbove ? Math.max(interval.low, line.at) : Math.min(interval.low, line.at),
    high: isBelow ? Math.min(interval.high, line.at) : Math.max(interval.high, line.at),
  };
}

const strength: readonly Assumption[] = ["exact", "randomisation", "robust", "approximate", "rule"];

function weaker(a: Assumption, b: Assumption): Assumption {
  return strength.indexOf(a) > strength.indexOf(b) ? a : b;
}

/** The verdict before anything was counted. */
export function nothingCounted(assumes: Assumption): Verdict {
  return {
    kind: "no-data",
    logEPass: 0,
    logEFail: 0,
    p: 1,
    estimate: null,
    interval: null,
    assumes,
    shared: false,
    because: { kind: "nothing-counted" },
  };
}

/** The verdict of a plain rule, which has no e-value: its logarithms are 0 and p is 1. */
export function ruled(kind: Verdict["kind"], because: Because, shown: Pick<Verdict, "estimate" | "interval">): Verdict {
  return { ...nothingCounted("rule"), kind, because, estimate: shown.estimate, interval: shown.interval };
}
