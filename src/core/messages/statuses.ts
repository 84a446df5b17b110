import { jointOf } from "../decide/sign-offs.ts";
import type { Language } from "../plan.ts";
import type { Kept, PromotingStep, RollbackStep, Status, Wait } from "../status.ts";
import { nextOpening } from "../windows.ts";
import { isBeforeExposure, sayCause } from "./causes.ts";
import { namePhase, quote, tell } from "./context.ts";
import type { ByLanguage, Context, Sentences } from "./context.ts";
import { sayHold } from "./holds.ts";
import { saySpan } from "./numbers.ts";
import { ofRoles } from "./people.ts";
import { sayMoment, sayWhen } from "./times.ts";

/**
 * Where a release stands, in one sentence without a capital letter: "observing 10 %: 9 min 40 s of 15 min". With `context.progress` it
 * tells the time that counted; with `context.nowMs` deadlines count down and windows say when they open.
 */
export function sayStatus(status: Status, context: Context, language: Language): string {
  return tell(statuses[language], status, context);
}

/** A status in a word or two, for tracks and refusals: "observing", "going back". An unknown kind stays as it is. */
export function sayStatusKind(kind: string, language: Language): string {
  return (kinds[language] as Readonly<Record<string, string>>)[kind] ?? kind;
}

const kinds: ByLanguage<Readonly<Record<Status["kind"], string>>> = {
  en: {
    waiting: "waiting",
    preparing: "preparing",
    shifting: "moving people",
    observing: "observing",
    holding: "holding",
    promoting: "being promoted",
    promoted: "promoted",
    "rolling-back": "going back",
    "rolled-back": "rolled back",
    stopped: "stopped",
    halted: "halted",
  },
  fr: {
    waiting: "en attente",
    preparing: "en préparation",
    shifting: "en cours de bascule",
    observing: "en observation",
    holding: "suspendue",
    promoting: "en cours de généralisation",
    promoted: "généralisée",
    "rolling-back": "en retour arrière",
    "rolled-back": "revenue en arrière",
    stopped: "arrêtée",
    halted: "arrêtée, environnement gelé",
  },
};

