import { phrases } from "../../../core/messages/phrases.ts";
import { sayWhy } from "../../../core/messages/whys.ts";

/** What is found of a webhook's receiver. */
export const findings = phrases(
  "webhook",
  {
    answers: (status: number) => `Somebody answers there (${status}); whether it takes notices is seen at the first.`,
    silent: (why: string) => [`${sayWhy(why, "en")}.`, "Look at the connection's url and tls, and whether the receiver runs."],
  },
  {
    answers: (status) => `Quelqu’un y répond (${status})\u202f; si les notifications sont acceptées se verra à la première.`,
    silent: (why) => [`${sayWhy(why, "fr")}.`, "Vérifiez url et tls de la connexion, et que le destinataire tourne."],
  },
);
