import type { Language } from "../plan.ts";
import type { ByLanguage } from "./context.ts";
import type { Said } from "./doubts.ts";
import { sayRate } from "./numbers.ts";

/** How much worse than stable a ratio is, where a pass may miss it: "a fall of up to 25 %", "a rise of up to 60 %". */
export function sayMissed(ratio: number, language: Language): string {
  const said = sayRate(Number(Math.abs(1 - ratio).toPrecision(2)), language);
  if (language === "fr") return `une ${ratio < 1 ? "baisse" : "hausse"} allant jusqu’à ${said}`;
  return `a ${ratio < 1 ? "fall" : "rise"} of up to ${said}`;
}

/** That a pass of a gate on its estimate may miss much; text is said already. */
interface Missing {
  readonly gate: string;
  readonly phase: string;
  readonly traffic: string;
  /** As `sayMissed` says it. */
  readonly what: string;
  /** What was assumed of stable: "2 %". */
  readonly stable: string;
  /** The gate with a nearer fail line, and that line. */
  readonly write: string;
  readonly line: string;
  /** In how many releases that is decided in the phase, and how long the phase would have to be; `null`: no time of a day is enough. */
  readonly chance: string;
  readonly longer: string | null;
}

/** The doubt about such a gate. */
export function sayMissing(missing: Missing, language: Language): Said {
  return words[language](missing);
}

const words: ByLanguage<(missing: Missing) => Said> = {
  en: ({ gate, phase, traffic, what, stable, write, line, chance, longer }) => ({
    message: `${gate} passes in ${phase} on the estimate of the moment: at ${traffic} ${what} could be missed, once in twenty releases, if it is ${stable} on stable.`,
    remedy: `Write ${write}: then ${line} has to be disproved before it passes, which ${chance} of releases do in this phase${
      longer === null ? "; no phase of a day is long enough at this traffic" : `, and four of five with observe: ${longer}`
    }.`,
  }),
  fr: ({ gate, phase, traffic, what, stable, write, line, chance, longer }) => ({
    message: `${gate} est validé en phase ${phase} sur l’estimation du moment\u202f: avec ${traffic}, ${what} pourrait échapper, une fois sur vingt, si la version stable est à ${stable}.`,
    remedy: `Écrivez ${write}\u202f: ${line} doit alors être exclu avant toute validation, ce que font ${chance} des cas dans cette phase${
      longer === null ? "\u202f; aucune phase d’une journée n’y suffit à ce trafic" : `, et quatre sur cinq avec observe: ${longer}`
    }.`,
  }),
};
