import type { Day } from "../calendar.ts";
import type { Outlook, OutlookStart, OutlookWeek } from "../outlook.ts";
import type { Language, Plan } from "../plan.ts";
import type { Misfit, RunLength } from "../when.ts";
import type { WindowAnswer } from "../windows.ts";
import { capital, namePhase, quote, tell } from "./context.ts";
import type { ByLanguage, Sentences } from "./context.ts";
import { saySpan } from "./numbers.ts";
import { sayDay, sayTime, sayWhen } from "./times.ts";

/** Why nothing may start at a time, in the plan's own words. */
export type Closed = Pick<Exclude<WindowAnswer, { readonly ok: true }>, "why" | "says">;

/** Why nothing may start or advance at a moment, in the plan's own words: "avoided: sat", "holiday: Noël (FR)". */
export function sayClosed({ why, says }: Closed, language: Language): string {
  return `${closedWords[language][why]}${says}`;
}

const closedWords: ByLanguage<Readonly<Record<Closed["why"], string>>> = {
  en: { "not-preferred": "preferred: ", avoided: "avoided: ", holiday: "holiday: " },
  fr: { "not-preferred": "préféré\u202f: ", avoided: "à éviter\u202f: ", holiday: "jour férié\u202f: " },
};

/** Why a run that starts at `startMs` (epoch ms) does not fit, as a clause without a full stop. */
export function sayMisfit(plan: Plan, at: { readonly misfit: Misfit; readonly startMs: number }, language: Language): string {
  return tell(misfits[language], at.misfit, { plan, startMs: at.startMs });
}

interface Start {
  readonly plan: Plan;
  readonly startMs: number;
}

const misfits: ByLanguage<Sentences<Misfit, readonly [Start]>> = {
  en: {
    closed: ({ answer }) => `no release may start then (${sayClosed(answer, "en")})`,
    frozen: ({ untilMs }, start) =>
      `${quote(start.plan.environment, "en")} is frozen ${untilMs === null ? "until somebody lifts it" : `until ${when(start, untilMs, "en")}`}`,
    "too-late": ({ endsMs, closesMs, answer }, start) =>
      `it would end at ${when(start, endsMs, "en")}, and its window closes at ${when(start, closesMs, "en")} (${sayClosed(answer, "en")})`,
    advance: ({ phase, atMs, answer }, start) =>
      `${nameStep(start.plan, phase, "en")} would begin at ${when(start, atMs, "en")}, when nothing advances (${sayClosed(answer, "en")})`,
  },
  fr: {
    closed: ({ answer }) => `rien ne peut démarrer à ce moment (${sayClosed(answer, "fr")})`,
    frozen: ({ untilMs }, start) =>
      `${quote(start.plan.environment, "fr")} est gelé ${untilMs === null ? "jusqu’à sa levée" : `jusqu’à ${when(start, untilMs, "fr")}`}`,
    "too-late": ({ endsMs, closesMs, answer }, start) =>
      `la fin serait à ${when(start, endsMs, "fr")}, et la fenêtre se ferme à ${when(start, closesMs, "fr")} (${sayClosed(answer, "fr")})`,
    advance: ({ phase, atMs, answer }, start) =>
      `${nameStep(start.plan, phase, "fr")} commencerait à ${when(start, atMs, "fr")}, quand rien n’avance (${sayClosed(answer, "fr")})`,
  },
};

/** What follows the last phase is the promotion. */
function nameStep(plan: Plan, phase: number, language: Language): string {
  if (phase < plan.phases.length) return namePhase(plan, phase, language);
  return language === "fr" ? "la généralisation" : "the promotion";
}

function when({ plan, startMs }: Start, atMs: number, language: Language): string {
  return sayWhen(plan, { atMs, nowMs: startMs }, language);
}

/** Why an environment is frozen: the reason that a person gave, or the release that was halted there. */
export function sayFreeze(freeze: { readonly reason: string | null; readonly release: string | null }, language: Language): string {
  if (freeze.reason !== null) return freeze.reason;
  const release = freeze.release ?? "";
  return language === "fr" ? `arrêt complet de ${release}` : `release ${release} was halted`;
}

