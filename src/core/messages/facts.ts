import { isGuard } from "../decide/looks-away.ts";
import type { Awaited, Fact } from "../decision.ts";
import type { Language } from "../plan.ts";
import type { SignOff, SignOffFor } from "../release.ts";
import { isBeforeExposure } from "./causes.ts";
import { askedCheck, capital, list, namePhase, quote, quoteCheck, quoteChecks, tell } from "./context.ts";
import type { ByLanguage, Context, Sentences } from "./context.ts";
import { saySpan, sayShare } from "./numbers.ts";
import { ofRoles, sayRole } from "./people.ts";
import { sayObstacle } from "./obstacles.ts";
import { sayReaction } from "./reactions.ts";
import { sayAsked, sayRefusal, sayTimes } from "./refusals.ts";
import { sayStatus } from "./statuses.ts";
import { sayVerdict } from "./verdicts.ts";
import { wayBackFacts } from "./way-back.ts";
import { sayWhy } from "./whys.ts";

/** One fact of the journal as a sentence, a capital letter first and no full stop: what the terminal, notices and reports say. */
export function sayFact(fact: Fact, context: Context, language: Language): string {
  return capital(tell(facts[language], fact, context));
}

/**
 * The facts of one decision as sentences, each thing once: a verdict that the breach tells already is left out, and so are the acceptance of
 * an approval that is told as signed, an approval that lapses because everybody goes back, and a way back of nobody. Checks before traffic that all
 * passed are one sentence.
 */
export function sayFacts(told: readonly Fact[], context: Context, language: Language): readonly string[] {
  const left = told.filter((fact) => !isTold(fact, told));
  const passed = left.every((fact) => fact.kind !== "check" || fact.ok) ? left.filter((fact) => fact.kind === "check") : [];
  const said = left.flatMap((fact): readonly string[] => {
    if (fact.kind !== "check" || passed.length === 0) return [sayFact(fact, context, language)];
    return fact === passed[0] ? [capital(sayPassed(passed, language))] : [];
  });
  // Gates of several phases may have the same words.
  return [...new Set(said)];
}

function isTold(fact: Fact, told: readonly Fact[]): boolean {
  switch (fact.kind) {
    case "verdict": {
      const isSilent = fact.verdict.kind === "no-data" && told.some((other) => holdsFor(other).includes(fact.check));
      return isSilent || told.some((other) => other.kind === "breach" && other.check === fact.check);
    }
    case "accepted":
      return told.some((other) => isWordOf(other, fact));
    case "report-answered":
      return told.some((other) => other.kind === "signed" && other.signOff.by === fact.by);
    case "check":
      return fact.name === rehearsal && fact.ok && told.some((other) => other.kind === "rehearsed");
    case "lapsed":
      return told.some((other) => other.kind === "became" && other.status.kind === "rolling-back");
    case "traffic-back":
      return told.some((other) => other.kind === "became" && "cause" in other.status && isBeforeExposure(other.status.cause));
    default:
      return false;
  }
}

/** True when `other` tells by itself what was asked for. */
function isWordOf(other: Fact, { asked, by }: Extract<Fact, { readonly kind: "accepted" }>): boolean {
  if (other.kind === "signed") return asked === "approve" && other.signOff.by === by;
  if (other.kind === "reported") return asked === "report" && other.report.by === by;
  if (other.kind === "acknowledged") return asked === "acknowledge" && other.acknowledgement.by === by;
  return other.kind === "overrode" && asked === "override" && other.override.by === by;
}

/** The checks whose silence is the reason to hold. */
function holdsFor(fact: Fact): readonly string[] {
  const status = fact.kind === "became" ? fact.status : null;
  return status?.kind === "holding" && status.why.kind === "no-data" ? status.why.checks : [];
}

