import type { TestSpec } from "../../evidence/test-spec.ts";
import type { Language } from "../plan.ts";
import { tell } from "./context.ts";
import type { AskedCheck, ByLanguage, Sentences } from "./context.ts";
import { saySide, saySideInFull, sayValue, scaleOf } from "./figures.ts";
import { sayRate, saySpan } from "./numbers.ts";

/** What would make a gate pass, as a clause after "passes when" or "est validé". */
export function sayPassing(asked: AskedCheck, language: Language): string {
  return tell(passing[language], asked.check.spec, asked);
}

/** What would make a gate or guard fail, as a clause after "fails when", "when" or "échoue". */
export function sayFailing(asked: AskedCheck, language: Language): string {
  return tell(failing[language], asked.check.spec, asked);
}

type Proofs = ByLanguage<Sentences<TestSpec, readonly [AskedCheck]>>;

const passing: Proofs = {
  en: {
    rate: (spec, asked) => provenGood(spec, asked, "en"),
    "against-stable": (spec, asked) => provenGood(spec, asked, "en"),
    none: (spec) => `none was seen in so many requests that a rate of ${sayRate(spec.rate, "en")} is disproved`,
    level: (spec, asked) => `fewer than ${spec.k} of the last ${spec.n} readings are ${saySide(spec.line, "bad", asked, "en")}`,
    score: (spec, asked) => `the median of at least ${spec.minRuns} runs is ${saySide(spec.line, "good", asked, "en")} or on it`,
    probe: (spec) => `it was not down ${spec.k} times in a row`,
    threshold: (spec, asked) =>
      `fewer than ${spec.k} of ${spec.n} readings are ${saySide(spec.pass ?? spec.fail, "bad", asked, "en")} (a plain rule)`,
  },
  fr: {
    rate: (spec, asked) => provenGood(spec, asked, "fr"),
    "against-stable": (spec, asked) => provenGood(spec, asked, "fr"),
    none: (spec) => `si aucun n’est vu sur assez de requêtes pour exclure un taux de ${sayRate(spec.rate, "fr")}`,
    level: (spec, asked) => `si moins de ${spec.k} des ${spec.n} derniers relevés sont ${saySide(spec.line, "bad", asked, "fr")}`,
    score: (spec, asked) => `si la médiane d’au moins ${spec.minRuns} mesures est ${saySide(spec.line, "good", asked, "fr")} ou égale`,
    probe: (spec) => `s’il n’y a pas eu ${spec.k} pannes de suite`,
    threshold: (spec, asked) =>
      `moins de ${spec.k} relevés sur ${spec.n} sont ${saySide(spec.pass ?? spec.fail, "bad", asked, "fr")} (simple règle)`,
  },
};

const failing: Proofs = {
  en: {
    rate: (spec, asked) => `it is proven that ${saySideInFull(spec.fail, "bad", asked, "en")}`,
    "against-stable": (spec, asked) => `it is proven that ${saySideInFull(spec.fail, "bad", asked, "en")}`,
    none: () => "a single one is seen that the stable version does not show too",
    level: (spec, asked) => `${spec.k} of the last ${spec.n} readings are ${saySide(spec.line, "bad", asked, "en")}${steady(spec, "en")}`,
    score: (spec, asked) => `the median of at least ${spec.minRuns} runs is ${saySide(spec.line, "bad", asked, "en")}`,
    probe: (spec) => `it is down ${spec.k} times in a row`,
    threshold: (spec, asked) => `${spec.k} of ${spec.n} readings are ${saySide(spec.fail, "bad", asked, "en")} (a plain rule)`,
  },
  fr: {
    rate: (spec, asked) => `s’il est prouvé que ${saySideInFull(spec.fail, "bad", asked, "fr")}`,
    "against-stable": (spec, asked) => `s’il est prouvé que ${saySideInFull(spec.fail, "bad", asked, "fr")}`,
    none: () => "si un seul est vu que la version stable ne montre pas aussi",
    level: (spec, asked) =>
      `si ${spec.k} des ${spec.n} derniers relevés sont ${saySide(spec.line, "bad", asked, "fr")}${steady(spec, "fr")}`,
    score: (spec, asked) => `si la médiane d’au moins ${spec.minRuns} mesures est ${saySide(spec.line, "bad", asked, "fr")}`,
    probe: (spec) => `s’il est en panne ${spec.k} fois de suite`,
    threshold: (spec, asked) => `si ${spec.k} relevés sur ${spec.n} sont ${saySide(spec.fail, "bad", asked, "fr")} (simple règle)`,
  },
};

/** What is proven is proven against the fail line; a pass line of its own binds the estimate alone. */
function provenGood(spec: Extract<TestSpec, { readonly kind: "rate" | "against-stable" }>, asked: AskedCheck, language: Language): string {
  const { pass, fail } = spec;
  const proven = saySideInFull(fail, "good", asked, language);
  if (pass === null || pass.at === fail.at) return { en: `it is proven that ${proven}`, fr: `s’il est prouvé que ${proven}` }[language];
  const estimate = lineOf(pass.at, asked, language);
  return {
    en: `it is proven that ${proven}, and the estimate is at ${pass.good === "above" ? "least" : "most"} ${estimate}`,
    fr: `s’il est prouvé que ${proven}, et que l’estimation est d’${pass.good === "above" ? "au moins" : "au plus"} ${estimate}`,
  }[language];
}

function lineOf(at: number, asked: AskedCheck, language: Language): string {
  return sayValue(at, scaleOf(asked.condition) ?? { kind: "number" }, language);
}

function steady(spec: Extract<TestSpec, { readonly kind: "level" }>, language: Language): string {
  if (spec.steady === null) return "";
  const limit = sayRate(spec.steady.limit, language);
  const span = saySpan(spec.steady.withinMs, language);
  return language === "fr"
    ? `, ou si la hausse mènerait à ${limit} en ${span}`
    : `, or it rises so that it would reach ${limit} within ${span}`;
}
