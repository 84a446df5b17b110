import type { Condition } from "./condition.ts";
import type { Reaction } from "./reactions.ts";

/**
 * A release plan as the core uses it: parsed, complete (every default filled in), plain JSON. It is frozen with its hash into each release.
 * Durations are milliseconds, shares percent 0-100, rates 0-1.
 */
export interface Plan {
  readonly name: string;
  readonly title: string;
  /** What is released, in people's words ("Awwwards UI Refonte"); `null` when the plan does not say. */
  readonly version: string | null;
  /** Local date YYYY-MM-DD in `timeZone`; `null` when not planned for a day. */
  readonly plannedFor: string | null;
  readonly environment: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly language: Language;
  readonly services: readonly Service[];
  readonly traffic: Traffic;
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly phases: readonly Phase[];
  readonly guards: readonly Guard[];
  readonly rollback: RollbackTargets;
  readonly windows: Windows;
  readonly people: PeopleRules;
  readonly notify: readonly NoticeTarget[];
  /** Requests ("GET /") that every mix of versions must answer with 2xx or 3xx before anybody is exposed. */
  readonly smoke: readonly string[];
  /** Between two readings of the metrics. */
  readonly scrapeMs: number;
  /** How long `NAME-previous` is kept after promotion; 0 = not at all. */
  readonly keepPreviousMs: number;
  /** How long canary workloads are kept for inspection after `stop`. */
  readonly keepStoppedMs: number;
  /** Canary workloads that are not ready by then end the release in `preparing`. */
  readonly readyWithinMs: number;
  /** Percent of the audience that stays on stable at the last phase so that relative guards go on; 0 = nobody. */
  readonly holdbackPct: number;
  /** One false-rollback budget for the whole release (0-1) and the false-promotion budget of each gate (0-1). */
  readonly alpha: number;
  readonly beta: number;
  readonly remarks: Remarks;
}

/** What people wrote for people: nothing that is decided depends on it. */
export interface Remarks {
  /** By metric, where the plan says it: what it is, in people's words ("Error rate"). */
  readonly means: Readonly<Record<string, string>>;
  /** How long the release is said to take, part by part of a sum; empty: not said. */
  readonly estimatedMs: readonly number[];
  /** What the preferred windows are chosen for; `null`: not said. */
  readonly windowsBecause: string | null;
  /** Where people look during the release. */
  readonly dashboards: readonly Dashboard[];
}

/** Of a plan that says nothing beside what is done. */
export const noRemarks: Remarks = { means: {}, estimatedMs: [], windowsBecause: null, dashboards: [] };

/** `shows` and `url` are `null` when the plan does not say. */
export interface Dashboard {
  readonly name: string;
  readonly shows: string | null;
  readonly url: string | null;
}

export type Language = "fr" | "en";

export interface Service {
  readonly name: string;
  readonly workload: AdapterUse;
  /** `expand-only`: the team attests that both versions work on the same data. `null`: not said. */
  readonly data: "expand-only" | null;
}

