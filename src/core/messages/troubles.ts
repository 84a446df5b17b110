import type { Language } from "../plan.ts";
import { list, quote, tell } from "./context.ts";
import type { ByLanguage, Sentences } from "./context.ts";
import { sayLatency, sayNumber, sayRate, saySpan } from "./numbers.ts";

/** What goes wrong in a simulated world, in terms of people, requests, pages and processes. Shares are 0-1; `metrics` are the plan's names. */
export type Trouble =
  | { readonly kind: "failed-requests"; readonly share: number; readonly who: "new version" | "both versions" }
  | { readonly kind: "slow-answers"; readonly share: number; readonly ms: number; readonly metrics: readonly string[] }
  | { readonly kind: "fewer-conversions"; readonly keeps: number; readonly metrics: readonly string[] }
  | { readonly kind: "blank-pages" }
  | { readonly kind: "inaccessible-pages"; readonly score: number }
  | { readonly kind: "fatal-event" }
  | { readonly kind: "memory-leak"; readonly fullInMs: number }
  | { readonly kind: "busy-processor"; readonly load: number }
  | { readonly kind: "low-quality"; readonly ofLine: number; readonly metrics: readonly string[] }
  | { readonly kind: "dead-service"; readonly sources: readonly string[] }
  | { readonly kind: "never-ready" }
  | { readonly kind: "mixed-versions-break" }
  | { readonly kind: "few-people"; readonly perSecond: number }
  | { readonly kind: "silent-sources" }
  | { readonly kind: "biased-draw"; readonly drawnRatio: number }
  | { readonly kind: "deaf-router" }
  | { readonly kind: "dead-controller" }
  /** Not a trouble of its own: what a router does that hears nothing. */
  | { readonly kind: "lease-over" };

/** What is wrong from now on, in one sentence. */
export function sayTrouble(trouble: Trouble, language: Language): string {
  return tell(troubles[language], trouble);
}

/** That it is over; `null`: it is not said, because it never is, or is over at once. */
export function sayTroubleOver(trouble: Trouble, language: Language): string | null {
  return over[language][trouble.kind] ?? null;
}

const who = {
  en: { "new version": "the new version answers", "both versions": "both versions answer" },
  fr: { "new version": "la nouvelle version répond", "both versions": "les deux versions répondent" },
} as const;

const troubles: ByLanguage<Sentences<Trouble, readonly []>> = {
  en: {
    "failed-requests": (trouble) => `${who.en[trouble.who]} ${sayRate(trouble.share, "en")} of the requests with a server error`,
    "slow-answers": ({ share, ms, metrics }) =>
      `${sayRate(share, "en")} of the new version's answers in ${quoted(metrics, "en")} take ${sayLatency(ms, "en")}`,
    "fewer-conversions": ({ keeps, metrics }) =>
      keeps === 0
        ? `nobody on the new version gets as far as ${quoted(metrics, "en")} any more`
        : `on the new version ${quoted(metrics, "en")} falls to ${sayRate(keeps, "en")} of what it is on the stable one`,
    "blank-pages": () => "the pages of the new version stay blank: an uncaught error stops them, and no request fails",
    "inaccessible-pages": ({ score }) =>
      `the pages of the new version lose labels and contrast: accessibility ${sayNumber(score, "en", 3)}`,
    "fatal-event": () => "one fatal error on the new version",
    "memory-leak": ({ fullInMs }) => `the new version leaks memory, and is full in ${saySpan(fullInMs, "en")}`,
    "busy-processor": ({ load }) => `the new version uses ${sayRate(load, "en")} of its processor`,
    "low-quality": ({ ofLine, metrics }) =>
      `${quoted(metrics, "en")} falls to ${sayRate(ofLine, "en")} of its line, whichever version asks`,
    "dead-service": ({ sources }) => `${quoted(sources, "en")} refuses every connection`,
    "never-ready": () => "the new version ends as soon as it is started",
    "mixed-versions-break": () => "the new version of one service does not work with the old version of another",
    "few-people": ({ perSecond }) => `few people come: ${sayNumber(perSecond, "en")} a second`,
    "silent-sources": () => "no metric source can be reached",
    "biased-draw": ({ drawnRatio }) =>
      `the router draws ${sayRate(1 - drawnRatio, "en")} fewer people for the new version than it is asked to`,
    "deaf-router": () => "the router refuses every order",
    "dead-controller": () => "the process of serin is killed",
    "lease-over": () => "the router has heard nothing for the time of its lease: by itself it takes everybody to the stable version",
  },
  fr: {
    "failed-requests": (trouble) => `${who.fr[trouble.who]} à ${sayRate(trouble.share, "fr")} des requêtes par une erreur serveur`,
    "slow-answers": ({ share, ms, metrics }) =>
      `${sayRate(share, "fr")} des réponses de la nouvelle version dans ${quoted(metrics, "fr")} prennent ${sayLatency(ms, "fr")}`,
    "fewer-conversions": ({ keeps, metrics }) =>
      keeps === 0
        ? `plus personne sur la nouvelle version ne va jusqu’à ${quoted(metrics, "fr")}`
        : `sur la nouvelle version, ${quoted(metrics, "fr")} tombe à ${sayRate(keeps, "fr")} de ce qu’il est sur la version stable`,
    "blank-pages": () =>
      "les pages de la nouvelle version restent blanches\u202f: une erreur non rattrapée les arrête, et aucune requête n’échoue",
    "inaccessible-pages": ({ score }) =>
      `les pages de la nouvelle version perdent libellés et contraste\u202f: accessibilité ${sayNumber(score, "fr", 3)}`,
    "fatal-event": () => "une erreur fatale sur la nouvelle version",
    "memory-leak": ({ fullInMs }) => `la nouvelle version perd de la mémoire, pleine dans ${saySpan(fullInMs, "fr")}`,
    "busy-processor": ({ load }) => `la nouvelle version occupe ${sayRate(load, "fr")} de son processeur`,
    "low-quality": ({ ofLine, metrics }) =>
      `${quoted(metrics, "fr")} tombe à ${sayRate(ofLine, "fr")} de son seuil, quelle que soit la version qui demande`,
    "dead-service": ({ sources }) => `${quoted(sources, "fr")} refuse toute connexion`,
    "never-ready": () => "la nouvelle version s’arrête dès qu’elle est démarrée",
    "mixed-versions-break": () => "la nouvelle version d’un service ne fonctionne pas avec l’ancienne d’un autre",
    "few-people": ({ perSecond }) => `peu de monde\u202f: ${sayNumber(perSecond, "fr")} personnes par seconde`,
    "silent-sources": () => "aucune source de métriques n’est joignable",
    "biased-draw": ({ drawnRatio }) =>
      `le routeur tire pour la nouvelle version ${sayRate(1 - drawnRatio, "fr")} de personnes de moins que demandé`,
    "deaf-router": () => "le routeur refuse tout ordre",
    "dead-controller": () => "le processus de serin est tué",
    "lease-over": () =>
      "le routeur n’a rien entendu pendant la durée de son bail\u202f: de lui-même, il ramène tout le monde à la version stable",
  },
};

