import type { AskedFor, Fact } from "../decision.ts";
import type { Language } from "../plan.ts";
import { quote } from "./context.ts";
import type { ByLanguage, Context, Sentences } from "./context.ts";
import { saySpan } from "./numbers.ts";
import { ofRoles, theRoles } from "./people.ts";

type Told = Extract<Fact, { readonly kind: "reported" | "report-late" | "report-answered" | "acknowledged" | "asks" | "way-back" }>;

/** The facts of a problem that was reported and of a way back by hand, as sentences without a capital letter. */
export const wayBackFacts: ByLanguage<Sentences<Told, readonly [Context]>> = {
  en: {
    reported: ({ report }) => `${report.by} reports a problem${because(report.reason, "en")}`,
    "report-late": ({ afterMs, withinMs }) =>
      `${saySpan(afterMs, "en")} after the problem was reported people are not back; the plan allows ${saySpan(withinMs, "en")} for a rollback by hand`,
    "report-answered": ({ by }) => `${by} goes on after the report`,
    acknowledged: ({ acknowledgement: { by, reason } }) => `${by} confirms that the rollback was executed${because(reason, "en")}`,
    asks: ({ for: what, roles }) => `${theRoles(roles, "en", "or")} ${asked.en[what]}`,
    "way-back": ({ tookMs, withinMs }) => sayTook({ since: "report", tookMs, withinMs }, "en"),
  },
  fr: {
    reported: ({ report }) => `${report.by} signale un problème${because(report.reason, "fr")}`,
    "report-late": ({ afterMs, withinMs }) =>
      `${saySpan(afterMs, "fr")} après le signalement, le retour n’est pas fait\u202f; le plan accorde ${saySpan(withinMs, "fr")} à un retour arrière manuel`,
    "report-answered": ({ by }) => `${by} poursuit après le signalement`,
    acknowledged: ({ acknowledgement: { by, reason } }) => `${by} confirme l’exécution du retour arrière${because(reason, "fr")}`,
    asks: ({ for: what, roles }) => `attendu ${ofRoles(roles, "fr", "or")}\u202f: ${asked.fr[what]}`,
    "way-back": ({ tookMs, withinMs }) => sayTook({ since: "report", tookMs, withinMs }, "fr"),
  },
};

/** "everybody was back 2 min 10 s after the problem was reported; the plan allows 5 min". */
export function sayTook(
  took: { readonly since: "report" | "decision"; readonly tookMs: number; readonly withinMs: number },
  language: Language,
): string {
  const { tookMs, withinMs } = took;
  const isLate = tookMs > withinMs;
  if (language === "fr") {
    const since = took.since === "report" ? "le signalement" : "la décision";
    return `tout le monde était revenu ${saySpan(tookMs, "fr")} après ${since}\u202f; ${isLate ? "en retard, le plan accorde" : "le plan accorde"} ${saySpan(withinMs, "fr")}`;
  }
  const since = took.since === "report" ? "the problem was reported" : "the decision";
  return `everybody was back ${saySpan(tookMs, "en")} after ${since}; ${isLate ? "late, the plan allows" : "the plan allows"} ${saySpan(withinMs, "en")}`;
}

const asked: ByLanguage<Readonly<Record<AskedFor, string>>> = {
  en: {
    decision: "decides: take everybody back, or go on",
    acknowledgement: "is asked to confirm that the rollback was executed",
    validation: "is asked to validate the state after the rollback",
  },
  fr: {
    decision: "décider le retour arrière ou la poursuite",
    acknowledgement: "confirmer l’exécution du retour arrière",
    validation: "valider l’état après le retour arrière",
  },
};

function because(reason: string, language: Language): string {
  if (reason === "") return "";
  return `${language === "fr" ? "\u202f: " : ": "}${quote(reason, language)}`;
}
