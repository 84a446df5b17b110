/**
 * How much a verdict rests on: `exact` (a theorem, people are the unit), `randomisation` (a theorem of the draw itself), `robust`
 * (holds however the requests of one person hang together, or where nothing tells people apart, those of one scrape), `approximate` (a measured correction), `rule` (a plain rule, no error control).
 */
export type Assumption = "exact" | "randomisation" | "robust" | "approximate" | "rule";

/** The five answers of a gate or guard. Only `pass` lets a phase go on and only `fail` sets off a reaction. */
export type VerdictKind = "pass" | "fail" | "undecided" | "no-data" | "invalid";

/**
 * Values that the data still allow at every look at once, in the unit of the line (rates 0-1, ms, score points, plain numbers). A ratio to
 * stable ends at 100: `high: 100` means that there is no upper end. A rule shows the least and the greatest of the readings that it looked at.
 */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * What the evidence says about one gate or guard now.
 *
 * `logEPass` and `logEFail` are natural logarithms of the e-values for "it is good" and "it is bad" (0 = no evidence either way,
 * and where a plain rule decided; never infinite, so that a verdict is plain JSON). `p` is the always-valid p-value of "it is bad", in 0-1. `estimate` and `interval` are
 * `null` while nothing was counted, or where the kind of test has no such number. `shared` is true while the stable arm breaks the
 * same line at the same time: the canary is not to blame, and its wealth does not grow.
 */
export interface Verdict {
  readonly kind: VerdictKind;
  readonly logEPass: number;
  readonly logEFail: number;
  readonly p: number;
  readonly estimate: number | null;
  readonly interval: Interval | null;
  readonly assumes: Assumption;
  readonly shared: boolean;
  readonly because: Because;
}

/** What a source names as the reason behind its numbers. */
export type Finding = BrokenRule | KnownIssue;

/** A rule that the measured thing breaks, in how many places; `rule` is the source's own name of it. */
export interface BrokenRule {
  readonly rule: string;
  readonly places: number;
  /** Where people can look at it: an address, or a file of the server. Absent: nowhere. */
  readonly at?: string;
}

/** An error that an error tracker has grouped; texts come from outside. */
export interface KnownIssue {
  /** Its title there. */
  readonly issue: string;
  /** How often the canary had it. */
  readonly events: number;
  /** True when it was first seen since the release began. */
  readonly isNew: boolean;
  /** Where in the code, the innermost call first: "pay (checkout.ts:41)". Empty: nobody knows. */
  readonly frames: readonly string[];
  /** Its page; `null`: it has none. */
  readonly url: string | null;
}

/** Why a verdict is what it is, as data; `core/messages` makes it a sentence in French or English. */
export type Because =
  | { readonly kind: "proven-good" }
  /** `findings`: what the source of the counts names behind them, the gravest first. Absent: it names nothing. */
  | { readonly kind: "proven-bad"; readonly findings?: readonly Finding[] }
  | { readonly kind: "nothing-counted" }
  | { readonly kind: "too-little-evidence" }
  | { readonly kind: "between-lines" }
  | { readonly kind: "good-but-estimate-is-not" }
  | { readonly kind: "evidence-restarted" }
  | { readonly kind: "shared-incident" }
  | { readonly kind: "sample-ratio-mismatch" }
  | { readonly kind: "nothing-to-compare" }
  /** `findings`: what the latest reading found wrong, the gravest first. Absent: its source names nothing. */
  | { readonly kind: "readings-over-line"; readonly over: number; readonly of: number; readonly findings?: readonly Finding[] }
  | { readonly kind: "readings-within-line"; readonly within: number; readonly of: number }
  | { readonly kind: "rises-to-limit"; readonly inMs: number }
  /** `findings` as above. */
  | { readonly kind: "event-seen"; readonly events: number; readonly findings?: readonly Finding[] }
  | { readonly kind: "no-event-in"; readonly exposures: number }
  /** There were events, which stable knows too, and so few that the rate to be disproved is. */
  | { readonly kind: "as-rare-as-stable"; readonly events: number; readonly exposures: number }
  | { readonly kind: "runs-needed"; readonly have: number; readonly need: number }
  | { readonly kind: "down"; readonly times: number }
  | { readonly kind: "answers" };
