import { phrases } from "../../../core/messages/phrases.ts";
import { sayWhy } from "../../../core/messages/whys.ts";

/** What is looked at in Sentry. */
export const subjects = phrases(
  "sentry-deploys-subject",
  { project: (name: string) => `Sentry project ${name}` },
  { project: (name) => `projet Sentry ${name}` },
);

/** What is found in Sentry, where deploys are told. */
export const findings = phrases(
  "sentry-deploys",
  {
    reads: () => "The token reads it.",
    fails: (why: string) => [
      `${sayWhy(why, "en")}.`,
      "Look at the connection's organization, project, url and token (scope project:releases).",
    ],
  },
  {
    reads: () => "Le jeton le lit.",
    fails: (why) => [`${sayWhy(why, "fr")}.`, "Vérifiez organization, project, url et le jeton (portée project:releases) de la connexion."],
  },
);
