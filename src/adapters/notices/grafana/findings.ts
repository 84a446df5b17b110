import { quote } from "../../../core/messages/context.ts";
import { phrases } from "../../../core/messages/phrases.ts";
import { sayWhy } from "../../../core/messages/whys.ts";

/** What is looked at in Grafana. */
export const subjects = phrases(
  "grafana-subject",
  { annotations: () => "Grafana annotations", place: (to: string) => `Grafana ${to}` },
  { annotations: () => "annotations de Grafana", place: (to) => `Grafana ${to}` },
);

/** What is found in Grafana. */
export const findings = phrases(
  "grafana",
  {
    mayRead: () => "The token may read them.",
    everywhere: () => "The whole organisation.",
    dashboard: (title: string) => `The dashboard ${quote(title, "en")}.`,
    fails: (why: string) => [`${sayWhy(why, "en")}.`, "Look at the connection's url and the rights of its token, and at the plan's word."],
  },
  {
    mayRead: () => "Le jeton peut les lire.",
    everywhere: () => "Toute l’organisation.",
    dashboard: (title) => `Le tableau de bord ${quote(title, "fr")}.`,
    fails: (why) => [`${sayWhy(why, "fr")}.`, "Vérifiez l’url de la connexion et les droits de son jeton, et le mot du plan."],
  },
);