const facts: ByLanguage<Sentences<Fact, readonly [Context]>> = {
  en: {
    created: ({ by, for: whom, reason }) =>
      `created by ${by}${whom === undefined ? "" : `, in the name of ${whom}`}${reason === "" ? "" : `: ${quote(reason, "en")}`}`,
    became: ({ status }, context) => sayStatus(status, context, "en"),
    "share-seen": ({ sharePct }) => `the router shows ${sayShare(sharePct, "en")}`,
    rehearsed: ({ tookMs }) => `rollback rehearsed: ${saySpan(tookMs, "en")}`,
    check: ({ name, ok, detail }) => `check before traffic ${quoteName(name, "en")} ${ok ? "passed" : "failed"}${after(detail, "en")}`,
    verdict: ({ check, verdict, moreMs }, context) => sayVerdict(check, verdict, { ...context, moreMs }, "en"),
    breach: ({ check, verdict }, context) => `${sayVerdict(check, verdict, context, "en")} → ${reactionOf(check, context, "en")}`,
    cancelled: ({ check, verdict }, context) => `countdown cancelled, the breach is over: ${sayVerdict(check, verdict, context, "en")}`,
    extended: ({ phase, checks, untilObservedMs }, context) =>
      `more time for ${quoteChecks(context, checks, "en")}: ${namePhase(context.plan, phase, "en")} is observed for up to ${saySpan(untilObservedMs, "en")}`,
    signed: ({ signOff }, context) => `${signer(signOff, "en")} approves ${approved(signOff.for, context, "en")}`,
    lapsed: ({ signOff, check }, context) =>
      `the approval of ${approved(signOff.for, context, "en")} by ${signer(signOff, "en")} lapses, because ${quoteCheck(context, check, "en")} has got worse since`,
    accepted: ({ by, asked, reason }) => `${by} asked ${sayAsked(asked, "en")}${reason === "" ? "" : `: ${quote(reason, "en")}`}`,
    refused: ({ by, asked, refusal, times }, context) =>
      `${by} asked ${sayAsked(asked, "en")}${sayTimes(times, "en")}, refused: ${sayRefusal(refusal, context, "en")}`,
    ...wayBackFacts.en,
    overrode: ({ override }, context) =>
      `${override.by} lets ${approved(override.for, context, "en")} pass although ${sayObstacle(override.over, "en")}${override.reason === "" ? "" : `: ${quote(override.reason, "en")}`}`,
    "override-over": ({ override }, context) =>
      `the override by ${override.by} for ${approved(override.for, context, "en")} is over, because what it let pass is there no more; what stands in the way from now on takes another one`,
    "traffic-back": ({ tookMs, withinMs }) =>
      `everybody is back on the stable version, as read back after ${saySpan(tookMs, "en")} (${tookMs <= withinMs ? "promised within" : "late, promised within"} ${saySpan(withinMs, "en")})`,
    late: ({ awaits, afterMs, detail }) => `${waits.en[awaits]}, after ${saySpan(afterMs, "en")}${after(detail, "en")}`,
    dismissed: ({ check, by }, context) =>
      `${by} has looked at ${quoteCheck(context, check, "en")} and goes on${isGuard(context.plan, check) ? "" : ": it has to pass on what comes from now on"}`,
    recovered: ({ check }, context) => `${quoteCheck(context, check, "en")} no longer fails`,
    upgraded: ({ from, to }) =>
      `the reaction is now ${quote(sayReaction(to, "en"), "en")} instead of ${quote(sayReaction(from, "en"), "en")}`,
    cleared: ({ what }) => `${what === "previous" ? "the previous version" : "the canary"} is removed`,
  },
  fr: {
    created: ({ by, for: whom, reason }) =>
      `créée par ${by}${whom === undefined ? "" : `, au nom de ${whom}`}${reason === "" ? "" : `\u202f: ${quote(reason, "fr")}`}`,
    became: ({ status }, context) => sayStatus(status, context, "fr"),
    "share-seen": ({ sharePct }) => `le routeur confirme ${sayShare(sharePct, "fr")}`,
    rehearsed: ({ tookMs }) => `retour arrière répété\u202f: ${saySpan(tookMs, "fr")}`,
    check: ({ name, ok, detail }) => `contrôle avant trafic ${quoteName(name, "fr")} ${ok ? "réussi" : "en échec"}${after(detail, "fr")}`,
    verdict: ({ check, verdict, moreMs }, context) => sayVerdict(check, verdict, { ...context, moreMs }, "fr"),
    breach: ({ check, verdict }, context) => `${sayVerdict(check, verdict, context, "fr")} → ${reactionOf(check, context, "fr")}`,
    cancelled: ({ check, verdict }, context) =>
      `compte à rebours annulé, le seuil n’est plus franchi\u202f: ${sayVerdict(check, verdict, context, "fr")}`,
    extended: ({ phase, checks, untilObservedMs }, context) =>
      `prolongation pour ${quoteChecks(context, checks, "fr")}\u202f: ${namePhase(context.plan, phase, "fr")} est observé jusqu’à ${saySpan(untilObservedMs, "fr")}`,
    signed: ({ signOff }, context) => `${signer(signOff, "fr")} approuve ${approved(signOff.for, context, "fr")}`,
    lapsed: ({ signOff, check }, context) =>
      `l’accord ${ofRoles([signOff.role], "fr")} (${signOff.by}) pour ${approved(signOff.for, context, "fr")} tombe, car ${quoteCheck(context, check, "fr")} s’est dégradé depuis`,
    accepted: ({ by, asked, reason }) => `${by} a demandé ${sayAsked(asked, "fr")}${reason === "" ? "" : `\u202f: ${quote(reason, "fr")}`}`,
    refused: ({ by, asked, refusal, times }, context) =>
      `${by} a demandé ${sayAsked(asked, "fr")}${sayTimes(times, "fr")}, refus\u202f: ${sayRefusal(refusal, context, "fr")}`,
    ...wayBackFacts.fr,
    overrode: ({ override }, context) =>
      `${override.by} autorise ${approved(override.for, context, "fr")} bien que ${sayObstacle(override.over, "fr")}${override.reason === "" ? "" : `\u202f: ${quote(override.reason, "fr")}`}`,
    "override-over": ({ override }, context) =>
      `la dérogation accordée par ${override.by} pour ${approved(override.for, context, "fr")} prend fin, car ce qui la motivait n’est plus là\u202f; tout autre obstacle en demande une nouvelle`,
    "traffic-back": ({ tookMs, withinMs }) =>
      `tout le monde est revenu à la version stable, confirmé après ${saySpan(tookMs, "fr")} (${tookMs <= withinMs ? "promis en" : "en retard, promis en"} ${saySpan(withinMs, "fr")})`,
    late: ({ awaits, afterMs, detail }) => `${waits.fr[awaits]} après ${saySpan(afterMs, "fr")}${after(detail, "fr")}`,
    dismissed: ({ check, by }, context) =>
      `${by} a examiné ${quoteCheck(context, check, "fr")} et continue${isGuard(context.plan, check) ? "" : "\u202f: le critère doit être validé sur ce qui vient ensuite"}`,
    recovered: ({ check }, context) => `${quoteCheck(context, check, "fr")} n’échoue plus`,
    upgraded: ({ from, to }) =>
      `la réaction est maintenant ${quote(sayReaction(to, "fr"), "fr")} au lieu de ${quote(sayReaction(from, "fr"), "fr")}`,
    cleared: ({ what }) => `${what === "previous" ? "la version précédente" : "le canari"} est retiré${what === "previous" ? "e" : ""}`,
  },
};

