import type { Condition } from "../core/condition.ts";
import type { Gate, Guard, Metric, Needs, Phase, Plan, Remarks, Service, ThresholdTest, Traffic, Windows } from "../core/plan.ts";
import type { Reaction } from "../core/reactions.ts";
import { adapterOf, meaningOfKind, meaningOfSource } from "./catalogue.ts";
import type { Catalogue } from "./catalogue.ts";
import { sayCondition, sayGuard } from "./conditions.ts";
import type { Draft, GateDraft } from "./draft.ts";
import { goodOf } from "./rules/conditions.ts";
import { unitOf, wordsOf } from "./rules/metrics.ts";
import { readOptions } from "./rules/workloads.ts";
import { parseHolidays, parseWeekRange } from "./week-ranges.ts";

/** What the guards without a weight share; gates with a reaction have the rest. */
const guardsBudget = 0.8;

/** The core's plan with every default filled in; `null` when a part of the draft could not be read. The draft has passed every rule. */
export function completePlan(draft: Draft, catalogue: Catalogue): Plan | null {
  const { metadata, traffic } = draft;
  const settings = wholeSettings(draft);
  const isWhole = [draft.services, draft.metrics, draft.phases, draft.guards].every((entries) => entries.isWhole);
  if (metadata === null || traffic === null || settings === null || !isWhole) return null;
  return {
    name: metadata.name,
    title: metadata.title ?? metadata.name,
    version: metadata.version ?? null,
    plannedFor: metadata.plannedFor ?? null,
    environment: metadata.environment,
    timeZone: metadata.timeZone,
    language: metadata.language,
    services: draft.services.items.map(({ value }) => completeService(value, catalogue)),
    traffic: completeTraffic(traffic),
    metrics: Object.fromEntries(
      draft.metrics.items.map(({ name, value }) => [name, completeMetric({ draft, catalogue, name, metric: value })]),
    ),
    phases: draft.phases.items.map(({ value }, index) => completePhase(value, index + 1)),
    guards: completeGuards(draft),
    rollback: { automaticMs: settings.rollback.automatic, manualMs: settings.rollback.manual },
    windows: completeWindows(settings.windows),
    people: {
      start: settings.people.start,
      advance: advanceByIndex(draft, settings.people.advance),
      promote: settings.people.promote,
      rollback: settings.people.rollback,
      validateRollback: settings.people["validate-rollback"],
    },
    notify: settings.notify.flatMap((target) => Object.entries(target).map(([notifier, to]) => ({ notifier, to }))),
    smoke: settings.smoke,
    scrapeMs: settings.scrape,
    keepPreviousMs: settings.keepPrevious,
    keepStoppedMs: settings.keepStopped,
    readyWithinMs: settings.readyWithin,
    holdbackPct: settings.holdback,
    alpha: asRatio(settings.alpha),
    beta: asRatio(settings.beta),
    remarks: completeRemarks(draft, settings),
  };
}

function completeRemarks(draft: Draft, settings: Settings): Remarks {
  const said = draft.metrics.items.flatMap(({ name, value }) => (value.means === undefined ? [] : [[name, value.means] as const]));
  return {
    means: Object.fromEntries(said),
    estimatedMs: draft.metadata?.estimated ?? [],
    windowsBecause: settings.windows.because ?? null,
    dashboards: settings.dashboards.map(({ name, shows, url }) => ({ name, shows: shows ?? null, url: url ?? null })),
  };
}

type Settings = { readonly [K in keyof Draft["settings"]]: NonNullable<Draft["settings"][K]> };

function wholeSettings({ settings }: Draft): Settings | null {
  return Object.values(settings).includes(null) ? null : (settings as Settings);
}

function completeService(service: Draft["services"]["items"][number]["value"], catalogue: Catalogue): Service {
  const { kind, ...words } = service.workload;
  const meaning = meaningOfKind(catalogue, "workloads", kind);
  const read = meaning.kind === "known" ? readOptions(meaning.definition, words, []).value : null;
  return {
    name: service.name,
    workload: { kind, options: read ?? words },
    data: service.data ?? null,
  };
}