const statuses: ByLanguage<Sentences<Status, readonly [Context]>> = {
  en: {
    waiting: (status, context) => `waiting ${waits(status.for, context, "en")}`,
    preparing: () => "preparing: the new version starts beside the stable one, and nobody sees it yet",
    shifting: ({ phase }, context) => `moving to ${namePhase(context.plan, phase, "en")}: waiting until the router shows it`,
    observing: ({ phase }, context) => `observing ${namePhase(context.plan, phase, "en")}${progress(phase, context, "en")}`,
    holding: ({ phase, why }, context) =>
      `holding at ${namePhase(context.plan, phase, "en")}: ${sayHold(why, { ...context, phase }, "en")}`,
    promoting: ({ step }) => `promoting: ${promotingSteps.en[step]}`,
    promoted: ({ previous, sinceMs }, context) => `promoted: everybody has the new version; ${kept(previous, sinceMs, context, "en")}`,
    "rolling-back": ({ step, cause }, context) => {
      if (!isBeforeExposure(cause)) return `rolling back: ${rollbackSteps.en[step]}; ${sayCause(cause, context, "en")}`;
      return step === "clearing"
        ? "stopping: the new version is removed"
        : `stopping before anybody is exposed: ${sayCause(cause, context, "en")}`;
    },
    "rolled-back": ({ cause }, context) => `rolled back: ${sayCause(cause, context, "en")}`,
    stopped: ({ cause, canary }, context) =>
      `stopped${isBeforeExposure(cause) ? ", and nobody was exposed" : ""}: ${sayCause(cause, context, "en")}${inspection.en[canary]}`,
    halted: ({ cause }, context) =>
      `halted: ${sayCause(cause, context, "en")}; nothing starts in ${quote(context.plan.environment, "en")} until a release manager lifts the freeze`,
  },
  fr: {
    waiting: (status, context) => `en attente ${waits(status.for, context, "fr")}`,
    preparing: () => "préparation\u202f: la nouvelle version démarre à côté de la version stable, personne ne la voit encore",
    shifting: ({ phase }, context) => `passage à ${namePhase(context.plan, phase, "fr")}\u202f: en attente de la confirmation du routeur`,
    observing: ({ phase }, context) => `observation à ${namePhase(context.plan, phase, "fr")}${progress(phase, context, "fr")}`,
    holding: ({ phase, why }, context) =>
      `suspendue à ${namePhase(context.plan, phase, "fr")}\u202f: ${sayHold(why, { ...context, phase }, "fr")}`,
    promoting: ({ step }) => `généralisation\u202f: ${promotingSteps.fr[step]}`,
    promoted: ({ previous, sinceMs }, context) =>
      `généralisée\u202f: tout le monde a la nouvelle version\u202f; ${kept(previous, sinceMs, context, "fr")}`,
    "rolling-back": ({ step, cause }, context) => {
      if (!isBeforeExposure(cause)) return `retour arrière\u202f: ${rollbackSteps.fr[step]}\u202f; ${sayCause(cause, context, "fr")}`;
      return step === "clearing"
        ? "arrêt\u202f: la nouvelle version est retirée"
        : `arrêt avant toute exposition\u202f: ${sayCause(cause, context, "fr")}`;
    },
    "rolled-back": ({ cause }, context) => `retour arrière terminé\u202f: ${sayCause(cause, context, "fr")}`,
    stopped: ({ cause, canary }, context) =>
      `canari arrêté${isBeforeExposure(cause) ? ", personne n’a été exposé" : ""}\u202f: ${sayCause(cause, context, "fr")}${inspection.fr[canary]}`,
    halted: ({ cause }, context) =>
      `arrêt complet\u202f: ${sayCause(cause, context, "fr")}\u202f; rien ne démarre dans ${quote(context.plan.environment, "fr")} avant la levée du gel par un release manager`,
  },
};

const promotingSteps: ByLanguage<Readonly<Record<PromotingStep, string>>> = {
  en: {
    cloning: "the stable version is copied aside, so that going back stays a matter of traffic",
    replacing: "the stable place gets the new version, while the canary keeps serving",
    returning: "traffic returns to the stable place",
    clearing: "the canary is removed",
  },
  fr: {
    cloning: "la version stable est copiée à part, pour que le retour reste une affaire de trafic",
    replacing: "la place stable reçoit la nouvelle version, le canari continue de servir",
    returning: "le trafic revient à la place stable",
    clearing: "le canari est retiré",
  },
};

const rollbackSteps: ByLanguage<Readonly<Record<RollbackStep, string>>> = {
  en: {
    traffic: "everybody goes back to the stable version",
    restoring: "the previous version is put back in the stable place",
    returning: "traffic returns to the stable place",
    clearing: "everybody is back, and the canary is removed",
  },
  fr: {
    traffic: "tout le monde revient à la version stable",
    restoring: "la version précédente reprend la place stable",
    returning: "le trafic revient à la place stable",
    clearing: "tout le monde est revenu, le canari est retiré",
  },
};

function progress(phase: number, context: Context, language: Language): string {
  const of = language === "fr" ? "sur" : "of";
  const colon = language === "fr" ? "\u202f: " : ": ";
  if (context.progress !== undefined)
    return `${colon}${saySpan(context.progress.observedMs, language)} ${of} ${saySpan(context.progress.ofMs, language)}`;
  const asks = context.plan.phases[phase]?.observeMs;
  if (asks === undefined) return "";
  return `${language === "fr" ? " pendant " : " for "}${saySpan(asks, language)}`;
}

