import type { z } from "zod";
import { capital, list, quote } from "../core/messages/context.ts";
import { sayCount } from "../core/messages/numbers.ts";
import { sayRoles } from "../core/messages/people.ts";
import { phrases } from "../core/messages/phrases.ts";
import type { Phrase } from "../core/messages/phrases.ts";
import { readinessWords } from "../core/messages/readiness.ts";
import { sayMoment } from "../core/messages/times.ts";
import { sayWhy } from "../core/messages/whys.ts";
import type { Misread } from "../config/parsed.ts";
import type { Plan, Role } from "../core/plan.ts";
import type { EnvironmentFrozen, ServiceBusy, StoreTrouble, StoreUnusable } from "../ports.ts";

/** What is said of one occurrence of an error: the `detail` of its problem. */
export const details = phrases(
  "detail",
  {
    keyNeeded: () => "Beginning a release needs a key, so that a repeated try does not begin two.",
    keyMalformed: () => "The key must be 1 to 200 printable characters without spaces.",
    keyReused: (release: string) => `This key began release ${release}, with another plan, other versions or for another moment.`,
    stableUnknown: (services: readonly string[]) => `No stable version of ${services.join(", ")} was given, and none is seen running.`,
    stableUnseen: (why: string) => `What runs now cannot be seen: ${sayWhy(why, "en")}.`,
    stableElsewhere: (services: string) => `Not on this machine: ${services}.`,
    stableNotReady: (said: string) => `Not ready: ${sayWhy(said, "en")}.`,
    releaseActive: (services: readonly string[], release: string) => `${services.join(", ")}: release ${release}.`,
    noWindow: () => "No window of the next 400 days fits the whole plan, or a freeze without an end is in force.",
    isPast: (plan: Pick<Plan, "timeZone">, atMs: number, nowMs: number) =>
      `${sayMoment(plan, atMs, "en")} is past; here it is ${sayMoment(plan, nowMs, "en")}.`,
    nothingNew: () => "Every service has this version already: there is nothing to release.",
    isMachine: (name: string) => `${name} is a machine.`,
    frozen: ({ message, freeze }: Frozen, plan: Pick<Plan, "timeZone">) =>
      freeze.untilMs === null ? `${message}.` : `${message}; until ${sayMoment(plan, freeze.untilMs, "en")}.`,
    serviceBusy: (message: string, _busy: ServiceBusy["services"]) => `${message}.`,
    storeUnusable: ({ message, remedy }: StoreUnusable) => `${capital(message)}. ${remedy}`,
    wrong: (pointer: string, detail: Phrase) => `${pointer || "The whole"}: ${detail.in("en")}.`,
    wrongPlace: (issue: z.core.$ZodIssue) => issue.message,
    wrongShape: () => "It has the wrong shape.",
    routerNotYet: () => "The router was given the addresses and does not serve them yet.",
    conditionWrong: ({ message, remedy }: Misread, _asked: { readonly text: string; readonly own: string }) => `${message} ${remedy}`,
    notSuchACondition: (message: string) => message,
    nobody: (who: string) => `Nobody here is called ${who}, and nobody is signed in so.`,
    noRelease: (id: string) => `No release is called ${id}.`,
    noCheck: (named: string, known: string) => `No gate or guard of this release is called "${named}"; there are ${known}.`,
    notACheck: () => "is not a gate or guard of this release",
    noCheckNow: (named: string, known: string) => `No gate or guard of now is called "${named}"; there are ${known}.`,
    notACheckNow: () => "is not a gate of this phase or a guard",
    noPlan: (name: string) => `No plan called "${name}" was released here.`,
    notAPlan: () => "is not the name of a plan that was released here",
    bodyTooLarge: (bytes: number) => `The body has more than ${bytes} bytes.`,
    mediaType: (type: string | null) => `The body is labelled ${type === null ? "as nothing" : `as ${type}`}.`,
    bodyUnread: (why: string | null) => (why === null ? "It cannot be read." : `${why}.`),
    brokeOff: () => "The call broke off.",
    revisionMalformed: () => "If-Match must hold one revision in quotes.",
    revisionMissing: (kind: string) => `To ${kind} needs the revision that you saw.`,
    revisionUnseen: (actual: number, expected: number) => `The release is at revision ${actual}; nobody has seen ${expected} yet.`,
    eventMalformed: () => "Last-Event-ID must be a revision.",
    notARevision: () => "is not a revision",
    nothingThere: (method: string, path: string) => `There is no ${method} ${path}.`,
    streamsOfAll: (open: number) => `${open} streams are open.`,
    streamsOf: (person: string, open: number) => `${person} has ${open} streams open.`,
    tooManyTries: (retryAfterS: number) => `There were too many from here; the next one is answered in ${retryAfterS} s.`,
    needsToken: () => "This call needs `Authorization: Bearer TOKEN`.",
    needsSession: () => "This call needs a session, or `Authorization: Bearer TOKEN`.",
    tokenUnknown: () => "Nobody here has this token, or it is not in force any more.",
    linkUnknown: () => "Nobody here has this link, or it was used, or its ten minutes are over.",
    linkOfOther: (owner: string, here: string) => `The link is ${owner}’s, and ${here} is signed in in this browser.`,
    personGone: (name: string) => `${name} does not belong to this server any more.`,
    sessionOver: () => "The session of this browser is over.",
    originUnsaid: () => "The call does not say from which page it comes.",
    originOther: (origin: string) => `The call comes from a page of ${JSON.stringify(origin)}.`,
    roleMissing: (name: string, roles: readonly Role[], environment: string | null) =>
      `${name} is not ${roles.join(" or ")}${environment === null ? "" : ` in ${environment}`}.`,
    loginUnset: () => "The server's file names no identity provider.",
    loginNotBegun: () => "This browser has begun no such sign-in, or it came to its end.",
    nameLike: (name: string, other: string) => `${name} is, or looks like, ${other} of the server's file, who signs in as somebody else.`,
    nameOfMachine: (name: string) => `${name} is, or looks like, the name of a machine that has a token here.`,
    noGroup: (name: string) => `${name} is in no group that has a role here, and is not in the server's file.`,
    nameTaken: (name: string) => `A person here is called ${name}, or nearly.`,
    noToken: (id: string) => `No token in force has the id ${id}.`,
    providerSilent: (issuer: string) => `${issuer} does not say how to sign in there.`,
    providerClock: (issuer: string) => `By this server's clock, what ${issuer} answered is not yet or not any more in force.`,
    providerUnable: (issuer: string) => `${issuer} is not able to sign people in now.`,
    providerDenied: (issuer: string) => `${issuer} says that the sign-in was not completed or not consented to.`,
    providerOver: (issuer: string) => `${issuer} does not take this sign-in any more.`,
    providerUnfinished: (issuer: string) => `${issuer} did not finish the sign-in.`,
    providerOther: (issuer: string) => `What ${issuer} answered is not what this sign-in asked for.`,
    noClaim: (claim: string) => `The provider sends no claim ${claim} that is a name.`,
    unverified: (name: string) => `The provider does not say that ${name} is verified.`,
    planWrong: (places: number, file: string) => `${places} ${places === 1 ? "place is" : "places are"} wrong in ${file}.`,
    versionsWrong: (faults: VersionFaults) =>
      `${[
        ...faults.missing.map((name) => `${name} has no ${faults.which} version`),
        ...faults.strange.map((name) => `the plan has no service ${name} (it has ${faults.known.join(", ")})`),
      ].join("; ")}.`,
    kindUnnamed: (named: readonly string[], kind: string, service: string) =>
      `The server's file lets ${named.join(" and ")} run services, and not ${kind} (${service}).`,
    connectionMissing: (why: string) => `${sayWhy(why, "en")}.`,
    notSpeltSo: (name: string) => `is nobody of this server; ${name} is spelt otherwise`,
    notHere: (known: readonly string[]) => `is nobody of this server (${known.join(", ")})`,
    notAMachine: () => "is, or looks like, the name of a machine that has a token here",
    noEnvironment: (known: readonly string[]) => `is not an environment of this server (${known.join(", ")})`,
    endIsPast: () => "must not be over yet",
    notFrozen: (environment: string) => `${environment} is not frozen.`,
    thawed: (environment: string, by: string | null, reason: string, until: string) =>
      `${environment} is not frozen any more: the freeze by ${by ?? "somebody"} (${reason}) ended by itself at ${until}.`,
    signatureUsed: () => "A call with this signature came before.",
    signatureWrong: () => "No connection of this server has signed this call within the last five minutes.",
    failed: () => "Something failed that should not.",
  },
  {
    keyNeeded: () => "Commencer une mise en production demande une clé, pour qu’un essai répété n’en commence pas deux.",
    keyMalformed: () => "La clé doit avoir de 1 à 200 caractères imprimables, sans espace.",
    keyReused: (release) => `Cette clé a commencé ${release}, avec un autre plan, d’autres versions ou pour un autre moment.`,
    stableUnknown: (services) => `Aucune version stable de ${list(services, "fr")} n’a été donnée, et aucune n’est vue en marche.`,
    stableUnseen: (why) => `Ce qui tourne maintenant n’est pas visible\u202f: ${sayWhy(why, "fr")}.`,
    stableElsewhere: (services) => `Pas sur cette machine\u202f: ${services}.`,
    stableNotReady: (said) => `Pas prêt\u202f: ${sayWhy(said, "fr")}.`,
    releaseActive: (services, release) => `${list(services, "fr")}\u202f: mise en production ${release}.`,
    noWindow: () => "Aucune fenêtre des 400 prochains jours ne convient au plan entier, ou un gel sans fin est en vigueur.",
    isPast: (plan, atMs, nowMs) => `${sayMoment(plan, atMs, "fr")} est passé\u202f; il est ici ${sayMoment(plan, nowMs, "fr")}.`,
    nothingNew: () => "Chaque service a déjà cette version\u202f: il n’y a rien à mettre en production.",
    isMachine: (name) => `${name} est une machine.`,
    frozen: ({ freeze }, plan) => {
      const says = readinessWords.fr.frozen(freeze);
      return freeze.untilMs === null ? says : `${says.slice(0, -1)}\u202f; fin prévue\u202f: ${sayMoment(plan, freeze.untilMs, "fr")}.`;
    },
    serviceBusy: (_message, busy) =>
      `${capital(
        list(
          busy.map(({ service, release }) => `${service} est dans ${release}`),
          "fr",
        ),
      )}.`,
    storeUnusable: ({ why }) => storeTroubles[why],
    wrong: (pointer, detail) => `${pointer === "" ? "L’ensemble" : pointer} ${detail.in("fr")}.`,
    wrongPlace: sayIssueInFrench,
    wrongShape: () => "L’ensemble n’a pas la bonne forme.",
    routerNotYet: () => "Le routeur a reçu les adresses et ne les sert pas encore.",
    conditionWrong: (_misread, { text, own }) =>
      ["none", "is down"].includes(own)
        ? "Ce critère ou garde-fou n’a pas de seuil à déplacer."
        : `Les relevés ne peuvent pas être jugés selon ${quote(text.slice(0, 100), "fr")}. Écrivez un seuil de même forme et de même sens que ${quote(own, "fr")}.`,
    notSuchACondition: () => "n’est pas une condition pour ces relevés",
    nobody: (who) => `Personne ici ne s’appelle ${who}, et personne n’est connecté sous ce nom.`,
    noRelease: (id) => `Aucune mise en production ne s’appelle ${id}.`,
    noCheck: (named, known) =>
      `Aucun critère ni garde-fou de cette mise en production ne s’appelle «\u00a0${named}\u00a0»\u202f; il y a ${known}.`,
    notACheck: () => "n’est ni un critère ni un garde-fou de cette mise en production",
    noCheckNow: (named, known) => `Aucun critère ni garde-fou du moment ne s’appelle «\u00a0${named}\u00a0»\u202f; il y a ${known}.`,
    notACheckNow: () => "n’est ni un critère de cette phase ni un garde-fou",
    noPlan: (name) => `Aucun plan «\u00a0${name}\u00a0» n’a été mis en production ici.`,
    notAPlan: () => "n’est pas le nom d’un plan mis en production ici",
    bodyTooLarge: (bytes) => `La demande dépasse ${sayCount(bytes, "fr")} octets.`,
    mediaType: (type) => `Le corps de l’appel est annoncé ${type === null ? "sans type" : `comme ${type}`}.`,
    bodyUnread: (why) => (why === null ? "Il est illisible." : `«\u00a0${why}\u00a0».`),
    brokeOff: () => "L’appel s’est interrompu.",
    revisionMalformed: () => "If-Match doit contenir une révision entre guillemets.",
    revisionMissing: () => "Cette demande a besoin de la révision que vous avez vue.",
    revisionUnseen: (actual, expected) =>
      `La mise en production en est à la révision ${actual}\u202f; personne n’a encore vu la révision ${expected}.`,
    eventMalformed: () => "Last-Event-ID doit être une révision.",
    notARevision: () => "n’est pas une révision",
    nothingThere: (method, path) => `Il n’y a rien à ${method} ${path}.`,
    streamsOfAll: (open) => `${sayCount(open, "fr")} flux sont ouverts.`,
    streamsOf: (person, open) => `${person} a ${sayCount(open, "fr")} flux ouverts.`,
    tooManyTries: (retryAfterS) => `Il y en a eu trop d’ici\u202f; le prochain aura une réponse dans ${retryAfterS} s.`,
    needsToken: () => "Cet appel demande `Authorization: Bearer JETON`.",
    needsSession: () => "Cet appel demande une session, ou `Authorization: Bearer JETON`.",
    tokenUnknown: () => "Personne ici n’a ce jeton, ou il n’est plus en vigueur.",
    linkUnknown: () => "Personne ici n’a ce lien, ou il a déjà servi, ou ses dix minutes sont passées.",
    linkOfOther: (owner, here) => `Ce lien est celui de ${owner}, et ${here} est connecté dans ce navigateur.`,
    personGone: (name) => `${name} ne fait plus partie de ce serveur.`,
    sessionOver: () => "La session de ce navigateur est terminée.",
    originUnsaid: () => "L’appel ne dit pas de quelle page il vient.",
    originOther: (origin) => `L’appel vient d’une page de ${JSON.stringify(origin)}.`,
    roleMissing: (name, roles, environment) =>
      `${name} n’est pas ${sayRoles(roles, "fr", "or")}${environment === null ? "" : ` dans ${environment}`}.`,
    loginUnset: () => "Le fichier du serveur ne nomme aucun fournisseur d’identité.",
    loginNotBegun: () => "Ce navigateur n’a pas commencé cette connexion, ou elle est arrivée à sa fin.",
    nameLike: (name, other) => `${name} est, ou ressemble à, ${other} du fichier du serveur, qui se connecte sous un autre compte.`,
    nameOfMachine: (name) => `${name} est, ou ressemble à, le nom d’une machine qui a un jeton ici.`,
    noGroup: (name) => `${name} n’est dans aucun groupe qui a un rôle ici, ni dans le fichier du serveur.`,
    nameTaken: (name) => `Une personne ici s’appelle ${name}, ou presque.`,
    noToken: (id) => `Aucun jeton en vigueur n’a l’id ${id}.`,
    providerSilent: (issuer) => `${issuer} ne dit pas comment s’y connecter.`,
    providerClock: (issuer) => `D’après l’horloge de ce serveur, ce que ${issuer} a répondu n’est pas encore ou n’est plus en vigueur.`,
    providerUnable: (issuer) => `${issuer} ne peut connecter personne pour l’instant.`,
    providerDenied: (issuer) => `${issuer} dit que la connexion n’a pas été achevée ou acceptée.`,
    providerOver: (issuer) => `${issuer} n’accepte plus cette connexion.`,
    providerUnfinished: (issuer) => `${issuer} n’a pas achevé la connexion.`,
    providerOther: (issuer) => `Ce que ${issuer} a répondu n’est pas ce que cette connexion demandait.`,
    noClaim: (claim) => `Le fournisseur n’envoie pas d’attribut ${claim} qui soit un nom.`,
    unverified: (name) => `Le fournisseur ne dit pas que ${name} est vérifié.`,
    planWrong: (places, file) => `${places} ${places > 1 ? "endroits sont erronés" : "endroit est erroné"} dans ${file}.`,
    versionsWrong: (faults) =>
      `${[
        ...faults.missing.map((name) => `${name} n’a pas de ${faults.which === "stable" ? "version stable" : "nouvelle version"}`),
        ...faults.strange.map((name) => `le plan n’a pas de service ${name} (il a ${list(faults.known, "fr")})`),
      ].join("\u202f; ")}.`,
    kindUnnamed: (named, kind, service) =>
      `Le fichier du serveur laisse ${list(named, "fr")} faire tourner des services, et non ${kind} (${service}).`,
    connectionMissing: (why) => `${sayWhy(why, "fr")}.`,
    notSpeltSo: (name) => `n’est personne de ce serveur\u202f; ${name} s’écrit autrement`,
    notHere: (known) => `n’est personne de ce serveur (${list(known, "fr")})`,
    notAMachine: () => "est, ou ressemble à, le nom d’une machine qui a un jeton ici",
    noEnvironment: (known) => `n’est pas un environnement de ce serveur (${list(known, "fr")})`,
    endIsPast: () => "ne doit pas être déjà passé",
    notFrozen: (environment) => `${environment} n’est pas gelé.`,
    thawed: (environment, by, reason, until) =>
      `${environment} n’est plus gelé\u202f: le gel par ${by ?? "quelqu’un"} (${reason}) a pris fin de lui-même à ${until}.`,
    signatureUsed: () => "Un appel avec cette signature est déjà venu.",
    signatureWrong: () => "Aucune connexion de ce serveur n’a signé cet appel dans les cinq dernières minutes.",
    failed: () => "Une panne qui n’aurait pas dû arriver.",
  },
);

