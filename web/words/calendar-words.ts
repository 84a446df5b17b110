import type { CalendarBand, CalendarRelease } from "../../src/http/contract/calendar.ts";
import type { Words } from "./language.ts";

/** The words of the calendar; what is said about a release or a freeze comes from the server. */
export interface CalendarWords {
  readonly previous: string;
  readonly today: string;
  readonly next: string;
  readonly plan: string;
  readonly times: (zone: string) => string;
  readonly nextStart: (moment: string) => string;
  readonly nextNow: string;
  readonly showIt: string;
  readonly noStart: string;
  readonly noStartFrozen: string;
  readonly noPlan: string;
  readonly week: (from: string, to: string) => string;
  readonly now: string;
  readonly bands: Readonly<Record<CalendarBand["kind"], (says: string) => string>>;
  /** Of the plan's own ranges, beside their times. */
  readonly ranges: Readonly<Record<"preferred" | "avoided", string>>;
  readonly legend: Readonly<Record<CalendarBand["kind"] | "fits" | "extended", string>>;
  readonly states: Readonly<Record<CalendarRelease["state"], string>>;
  /** On a narrow column. */
  readonly by: (last: string, extended: string | null) => string;
  readonly startBy: (last: string, extended: string | null) => string;
  readonly withExtensions: (until: string) => string;
  readonly outside: (title: string, says: string) => string;
  readonly nextFit: (moment: string) => string;
  readonly noNextFit: string;
  readonly missing: string;
  readonly twice: string;
  readonly asTable: string;
  readonly hideTable: string;
  readonly tableCaption: string;
  readonly when: string;
  readonly what: string;
  readonly wholeDay: string;
  readonly nothingThatDay: string;
  readonly frozen: (environment: string) => string;
  readonly freeze: (environment: string) => string;
  readonly freezeConsequence: (environment: string) => string;
  readonly lift: (environment: string) => string;
  readonly liftConsequence: (environment: string) => string;
  readonly reason: string;
  readonly reasonHint: string;
  readonly until: (zone: string) => string;
  readonly untilHint: string;
  readonly since: (moment: string) => string;
  readonly untilMoment: (moment: string) => string;
  readonly untilLifted: string;
  readonly byWhom: (name: string) => string;
  readonly halted: (release: string) => string;
}