const over: ByLanguage<Readonly<Partial<Record<Trouble["kind"], string>>>> = {
  en: {
    "failed-requests": "these errors are over",
    "slow-answers": "the answers are as fast as before",
    "silent-sources": "the metric sources answer again",
    "deaf-router": "the router takes orders again",
    "dead-controller": "the process of serin is started again",
    "lease-over": "the router hears from serin again",
  },
  fr: {
    "failed-requests": "ces erreurs sont terminées",
    "slow-answers": "les réponses sont aussi rapides qu’avant",
    "silent-sources": "les sources de métriques répondent à nouveau",
    "deaf-router": "le routeur accepte à nouveau les ordres",
    "dead-controller": "le processus de serin est redémarré",
    "lease-over": "le routeur entend à nouveau serin",
  },
};

function quoted(names: readonly string[], language: Language): string {
  return list(
    names.map((name) => quote(name, language)),
    language,
  );
}

/** What a plan lacks so that a trouble would be seen. */
export type Lack =
  | "failed-requests"
  | "latency"
  | "compared-conversion"
  | "lined-conversion"
  | "page-errors"
  | "accessibility"
  | "events"
  | "memory"
  | "processor"
  | "quality"
  | "probe"
  | "mixes"
  | "draw";

/** "this plan watches no conversion against the stable version": why a trouble cannot be shown on a plan. */
export function sayLack(lack: Lack, language: Language): string {
  return lacks[language][lack];
}

const lacks: ByLanguage<Readonly<Record<Lack, string>>> = {
  en: {
    "failed-requests": "this plan watches no rate of failed requests",
    latency: "this plan watches no latency",
    "compared-conversion": "this plan compares no conversion with the stable version",
    "lined-conversion": "this plan has no conversion with a line of its own",
    "page-errors": "this plan watches no errors in browsers",
    accessibility: "this plan watches no accessibility",
    events: "this plan counts no critical events",
    memory: "this plan watches no memory",
    processor: "this plan watches no processor",
    quality: "this plan watches no level that has to stay above a line",
    probe: "this plan probes no service",
    mixes: "this plan has no second service, or no smoke request, so that no mix of versions is tried",
    draw: "this plan has no phase in which both versions get people",
  },
  fr: {
    "failed-requests": "ce plan ne surveille aucun taux de requêtes en échec",
    latency: "ce plan ne surveille aucun temps de réponse",
    "compared-conversion": "ce plan ne compare aucune conversion à la version stable",
    "lined-conversion": "ce plan n’a aucune conversion avec un seuil à elle",
    "page-errors": "ce plan ne surveille pas les erreurs des navigateurs",
    accessibility: "ce plan ne surveille pas l’accessibilité",
    events: "ce plan ne compte aucun événement critique",
    memory: "ce plan ne surveille pas la mémoire",
    processor: "ce plan ne surveille pas le processeur",
    quality: "ce plan ne surveille aucun niveau qui doive rester au-dessus d’un seuil",
    probe: "ce plan ne sonde aucun service",
    mixes: "ce plan n’a pas de second service, ou pas de requête d’essai\u202f: aucun mélange de versions n’est essayé",
    draw: "ce plan n’a pas de phase où les deux versions reçoivent des personnes",
  },
};
