import { completePlan } from "./complete.ts";
import type { Draft } from "./draft.ts";
import type { Finding } from "./finding.ts";
import * as bounds from "./rules/bounds.ts";
import * as calendar from "./rules/calendar.ts";
import * as conditions from "./rules/conditions.ts";
import * as decidable from "./rules/decidable.ts";
import * as directions from "./rules/directions.ts";
import * as estimates from "./rules/estimates.ts";
import * as lines from "./rules/lines.ts";
import * as metrics from "./rules/metrics.ts";
import * as people from "./rules/people.ts";
import * as phases from "./rules/phases.ts";
import * as promises from "./rules/promises.ts";
import * as references from "./rules/references.ts";
import type { Asked, LateRule, Rule } from "./rules/rule.ts";
import * as workloads from "./rules/workloads.ts";

/** Everything that is looked at beside the shape of a plan, by the code of what it finds. A rule is added here and in docs/lint.md. */
const rules: Readonly<Record<string, Rule>> = {
  "nothing-released": phases.somethingIsReleased,
  "name-twice": phases.namesStandOnce,
  "share-order": phases.sharesGrow,
  "observed-too-short": phases.phasesAreObserved,
  "scraped-too-often": phases.scrapesLeaveTime,
  weights: phases.weightsAddUp,
  "router-cannot": phases.routerIsAble,
  "router-lease": phases.routerHasALease,
  "router-sticky": phases.routerIsSticky,
  "login-unnamed": phases.loginIsNamed,
  "nothing-to-compare": phases.gatesHaveSomethingToCompare,
  "comparison-ends": phases.guardsKeepComparing,
  "previous-dropped": phases.previousIsKept,
  "metric-unknown": references.gatesNameMetrics,
  route: references.routesReachServices,
  "route-for-root": references.rootIsRouted,
  "goal-unknown": references.goalsExist,
  "service-unknown": references.servicesExist,
  "name-unknown": references.namesAreKnown,
  "adapter-missing": references.adaptersAreBuilt,
  "connection-unchecked": references.connectionsAreChecked,
  "workload-words": workloads.workloadsAreUnderstood,
  "port-twice": workloads.portsAreOnesOwn,
  "metric-words": metrics.sourcesTakeWords,
  "metric-keys": metrics.unitsMeanSomething,
  "people-uncounted": metrics.peopleAreCountable,
  "condition-misfit": conditions.conditionsFit,
  "comparison-one-armed": conditions.comparisonsHaveTwoArms,
  "fail-line": conditions.failLinesLieBeyond,
  "direction-unknown": conditions.regressionsHaveADirection,
  threshold: conditions.thresholdsAreWhole,
  "line-direction": directions.linesPointTheRightWay,
  "line-between-bounds": bounds.latencyLinesAreBounds,
  "phase-unknown": people.advancesNamePhases,
  "phase-of-start": people.startNamesTheFirst,
  "nobody-can-say-yes": people.somebodyCanSayYes,
  "role-unheld": people.rolesAreHeld,
  "signers-too-few": people.signersAreEnough,
  "environment-unserved": people.environmentIsServed,
  "window-words": people.windowsAreRanges,
  "windows-closed": people.windowsOpen,
  "notice-targets": people.noticesHaveOneTarget,
  "notice-recipient": people.noticesReachSomebody,
};

/** What is said only of a plan without errors: while a name is misspelt another seems unused, and windows may be no ranges. */
const lateRules: Readonly<Record<string, LateRule>> = {
  "metric-unused": references.metricsAreUsed,
  "planned-day": calendar.plannedDayIsOpen,
  "start-closed": calendar.startIsOpen,
  "start-misfit": calendar.startFits,
  "total-time": calendar.totalIsRight,
  "window-late-start": calendar.windowsFitThePlan,
  "window-then-closed": calendar.windowsEndBeforeAvoided,
  "gate-undecidable": decidable.gatesAreDecidable,
  "passes-on-estimate": estimates.estimatesMissLittle,
  "between-lines": lines.nothingIsLeftBetweenLines,
  "rollback-by-images": promises.rollbackIsByTraffic,
  "two-meanings": promises.metricsMeanOneThing,
};

/** The codes of what rules find, in their order. */
export const ruleCodes: readonly string[] = [...Object.keys(rules), ...Object.keys(lateRules)];

/**
 * What every rule finds in a plan as far as it could be read, `findings` of the reading first. Errors make it unusable; warnings say that it
 * may not be what is meant.
 */
export function lint(draft: Draft, asked: Asked, findings: readonly Finding[]): readonly Finding[] {
  const found = [
    ...findings,
    ...Object.entries(rules).flatMap(([code, rule]) => rule(draft, asked).map((finding) => ({ ...finding, code }))),
  ];
  const isSound = found.every((finding) => finding.severity === "warning");
  const plan = isSound ? completePlan(draft, asked.catalogue) : null;
  if (plan === null) return found;
  const late = Object.entries(lateRules).flatMap(([code, rule]) =>
    rule(draft, { ...asked, plan }).map((finding) => ({ ...finding, code })),
  );
  return [...found, ...late];
}
