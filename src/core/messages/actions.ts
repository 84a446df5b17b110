import type { Language, Role } from "../plan.ts";
import type { SignOffFor } from "../release.ts";
import type { RequestKind } from "../requests.ts";
import type { ByLanguage } from "./context.ts";
import { sayCount, sayShare, saySpan } from "./numbers.ts";
import { ofRoles, theRoles, sayRoles } from "./people.ts";

/** What a consequence rests on. */
export interface Stakes {
  /** People on the new version; `null` where nobody counts them. */
  readonly people: number | null;
  readonly wantedPct: number;
  /** The stable version in people's words: "v1", "the stable version". */
  readonly stable: string;
  /** How everybody gets back: nobody is there yet, by traffic alone, or the old version has to be started first. */
  readonly back: "nobody" | "traffic" | "start" | "running";
  /** How long the rehearsed rollback took, ms; `null`: never rehearsed. */
  readonly rehearsedMs: number | null;
  readonly keptMs: number;
  /** What is approved, or goes on: "the start", "50 %". */
  readonly step: string;
  /** What kind of step is approved; `null`: none. */
  readonly approves: SignOffFor["kind"] | null;
  /** The failed guards that a resume looks away from, and the failed gates that it has judged afresh, quoted; empty: none. */
  readonly looksAway: string;
  readonly judgesAfresh: string;
  /** What stands in the way; empty: nothing. */
  readonly obstacles: string;
  /** True when a problem is reported about which nobody has decided: who may and goes on decides about it. */
  readonly isReported: boolean;
  /** What a resume comes to that does nothing but decide about a report: a promoted release stays, another one goes on; `null`: it does more. */
  readonly answersReport: "stays" | "goes-on" | null;
  readonly deciders: readonly Role[];
  readonly validators: readonly Role[];
}

/** What pressing the button of this kind does, in a sentence without a capital letter: it is shown before it is confirmed. */
export function sayConsequence(kind: RequestKind, stakes: Stakes, language: Language): string {
  return consequences[language][kind](stakes);
}

/** The stable version where it has no short name. */
export const stableWords: ByLanguage<string> = { en: "the stable version", fr: "la version stable" };

/** The words on the buttons. */
export const actionLabels: ByLanguage<Readonly<Record<RequestKind, string>>> = {
  en: {
    approve: "Approve",
    pause: "Pause",
    resume: "Resume",
    promote: "Promote",
    override: "Override…",
    report: "Report…",
    acknowledge: "Confirm the rollback",
    stop: "Stop…",
    rollback: "Roll back…",
  },
  fr: {
    approve: "Approuver",
    pause: "Pause",
    resume: "Reprendre",
    promote: "Avancer",
    override: "Déroger…",
    report: "Signaler…",
    acknowledge: "Confirmer le retour arrière",
    stop: "Arrêter…",
    rollback: "Retour arrière…",
  },
};

/** What the button of a resume says that decides about a report. */
export const goOnLabels: ByLanguage<string> = { en: "Go on", fr: "Poursuivre" };

/** What the button of an approval says once everybody is back. */
export const validateLabels: ByLanguage<string> = { en: "Validate", fr: "Valider" };

