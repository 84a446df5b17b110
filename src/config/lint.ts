import type { Catalogue } from "./catalogue.ts";
import type { Draft } from "./draft.ts";
import type { Finding } from "./finding.ts";
import * as bounds from "./rules/bounds.ts";
import * as calendar from "./rules/calendar.ts";
import * as conditions from "./rules/conditions.ts";
import * as directions from "./rules/directions.ts";
import * as metrics from "./rules/metrics.ts";
import * as people from "./rules/people.ts";
import * as phases from "./rules/phases.ts";
import * as references from "./rules/references.ts";
import type { Rule } from "./rules/rule.ts";
import * as workloads from "./rules/workloads.ts";

/** Everything that is looked at beside the shape of a plan. A rule is added here and nowhere else. */
const rules: readonly Rule[] = [
  phases.somethingIsReleased,
  phases.namesStandOnce,
  phases.sharesGrow,
  phases.phasesAreObserved,
  phases.scrapesLeaveTime,
  phases.weightsAddUp,
  phases.routerIsAble,
  phases.loginIsNamed,
  phases.comparisonsEnd,
  phases.previousIsKept,
  references.gatesNameMetrics,
  references.routesReachServices,
  references.goalsExist,
  references.servicesExist,
  references.namesAreKnown,
  references.adaptersAreBuilt,
  references.connectionsAreChecked,
  workloads.workloadsAreUnderstood,
  workloads.portsAreOnesOwn,
  metrics.sourcesTakeWords,
  metrics.unitsMeanSomething,
  metrics.peopleAreCountable,
  conditions.conditionsFit,
  conditions.comparisonsHaveTwoArms,
  conditions.failLinesLieBeyond,
  conditions.regressionsHaveADirection,
  conditions.thresholdsAreWhole,
  directions.linesPointTheRightWay,
  bounds.latencyLinesAreBounds,
  people.advancesNamePhases,
  people.startNamesTheFirst,
  people.somebodyCanSayYes,
  people.rolesAreHeld,
  people.environmentIsServed,
  people.windowsAreRanges,
  people.windowsOpen,
  people.noticesHaveOneTarget,
];

/** What is said only of a plan without errors: while a name is misspelt another seems unused, and windows may be no ranges. */
const lateRules: readonly Rule[] = [references.metricsAreUsed, calendar.plannedDayIsOpen, calendar.windowsFitThePlan];

/**
 * What every rule finds in a plan as far as it could be read, `findings` of the reading first. Errors make it unusable; warnings say that it
 * may not be what is meant.
 */
export function lint(draft: Draft, catalogue: Catalogue, findings: readonly Finding[]): readonly Finding[] {
  const found = [...findings, ...rules.flatMap((rule) => rule(draft, catalogue))];
  const isSound = found.every((finding) => finding.severity === "warning");
  return isSound ? [...found, ...lateRules.flatMap((rule) => rule(draft, catalogue))] : found;
}
