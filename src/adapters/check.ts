import { phrases } from "../core/messages/phrases.ts";
import type { Phrase, SaidTrouble } from "../core/messages/phrases.ts";
import type { Language } from "../core/plan.ts";
import type { Check } from "./define.ts";

/** A check that found what it looked for. */
export function fine(what: Check["what"], found: Phrase): Check {
  return { what, verdict: "ok", found };
}

/** A check that found something with which the release could do what its plan says. */
export function doubtful(what: Check["what"], found: Phrase<SaidTrouble>): Check {
  return { what, verdict: "doubtful", found };
}

/** A check that found something with which the release could not. */
export function wrong(what: Check["what"], found: Phrase<SaidTrouble>): Check {
  return { what, verdict: "wrong", found };
}

/** What several adapters look at. */
export const subjects = phrases(
  "subject",
  {
    queryOf: (metric: string) => `query of ${metric}`,
    cluster: () => "cluster",
  },
  {
    queryOf: (metric) => `requête de ${metric}`,
    cluster: () => "cluster",
  },
);

/** A check in the words of one language. */
export interface SaidCheck {
  readonly what: string;
  readonly verdict: Check["verdict"];
  /** Which finding it is, for programs. */
  readonly code: string;
  readonly says: string;
  /** `null` only with `ok`. */
  readonly remedy: string | null;
}

/** The check in words. */
export function sayCheck({ what, verdict, found }: Check, language: Language): SaidCheck {
  const said = found.in(language);
  const [says, remedy] = typeof said === "string" ? [said, null] : said;
  return { what: typeof what === "string" ? what : what.in(language), verdict, code: found.code, says, remedy };
}