/** A part of what is told, with the lines beneath it. */
export interface OutlookPart {
  readonly says: string;
  /** A day, and what it has. */
  readonly rows: readonly { readonly day: string; readonly says: string }[];
}

/** When the plan can run, in sentences and a list by week. */
export function sayOutlook(plan: Plan, outlook: Outlook, language: Language): readonly OutlookPart[] {
  const words = outlookWords[language];
  const sentence = (says: string): OutlookPart => ({ says, rows: [] });
  const next = outlook.starts[0];
  return [
    sentence(words.takes(outlook.takes, plan.timeZone)),
    sentence(sayAsked(plan, outlook.asked, language)),
    sentence(outlook.isAlways ? words.always : next === undefined ? words.never : sayNext(plan, outlook, language)),
    ...outlook.weeks.map((week) => sayWeek(plan, { week, takes: outlook.takes }, language)),
  ];
}

function sayAsked(plan: Plan, { about, fromMs, misfit, extendedMisfit }: Outlook["asked"], language: Language): string {
  const words = outlookWords[language];
  const day = sayDay(plan, fromMs, language);
  const at = capital(about === "day" ? day : `${day} ${sayTime(plan, fromMs)}`);
  // Of a whole day there is no moment from which a clause could count.
  const because = (why: Misfit): string =>
    about === "day" && why.kind === "closed"
      ? sayClosed(why.answer, language)
      : sayMisfit(plan, { misfit: why, startMs: fromMs }, language);
  if (misfit !== null) return words.doesNotFit(at, about, because(misfit));
  return extendedMisfit === null ? words.fits(at, about) : words.fitsWithout(at, about, because(extendedMisfit));
}

function sayNext(plan: Plan, { starts, takes }: Outlook, language: Language): string {
  const [next] = starts;
  if (next === undefined) return outlookWords[language].never;
  const overMs = next.lastMs + takes.shortestMs;
  const over = sayWhen(plan, { atMs: overMs, nowMs: next.lastMs }, language);
  return outlookWords[language].next({
    day: sayDay(plan, next.fromMs, language),
    span: saySpanOf(plan, { start: next, takes }, language),
    over,
  });
}

function sayWeek(plan: Plan, { week, takes }: { readonly week: OutlookWeek; readonly takes: RunLength }, language: Language): OutlookPart {
  const words = outlookWords[language];
  const dayOf = (atMs: number): string => sayDay(plan, atMs, language);
  const rows = [
    ...week.starts.map((start) => ({ atMs: start.fromMs, says: words.starts(saySpanOf(plan, { start, takes }, language)) })),
    ...week.days.flatMap((day) => notesOf(day, language).map((says) => ({ atMs: day.fromMs, says }))),
  ];
  const monday = sayDay({ timeZone: "UTC" }, Date.parse(`${week.monday}T12:00:00Z`), language);
  return {
    says: words.week(monday),
    rows: rows.toSorted((a, b) => a.atMs - b.atMs).map(({ atMs, says }) => ({ day: dayOf(atMs), says })),
  };
}

function notesOf(day: Day, language: Language): readonly string[] {
  const words = outlookWords[language];
  return [
    ...(day.holiday === null ? [] : [`${closedWords[language].holiday}${day.holiday}`]),
    ...(day.change !== null ? [words.clock(saySpan(day.toMs - day.fromMs, language))] : []),
  ];
}

/** From the first start to the last, with days where they are not the same, and the last with every extension. */
function saySpanOf(plan: Plan, { start, takes }: { readonly start: OutlookStart; readonly takes: RunLength }, language: Language): string {
  const words = outlookWords[language];
  const say = (atMs: number): string => sayWhen(plan, { atMs, nowMs: start.fromMs }, language);
  const span = words.span(say(start.fromMs), say(start.lastMs));
  if (takes.longestMs === takes.shortestMs) return span;
  const [first] = start.extended;
  if (first === undefined) return `${span} (${words.notExtended})`;
  const isOne = start.extended.length === 1 && first.fromMs === start.fromMs;
  const spans = start.extended.map(({ fromMs, lastMs }) => words.span(say(fromMs), say(lastMs)));
  return `${span} (${isOne ? words.extendedBy(say(first.lastMs)) : words.extendedIn(spans)})`;
}

