import { isGuard } from "../decide/looks-away.ts";
import { isSameTarget, jointOf, missingRoles, needsOf, nextSignOff } from "../decide/sign-offs.ts";
import { isProvenFailure, namePhase, quote, quoteChecks, tell } from "../messages/context.ts";
import type { ByLanguage, Context, Sentences } from "../messages/context.ts";
import { sayObstacle } from "../messages/obstacles.ts";
import { ofRoles, sayRoles, theRoles } from "../messages/people.ts";
import { sayWhen } from "../messages/times.ts";
import { nextStep } from "../obstacles.ts";
import { openReport } from "../open-report.ts";
import type { Language } from "../plan.ts";
import type { Release } from "../release.ts";
import { rollbackRoles, rolesFor } from "../roles.ts";
import type { HoldReason, Status } from "../status.ts";
import { awaitsAcknowledgement, validatorsNow } from "../way-back.ts";

/** What sentences about the future rest on. */
interface Ahead {
  readonly release: Release;
  readonly context: Context;
  readonly nowMs: number;
}

/** What happens next by itself, or who or what it waits for, a sentence each; empty when nothing comes any more. */
export function sayNext(release: Release, context: Context, language: Language): readonly string[] {
  const ahead: Ahead = { release, context, nowMs: context.nowMs ?? release.createdMs };
  const said = tell(steps[language], release.status, ahead);
  const next = [...reported(release, language), said, ...overrides(release, language), acknowledgement(release, language)];
  return [...next, validation(release, language)].filter((sentence) => sentence !== "");
}

const steps: ByLanguage<Sentences<Status, readonly [Ahead]>> = {
  en: {
    waiting: () => "then the new version starts beside the stable one, and checks run before anybody sees it",
    preparing: (status, ahead) =>
      `${namePhase(ahead.release.plan, 0, "en")} once it is ready and every check has passed; not ready by ${readyBy(status.sinceMs, ahead, "en")}, it stops`,
    shifting: ({ phase }, { release }) => `observing ${namePhase(release.plan, phase, "en")} begins when the router shows it`,
    observing: ({ phase }, ahead) =>
      `${after(phase, ahead, "en")} ${earliest(phase, ahead, "en")} if every gate passes${signers(phase, ahead, "en")}`,
    holding: (status, ahead) => tell(holds.en, status.why, { ...ahead, phase: status.phase }),
    promoting: () => "promoted when this is done; the guards stay armed until then",
    promoted: () => "",
    "rolling-back": (_, { release }) => (awaitsAcknowledgement(release) ? "" : "nothing that anybody has to do"),
    "rolled-back": () => "",
    stopped: (status, ahead) => (status.canary === "kept" ? `the new version is removed ${removed(status.sinceMs, ahead, "en")}` : ""),
    halted: () => "a release manager lifts the freeze, with a reason, before anything starts there again",
  },
  fr: {
    waiting: () => "ensuite la nouvelle version démarre à côté de la version stable, et des contrôles précèdent toute exposition",
    preparing: (status, ahead) =>
      `${namePhase(ahead.release.plan, 0, "fr")} dès qu’elle est prête et que tous les contrôles ont réussi\u202f; sinon arrêt à ${readyBy(status.sinceMs, ahead, "fr")}`,
    shifting: ({ phase }, { release }) => `l’observation à ${namePhase(release.plan, phase, "fr")} commence quand le routeur la confirme`,
    observing: ({ phase }, ahead) =>
      `${after(phase, ahead, "fr")} ${earliest(phase, ahead, "fr")} si tous les critères sont validés${signers(phase, ahead, "fr")}`,
    holding: (status, ahead) => tell(holds.fr, status.why, { ...ahead, phase: status.phase }),
    promoting: () => "généralisée quand c’est fait\u202f; les garde-fous restent armés jusque-là",
    promoted: () => "",
    "rolling-back": (_, { release }) => (awaitsAcknowledgement(release) ? "" : "personne n’a rien à faire"),
    "rolled-back": () => "",
    stopped: (status, ahead) => (status.canary === "kept" ? `la nouvelle version est retirée ${removed(status.sinceMs, ahead, "fr")}` : ""),
    halted: () => "un release manager lève le gel, avec un motif, avant tout nouveau démarrage",
  },
};