type Frozen = Pick<EnvironmentFrozen, "message" | "freeze">;

/** Versions that do not go with the services of a plan. */
export interface VersionFaults {
  readonly which: "stable" | "new";
  readonly missing: readonly string[];
  readonly strange: readonly string[];
  readonly known: readonly string[];
}

/** What is wrong with the store, and what ends it. */
const storeTroubles: Readonly<Record<StoreTrouble, string>> = {
  held: "Un autre processus tient le dossier de données. Arrêtez-le d’abord\u202f: un dossier a un seul contrôleur.",
  full: "Il ne reste pas de place pour le stockage\u202f; rien de ce changement n’a été enregistré. Libérez de la place sur ce disque\u202f; serin reprend de lui-même. D’ici là, seuls un retour arrière ou un arrêt sont acceptés.",
  failing: "Le disque a refusé de lire ou d’écrire le stockage. Vérifiez le disque\u202f; serin reprend de lui-même.",
  "not-writable": "Le stockage ne peut pas être ouvert en écriture. Rendez le dossier de données à l’utilisateur de serin.",
  damaged: "Le stockage est endommagé. Arrêtez serin, gardez une copie du dossier, et remettez la dernière sauvegarde à sa place.",
  newer: "Le stockage a été écrit par une version plus récente de serin. Prenez cette version.",
  "not-durable":
    "Le stockage n’est pas sûr à cet endroit. Mettez le dossier de données sur un disque local\u202f: un système de fichiers réseau ne garde pas ce qui est promis.",
};

/** What is wrong with one place of an input, in French: a clause whose subject is the place. */
function sayIssueInFrench(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "manque ou n’a pas le bon type" : "n’a pas le bon type";
    case "invalid_value":
      return `doit être ${list(issue.values.map(String), "fr", "or")}`;
    case "too_small":
      return issue.origin === "string" && Number(issue.minimum) <= 1
        ? "ne doit pas être vide"
        : `doit ${counted[issue.origin] === undefined ? "être" : "avoir"} au moins ${issue.minimum}${counted[issue.origin] ?? ""}`;
    case "too_big":
      return `doit ${counted[issue.origin] === undefined ? "être" : "avoir"} au plus ${issue.maximum}${counted[issue.origin] ?? ""}`;
    case "unrecognized_keys":
      return `a des mots inconnus (${issue.keys.join(", ")})`;
    default:
      return "n’a pas la bonne forme";
  }
}

const counted: Readonly<Record<string, string>> = { string: " caractères", array: " éléments" };