function completeTraffic(traffic: NonNullable<Draft["traffic"]>): Traffic {
  const routes = Object.entries(traffic.routes).map(([path, service]) => ({ path, service }));
  const goals = Object.entries(traffic.goals).map(([name, goal]) => ({ name, request: goal.request, withinMs: goal.within }));
  return {
    kind: traffic.kind,
    login: traffic.login ?? null,
    routes: routes.toSorted((a, b) => b.path.length - a.path.length),
    goals,
    options: {},
  };
}

interface MetricAsk {
  readonly draft: Draft;
  readonly catalogue: Catalogue;
  readonly name: string;
  readonly metric: Draft["metrics"]["items"][number]["value"];
}

function completeMetric({ draft, catalogue, name, metric }: MetricAsk): Metric {
  const isApproximate = adapterOf(meaningOfSource(catalogue, metric.source))?.isApproximate === true;
  return {
    name,
    kind: metric.kind,
    unit: unitOf(metric, catalogue),
    better: goodOf(draft, name, metric) ?? "lower",
    source: metric.source,
    query: wordsOf(metric),
    rate: metric.rate ?? 0.001,
    minRuns: metric.minRuns ?? 5,
    ...(isApproximate && { isApproximate }),
  };
}

function completePhase(phase: Draft["phases"]["items"][number]["value"], number: number): Phase {
  return {
    name: phase.name,
    sharePct: phase.share,
    audience: phase.audience,
    observeMs: phase.observe,
    extendMs: phase.extend,
    gates: phase.gates.items.map(({ name, value }) => completeGate(name, value, number)),
  };
}

function completeGate(metric: string, gate: GateDraft, phaseNumber: number): Gate {
  const long = "pass" in gate ? gate : { pass: gate };
  return {
    id: `${phaseNumber}.${metric}`,
    metric,
    condition: long.pass,
    says: `${metric} ${sayCondition(long.pass)}`,
    fail: long.fail ?? null,
    otherwise: otherwiseOf(long.else, long.pass),
    threshold: thresholdOf(long),
  };
}

function otherwiseOf(written: Reaction | { readonly kind: "hold" } | undefined, condition: Condition): Reaction | null {
  if (written === undefined) return condition.kind === "none" ? { kind: "rollback" } : null;
  return written.kind === "hold" ? null : written;
}

function completeGuards(draft: Draft): readonly Guard[] {
  const guards = draft.guards.items.map((guard) => guard.value);
  const written = guards.filter((guard) => guard.weight !== undefined);
  const left = guardsBudget - written.reduce((sum, guard) => sum + asRatio(guard.weight ?? 0), 0);
  const even = left / Math.max(1, guards.length - written.length);
  return guards.map((guard) => ({
    id: sayGuard(guard.when),
    metric: guard.when.metric,
    condition: asEvents(draft, guard.when.metric, guard.when.condition),
    reaction: guard.then,
    weight: guard.weight === undefined ? even : asRatio(guard.weight),
    threshold: thresholdOf(guard),
  }));
}

/** "critical-errors > 0" of a count is what `none` disproves: it is judged as events, not as a rate. */
function asEvents(draft: Draft, name: string, condition: Condition): Condition {
  const isCount = draft.metrics.items.some((metric) => metric.name === name && metric.value.kind === "count");
  return isCount && condition.kind === "line" ? { kind: "none" } : condition;
}

function thresholdOf(of: { readonly of?: ThresholdTest | undefined }): ThresholdTest | null {
  return of.of ?? null;
}

/** The windows of a plan as the core uses them; texts that are no ranges are left out (windowsAreRanges tells them). */
export function completeWindows(windows: Settings["windows"]): Windows {
  const ranges = (texts: readonly string[]) =>
    texts.flatMap((text) => {
      const parsed = parseWeekRange(text);
      return parsed.ok ? parsed.value : [];
    });
  const countries = windows.avoid.map(parseHolidays).filter((country) => country !== null);
  return { prefer: ranges(windows.prefer), avoid: ranges(windows.avoid), avoidHolidays: [...new Set(countries)] };
}

function advanceByIndex(draft: Draft, advance: Settings["people"]["advance"]): Readonly<Record<number, Needs>> {
  return Object.fromEntries(Object.entries(advance).map(([name, needs]) => [draft.phases.names.indexOf(name), needs]));
}

/** Exact for what people write: 0.1 % is 0.001, not 0.0010000000000000002. */
function asRatio(percent: number): number {
  return Number(`${percent}e-2`);
}