type Held = Ahead & { readonly phase: number };
const holds: ByLanguage<Sentences<HoldReason, readonly [Held]>> = {
  en: {
    undecided: (_, held) => `${after(held.phase, held, "en")} by itself as soon as the evidence allows; or somebody takes people back`,
    failed: ({ checks }, held) => {
      if (turnsByItself(checks, held)) return "it goes on by itself when the latest readings are good; or somebody takes people back";
      return `somebody takes people back; or a release manager resumes${afterLook(checks, held, "en")}`;
    },
    "no-data": () => "it goes on by itself when the readings are back",
    invalid: () => "somebody repairs the shares, or takes people back",
    "shared-incident": () => "it goes on by itself when the stable version is well again",
    paused: () => "somebody resumes it, or takes people back",
    "sign-off": (why, held) => {
      const joint = jointAfter(held);
      const verb = why.roles.length === 1 || joint === "or" ? "approves" : "approve";
      return `${after(held.phase, held, "en")} as soon as ${sayRoles(why.roles, "en", joint)} ${verb}`;
    },
    window: (_, held) => `${after(held.phase, held, "en")} when the window opens`,
    freeze: (_, held) => `${after(held.phase, held, "en")} when the freeze is over`,
    capacity: (_, held) => `${after(held.phase, held, "en")} by itself when it is; or somebody looks why it does not grow`,
    reported: () => "",
    investigation: () => "a release manager resumes or takes people back; without a word the rollback begins by itself",
    countdown: () => "the rollback begins by itself, unless fresh evidence proves that the breach is over; it may be begun earlier",
  },
  fr: {
    undecided: (_, held) =>
      `${after(held.phase, held, "fr")} automatiquement dès que les preuves suffisent\u202f; ou retour arrière par décision`,
    failed: ({ checks }, held) => {
      if (turnsByItself(checks, held))
        return "reprise automatique quand les derniers relevés sont bons\u202f; ou retour arrière par décision";
      return `retour arrière par décision\u202f; ou reprise par un release manager${afterLook(checks, held, "fr")}`;
    },
    "no-data": () => "reprise automatique au retour des relevés",
    invalid: () => "réparation des parts, ou retour arrière par décision",
    "shared-incident": () => "reprise automatique quand la version stable est rétablie",
    paused: () => "reprise ou retour arrière par décision",
    "sign-off": (why, held) => `${after(held.phase, held, "fr")} dès l’accord\u202f: ${sayRoles(why.roles, "fr", jointAfter(held))}`,
    window: (_, held) => `${after(held.phase, held, "fr")} à l’ouverture de la fenêtre`,
    freeze: (_, held) => `${after(held.phase, held, "fr")} à la fin du gel`,
    capacity: (_, held) =>
      `${after(held.phase, held, "fr")} automatiquement dès qu’elle l’est\u202f; sinon, chercher pourquoi elle ne grandit pas`,
    reported: () => "",
    investigation: () => "un release manager reprend ou revient en arrière\u202f; sans décision, le retour arrière commence de lui-même",
    countdown: () =>
      "le retour arrière commence de lui-même, sauf preuve nouvelle que le seuil n’est plus franchi\u202f; il peut être avancé",
  },
};

/** Gates that go by their latest readings alone may pass again without anybody's word; a proof stays, and so does a guard that nothing feeds any more. */
function turnsByItself(checks: readonly string[], { release: { plan } }: Held): boolean {
  return !isProvenFailure(plan, checks) && !checks.some((check) => isGuard(plan, check));
}

/** What becomes of gates that failed when a release manager goes on. */
function afterLook(checks: readonly string[], { release: { plan } }: Held, language: Language): string {
  const gates = checks.filter((check) => !isGuard(plan, check));
  if (gates.length === 0) return "";
  const names = quoteChecks({ plan }, gates, language);
  if (language === "fr")
    return `\u202f: ${names} ${gates.length === 1 ? "doit" : "doivent"} alors être validé${gates.length === 1 ? "" : "s"} sur ce qui vient ensuite`;
  return `: then ${names} ${gates.length === 1 ? "has" : "have"} to pass on what comes from then on`;
}

