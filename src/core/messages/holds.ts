import { jointOf, needsOf, nextSignOff } from "../decide/sign-offs.ts";
import type { Language } from "../plan.ts";
import type { Breach, HoldReason } from "../status.ts";
import { nextAdvance } from "../windows.ts";
import { isProvenFailure, quote, quoteCheck, quoteChecks, tell } from "./context.ts";
import type { ByLanguage, Context, Sentences } from "./context.ts";
import { saySpan } from "./numbers.ts";
import { ofRoles } from "./people.ts";
import { sayTimeExactly, sayWhen } from "./times.ts";

/** Why the share is frozen, as a clause that follows a colon, with what ends it: "waiting for QA lead". */
export function sayHold(why: HoldReason, context: Context, language: Language): string {
  return tell(holds[language], why, context);
}

/** A reason to hold in a word or two, for tables: "undecided", "no data". */
export function sayHoldKind(kind: HoldReason["kind"], language: Language): string {
  return kinds[language][kind];
}

const kinds: ByLanguage<Readonly<Record<HoldReason["kind"], string>>> = {
  en: {
    undecided: "undecided",
    failed: "failed",
    "no-data": "no data",
    invalid: "wrong shares",
    "shared-incident": "shared incident",
    paused: "paused",
    "sign-off": "no approval",
    window: "window",
    freeze: "freeze",
    capacity: "too small",
    reported: "report open",
    investigation: "investigation",
    countdown: "countdown",
  },
  fr: {
    undecided: "indécis",
    failed: "échec",
    "no-data": "sans données",
    invalid: "répartition faussée",
    "shared-incident": "incident commun",
    paused: "pause",
    "sign-off": "sans accord",
    window: "fenêtre de tir",
    freeze: "gel",
    capacity: "capacité insuffisante",
    reported: "problème signalé",
    investigation: "investigation",
    countdown: "compte à rebours",
  },
};

/** "Rolling back in 3 min 12 s" while there is a moment to count from, otherwise the time of day to the second. */
export function sayDeadline(atMs: number, context: Context, language: Language): string {
  const { nowMs, plan } = context;
  if (nowMs !== undefined) return `${language === "fr" ? "dans" : "in"} ${saySpan(atMs - nowMs, language)}`;
  return `${language === "fr" ? "à" : "at"} ${sayTimeExactly(plan, atMs)}`;
}

function jointIn({ plan, phase }: Context): "and" | "or" {
  return phase === undefined ? "and" : jointOf(needsOf(plan, nextSignOff(phase, plan)));
}

const holds: ByLanguage<Sentences<HoldReason, readonly [Context]>> = {
  en: {
    undecided: ({ checks }, context) =>
      `${quoteChecks(context, checks, "en")} ${are(checks, "en")} undecided after the time of the phase; people are asked`,
    failed: ({ checks }, context) =>
      `${quoteChecks(context, checks, "en")} failed${isProvenFailure(context.plan, checks) ? ", which is proven and stays so" : " on the latest readings"}; people are asked`,
    "no-data": ({ checks }, context) => `no readings for ${quoteChecks(context, checks, "en")}; the clock of the phase stands still`,
    invalid: () => "the versions do not get the shares of people that they should; nothing can be compared until that is repaired",
    "shared-incident": ({ checks }, context) =>
      `${quoteChecks(context, checks, "en")} ${checks.length === 1 ? "is" : "are"} breached by the stable version too; the new one is not to blame`,
    paused: ({ by }) => `paused by ${by}`,
    "sign-off": ({ roles }, context) => `waiting for the approval ${ofRoles(roles, "en", jointIn(context))}`,
    window: (_, context) => `outside the windows of the plan${opens(context, "en")}`,
    freeze: ({ environment }) =>
      `the environment ${quote(environment, "en")} is frozen, until its time is over or a release manager lifts it`,
    capacity: ({ services }) => `the new version of ${services.join(", ")} is not large enough yet for the people who come next`,
    reported: ({ by, roles }) =>
      `waiting for the decision ${ofRoles(roles, "en", "or")} about the problem that ${by} reported; until then it goes no further`,
    investigation: ({ breach, commitByMs }, context) =>
      `${quoteCheck(context, breach.check, "en")} was breached; owners investigate, and without their decision the rollback begins ${sayDeadline(commitByMs, context, "en")}`,
    countdown: ({ breach, commitByMs }, context) =>
      `rolling back ${sayDeadline(commitByMs, context, "en")} unless ${breached(breach, context, "en")} is proven to be over`,
  },
  fr: {
    undecided: ({ checks }, context) =>
      `${quoteChecks(context, checks, "fr")} ${are(checks, "fr")} indécis au terme de la phase\u202f; une décision est demandée`,
    failed: ({ checks }, context) =>
      `${quoteChecks(context, checks, "fr")} en échec${isProvenFailure(context.plan, checks) ? ", ce qui est prouvé et le reste" : " sur les derniers relevés"}\u202f; une décision est demandée`,
    "no-data": ({ checks }, context) => `pas de relevés pour ${quoteChecks(context, checks, "fr")}\u202f; le temps de la phase est arrêté`,
    invalid: () => "les versions ne reçoivent pas les parts de personnes prévues\u202f; rien ne peut être comparé avant réparation",
    "shared-incident": ({ checks }, context) =>
      `la version stable franchit aussi ${quoteChecks(context, checks, "fr")}\u202f; la nouvelle version n’est pas en cause`,
    paused: ({ by }) => `mise en pause par ${by}`,
    "sign-off": ({ roles }, context) => `en attente de l’accord ${ofRoles(roles, "fr", jointIn(context))}`,
    window: (_, context) => `hors des fenêtres de tir du plan${opens(context, "fr")}`,
    freeze: ({ environment }) =>
      `l’environnement ${quote(environment, "fr")} est gelé, jusqu’à son terme ou jusqu’à sa levée par un release manager`,
    capacity: ({ services }) =>
      `la nouvelle version de ${services.join(", ")} n’est pas encore assez grande pour les personnes qui viennent ensuite`,
    reported: ({ by, roles }) =>
      `en attente de la décision ${ofRoles(roles, "fr", "or")} sur le problème signalé par ${by}\u202f; d’ici là, pas d’étape suivante`,
    investigation: ({ breach, commitByMs }, context) =>
      `${quoteCheck(context, breach.check, "fr")} a été franchi\u202f; les responsables enquêtent et, sans décision, le retour arrière commence ${sayDeadline(commitByMs, context, "fr")}`,
    countdown: ({ breach, commitByMs }, context) =>
      `retour arrière ${sayDeadline(commitByMs, context, "fr")}, sauf preuve que ${breached(breach, context, "fr")} n’est plus franchi`,
  },
};

function are(checks: readonly string[], language: Language): string {
  if (language === "fr") return checks.length === 1 ? "reste" : "restent";
  return checks.length === 1 ? "is" : "are";
}

function breached(breach: Breach, context: Context, language: Language): string {
  return quoteCheck(context, breach.check, language);
}

function opens(context: Context, language: Language): string {
  const { plan, nowMs } = context;
  const atMs = nowMs === undefined ? null : nextAdvance(plan, nowMs);
  if (nowMs === undefined || atMs === null) return "";
  return language === "fr"
    ? `\u202f; reprise à partir de ${sayWhen(plan, { atMs, nowMs }, "fr")}`
    : `; it goes on from ${sayWhen(plan, { atMs, nowMs }, "en")}`;
}
