import { phrases } from "../../../core/messages/phrases.ts";
import { sayWhy } from "../../../core/messages/whys.ts";

/** What is found of the include, and of nginx's own test. */
export const findings = phrases(
  "nginx-reload",
  {
    mayReplace: () => "It is there, and may be replaced.",
    mayNotReplace: (code: string) => [
      `It cannot be read, or its folder cannot be written (${code}).`,
      'Write it with "serin router config", in a folder that the user of serin may write.',
    ],
    configurationFits: () => "nginx takes its configuration as it stands.",
    testFails: (why: string) => [`${sayWhy(why, "en")}.`, "Let the user of serin run it, and correct what nginx names."],
  },
  {
    mayReplace: () => "Il est là, et peut être remplacé.",
    mayNotReplace: (code) => [
      `Il ne peut pas être lu, ou son dossier n’est pas inscriptible (${code}).`,
      "Écrivez-le avec «\u00a0serin router config\u00a0», dans un dossier où l’utilisateur de serin peut écrire.",
    ],
    configurationFits: () => "nginx accepte sa configuration telle qu’elle est.",
    testFails: (why) => [`${sayWhy(why, "fr")}.`, "Laissez l’utilisateur de serin la lancer, et corrigez ce que nginx nomme."],
  },
);