function jointAfter({ phase, release }: Pick<Held, "phase" | "release">): "and" | "or" {
  return jointOf(needsOf(release.plan, nextSignOff(phase, release.plan)));
}

function after(phase: number, { release }: Ahead, language: Language): string {
  if (phase + 1 < release.plan.phases.length) return namePhase(release.plan, phase + 1, language);
  return language === "fr" ? "généralisation" : "promotion";
}

function earliest(phase: number, ahead: Ahead, language: Language): string {
  const { progress } = ahead.context;
  const leftMs = progress === undefined ? (ahead.release.plan.phases[phase]?.observeMs ?? 0) : progress.ofMs - progress.observedMs;
  const when = sayWhen(ahead.release.plan, { atMs: ahead.nowMs + Math.max(0, leftMs), nowMs: ahead.nowMs }, language);
  return language === "fr" ? `à ${when}` : `at ${when}`;
}

function signers(phase: number, { release }: Ahead, language: Language): string {
  const missing = missingRoles(release, nextSignOff(phase, release.plan));
  const report = openReport(release) === null ? "" : afterReport[language];
  if (missing.length === 0) return report;
  const joint = jointAfter({ phase, release });
  const roles = sayRoles(missing, language, joint);
  if (language === "fr") return `, avec l’accord\u202f: ${roles}${report}`;
  return ` and ${roles} approve${missing.length === 1 || joint === "or" ? "s" : ""}${report}`;
}

const afterReport: ByLanguage<string> = { en: ", and somebody has decided to go on", fr: ", et après décision de poursuivre" };

function readyBy(sinceMs: number, { release, nowMs }: Ahead, language: Language): string {
  return sayWhen(release.plan, { atMs: sinceMs + release.plan.readyWithinMs, nowMs }, language);
}

function removed(sinceMs: number, { release, nowMs }: Ahead, language: Language): string {
  const when = sayWhen(release.plan, { atMs: sinceMs + release.plan.keepStoppedMs, nowMs }, language);
  return language === "fr" ? `à ${when}` : `at ${when}`;
}

/** Who decides about a problem that was reported. */
function reported(release: Release, language: Language): readonly string[] {
  const report = openReport(release);
  if (report === null) return [];
  const reason = quote(report.reason, language);
  const deciders = rollbackRoles(release.plan);
  const isDone = release.status.kind === "promoted";
  if (language === "fr") {
    const until = isDone ? "" : "\u202f; d’ici là, pas d’étape suivante";
    return [
      `problème signalé par ${report.by} (${reason}), décision ${ofRoles(deciders, "fr", "or")}\u202f: retour arrière ou poursuite${until}`,
    ];
  }
  const until = isDone ? "" : "; until then it goes no further";
  return [
    `${theRoles(deciders, "en", "or")} decides about the problem that ${report.by} reported (${reason}): roll back, or go on${until}`,
  ];
}

/** What was let pass for the next step. */
function overrides(release: Release, language: Language): readonly string[] {
  const step = nextStep(release);
  if (step === null) return [];
  const covering = release.overrides.filter((override) => isSameTarget(override.for, step));
  return covering.map(({ by, over }) =>
    language === "fr" ? `${by} y déroge, bien que ${sayObstacle(over, "fr")}` : `${by} lets that pass although ${sayObstacle(over, "en")}`,
  );
}

/** Who is asked to say that a rollback by hand was executed. */
function acknowledgement(release: Release, language: Language): string {
  if (!awaitsAcknowledgement(release)) return "";
  const roles = sayRoles(rolesFor("acknowledge", release), language, "or");
  return language === "fr"
    ? `confirmation que le retour arrière est exécuté\u202f: ${roles}`
    : `to confirm that the rollback was executed: ${roles}`;
}

/** Who is asked now to look at the state after a rollback. */
function validation(release: Release, language: Language): string {
  const missing = validatorsNow(release);
  if (missing.length === 0) return "";
  const roles = sayRoles(missing, language, jointOf(release.plan.people.validateRollback));
  return language === "fr" ? `validation après retour arrière\u202f: ${roles}` : `to validate the rollback: ${roles}`;
}
