import { phrases } from "../../../core/messages/phrases.ts";
import { sayWhy } from "../../../core/messages/whys.ts";

/** What is looked at of the edges. */
export const subjects = phrases(
  "edge-subject",
  { edge: (origin: string) => `edge ${origin}`, key: () => "the key of the edges" },
  { edge: (origin) => `edge ${origin}`, key: () => "la clé des edges" },
);

/** What is found of the edges. */
export const findings = phrases(
  "edge",
  {
    leadsTo: (addresses: number) => `The name leads to ${addresses === 1 ? "one address" : `${addresses} addresses`}.`,
    leadsNowhere: (why: string) => [
      `${sayWhy(why, "en")}.`,
      "Is there a headless Service of that name, with publishNotReadyAddresses, and does the server run in the same cluster?",
    ],
    serves: () => "It answers, and has every stable address.",
    servesNobody: () => [
      "It answers, and knows no stable address: before the first word of a release it serves nobody.",
      "Start it with --stable and --route; processes of one machine `serin stable start` starts, and tells it.",
    ],
    silent: (why: string) => [
      `${sayWhy(why, "en")}.`,
      "Is the edge up, is the way to its control port open, and do both sides have the same token?",
    ],
    oneKey: () => "All edges have the same key.",
    severalKeys: () => [
      "The edges have different keys: each would draw the people of the others anew.",
      "Start all of them with the same --key-file.",
    ],
  },
  {
    leadsTo: (addresses) => `Le nom mène à ${addresses === 1 ? "une adresse" : `${addresses} adresses`}.`,
    leadsNowhere: (why) => [
      `${sayWhy(why, "fr")}.`,
      "Vérifiez qu’un Service headless de ce nom existe, avec publishNotReadyAddresses, et que le serveur tourne dans le même cluster.",
    ],
    serves: () => "Il répond, et a toutes les adresses stables.",
    servesNobody: () => [
      "Il répond, et ne connaît aucune adresse stable\u202f: avant le premier ordre d’une mise en production, il ne sert personne.",
      "Démarrez-le avec --stable et --route\u202f; les processus d’une seule machine, `serin stable start` les démarre et le lui dit.",
    ],
    silent: (why) => [
      `${sayWhy(why, "fr")}.`,
      "Vérifiez que l’edge tourne, que son port de contrôle est joignable, et que les deux côtés ont le même jeton.",
    ],
    oneKey: () => "Tous les edges ont la même clé.",
    severalKeys: () => [
      "Les edges ont des clés différentes\u202f: chacun tirerait de nouveau les personnes des autres.",
      "Démarrez-les tous avec le même --key-file.",
    ],
  },
);
