import type { Assumption, Because, Finding, Verdict, VerdictKind } from "../../evidence/verdict.ts";
import type { Language } from "../plan.ts";
import { askedCheck, capital, quote, tell } from "./context.ts";
import type { AskedCheck, ByLanguage, Context, Sentences } from "./context.ts";
import { sayFindings } from "./findings.ts";
import { linesOf, sayFigure, saySide, sayValue, scaleOf, worstRegression } from "./figures.ts";
import { sayAbout, sayCount, sayRate, saySpan } from "./numbers.ts";

/**
 * What the evidence says about one gate or guard (`check` is its id): the answer, the estimate with its interval, why, the worst regression
 * still possible where that is open, how much longer it takes (`context.moreMs`), and how much the answer rests on.
 */
export function sayVerdict(check: string, verdict: Verdict, context: Context, language: Language): string {
  const asked = askedCheck(context.plan, check);
  const name = quote(asked?.says ?? check, language);
  const colon = language === "fr" ? "\u202f:" : ":";
  const head = `${name} ${answers[language][asked?.kind ?? "gate"][verdict.kind]}${colon}`;
  const figure = asked === null ? null : sayFigure(asked, verdict, language);
  if (verdict.kind === "no-data") return capital(`${head} ${silence[language](figure)}`);
  const why = tell(becauses[language], verdict.because, termsOf(asked, language));
  const isGate = asked?.kind === "gate";
  const body = [
    figure === null ? why : `${figure}, ${why}`,
    sayWorst(asked, verdict, language),
    isGate ? sayMore(verdict, context, language) : null,
  ];
  const said = body.filter((part) => part !== null).join(language === "fr" ? "\u202f; " : "; ");
  const isStandIn = verdict.assumes === "approximate" && asked?.check.spec.kind === "score";
  return capital(`${head} ${said} (${isStandIn ? standIn[language] : sayAssumption(verdict.assumes, language)})`);
}

/** The answer in a word: "pass", "undecided", for a guard "far", "watched", "breached". */
export function sayVerdictWord(kind: "gate" | "guard", verdict: VerdictKind | "not-yet", language: Language): string {
  return words[language][kind][verdict];
}

/** How much a verdict rests on, in plain words. */
export function sayAssumption(assumption: Assumption, language: Language): string {
  return assumptions[language][assumption];
}

function sayWorst(asked: AskedCheck | null, verdict: Verdict, language: Language): string | null {
  const worst = asked === null || verdict.kind === "pass" || verdict.kind === "fail" ? null : worstRegression(asked, verdict);
  if (worst === null || worst === 0) return null;
  const said = sayRate(worst, language);
  return language === "fr" ? `la pire régression encore possible est de ${said}` : `the worst regression still possible is ${said}`;
}

function sayMore(verdict: Verdict, context: Context, language: Language): string | null {
  if (verdict.kind !== "undecided" || context.moreMs === undefined) return null;
  if (context.moreMs !== null) return more[language].about(sayAbout(context.moreMs, language));
  return more[language].never;
}

const more: ByLanguage<{ readonly about: (span: string) => string; readonly never: string }> = {
  en: { about: (span) => `${span} more at this traffic`, never: "no decision in sight at this traffic" },
  fr: { about: (span) => `encore ${span} à ce trafic`, never: "pas de décision en vue à ce trafic" },
};

/** A score that only comes near to what it says is still judged by a rule, and not by a corrected measurement. */
const standIn: ByLanguage<string> = {
  en: "approximate: a plain rule on a score that was taken without a browser",
  fr: "approché\u202f: simple règle sur une note prise sans navigateur",
};

const silence: ByLanguage<(figure: string | null) => string> = {
  en: (figure) => (figure === null ? "no readings" : `no readings any more; they last said ${figure}`),
  fr: (figure) => (figure === null ? "pas de relevés" : `plus de relevés\u202f; les derniers disaient ${figure}`),
};

type Answers = Readonly<Record<"gate" | "guard", Readonly<Record<VerdictKind, string>>>>;
const answers: ByLanguage<Answers> = {
  en: {
    gate: { pass: "passes", fail: "fails", undecided: "is undecided", "no-data": "has no data", invalid: "cannot be judged" },
    guard: {
      pass: "is far from breached",
      fail: "is breached",
      undecided: "is watched",
      "no-data": "has no data",
      invalid: "cannot be judged",
    },
  },
  fr: {
    gate: {
      pass: "est validé",
      fail: "échoue",
      undecided: "reste indécis",
      "no-data": "est sans données",
      invalid: "ne peut pas être jugé",
    },
    guard: {
      pass: "est loin d’être franchi",
      fail: "est franchi",
      undecided: "est surveillé",
      "no-data": "est sans données",
      invalid: "ne peut pas être jugé",
    },
  },
};

