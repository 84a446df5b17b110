import { capital, list } from "../../../core/messages/context.ts";
import { phrases } from "../../../core/messages/phrases.ts";
import { sayWhy } from "../../../core/messages/whys.ts";

/** What is looked at for mail. */
export const subjects = phrases("email-subject", { group: (to: string) => `mail to ${to}` }, { group: (to) => `courriel à ${to}` });

/** What is found of the mail server and the groups of recipients. */
export const findings = phrases(
  "email",
  {
    answers: () => "It answers.",
    takesPassword: () => "It answers and takes the password.",
    fails: (why: string) => [`${capital(sayWhy(why, "en"))}.`, "Look at the connection's url, its password and its TLS."],
    groupUnknown: (to: string, known: readonly string[]) => [
      `There are no recipients ${JSON.stringify(to.slice(0, 60))}: the server's file has ${known.join(", ")}.`,
      "Add the group to recipients in the server's file, or correct the plan.",
    ],
    told: (people: number) => `${people} ${people === 1 ? "person is" : "people are"} told.`,
  },
  {
    answers: () => "Il répond.",
    takesPassword: () => "Il répond et accepte le mot de passe.",
    fails: (why) => [`${capital(sayWhy(why, "fr"))}.`, "Vérifiez url, mot de passe et TLS de la connexion."],
    groupUnknown: (to, known) => [
      `Il n’y a pas de destinataires ${JSON.stringify(to.slice(0, 60))}\u202f: le fichier du serveur a ${list(known, "fr")}.`,
      "Ajoutez le groupe à recipients dans le fichier du serveur, ou corrigez le plan.",
    ],
    told: (people) => `${people} ${people > 1 ? "personnes sont prévenues" : "personne est prévenue"}.`,
  },
);
