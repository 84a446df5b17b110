import { checksOf, compares, quantitiesOf } from "../core/checks.ts";
import type { Lack, Trouble } from "../core/messages/troubles.ts";
import type { Plan } from "../core/plan.ts";
import { sharePctOf } from "../core/wanted.ts";
import { facetOf } from "./facets.ts";
import type { Facet } from "./facets.ts";
import type { Outcome } from "./outcome.ts";
import { scenarioNames } from "./scenario-names.ts";
import type { ScenarioName } from "./scenario-names.ts";
import type { Span } from "./span.ts";

/** A trouble and its time. */
export interface Planned extends Span {
  readonly trouble: Trouble;
}

/** What comes to the site, whatever is released. */
export interface Site {
  /** New people a second, drawn where the audience is `everyone`. */
  readonly peoplePerSecond: number;
  /** People who log in a second, drawn where the audience is `new-logins`. */
  readonly loginsPerSecond: number;
  readonly requestsPerPerson: number;
}

/** One way a release can go, told of any plan. */
export interface NamedScenario {
  readonly name: ScenarioName;
  /** What a plan must watch so that this can be seen; `null`: nothing. */
  readonly needs: Lack | null;
  readonly troubles: (plan: Plan, site: Site) => readonly Planned[];
  /** True when the new version does people harm, or cannot do its work: it must not be promoted. */
  readonly isBad: boolean;
  /**
   * How it ends on the plan of ECOMSIMPLY with 50 people a second when serin does its work. `held`: what it must have held for on the way; `checks`
   * that are left out may be any.
   */
  readonly ends: { readonly end: Ending; readonly held: Outcome["held"] };
}

type Ending = Outcome["end"] | Omit<Extract<Outcome["end"], { readonly kind: "holding" }>, "checks">;

const minuteMs = 60_000;

/** The metrics of these facets that some gate or guard reads. */
export function metricsOf(plan: Plan, facets: readonly Facet[]): readonly string[] {
  return [...new Set(quantitiesOf(plan).flatMap(({ metric }) => (facets.includes(facetOf(metric)) ? [metric.name] : [])))];
}

/** Conversions that the plan compares with the stable version, or that have a line of their own. */
function conversionsOf(plan: Plan, kind: "compared" | "lined"): readonly string[] {
  const conversions = metricsOf(plan, ["conversions"]);
  const checks = checksOf(plan).filter((check) => compares(check) === (kind === "compared"));
  return conversions.filter((metric) => checks.some((check) => check.metric === metric));
}

/** Why this cannot be shown on the plan; `null`: it can. */
export function lackOf({ needs }: NamedScenario, plan: Plan): Lack | null {
  return needs === null || isMet[needs](plan) ? null : needs;
}

const has =
  (...facets: readonly Facet[]) =>
  (plan: Plan): boolean =>
    metricsOf(plan, facets).length > 0;
const isMet: Readonly<Record<Lack, (plan: Plan) => boolean>> = {
  "failed-requests": has("failed-requests", "affected-people"),
  latency: has("slow-answers"),
  "compared-conversion": (plan) => conversionsOf(plan, "compared").length > 0,
  "lined-conversion": (plan) => conversionsOf(plan, "lined").length > 0,
  "page-errors": has("page-errors"),
  accessibility: has("accessibility"),
  events: has("events"),
  memory: has("memory"),
  processor: has("processor"),
  quality: has("quality"),
  probe: has("service"),
  mixes: (plan) => plan.services.length > 1 && plan.smoke.length > 0,
  draw: (plan) => plan.phases.some((_, phase) => sharePctOf(plan, phase) < 100),
};

/** From so long after the share of a phase was first in force, for so long. */
function since(plan: Plan, phase: "first" | "middle" | "last", afterMs = 0, forMs = Number.POSITIVE_INFINITY): Span {
  const last = plan.phases.length - 1;
  const index = { first: 0, middle: Math.max(0, last - 1), last }[phase];
  return { fromMs: afterMs, untilMs: afterMs + forMs, sinceSharePct: sharePctOf(plan, index) };
}

const always: Span = { fromMs: 0, untilMs: Number.POSITIVE_INFINITY };