type Words = Readonly<Record<"gate" | "guard", Readonly<Record<VerdictKind | "not-yet", string>>>>;
const words: ByLanguage<Words> = {
  en: {
    gate: { pass: "pass", fail: "fail", undecided: "undecided", "no-data": "no data", invalid: "invalid", "not-yet": "not yet" },
    guard: { pass: "far", fail: "breached", undecided: "watched", "no-data": "no data", invalid: "invalid", "not-yet": "not yet" },
  },
  fr: {
    gate: { pass: "validé", fail: "échec", undecided: "indécis", "no-data": "sans données", invalid: "invalide", "not-yet": "pas encore" },
    guard: {
      pass: "loin",
      fail: "franchi",
      undecided: "surveillé",
      "no-data": "sans données",
      invalid: "invalide",
      "not-yet": "pas encore",
    },
  },
};

const assumptions: ByLanguage<Readonly<Record<Assumption, string>>> = {
  en: {
    exact: "exact: a theorem",
    randomisation: "by the draw: a theorem that needs nothing but the random draw of people",
    robust: "robust: holds however the requests of one person hang together",
    approximate: "approximate: rests on a measured correction",
    rule: "a plain rule, without a bound on its errors",
  },
  fr: {
    exact: "exact\u202f: un théorème",
    randomisation: "par tirage\u202f: un théorème qui ne demande que le tirage au sort des personnes",
    robust: "robuste\u202f: vrai quelle que soit la dépendance entre les requêtes d’une même personne",
    approximate: "approché\u202f: repose sur une correction mesurée",
    rule: "simple règle, sans borne sur ses erreurs",
  },
};

/** What the reasons speak of: the sides of the check's lines, in words. */
interface Terms {
  readonly good: string;
  readonly bad: string;
  readonly passGood: string;
  readonly passBad: string;
  readonly passAt: string;
  readonly failAt: string;
  readonly hasTwoLines: boolean;
  readonly line: string;
  readonly unit: string;
}

function termsOf(asked: AskedCheck | null, language: Language): Terms {
  const scale = asked === null ? null : scaleOf(asked.condition);
  const { pass, fail } = asked === null ? { pass: null, fail: null } : linesOf(asked);
  // What is proven is proven against the fail line; a pass line of its own binds the estimate alone.
  const hasTwoLines = pass !== null && fail !== null && pass.at !== fail.at;
  const fallback =
    language === "fr" ? { good: "du bon côté", bad: "du mauvais côté" } : { good: "on the good side", bad: "on the bad side" };
  const proven = fail ?? pass;
  const value = (line: typeof pass): string => (line === null || scale === null ? "" : sayValue(line.at, scale, language));
  return {
    good: asked === null || proven === null ? fallback.good : saySide(proven, "good", asked, language),
    bad: asked === null || fail === null ? fallback.bad : saySide(fail, "bad", asked, language),
    passGood: asked === null || pass === null ? fallback.good : saySide(pass, "good", asked, language),
    passBad: asked === null || pass === null ? fallback.bad : saySide(pass, "bad", asked, language),
    passAt: value(pass),
    failAt: value(fail),
    hasTwoLines,
    line: value(fail),
    unit: unitOf(asked, language),
  };
}

function unitOf(asked: AskedCheck | null, language: Language): string {
  const isPeople = asked?.unit === "person";
  return { fr: isPeople ? "personnes" : "requêtes", en: isPeople ? "people" : "requests" }[language];
}

/** What the source names, after what it stands behind; empty when it names nothing. */
function behind(findings: readonly Finding[], language: Language): string {
  return findings.length === 0 ? "" : `${language === "fr" ? "\u202f:" : ":"} ${sayFindings(findings, language)}`;
}

