import type { Language } from "../plan.ts";
import type { Refusal, Request } from "../requests.ts";
import { quoteChecks, tell } from "./context.ts";
import type { ByLanguage, Context, Sentences } from "./context.ts";
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

const requests: ByLanguage<Readonly<Record<Request["kind"], string>>> = {
  en: {
    approve: "to approve",
    pause: "to pause",
    resume: "to go on",
    promote: "to promote",
    stop: "to stop",
    rollback: "to roll back",
  },
  fr: {
    approve: "l’accord",
    pause: "la pause",
    resume: "la reprise",
    promote: "la généralisation",
    stop: "l’arrêt",
    rollback: "le retour arrière",
  },
};

const refusals: ByLanguage<Sentences<Refusal, readonly [Context]>> = {
  en: {
    stale: ({ expected, actual }) =>
      `it was asked for on revision ${expected}, but the release is at ${actual} and something that matters has changed; look again`,
    role: ({ needs }) => `only ${sayRoles(needs, "en", "or")} may`,
    "not-now": ({ status }) => `the release is ${sayStatusKind(status, "en")}`,
    "not-asked-for": () => "nobody is asked for this approval now",
    "already-signed": () => "this approval is already there",
    "gate-open": ({ checks }, context) => `not passed yet: ${quoteChecks(context, checks, "en")}`,
    "waits-for": ({ roles }) => `it still waits for the approval ${ofRoles(roles, "en")}`,
  },
  fr: {
    stale: ({ expected, actual }) =>
      `la demande porte sur la révision ${expected}, la mise en production en est à ${actual} et quelque chose d’important a changé\u202f; à relire`,
    role: ({ needs }) => `il faut le rôle ${sayRoles(needs, "fr", "or")}`,
    "not-now": ({ status }) => `la mise en production est ${sayStatusKind(status, "fr")}`,
    "not-asked-for": () => "cet accord n’est demandé à personne en ce moment",
    "already-signed": () => "cet accord est déjà donné",
    "gate-open": ({ checks }, context) => `pas encore validé\u202f: ${quoteChecks(context, checks, "fr")}`,
    "waits-for": ({ roles }) => `il manque encore l’accord ${ofRoles(roles, "fr")}`,
  },
};
