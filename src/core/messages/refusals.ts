import type { Language } from "../plan.ts";
import type { Refusal, RequestKind } from "../requests.ts";
import { quoteCheck, quoteChecks, tell } from "./context.ts";
import type { ByLanguage, Context, Sentences } from "./context.ts";
import { sayHold } from "./holds.ts";
import { sayObstacles } from "./obstacles.ts";
import { ofRoles, sayRoles } from "./people.ts";
import { sayStatusKind } from "./statuses.ts";

/** Why a request was refused, as a clause that follows a colon, with what would help. */
export function sayRefusal(refusal: Refusal, context: Context, language: Language): string {
  return tell(refusals[language], refusal, context);
}

/** What was asked for, so that it follows "asked" or "a demandé": "to roll back", "la reprise". An unknown kind stays as it is. */
export function sayAsked(asked: string, language: Language): string {
  return (requests[language] as Readonly<Record<string, string>>)[asked] ?? asked;
}

/** How many more of the same there were, behind what was asked for; nothing where it was one. */
export function sayTimes(times: number | undefined, language: Language): string {
  if (times === undefined) return "";
  if (language === "fr") return ` (encore ${times === 1 ? "une" : times} fois en une minute)`;
  return times === 1 ? " (once more within a minute)" : ` (${times} more times within a minute)`;
}

const requests: ByLanguage<Readonly<Record<RequestKind, string>>> = {
  en: {
    approve: "to approve",
    pause: "to pause",
    resume: "to go on",
    promote: "to go on before the time is over",
    override: "to let it pass although window or freeze stand in the way",
    report: "to report a problem",
    acknowledge: "to confirm the rollback",
    stop: "to stop",
    rollback: "to roll back",
  },
  fr: {
    approve: "l’accord",
    pause: "la pause",
    resume: "la reprise",
    promote: "le passage immédiat à la suite",
    override: "une dérogation",
    report: "le signalement d’un problème",
    acknowledge: "la confirmation du retour arrière",
    stop: "l’arrêt",
    rollback: "le retour arrière",
  },
};

const refusals: ByLanguage<Sentences<Refusal, readonly [Context]>> = {
  en: {
    stale: ({ expected, actual }) =>
      `it was asked for on revision ${expected}, but the release is at ${actual} and something that matters has changed; look again`,
    drifted: ({ check }, context) => `${quoteCheck(context, check, "en")} has got worse since the revision that was seen; look again`,
    machine: () => "a program cannot give a person’s word; somebody with the role has to sign in and do it",
    "starter-alone": ({ roles }) =>
      `whoever started a release cannot be the only one to approve it; another ${sayRoles(roles, "en", "or")} has to`,
    "nothing-in-the-way": () => "neither window nor freeze stands in the way of the next step now",
    "nothing-to-acknowledge": () => "no rollback by hand waits for that",
    role: ({ needs }) => `only ${sayRoles(needs, "en", "or")} may`,
    "not-now": ({ status }) => `the release is ${sayStatusKind(status, "en")}`,
    "not-asked-for": () => "nobody is asked for this approval now",
    "already-signed": () => "this approval is already there",
    "gate-open": ({ checks }, context) => `not passed yet: ${quoteChecks(context, checks, "en")}`,
    "waits-for": ({ roles }) => `it still waits for the approval ${ofRoles(roles, "en")}`,
    "in-the-way": ({ obstacles }) => `not while ${sayObstacles(obstacles, "en")}, unless a release manager lets it pass`,
    "would-hold": ({ why }, context) => `it would hold all the same: ${sayHold(why, context, "en")}`,
    "just-reported": () => "somebody has just reported a problem; look again",
  },
  fr: {
    stale: ({ expected, actual }) =>
      `la demande porte sur la révision ${expected}, la mise en production en est à ${actual} et quelque chose d’important a changé\u202f; à relire`,
    drifted: ({ check }, context) => `${quoteCheck(context, check, "fr")} s’est dégradé depuis la révision lue\u202f; à relire`,
    machine: () => "un programme ne donne pas la parole d’une personne\u202f; quelqu’un qui a le rôle doit se connecter et le faire",
    "starter-alone": ({ roles }) =>
      `qui a démarré une mise en production ne peut pas être seul à l’approuver\u202f; il faut une autre personne avec le rôle ${sayRoles(roles, "fr", "or")}`,
    "nothing-in-the-way": () => "ni fenêtre de tir ni gel n’empêche la prochaine étape en ce moment",
    "nothing-to-acknowledge": () => "aucun retour arrière manuel n’attend cette confirmation",
    role: ({ needs }) => `il faut le rôle ${sayRoles(needs, "fr", "or")}`,
    "not-now": ({ status }) => `la mise en production est ${sayStatusKind(status, "fr")}`,
    "not-asked-for": () => "cet accord n’est demandé à personne en ce moment",
    "already-signed": () => "cet accord est déjà donné",
    "gate-open": ({ checks }, context) => `pas encore validé\u202f: ${quoteChecks(context, checks, "fr")}`,
    "waits-for": ({ roles }) => `il manque encore l’accord ${ofRoles(roles, "fr")}`,
    "in-the-way": ({ obstacles }) => `il faut une dérogation d’un release manager pour passer bien que ${sayObstacles(obstacles, "fr")}`,
    "would-hold": ({ why }, context) => `elle resterait suspendue\u202f: ${sayHold(why, context, "fr")}`,
    "just-reported": () => "un problème vient d’être signalé\u202f; à relire",
  },
};