/** Slow answers: in what has the longest latency line half as long again as that, or everywhere a little longer than the shortest. */
function slowAnswers(plan: Plan, how: "beyond the longest line" | "beyond the shortest line"): Trouble {
  const lines = quantitiesOf(plan).flatMap(({ metric, slowerThanMs }) => (slowerThanMs === null ? [] : [{ metric, ms: slowerThanMs }]));
  const longestMs = Math.max(...lines.map(({ ms }) => ms));
  const shortestMs = Math.min(...lines.map(({ ms }) => ms));
  const isTail = how === "beyond the longest line";
  const slow = lines.filter(({ ms }) => !isTail || ms === longestMs);
  const metrics = [...new Set(slow.map(({ metric }) => metric.name))];
  return { kind: "slow-answers", share: 0.2, ms: isTail ? 1.5 * longestMs : 1.6 * shortestMs, metrics };
}

const failing = (share: number): Trouble => ({ kind: "failed-requests", share, who: "new version" });
const slowTail = (plan: Plan): Trouble => slowAnswers(plan, "beyond the longest line");
const fewer = (plan: Plan, kind: "compared" | "lined", keeps: number): Trouble => ({
  kind: "fewer-conversions",
  keeps,
  metrics: conversionsOf(plan, kind),
});
const observedMs = (plan: Plan): number => plan.phases.reduce((sum, phase) => sum + phase.observeMs, 0);

/** One trouble from the first person on, with nothing that it depends on. */
function fromTheStart(trouble: Trouble | ((plan: Plan) => Trouble)): NamedScenario["troubles"] {
  return (plan) => [{ trouble: typeof trouble === "function" ? trouble(plan) : trouble, ...since(plan, "first") }];
}

const rolledBack = (by: string, phase: number, reaction: "rollback" | "rollback-within" | "investigate" = "rollback"): Outcome["end"] => ({
  kind: "rolled-back",
  by,
  reaction,
  phase,
});
const promoted: Outcome["end"] = { kind: "promoted" };
const holding = (why: "failed" | "undecided" | "invalid", checks: readonly string[], phase: number): Outcome["end"] => ({
  kind: "holding",
  why,
  checks,
  phase,
});

