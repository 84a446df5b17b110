import type { Language } from "../plan.ts";
import type { Obstacle } from "../release.ts";
import { quote, tell } from "./context.ts";
import type { ByLanguage, Sentences } from "./context.ts";

/** What stands in the way of a step, so that it follows "although" or "bien que": "the plan avoids “fri 17:00-24:00”". */
export function sayObstacle(obstacle: Obstacle, language: Language): string {
  return tell(obstacles[language], obstacle);
}

/** As `sayObstacle`, of all that stands in the way of one step. */
export function sayObstacles(them: readonly Obstacle[], language: Language): string {
  const said = them.map((obstacle) => sayObstacle(obstacle, language));
  return said.join(language === "fr" ? " et que " : " and ");
}

type Window = Extract<Obstacle, { readonly kind: "window" }>;
const windows: ByLanguage<Readonly<Record<Window["why"], (says: string) => string>>> = {
  en: {
    avoided: (says) => `the plan avoids ${quote(says, "en")}`,
    holiday: (says) => `it is a public holiday: ${says}`,
    "not-preferred": (says) => `it is outside of ${quote(says, "en")}`,
  },
  fr: {
    avoided: (says) => `le plan évite ${quote(says, "fr")}`,
    holiday: (says) => `ce soit un jour férié\u202f: ${says}`,
    "not-preferred": (says) => `ce soit hors de ${quote(says, "fr")}`,
  },
};

const obstacles: ByLanguage<Sentences<Obstacle, readonly []>> = {
  en: {
    window: ({ why, says }) => windows.en[why](says),
    freeze: ({ environment }) => `the environment ${quote(environment, "en")} is frozen`,
  },
  fr: {
    window: ({ why, says }) => windows.fr[why](says),
    freeze: ({ environment }) => `l’environnement ${quote(environment, "fr")} soit gelé`,
  },
};
