import type { Language } from "../plan.ts";
import type { Reaction } from "../reactions.ts";
import { tell } from "./context.ts";
import type { ByLanguage, Sentences } from "./context.ts";
import { saySpan } from "./numbers.ts";

/** A reaction in a few words: "rollback within 5 min", "investigate 10 min, then rollback"; `null` (no reaction) is "hold and ask". */
export function sayReaction(reaction: Reaction | null, language: Language): string {
  if (reaction === null) return language === "fr" ? "suspendre et demander" : "hold and ask";
  return tell(reactions[language], reaction);
}

const reactions: ByLanguage<Sentences<Reaction, readonly []>> = {
  en: {
    investigate: ({ forMs }) => `investigate ${saySpan(forMs, "en")}, then rollback`,
    "rollback-within": ({ withinMs }) => `rollback within ${saySpan(withinMs, "en")}`,
    stop: () => "stop",
    rollback: () => "rollback",
    halt: () => "halt",
  },
  fr: {
    investigate: ({ forMs }) => `investigation ${saySpan(forMs, "fr")}, puis retour arrière`,
    "rollback-within": ({ withinMs }) => `retour arrière en ${saySpan(withinMs, "fr")}`,
    stop: () => "arrêt du canari",
    rollback: () => "retour arrière",
    halt: () => "arrêt complet",
  },
};