const becauses: ByLanguage<Sentences<Because, readonly [Terms]>> = {
  en: {
    "proven-good": (_, { good, hasTwoLines, passGood }) => `proven ${good}${hasTwoLines ? `, and the estimate is ${passGood}` : ""}`,
    "proven-bad": ({ findings = [] }, { bad }) => `proven ${bad}${behind(findings, "en")}`,
    "nothing-counted": () => "nothing was counted",
    "too-little-evidence": (_, { good }) => `too little evidence to prove it ${good} or not`,
    "between-lines": (_, { passAt, failAt }) => `between its lines, ${passAt} and ${failAt}`,
    "good-but-estimate-is-not": (_, { good, passBad }) => `proven ${good}, but the estimate is ${passBad}`,
    "evidence-restarted": () => "it was proven once, but newer readings speak against it",
    "shared-incident": () => "the stable version breaks the same line at the same time, so the new version is not to blame",
    "sample-ratio-mismatch": () => "the versions did not get the shares of people that they should have, so nothing can be compared",
    "nothing-to-compare": () => "there is no stable version left to compare with",
    "readings-over-line": ({ over, of, findings = [] }, { line }) =>
      `${over} of the last ${of} readings on the bad side of ${line}${behind(findings, "en")}`,
    "readings-within-line": ({ within, of }, { line }) => `${within} of the last ${of} readings on the good side of ${line}`,
    "rises-to-limit": ({ inMs }) => `it rises, and would reach its limit in ${saySpan(inMs, "en")}`,
    "event-seen": ({ events, findings = [] }) =>
      `${sayCount(events, "en")} ${events === 1 ? "event" : "events"} seen${behind(findings, "en")}`,
    "no-event-in": ({ exposures }, { unit }) => `no event in ${sayCount(exposures, "en")} ${unit}`,
    "as-rare-as-stable": ({ events, exposures }, { unit }) =>
      `${sayCount(events, "en")} in ${sayCount(exposures, "en")} ${unit}, which the stable version has too, and none since`,
    "runs-needed": ({ have, need }) => `${have} of the ${need} runs that it needs`,
    down: ({ times }) => `down ${times === 1 ? "once" : `${times} times in a row`}`,
    answers: () => "it answers",
  },
  fr: {
    "proven-good": (_, { good, hasTwoLines, passGood }) => `prouvé ${good}${hasTwoLines ? `, et l’estimation est ${passGood}` : ""}`,
    "proven-bad": ({ findings = [] }, { bad }) => `prouvé ${bad}${behind(findings, "fr")}`,
    "nothing-counted": () => "rien n’a été compté",
    "too-little-evidence": (_, { good }) => `trop peu de preuves pour trancher si c’est ${good}`,
    "between-lines": (_, { passAt, failAt }) => `entre ses deux seuils, ${passAt} et ${failAt}`,
    "good-but-estimate-is-not": (_, { good, passBad }) => `prouvé ${good}, mais l’estimation est ${passBad}`,
    "evidence-restarted": () => "prouvé une fois, mais les derniers relevés disent le contraire",
    "shared-incident": () => "la version stable franchit le même seuil au même moment\u202f: la nouvelle version n’est pas en cause",
    "sample-ratio-mismatch": () => "les versions n’ont pas reçu les parts de personnes prévues\u202f: rien ne peut être comparé",
    "nothing-to-compare": () => "il ne reste pas de version stable à laquelle comparer",
    "readings-over-line": ({ over, of, findings = [] }, { line }) =>
      `${over} des ${of} derniers relevés du mauvais côté de ${line}${behind(findings, "fr")}`,
    "readings-within-line": ({ within, of }, { line }) => `${within} des ${of} derniers relevés du bon côté de ${line}`,
    "rises-to-limit": ({ inMs }) => `en hausse, la limite serait atteinte dans ${saySpan(inMs, "fr")}`,
    "event-seen": ({ events, findings = [] }) =>
      `${sayCount(events, "fr")} ${events === 1 ? "événement vu" : "événements vus"}${behind(findings, "fr")}`,
    "no-event-in": ({ exposures }, { unit }) => `aucun événement sur ${sayCount(exposures, "fr")} ${unit}`,
    "as-rare-as-stable": ({ events, exposures }, { unit }) =>
      `${sayCount(events, "fr")} sur ${sayCount(exposures, "fr")} ${unit}, que la version stable connaît aussi, et aucun depuis`,
    "runs-needed": ({ have, need }) => `${have} des ${need} mesures nécessaires`,
    down: ({ times }) => `en panne ${times === 1 ? "une fois" : `${times} fois de suite`}`,
    answers: () => "répond",
  },
};
