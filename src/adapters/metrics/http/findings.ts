import { phrases } from "../../../core/messages/phrases.ts";
import { sayWhy } from "../../../core/messages/whys.ts";

/** What is looked at for a JSON interface. */
export const subjects = phrases("http-subject", { control: () => "control target" }, { control: () => "cible de contrôle" });

const harm = { en: "so the probe is never believed to be down", fr: "la sonde n’est donc jamais crue en panne" };
const another = {
  en: "Write an address as control that answers as long as our own network does.",
  fr: "Écrivez comme control une adresse qui répond tant que notre réseau fonctionne.",
};

/** What is found of the control target of a JSON interface. */
export const findings = phrases(
  "http",
  {
    noControl: () => [
      `There is none, ${harm.en}.`,
      "Write control: an address on the same way, which fails only when our own network does.",
    ],
    controlAnswers: (address: string, status: number) => `${address} answers ${status}.`,
    controlFails: (address: string, status: number) => [`${address} answers ${status}, ${harm.en}.`, another.en],
    controlSilent: (why: string) => [`${sayWhy(why, "en")}, ${harm.en}.`, another.en],
  },
  {
    noControl: () => [
      `Il n’y en a pas\u202f: ${harm.fr}.`,
      "Écrivez control: une adresse sur le même chemin, qui n’échoue que si notre propre réseau échoue.",
    ],
    controlAnswers: (address, status) => `${address} répond ${status}.`,
    controlFails: (address, status) => [`${address} répond ${status}\u202f: ${harm.fr}.`, another.fr],
    controlSilent: (why) => [`${sayWhy(why, "fr")}\u202f: ${harm.fr}.`, another.fr],
  },
);