type Consequences = Readonly<Record<RequestKind, (stakes: Stakes) => string>>;
const consequences: ByLanguage<Consequences> = {
  en: {
    approve: (stakes) => {
      const { step, approves } = stakes;
      if (approves === "rollback") return "your role says that all is well again on the stable version; nothing moves";
      if (approves === "start") return `your role says Go to this plan and these versions${decidesToo.en(stakes)}`;
      return `your role says yes to ${step}; it counts for what you see now, and lapses when that gets worse${decidesToo.en(stakes)}`;
    },
    pause: ({ wantedPct }) => `the share stays at ${sayShare(wantedPct, "en")}; the guards stay armed`,
    resume: (stakes) => {
      const { answersReport, looksAway, judgesAfresh, wantedPct } = stakes;
      if (answersReport === "stays") return "the problem that was reported is no reason to go back; nothing moves";
      if (answersReport === "goes-on") return "the problem that was reported is no reason to go back; it goes on as the plan says";
      const away = looksAway === "" ? "" : ` and looks away from ${looksAway} until that is proven to be well`;
      const afresh = judgesAfresh === "" ? "" : `; ${judgesAfresh} counts as failed no more, and has to pass on what comes from now on`;
      return `it goes on at ${sayShare(wantedPct, "en")}${away}${afresh}${decidesToo.en(stakes)}`;
    },
    promote: ({ step, isReported }) =>
      `it goes on to ${step} now, without the rest of the time${isReported ? ", and although a problem is reported" : ""}`,
    override: ({ step, obstacles }) => `${step} may go on although ${obstacles}; for this once`,
    report: ({ deciders }) =>
      `everybody is told at once, and ${theRoles(deciders, "en", "or")} decides; until then it goes no further, and nobody goes back`,
    acknowledge: ({ validators }) =>
      validators.length === 0
        ? "the journal says that the rollback was executed"
        : `the journal says that the rollback was executed, and ${theRoles(validators, "en")} ${validators.length === 1 ? "is" : "are"} asked to validate`,
    stop: (stakes) =>
      stakes.back === "nobody" || stakes.keptMs === 0
        ? `${back.en(stakes)}, and the release ends`
        : `${back.en(stakes)}; the release ends, and the new version is kept for ${saySpan(stakes.keptMs, "en")} to be looked at`,
    rollback: (stakes) => back.en(stakes),
  },
  fr: {
    approve: (stakes) => {
      const { step, approves } = stakes;
      if (approves === "rollback") return "votre rôle confirme que tout va de nouveau bien sur la version stable\u202f; rien ne bouge";
      if (approves === "start") return `votre rôle dit Go pour ce plan et ces versions${decidesToo.fr(stakes)}`;
      return `votre rôle dit oui pour ${step}\u202f; l’accord vaut pour ce que vous voyez, et tombe si cela se dégrade${decidesToo.fr(stakes)}`;
    },
    pause: ({ wantedPct }) => `la part reste à ${sayShare(wantedPct, "fr")}\u202f; les garde-fous restent armés`,
    resume: (stakes) => {
      const { answersReport, looksAway, judgesAfresh, wantedPct } = stakes;
      if (answersReport === "stays") return "le problème signalé n’est pas un motif de retour arrière\u202f; rien ne bouge";
      if (answersReport === "goes-on")
        return "le problème signalé n’est pas un motif de retour arrière\u202f; la suite se déroule selon le plan";
      const away = looksAway === "" ? "" : `, sans tenir compte de ${looksAway} tant que son retour à la normale n’est pas prouvé`;
      const afresh =
        judgesAfresh === "" ? "" : `\u202f; ${judgesAfresh} ne compte plus comme échec, et doit être validé sur ce qui vient ensuite`;
      return `reprise à ${sayShare(wantedPct, "fr")}${away}${afresh}${decidesToo.fr(stakes)}`;
    },
    promote: ({ step, isReported }) =>
      `passage immédiat\u202f: ${step}, sans attendre le temps prévu${isReported ? ", et malgré le problème signalé" : ""}`,
    override: ({ step, obstacles }) => `dérogation pour ${step}, bien que ${obstacles}\u202f; pour cette fois`,
    report: ({ deciders }) =>
      `tout le monde est prévenu aussitôt, décision\u202f: ${sayRoles(deciders, "fr", "or")}\u202f; d’ici là, ni étape suivante, ni retour`,
    acknowledge: ({ validators }) =>
      validators.length === 0
        ? "le journal dit que le retour arrière est exécuté"
        : `le journal dit que le retour arrière est exécuté\u202f; validation demandée\u202f: ${sayRoles(validators, "fr")}`,
    stop: (stakes) =>
      stakes.back === "nobody" || stakes.keptMs === 0
        ? `${back.fr(stakes)}, et la mise en production prend fin`
        : `${back.fr(stakes)}\u202f; la mise en production prend fin, et la nouvelle version est gardée ${saySpan(stakes.keptMs, "fr")} pour examen`,
    rollback: (stakes) => back.fr(stakes),
  },
};

/** What else it decides where a problem is reported. */
const decidesToo: ByLanguage<(stakes: Stakes) => string> = {
  en: ({ isReported, deciders }) =>
    isReported ? `; from ${theRoles(deciders, "en", "or")} it also says that the problem that was reported is no reason to go back` : "",
  fr: ({ isReported, deciders }) =>
    isReported ? `\u202f; de la part ${ofRoles(deciders, "fr", "or")}, le problème signalé n’est alors pas un motif de retour arrière` : "",
};

/** How everybody gets back. */
const back: ByLanguage<(stakes: Stakes) => string> = {
  en: (stakes) => {
    if (stakes.back === "nobody") return "nobody has seen the new version; it is removed";
    if (stakes.back === "running") return "everybody is being taken back already; a stop becomes a rollback";
    const people = peopleGo(stakes, "en");
    if (stakes.back === "start") return `${people} back to ${stakes.stable}, which has to be started again first`;
    return `${people} back to ${stakes.stable}${stakes.rehearsedMs === null ? " at once" : `, rehearsed in ${saySpan(stakes.rehearsedMs, "en")}`}`;
  },
  fr: (stakes) => {
    if (stakes.back === "nobody") return "personne n’a vu la nouvelle version\u202f; elle est retirée";
    if (stakes.back === "running") return "le retour arrière est déjà en cours\u202f; un arrêt devient un retour arrière";
    const people = peopleGo(stakes, "fr");
    if (stakes.back === "start") return `${people} à ${stakes.stable}, qui doit d’abord redémarrer`;
    return `${people} à ${stakes.stable}${stakes.rehearsedMs === null ? " aussitôt" : `, répété en ${saySpan(stakes.rehearsedMs, "fr")}`}`;
  },
};

function peopleGo({ people, wantedPct }: Stakes, language: Language): string {
  const isAll = wantedPct >= 100;
  if (language === "fr") {
    if (isAll) return "tout le monde revient";
    return people === null
      ? `${sayShare(wantedPct, "fr")} du public revient`
      : `${sayCount(people, "fr")} ${people > 1 ? "personnes reviennent" : "personne revient"}`;
  }
  if (isAll) return "everybody goes";
  return people === null
    ? `${sayShare(wantedPct, "en")} of the people go`
    : `${sayCount(people, "en")} ${people === 1 ? "person goes" : "people go"}`;
}