export const calendarWords: Words<CalendarWords> = {
  en: {
    previous: "Previous week",
    today: "Today",
    next: "Next week",
    plan: "Windows of",
    times: (zone) => `Times are those of ${zone}.`,
    nextStart: (moment) => `Next start that leaves time for the whole plan, extensions included: ${moment}.`,
    nextNow: "A start now leaves time for the whole plan, extensions included.",
    showIt: "Show it",
    noStartFrozen: "No start fits as long as the freeze lasts.",
    noStart: "No start within 400 days leaves time for the whole plan with its extensions.",
    noPlan: "No plan was released here yet, so there are no windows to show.",
    week: (from, to) => `${from} to ${to}`,
    now: "now",
    bands: {
      preferred: (says) => `preferred: ${says}`,
      avoided: (says) => `avoided: ${says}`,
      holiday: (says) => `holiday: ${says}`,
      freeze: (says) => `frozen: ${says}`,
    },
    ranges: { preferred: "preferred", avoided: "avoided" },
    legend: {
      preferred: "preferred",
      avoided: "avoided",
      holiday: "holiday",
      freeze: "frozen",
      fits: "a start here leaves time for the whole plan",
      extended: "what extensions may add",
    },
    states: { planned: "planned", running: "runs", over: "over" },
    by: (last, extended) => `by ${last}${extended === null ? "" : ` (${extended})`}`,
    startBy: (last, extended) => `start by ${last}${extended === null ? "" : `, by ${extended} with every extension`}`,
    withExtensions: (until) => `with extensions until ${until}`,
    outside: (title, says) => `${title} does not fit: ${says}.`,
    nextFit: (moment) => `The next start that fits is ${moment}.`,
    noNextFit: "No start within 400 days fits.",
    missing: "skipped hour",
    twice: "hour comes twice",
    asTable: "Show as a table",
    hideTable: "Hide the table",
    tableCaption: "What stands in these days",
    when: "When",
    what: "What",
    wholeDay: "all day",
    nothingThatDay: "nothing",
    frozen: (environment) => `${environment} is frozen: nothing starts or advances there.`,
    freeze: (environment) => `Freeze ${environment}…`,
    freezeConsequence: (environment) => `Nothing starts or advances in ${environment} until this ends or is lifted. Rollbacks go on.`,
    lift: (environment) => `Lift the freeze of ${environment}…`,
    liftConsequence: (environment) => `Releases may start and advance in ${environment} again, at once. Every freeze of it ends.`,
    reason: "Why",
    reasonHint: "everybody reads it, with your name",
    until: (zone) => `Until (${zone})`,
    untilHint: "leave it empty, and it holds until somebody lifts it",
    since: (moment) => `since ${moment}`,
    untilMoment: (moment) => `until ${moment}`,
    untilLifted: "until somebody lifts it",
    byWhom: (name) => `by ${name}`,
    halted: (release) => `release ${release} was halted`,
  },
  fr: {
    previous: "Semaine précédente",
    today: "Aujourd’hui",
    next: "Semaine suivante",
    plan: "Fenêtres de",
    times: (zone) => `Les heures sont celles de ${zone}.`,
    nextStart: (moment) => `Prochain démarrage qui laisse le temps à tout le plan, prolongations comprises\u202f: ${moment}.`,
    nextNow: "Un démarrage maintenant laisse le temps à tout le plan, prolongations comprises.",
    showIt: "L’afficher",
    noStartFrozen: "Aucun démarrage ne convient tant que dure le gel.",
    noStart: "Aucun démarrage dans les 400 prochains jours ne laisse le temps à tout le plan avec ses prolongations.",
    noPlan: "Aucun plan n’a encore été mis en production ici\u202f: il n’y a pas de fenêtres à montrer.",
    week: (from, to) => `du ${from} au ${to}`,
    now: "maintenant",
    bands: {
      preferred: (says) => `préféré\u202f: ${says}`,
      avoided: (says) => `à éviter\u202f: ${says}`,
      holiday: (says) => `jour férié\u202f: ${says}`,
      freeze: (says) => `gel\u202f: ${says}`,
    },
    ranges: { preferred: "préféré", avoided: "à éviter" },
    legend: {
      preferred: "préféré",
      avoided: "à éviter",
      holiday: "jour férié",
      freeze: "gel",
      fits: "un démarrage ici laisse le temps à tout le plan",
      extended: "ce que les prolongations peuvent ajouter",
    },
    states: { planned: "prévue", running: "en cours", over: "terminée" },
    by: (last, extended) => `avant ${last}${extended === null ? "" : ` (${extended})`}`,
    startBy: (last, extended) => `démarrer avant ${last}${extended === null ? "" : `, avant ${extended} avec toutes les prolongations`}`,
    withExtensions: (until) => `avec prolongations jusqu’à ${until}`,
    outside: (title, says) => `${title} ne convient pas\u202f: ${says}.`,
    nextFit: (moment) => `Le prochain démarrage qui convient\u202f: ${moment}.`,
    noNextFit: "Aucun démarrage dans les 400 prochains jours ne convient.",
    missing: "heure sautée",
    twice: "heure doublée",
    asTable: "Afficher en tableau",
    hideTable: "Masquer le tableau",
    tableCaption: "Ce que contiennent ces jours",
    when: "Quand",
    what: "Quoi",
    wholeDay: "toute la journée",
    nothingThatDay: "rien",
    frozen: (environment) => `${environment} est gelé\u202f: rien n’y démarre ni n’y avance.`,
    freeze: (environment) => `Geler ${environment}…`,
    freezeConsequence: (environment) =>
      `Rien ne démarre ni n’avance dans ${environment} avant la fin ou la levée du gel. Les retours arrière continuent.`,
    lift: (environment) => `Lever le gel de ${environment}…`,
    liftConsequence: (environment) =>
      `Les mises en production peuvent de nouveau démarrer et avancer dans ${environment}, tout de suite. Tous ses gels prennent fin.`,
    reason: "Motif",
    reasonHint: "chacun le lit, avec votre nom",
    until: (zone) => `Jusqu’à (${zone})`,
    untilHint: "laissé vide, le gel dure jusqu’à sa levée",
    since: (moment) => `depuis ${moment}`,
    untilMoment: (moment) => `jusqu’à ${moment}`,
    untilLifted: "jusqu’à sa levée",
    byWhom: (name) => `par ${name}`,
    halted: (release) => `arrêt complet de ${release}`,
  },
};