/** The rehearsal of the rollback among the checks before traffic. */
const rehearsal = "rollback";

/** A check's name in the language: "GET / with frontend canary, backend stable". */
function quoteName(name: string, language: Language): string {
  if (language === "en") return quote(name, "en");
  const said = name === rehearsal ? "retour arrière" : name.replace(" with ", " avec ").replaceAll(/ canary(?=,|$)/gu, " canari");
  return quote(said, "fr");
}

/** Of each request one check for each mix of versions; with one service there is nothing to mix. */
function sayPassed(passed: readonly Extract<Fact, { readonly kind: "check" }>[], language: Language): string {
  const requests = [...new Set(passed.map(({ name }) => name.split(" with ")[0] ?? name))];
  const isMixed = requests.length < passed.length;
  const said = list(requests, language);
  if (language === "fr") return `${isMixed ? "chaque mélange d’anciens et de nouveaux services" : "la nouvelle version"} répond à ${said}`;
  return `${isMixed ? "every mix of old and new services" : "the new version"} answers ${said}`;
}

function after(detail: string, language: Language): string {
  return detail === "" ? "" : `${language === "fr" ? "\u202f: " : ": "}${sayWhy(detail, language)}`;
}

function reactionOf(check: string, context: Context, language: Language): string {
  return sayReaction(askedCheck(context.plan, check)?.check.reaction ?? null, language);
}

function signer(signOff: SignOff, language: Language): string {
  return `${sayRole(signOff.role, language)} (${signOff.by})`;
}

function approved(what: SignOffFor, context: Context, language: Language): string {
  return tell(approvals[language], what, context);
}

const approvals: ByLanguage<Sentences<SignOffFor, readonly [Context]>> = {
  en: {
    start: () => "the start",
    phase: ({ phase }, context) => `going to ${namePhase(context.plan, phase, "en")}`,
    promote: () => "the promotion",
    rollback: () => "the state after the rollback",
  },
  fr: {
    start: () => "le démarrage",
    phase: ({ phase }, context) => `le passage à ${namePhase(context.plan, phase, "fr")}`,
    promote: () => "la généralisation",
    rollback: () => "l’état après le retour arrière",
  },
};

const waits: ByLanguage<Readonly<Record<Awaited, string>>> = {
  en: {
    router: "the router still does not show what is asked of it",
    previous: "the copy of the stable version is still not ready",
    stable: "the stable place is still not ready",
    "canary-gone": "the canary is still not gone",
  },
  fr: {
    router: "le routeur ne montre toujours pas ce qui lui est demandé",
    previous: "la copie de la version stable n’est toujours pas prête",
    stable: "la place stable n’est toujours pas prête",
    "canary-gone": "le canari n’est toujours pas retiré",
  },
};