interface OutlookWords {
  takes(takes: RunLength, timeZone: string): string;
  fits(at: string, about: "day" | "moment"): string;
  fitsWithout(at: string, about: "day" | "moment", because: string): string;
  doesNotFit(at: string, about: "day" | "moment", because: string): string;
  next(at: { readonly day: string; readonly span: string; readonly over: string }): string;
  starts(span: string): string;
  span(from: string, last: string): string;
  extendedBy(last: string): string;
  extendedIn(spans: readonly string[]): string;
  week(monday: string): string;
  clock(length: string): string;
  readonly notExtended: string;
  readonly always: string;
  readonly never: string;
}

const outlookWords: ByLanguage<OutlookWords> = {
  en: {
    takes: ({ shortestMs, longestMs }, timeZone) =>
      `It takes ${saySpan(shortestMs, "en")}${longestMs > shortestMs ? `, ${saySpan(longestMs, "en")} with every extension` : ""}. Times are those of ${timeZone}.`,
    fits: (at, about) => `${at}: ${about === "day" ? "a start fits on this day" : "a start fits"}.`,
    fitsWithout: (at, _, because) => `${at}: a start fits, but not with every extension. ${capital(because)}.`,
    doesNotFit: (at, about, because) => `${at}: ${about === "day" ? "no start fits" : "a start does not fit"}. ${capital(because)}.`,
    next: ({ day, span, over }) => `Next: ${day}, start ${span}; then it is over by ${over}.`,
    starts: (span) => `start ${span}`,
    span: (from, last) => (from === last ? `at ${from}` : `from ${from} to ${last}`),
    extendedBy: (last) => `${last} with every extension`,
    extendedIn: (spans) => `${spans.join("; ")} with every extension`,
    notExtended: "not with every extension",
    week: (monday) => `Week of ${monday}`,
    clock: (length) => `the clock is changed: the day has ${length}`,
    always: "Next: any time.",
    never: "Next: none within 400 days.",
  },
  fr: {
    takes: ({ shortestMs, longestMs }, timeZone) =>
      `Durée\u202f: ${saySpan(shortestMs, "fr")}${longestMs > shortestMs ? `, ${saySpan(longestMs, "fr")} avec toutes les prolongations` : ""}. Les heures sont celles de ${timeZone}.`,
    fits: (at, about) => `${at}\u202f: ${about === "day" ? "un démarrage convient ce jour-là" : "un démarrage convient"}.`,
    fitsWithout: (at, _, because) => `${at}\u202f: un démarrage convient, mais pas avec toutes les prolongations. ${capital(because)}.`,
    doesNotFit: (at, about, because) =>
      `${at}\u202f: ${about === "day" ? "aucun démarrage ne convient" : "un démarrage ne convient pas"}. ${capital(because)}.`,
    next: ({ day, span, over }) => `Prochain\u202f: ${day}, démarrage ${span}\u202f; tout est alors fini à ${over}.`,
    starts: (span) => `démarrage ${span}`,
    span: (from, last) => (from === last ? `à ${from}` : `de ${from} à ${last}`),
    extendedBy: (last) => `${last} avec toutes les prolongations`,
    extendedIn: (spans) => `${spans.join("\u202f; ")} avec toutes les prolongations`,
    notExtended: "pas avec toutes les prolongations",
    week: (monday) => `Semaine du ${monday}`,
    clock: (length) => `changement d’heure\u202f: la journée dure ${length}`,
    always: "Prochain\u202f: à tout moment.",
    never: "Prochain\u202f: aucun dans les 400 jours.",
  },
};
