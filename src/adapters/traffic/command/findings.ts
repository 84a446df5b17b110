import { phrases } from "../../../core/messages/phrases.ts";
import { sayWhy } from "../../../core/messages/whys.ts";

/** What is looked at of a router of the team's own programs. */
export const subjects = phrases(
  "command-subject",
  { program: (file: string) => `program ${file}`, attempts: () => "program for attempts" },
  { program: (file) => `programme ${file}`, attempts: () => "programme des essais" },
);

/** What is found of a router of the team's own programs. */
export const findings = phrases(
  "command",
  {
    says: () => "It says what is in force.",
    fails: (why: string) => [`${sayWhy(why, "en")}.`, "Run it by hand with what docs/adapters/command.md says on its standard input."],
    noAttempts: () => [
      "The plan has smoke requests, and this router has no program that sends them.",
      "Name one as attempt, or leave smoke out of the plan.",
    ],
  },
  {
    says: () => "Il dit ce qui est en vigueur.",
    fails: (why) => [`${sayWhy(why, "fr")}.`, "Lancez-le à la main, avec sur son entrée standard ce que dit docs/adapters/command.md."],
    noAttempts: () => [
      "Le plan a des requêtes d’essai (smoke), et ce routeur n’a pas de programme qui les envoie.",
      "Nommez-en un comme attempt, ou retirez smoke du plan.",
    ],
  },
);