const scenarios: Readonly<Record<ScenarioName, Omit<NamedScenario, "name">>> = {
  good: { needs: null, troubles: () => [], isBad: false, ends: { end: promoted, held: [] } },
  errors: {
    needs: "failed-requests",
    troubles: fromTheStart(failing(0.05)),
    isBad: true,
    ends: { end: rolledBack("5xx-rate > 1%", 0), held: [] },
  },
  "slow-tail": {
    needs: "latency",
    troubles: fromTheStart(slowTail),
    isBad: true,
    ends: { end: rolledBack("latency p95 > 2s", 0, "rollback-within"), held: ["countdown"] },
  },
  "slow-tail-heals": {
    needs: "latency",
    troubles: (plan) => [{ trouble: slowTail(plan), ...since(plan, "first", 2 * minuteMs, minuteMs) }],
    isBad: false,
    ends: { end: promoted, held: ["countdown"] },
  },
  slow: {
    needs: "latency",
    troubles: fromTheStart((plan) => slowAnswers(plan, "beyond the shortest line")),
    isBad: true,
    ends: { end: holding("failed", ["1.api-latency"], 0), held: [] },
  },
  "conversion-drop": {
    needs: "compared-conversion",
    troubles: fromTheStart((plan) => fewer(plan, "compared", 0.1)),
    isBad: true,
    ends: { end: rolledBack("conversion < 50% of stable", 0, "investigate"), held: ["investigation"] },
  },
  "conversion-dip": {
    needs: "compared-conversion",
    troubles: fromTheStart((plan) => fewer(plan, "compared", 0.8)),
    isBad: true,
    ends: { end: holding("undecided", ["2.conversion"], 1), held: [] },
  },
  "trial-dead": {
    needs: "lined-conversion",
    troubles: fromTheStart((plan) => fewer(plan, "lined", 0)),
    isBad: true,
    ends: { end: { kind: "stopped", by: "trial-activation < 1.5%", reaction: "stop", phase: 0 }, held: [] },
  },
  "pricetruth-down": {
    needs: "probe",
    troubles: (plan) => [{ trouble: { kind: "dead-service", sources: probedSources(plan) }, ...since(plan, "first", 5 * minuteMs) }],
    isBad: true,
    ends: { end: { kind: "halted", by: "pricetruth is down", reaction: "halt", phase: 0 }, held: [] },
  },
  "pricetruth-low": {
    needs: "quality",
    troubles: fromTheStart((plan) => ({ kind: "low-quality", ofLine: 6 / 7, metrics: metricsOf(plan, ["quality"]) })),
    isBad: true,
    ends: { end: holding("failed", ["2.pricetruth-consensus"], 1), held: [] },
  },
  accessibility: {
    needs: "accessibility",
    troubles: fromTheStart({ kind: "inaccessible-pages", score: 70 }),
    isBad: true,
    ends: { end: rolledBack("dashboard-accessibility < 95", 0), held: [] },
  },
  "blank-page": {
    needs: "page-errors",
    troubles: fromTheStart({ kind: "blank-pages" }),
    isBad: true,
    ends: { end: rolledBack("browser-errors > 2%", 0), held: [] },
  },
  critical: {
    needs: "events",
    troubles: (plan) => [{ trouble: { kind: "fatal-event" }, ...since(plan, "middle", 5 * minuteMs) }],
    isBad: true,
    ends: { end: rolledBack("3.critical-errors", 1), held: [] },
  },
  "memory-leak": {
    needs: "memory",
    troubles: fromTheStart((plan) => ({ kind: "memory-leak", fullInMs: observedMs(plan) / 2 })),
    isBad: true,
    ends: { end: holding("failed", ["2.memory"], 1), held: [] },
  },
  cpu: {
    needs: "processor",
    troubles: fromTheStart({ kind: "busy-processor", load: 0.95 }),
    isBad: true,
    ends: { end: holding("failed", ["2.cpu"], 1), held: [] },
  },
  "crash-loop": {
    needs: null,
    troubles: () => [{ trouble: { kind: "never-ready" }, ...always }],
    isBad: true,
    ends: { end: { kind: "stopped", by: "not-ready", reaction: "stop", phase: null }, held: [] },
  },
  skew: {
    needs: "mixes",
    troubles: () => [{ trouble: { kind: "mixed-versions-break" }, ...always }],
    isBad: true,
    ends: { end: { kind: "stopped", by: "check-failed", reaction: "stop", phase: null }, held: [] },
  },
  "late-onset": {
    needs: "failed-requests",
    troubles: (plan) => [{ trouble: failing(0.05), ...since(plan, "last") }],
    isBad: true,
    ends: { end: rolledBack("5xx-rate > 1%", 2), held: [] },
  },
  "low-traffic": {
    needs: null,
    troubles: (_, { peoplePerSecond }) => [{ trouble: { kind: "few-people", perSecond: peoplePerSecond / 250 }, ...always }],
    isBad: false,
    ends: { end: { kind: "holding", why: "undecided", phase: 0 }, held: [] },
  },
  "shared-incident": {
    needs: "failed-requests",
    troubles: (plan) => [
      { trouble: { kind: "failed-requests", share: 0.05, who: "both versions" }, ...since(plan, "first", 2 * minuteMs, minuteMs) },
    ],
    isBad: false,
    ends: { end: promoted, held: ["shared-incident"] },
  },
  "metrics-outage": {
    needs: null,
    troubles: (plan) => [{ trouble: { kind: "silent-sources" }, ...since(plan, "first", 2 * minuteMs, 5 * minuteMs) }],
    isBad: false,
    ends: { end: promoted, held: ["no-data"] },
  },
  mismatch: {
    needs: "draw",
    troubles: () => [{ trouble: { kind: "biased-draw", drawnRatio: 0.8 }, ...always }],
    isBad: false,
    ends: { end: holding("invalid", [], 0), held: [] },
  },
  "router-down": {
    needs: "failed-requests",
    troubles: (plan) => [
      { trouble: failing(0.05), ...since(plan, "first") },
      { trouble: { kind: "deaf-router" }, fromMs: 0, untilMs: 4 * minuteMs },
    ],
    isBad: true,
    ends: { end: rolledBack("5xx-rate > 1%", 0), held: [] },
  },
  "controller-killed": {
    needs: null,
    troubles: (plan) => [{ trouble: { kind: "dead-controller" }, ...since(plan, "middle", 5 * minuteMs, 2 * minuteMs) }],
    isBad: false,
    ends: { end: promoted, held: ["no-data"] },
  },
};

/** The catalogue. */
export const catalogue: readonly NamedScenario[] = scenarioNames.map((name) => ({ name, ...scenarios[name] }));

function probedSources(plan: Plan): readonly string[] {
  const probes = quantitiesOf(plan).filter(({ metric }) => facetOf(metric) === "service");
  return [...new Set(probes.map(({ metric }) => metric.source))];
}