/** An adapter's kind and the plan's own words for it; the adapter's schema has checked `options`. */
export interface AdapterUse {
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface Traffic {
  readonly kind: string;
  /** "POST /api/login": a person counts as logged in, and is drawn, when this answers 2xx or 3xx. `null`: nobody logs in. */
  readonly login: string | null;
  /** Longest matching path prefix first. */
  readonly routes: readonly Route[];
  /** What people may reach, counted per person by the edge: name to request and time allowed. */
  readonly goals: readonly Goal[];
  readonly options: Readonly<Record<string, unknown>>;
}

export interface Route {
  readonly path: string;
  readonly service: string;
}

export interface Goal {
  readonly name: string;
  /** "POST /api/orders": reached when this answers 2xx. */
  readonly request: string;
  /** A person counts once this long after being exposed, reached or not (a conversion never counts early). */
  readonly withinMs: number;
}

export type MetricKind = "ratio" | "latency" | "level" | "score" | "count" | "probe";

export interface Metric {
  readonly name: string;
  readonly kind: MetricKind;
  /** What is counted; only `ratio`, `latency` and `count` have one. */
  readonly unit: "person" | "request";
  /** Which way is good: a rate of errors is better lower, a rate of conversions higher. `no regression` needs it. */
  readonly better: "lower" | "higher";
  /** The name of a connection in the server's file, or of a built-in source. */
  readonly source: string;
  /** In the source's own words; the source's adapter has checked them. */
  readonly query: Readonly<Record<string, string | number>>;
  /** `none` gates: the event rate that passing must disprove, per unit of exposure. */
  readonly rate: number;
  /** Scores: runs that a verdict needs. */
  readonly minRuns: number;
  /** Scores: its source can only come near to what the score says. Absent: it measures it. */
  readonly isApproximate?: boolean;
}

export type Audience = "new-logins" | "everyone";

export interface Phase {
  readonly name: string;
  readonly sharePct: number;
  readonly audience: Audience;
  readonly observeMs: number;
  /** At most this much more, while undecided and the forecast says that it helps. */
  readonly extendMs: number;
  readonly gates: readonly Gate[];
}

/** `k` of `n` readings: a gate that is to be taken literally. */
export interface ThresholdTest {
  readonly k: number;
  readonly n: number;
}

export interface Gate {
  /** Unique in the plan: "1.error-rate" (phase number and metric). */
  readonly id: string;
  readonly metric: string;
  readonly condition: Condition;
  /** The words of the plan: "error-rate < 0.5%". */
  readonly says: string;
  /** Proven beyond this it fails; `null`: its pass line is its fail line. */
  readonly fail: Condition | null;
  /** What a failed gate sets off; `null`: hold and ask. */
  readonly otherwise: Reaction | null;
  /** `null`: judged by evidence. */
  readonly threshold: ThresholdTest | null;
}

export interface Guard {
  /** Unique in the plan: the words of the plan, "5xx-rate > 1%". */
  readonly id: string;
  readonly metric: string;
  /** What must not hold. */
  readonly condition: Condition;
  readonly reaction: Reaction;
  /** Share of the release's false-rollback budget, 0-1; the guards' and gates' weights sum to at most 1. */
  readonly weight: number;
  readonly threshold: ThresholdTest | null;
}

/** Deadlines that serin measures and reports. */
export interface RollbackTargets {
  readonly automaticMs: number;
  readonly manualMs: number;
}

export type Role = "release-manager" | "devops-lead" | "qa-lead" | "product-owner" | "viewer";
export const roles: readonly Role[] = ["release-manager", "devops-lead", "qa-lead", "product-owner", "viewer"];

/** Which roles must say yes: all of them, or any one of them. An empty `all` asks nobody. */
export type Needs = { readonly all: readonly Role[] } | { readonly any: readonly Role[] };

export interface PeopleRules {
  readonly start: Needs;
  /** By phase index: the sign-offs needed to enter that phase; absent = none. */
  readonly advance: Readonly<Record<number, Needs>>;
  /** Sign-offs before the stable version is replaced, after the last phase. */
  readonly promote: Needs;
  readonly rollback: Needs;
  readonly validateRollback: Needs;
}

/** `{ slack: "#releases" }` is `{ notifier: "slack", to: "#releases" }`. */
export interface NoticeTarget {
  readonly notifier: string;
  readonly to: string;
}

/** When a release may start or advance. Minutes are counted from Monday 00:00 in the plan's zone, 0 to 10 080; a range that ends before it starts wraps. */
export interface Windows {
  /** Empty: any time is as good as another. */
  readonly prefer: readonly WeekRange[];
  readonly avoid: readonly WeekRange[];
  /** ISO 3166 country codes whose public holidays are avoided. */
  readonly avoidHolidays: readonly string[];
}

export interface WeekRange {
  readonly fromMinute: number;
  readonly toMinute: number;
  /** The words of the plan: "tue-thu 14:00-17:00". */
  readonly says: string;
}
