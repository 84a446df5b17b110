import { overridable, unfit } from "../decide/fit.ts";
import type { Situation } from "../decide/fit.ts";
import { isGuard, looksAway } from "../decide/looks-away.ts";
import { approvable, missingRoles } from "../decide/sign-offs.ts";
import { actionLabels, goOnLabels, sayConsequence, stableWords, validateLabels } from "../messages/actions.ts";
import type { Stakes } from "../messages/actions.ts";
import { capital, quoteChecks } from "../messages/context.ts";
import type { Context } from "../messages/context.ts";
import { sayObstacles } from "../messages/obstacles.ts";
import { sayRefusal } from "../messages/refusals.ts";
import { nextStep } from "../obstacles.ts";
import { openReport } from "../open-report.ts";
import type { Language } from "../plan.ts";
import type { Release } from "../release.ts";
import type { ActionView, TrafficView } from "../release-view.ts";
import { requestKinds } from "../requests.ts";
import type { RequestKind } from "../requests.ts";
import { deedOf, rollbackRoles, rolesFor } from "../roles.ts";
import { isExposed } from "../status.ts";
import { sayTarget } from "./people-view.ts";

/** Asked once more, because people move, or because a rule of the plan is set aside. */
const grave: ReadonlySet<RequestKind> = new Set<RequestKind>(["rollback", "stop", "override"]);
/** Shown only where they make sense; the others always, so that everybody finds them in their place. */
const seldom: ReadonlySet<RequestKind> = new Set<RequestKind>(["override", "report", "acknowledge"]);

/** Every action with why it cannot be taken now, whose it is, and what it does. */
export function actionsView(
  situation: Situation,
  traffic: Pick<TrafficView, "people" | "wantedPct">,
  context: Context,
  language: Language,
): readonly ActionView[] {
  const { release } = situation;
  const stakes = stakesOf(situation, traffic, context, language);
  return requestKinds.flatMap((kind): readonly ActionView[] => {
    const refusal = unfit(kind, situation);
    if (refusal !== null && seldom.has(kind)) return [];
    const roles = rolesFor(kind, release);
    return [
      {
        kind,
        label: labelOf(kind, stakes, language),
        why: refusal === null ? null : sayRefusal(refusal, context, language),
        roles,
        whyNotYours: roles.length === 0 ? "" : sayRefusal({ kind: "role", needs: roles }, context, language),
        consequence: refusal === null ? capital(sayConsequence(kind, stakes, language)) : "",
        isGrave: grave.has(kind),
      },
    ];
  });
}

function labelOf(kind: RequestKind, { approves, answersReport }: Stakes, language: Language): string {
  if (kind === "approve" && approves === "rollback") return validateLabels[language];
  return kind === "resume" && answersReport !== null ? goOnLabels[language] : actionLabels[language][kind];
}

/** What pressing a button would touch now. */
export function stakesOf(
  { release, seen }: Situation,
  traffic: Pick<TrafficView, "people" | "wantedPct">,
  context: Context,
  language: Language,
): Stakes {
  const { plan, status } = release;
  const step = approvable(status, plan) ?? nextStep(release);
  const obstacles = overridable(release, seen).map(({ obstacle }) => obstacle);
  const passed = looksAway(status);
  const quoted = (checks: readonly string[]): string => (checks.length === 0 ? "" : quoteChecks(context, checks, language));
  return {
    people: traffic.people?.canary ?? null,
    wantedPct: status.kind === "promoted" ? 100 : traffic.wantedPct,
    stable: stableOf(release, language),
    back: backOf(release),
    rehearsedMs: release.rehearsedMs,
    keptMs: plan.keepStoppedMs,
    approves: approvable(status, plan)?.kind ?? null,
    step: step === null ? "" : sayTarget(step, { plan }, language),
    looksAway: quoted(passed.filter((check) => isGuard(plan, check))),
    judgesAfresh: quoted(passed.filter((check) => !isGuard(plan, check))),
    isReported: openReport(release) !== null,
    answersReport: deedOf("resume", release) !== "resume-reported" ? null : status.kind === "promoted" ? "stays" : "goes-on",
    obstacles: sayObstacles(obstacles, language),
    deciders: rollbackRoles(plan),
    validators: missingRoles(release, { kind: "rollback" }),
  };
}

/** The version in a word, where all services have the same one and it is short enough for a sentence. */
function stableOf({ versions }: Release, language: Language): string {
  const [version, ...others] = new Set(Object.values(versions).map(({ stable }) => stable));
  return version === undefined || others.length > 0 || version.length > 20 ? stableWords[language] : version;
}

function backOf({ status, plan }: Release): Stakes["back"] {
  if (status.kind === "rolling-back") return "running";
  if (status.kind === "promoted") return status.previous === "kept" ? "traffic" : "start";
  if (status.kind === "promoting") return status.step === "cloning" || plan.keepPreviousMs > 0 ? "traffic" : "start";
  return isExposed(status) ? "traffic" : "nobody";
}