function waits(wanted: readonly Wait[], context: Context, language: Language): string {
  const scheduled = wanted.find((wait) => wait.kind === "scheduled");
  const fromMs = Math.max(context.nowMs ?? 0, scheduled?.atMs ?? 0);
  return wanted.map((wait) => tell(waiting[language], wait, context, fromMs)).join(language === "fr" ? "\u202f; " : "; ");
}

/** What is waited for; its window is looked for from `fromMs` (epoch ms) on. */
const waiting: ByLanguage<Sentences<Wait, readonly [context: Context, fromMs: number]>> = {
  en: {
    window: (_, context, fromMs) => `for its window${opening(context, fromMs, "en")}`,
    "sign-off": ({ roles }, { plan }) => `for the approval ${ofRoles(roles, "en", jointOf(plan.people.start))}`,
    scheduled: ({ atMs }, context) => `until ${sayScheduled(atMs, context, "en")}, as scheduled`,
    freeze: ({ environment }) => `for the freeze of ${quote(environment, "en")} to end`,
    reported: ({ by, roles }) => `for the decision ${ofRoles(roles, "en", "or")} about the problem that ${by} reported`,
  },
  fr: {
    window: (_, context, fromMs) => `de la fenêtre de tir${opening(context, fromMs, "fr")}`,
    "sign-off": ({ roles }, { plan }) => `de l’accord ${ofRoles(roles, "fr", jointOf(plan.people.start))}`,
    scheduled: ({ atMs }, context) => `du moment prévu, ${sayScheduled(atMs, context, "fr")}`,
    freeze: ({ environment }) => `de la fin du gel de ${quote(environment, "fr")}`,
    reported: ({ by, roles }) => `de la décision ${ofRoles(roles, "fr", "or")} sur le problème signalé par ${by}`,
  },
};

function sayScheduled(atMs: number, { plan, nowMs }: Context, language: Language): string {
  return nowMs === undefined ? sayMoment(plan, atMs, language) : sayWhen(plan, { atMs, nowMs }, language);
}

function opening(context: Context, fromMs: number, language: Language): string {
  const { plan, nowMs } = context;
  const atMs = nowMs === undefined ? null : nextOpening(plan, fromMs);
  if (nowMs === undefined || atMs === null) return "";
  const when = sayWhen(plan, { atMs, nowMs }, language);
  return language === "fr" ? ` (ouverture ${when})` : ` (opens ${when})`;
}

function kept(previous: Kept, sinceMs: number, context: Context, language: Language): string {
  const untilMs = sinceMs + context.plan.keepPreviousMs;
  // What is kept beyond its time is kept for a decision that nobody has taken yet.
  if (previous === "kept" && context.nowMs !== undefined && context.nowMs > untilMs) return keptOn[language];
  const when = sayWhen(context.plan, { atMs: untilMs, nowMs: context.nowMs ?? sinceMs }, language);
  return previousWords[language][previous](when);
}

const keptOn: ByLanguage<string> = {
  en: "the previous one is kept until somebody has decided about the problem that was reported",
  fr: "la précédente est gardée jusqu’à la décision sur le problème signalé",
};

const previousWords: ByLanguage<Readonly<Record<Kept, (until: string) => string>>> = {
  en: {
    kept: (until) => `the previous one is kept until ${until} for an immediate way back`,
    going: () => "the previous one is being removed",
    gone: () => "the previous one is not kept any more",
  },
  fr: {
    kept: (until) => `la précédente est gardée jusqu’à ${until} pour un retour immédiat`,
    going: () => "la précédente est en cours de retrait",
    gone: () => "la précédente n’est plus gardée",
  },
};

const inspection: ByLanguage<Readonly<Record<Kept, string>>> = {
  en: { kept: "; the new version is kept for inspection", going: "; the new version is being removed", gone: "" },
  fr: {
    kept: "\u202f; la nouvelle version est gardée pour examen",
    going: "\u202f; la nouvelle version est en cours de retrait",
    gone: "",
  },
};
