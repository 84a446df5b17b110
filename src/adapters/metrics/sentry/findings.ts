import { sayCount } from "../../../core/messages/numbers.ts";
import { list } from "../../../core/messages/context.ts";
import { phrases } from "../../../core/messages/phrases.ts";
import { sayWhy } from "../../../core/messages/whys.ts";

/** What is looked at in Sentry. */
export const subjects = phrases(
  "sentry-subject",
  {
    projects: () => "projects",
    environment: (name?: string) => (name === undefined ? "environment" : `environment ${name}`),
    names: () => "names of releases",
    sessions: () => "sessions",
  },
  {
    projects: () => "projets",
    environment: (name) => (name === undefined ? "environnement" : `environnement ${name}`),
    names: () => "noms des versions",
    sessions: () => "sessions",
  },
);

/** Why Sentry does not answer what it is asked, as far as its status tells. */
export type Refused = "token" | "scopes" | "place" | "query" | "other";

const remedies = {
  en: {
    token: () => "Make a new token, and put it where the connection's token lies.",
    scopes: () => "Give the token the scopes org:read, project:read, project:releases and event:read.",
    place: (organization: string) => `Look whether the organisation is ${organization}, and its projects are those of the connection.`,
    query: () => "Correct the query in the plan.",
    other: () => "Look at the connection's url, and whether it can be reached from here.",
  },
  fr: {
    token: () => "Créez un nouveau jeton, et mettez-le là où la connexion lit le sien.",
    scopes: () => "Donnez au jeton les portées org:read, project:read, project:releases et event:read.",
    place: (organization: string) => `Vérifiez que l’organisation est ${organization}, et que ses projets sont ceux de la connexion.`,
    query: () => "Corrigez la requête dans le plan.",
    other: () => "Vérifiez l’url de la connexion, et qu’elle est joignable d’ici.",
  },
};

/** What is found at Sentry. */
export const findings = phrases(
  "sentry",
  {
    refuses: (why: string, refused: Refused, organization: string) => [`${sayWhy(why, "en")}.`, remedies.en[refused](organization)],
    readsProjects: (projects: readonly string[]) => `The token reads ${projects.join(", ")}.`,
    understands: (events: number) => `Sentry understands it: ${events} in the last hour.`,
    knows: () => "Sentry knows it.",
    environmentUnknown: (known: readonly string[]) => [
      `Sentry has seen nothing of it; it knows ${known.length === 0 ? "none" : known.join(", ")}.`,
      "Give Sentry's SDK this environment, or the plan the one that it sends.",
    ],
    namesFit: () => "Sentry has releases that are called so.",
    namesDiffer: (services: readonly string[], template: string, seen: readonly string[]) => [
      `None of ${services.join(", ")} is called like ${template}; Sentry has ${seen.length === 0 ? "no release" : seen.join(", ")}.`,
      "Write release: in the connection as Sentry's SDK is given it.",
    ],
    sessions: (sessions: number) => `${sessions} in the last day.`,
    noSessions: () => [
      "No session was sent in the last day, so none without an error can be counted and nothing passes.",
      "Turn sessions on in Sentry's SDK (autoSessionTracking).",
    ],
  },
  {
    refuses: (why, refused, organization) => [`${sayWhy(why, "fr")}.`, remedies.fr[refused](organization)],
    readsProjects: (projects) => `Le jeton lit ${list(projects, "fr")}.`,
    understands: (events) => `Sentry la comprend\u202f: ${sayCount(events, "fr")} dans la dernière heure.`,
    knows: () => "Sentry le connaît.",
    environmentUnknown: (known) => [
      `Sentry n’en a rien vu\u202f; ${known.length === 0 ? "il n’en connaît aucun" : `il connaît ${list(known, "fr")}`}.`,
      "Donnez cet environnement au SDK de Sentry, ou au plan celui que le SDK envoie.",
    ],
    namesFit: () => "Sentry a des versions ainsi nommées.",
    namesDiffer: (services, template, seen) => [
      `Aucune version de ${list(services, "fr", "or")} n’est nommée comme ${template}\u202f; ${seen.length === 0 ? "Sentry n’en a aucune" : `Sentry a ${seen.join(", ")}`}.`,
      "Écrivez release: dans la connexion comme le SDK de Sentry le reçoit.",
    ],
    sessions: (sessions) => `${sayCount(sessions, "fr")} dans les dernières 24 heures.`,
    noSessions: () => [
      "Aucune session n’a été envoyée dans les dernières 24 heures\u202f: aucune sans erreur ne peut être comptée, et rien n’est validé.",
      "Activez les sessions dans le SDK de Sentry (autoSessionTracking).",
    ],
  },
);
