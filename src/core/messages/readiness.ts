import type { Role } from "../plan.ts";
import { capital, list } from "./context.ts";
import type { ByLanguage } from "./context.ts";
import { theRoles } from "./people.ts";

/** Somebody who holds a role where the release is. */
interface Holder {
  readonly name: string;
  /** True when they called within the last minutes. */
  readonly isOn: boolean;
}

/** The words of Go and No-Go; text arguments are said already, for `phase` in quotation marks. */
interface ReadinessWords {
  readonly titles: Readonly<Record<"plan" | "world" | "window" | "people" | "power", string>>;
  readonly go: string;
  goWithOpenEyes(doubts: number): string;
  noGo(wrongs: number): string;
  readonly planIsFine: string;
  readonly place: (line: number) => string;
  readonly startNow: string;
  readonly startAt: (moment: string) => string;
  readonly wholePlan: string;
  readonly mayStart: string;
  readonly letPass: (obstacles: string) => string;
  readonly waitsUntil: (closed: string) => string;
  readonly nextStart: (when: string) => string;
  /** `nextStart` while a freeze without an end is in force. */
  readonly nextOnceLifted: (when: string) => string;
  readonly noStart: string;
  frozen(freeze: { readonly release: string | null; readonly by: string | null; readonly reason: string | null }): string;
  readonly lift: (environment: string) => string;
  fits(ends: string): string;
  doesNotFit(why: string): string;
  /** Of a release that has ended, in the word of its status. */
  isOver(status: string): string;
  readonly beginAnother: string;
  readonly advanceNow: string;
  readonly mayAdvance: string;
  holds(who: readonly Holder[], asked: string): string;
  nobodyHolds(asked: string): string;
  readonly name: (roles: readonly Role[]) => string;
  readonly call: (who: readonly string[]) => string;
  readonly cannotSign: (starter: string) => string;
  readonly anotherSigns: string;
  readonly signsStart: string;
  signsPhase(phase: string): string;
  readonly signsPromotion: string;
  readonly wayBack: string;
  readonly openReport: string;
  reported(by: string, reason: string): string;
  readonly decide: (roles: readonly Role[]) => string;
  decides(time: string, chance: string): string;
  doesNotDecide(chance: string, needed: string | null): string;
  /** `what` as `sayMissed` says it. */
  misses(what: string): string;
  inPhase(gate: string, phase: string): string;
  readonly between: string;
  readonly dependsOn: Readonly<Record<"people" | "requests", string>>;
  readonly sayTraffic: string;
  readonly moreTime: string;
  readonly gates: string;
  readonly noGates: string;
  readonly traffic: string;
  given(traffic: string): string;
  seen(traffic: string, release: string): string;
}

const en: ReadinessWords = {
  titles: { plan: "The plan", world: "What it rests on", window: "When", people: "Who", power: "What the gates can decide" },
  go: "Go: everything is as it should be",
  goWithOpenEyes: (doubts) => `Go, with open eyes: ${doubts} ${doubts === 1 ? "thing is" : "things are"} doubtful`,
  noGo: (wrongs) => `No-Go: ${wrongs} ${wrongs === 1 ? "thing is" : "things are"} wrong`,
  planIsFine: "Nothing in it is doubtful.",
  place: (line) => `line ${line}`,
  startNow: "a start now",
  startAt: (moment) => `the start at ${moment}`,
  wholePlan: "the whole plan, from its start",
  mayStart: "The window is open.",
  letPass: (obstacles) => `A release manager lets it pass although ${obstacles}.`,
  waitsUntil: (closed) => `The release waits: ${closed}.`,
  nextStart: (when) => `The whole plan, extensions included, fits next at ${when}.`,
  nextOnceLifted: (when) => `Once the freeze is lifted, the whole plan, extensions included, fits next at ${when}.`,
  noStart: "It fits within no window of the next 400 days: change the plan's windows or its phases.",
  frozen: ({ release, by, reason }) =>
    release === null ? `It is frozen by ${by ?? "somebody"}: ${reason ?? ""}.` : `It is frozen since release ${release} was halted.`,
  lift: (environment) => `A release manager lifts it when its cause is gone: serin freeze lift ${environment}.`,
  fits: (ends) => `With every extension it is over by ${ends}.`,
  doesNotFit: (why) => `With every extension it does not fit: ${why}.`,
  isOver: (status) => `The release is ${status}: there is nothing to say Go to.`,
  beginAnother: "Begin another one: serin release start PLAN.",
  advanceNow: "an advance now",
  mayAdvance: "Nothing stands in its way.",
  holds: (who, asked) =>
    `${list(
      who.map(({ name, isOn }) => `${name} (${isOn ? "on" : "away"})`),
      "en",
    )}; ${asked}.`,
  nobodyHolds: (asked) => `Nobody holds this role here; ${asked}.`,
  name: (roles) => `Give somebody the role ${list(roles, "en", "or")}: in serin.yaml, or by a group of the team's sign-in.`,
  call: (who) => `Call ${list(who, "en", "or")}: nobody with this role is on.`,
  cannotSign: (starter) =>
    `Those who hold these roles here cannot sign it together: one person counts for one role, and ${starter}, who started it, is never alone.`,
  anotherSigns: "Somebody else has to sign as well: give another person one of these roles.",
  signsStart: "signs for the start",
  signsPhase: (phase) => `signs before ${phase}`,
  signsPromotion: "signs for the promotion",
  wayBack: "decides about the way back",
  openReport: "a problem that was reported",
  reported: (by, reason) => `${by} reports ${reason}; the release goes no further until somebody has decided.`,
  decide: (roles) => `${capital(theRoles(roles, "en", "or"))} goes on (serin release resume), or calls it off (serin release rollback).`,
  decides: (time, chance) => `It is decided in ${time}, with its extension in ${chance} of releases.`,
  doesNotDecide: (chance, needed) =>
    `It is decided in only ${chance} of releases, its extension included${needed === null ? "" : `; that takes ${needed}`}.`,
  misses: (what) => `It passes on the estimate of the moment: ${what} could be missed, once in twenty releases.`,
  inPhase: (gate, phase) => `${gate}, in ${phase}`,
  between: "What is assumed lies between its lines: it is not decided, and serin asks.",
  dependsOn: {
    people: "It depends on how many people log in, and nobody has said or seen that.",
    requests: "It depends on how many requests come, and nobody has said or seen that.",
  },
  sayTraffic: "Say what traffic is expected, logins a minute and requests a second (--logins-per-minute, --rps).",
  moreTime: "Give the phase more time or more traffic, or be ready to decide yourselves: serin plan power has the figures.",
  gates: "gates",
  noGates: "Phase 1 has no gates.",
  traffic: "traffic",
  given: (traffic) => `As given: ${traffic}.`,
  seen: (traffic, release) => `As seen in ${release}: ${traffic}.`,
};

const fr: ReadinessWords = {
  titles: { plan: "Le plan", world: "Ce dont il dépend", window: "Quand", people: "Qui", power: "Ce que les critères peuvent décider" },
  go: "Go\u202f: tout est en ordre",
  goWithOpenEyes: (doubts) => `Go, les yeux ouverts\u202f: ${doubts} ${doubts === 1 ? "point douteux" : "points douteux"}`,
  noGo: (wrongs) => `No-Go\u202f: ${wrongs} ${wrongs === 1 ? "point ne va pas" : "points ne vont pas"}`,
  planIsFine: "Rien n’y est douteux.",
  place: (line) => `ligne ${line}`,
  startNow: "un démarrage maintenant",
  startAt: (moment) => `le démarrage, ${moment}`,
  wholePlan: "le plan entier, dès son démarrage",
  mayStart: "La fenêtre est ouverte.",
  letPass: (obstacles) => `Autorisé par un release manager, bien que ${obstacles}.`,
  waitsUntil: (closed) => `La mise en production attend\u202f: ${closed}.`,
  nextStart: (when) => `Prochain démarrage avec lequel le plan entier tient, prolongations comprises\u202f: ${when}.`,
  nextOnceLifted: (when) =>
    `Une fois le gel levé, prochain démarrage avec lequel le plan entier tient, prolongations comprises\u202f: ${when}.`,
  noStart: "Il ne tient dans aucune fenêtre des 400 prochains jours\u202f: changez les fenêtres ou les phases du plan.",
  frozen: ({ release, by, reason }) =>
    release === null
      ? `L’environnement est gelé par ${by ?? "quelqu’un"}\u202f: ${reason ?? ""}.`
      : `L’environnement est gelé depuis l’arrêt complet de ${release}.`,
  lift: (environment) => `Un release manager lève le gel quand sa cause a disparu\u202f: serin freeze lift ${environment}.`,
  fits: (ends) => `Avec toutes les prolongations, il se termine au plus tard à ${ends}.`,
  doesNotFit: (why) => `Avec toutes les prolongations, il ne tient pas\u202f: ${why}.`,
  isOver: (status) => `La mise en production est ${status}\u202f: il n’y a plus de Go à donner.`,
  beginAnother: "Commencez-en une autre\u202f: serin release start PLAN.",
  advanceNow: "l’étape suivante maintenant",
  mayAdvance: "Rien ne s’y oppose.",
  holds: (who, asked) =>
    `${list(
      who.map(({ name, isOn }) => `${name} (${isOn ? "en ligne" : "pas en ligne"})`),
      "fr",
    )}\u202f; ${asked}.`,
  nobodyHolds: (asked) => `Personne n’a ce rôle ici\u202f; ${asked}.`,
  name: (roles) =>
    `Donnez le rôle ${list(roles, "fr", "or")} à quelqu’un\u202f: dans serin.yaml, ou par un groupe de la connexion de l’équipe.`,
  call: (who) => `Appelez ${list(who, "fr", "or")}\u202f: personne de ce rôle n’est en ligne.`,
  cannotSign: (starter) =>
    `Les personnes qui ont ces rôles ici ne suffisent pas\u202f: une personne compte pour un rôle, et ${starter}, qui a démarré la mise en production, n’approuve jamais seul.`,
  anotherSigns: "Quelqu’un d’autre doit aussi approuver\u202f: donnez l’un de ces rôles à une autre personne.",
  signsStart: "approuve le démarrage",
  signsPhase: (phase) => `approuve le passage à ${phase}`,
  signsPromotion: "approuve la généralisation",
  wayBack: "décide du retour arrière",
  openReport: "un problème signalé",
  reported: (by, reason) => `${by} signale ${reason}\u202f; aucune étape ne suit sans décision.`,
  decide: (roles) => `${capital(theRoles(roles, "fr", "or"))} poursuit (serin release resume) ou y met fin (serin release rollback).`,
  decides: (time, chance) => `Il est décidé en ${time}, prolongation comprise dans ${chance} des cas.`,
  doesNotDecide: (chance, needed) =>
    `Il n’est décidé que dans ${chance} des cas, prolongation comprise${needed === null ? "" : `\u202f; il faudrait ${needed}`}.`,
  misses: (what) => `Il est validé sur l’estimation du moment\u202f: ${what} pourrait échapper, une fois sur vingt.`,
  inPhase: (gate, phase) => `${gate}, à ${phase}`,
  between: "Ce qui est supposé se trouve entre ses seuils\u202f: il n’est pas décidé, et serin demande.",
  dependsOn: {
    people: "Il dépend du nombre de connexions, que personne n’a dit ni vu.",
    requests: "Il dépend du nombre de requêtes, que personne n’a dit ni vu.",
  },
  sayTraffic: "Dites le trafic attendu, en connexions par minute et en requêtes par seconde (--logins-per-minute, --rps).",
  moreTime: "Donnez à la phase plus de temps ou de trafic, ou soyez prêts à décider vous-mêmes\u202f: serin plan power donne les chiffres.",
  gates: "critères",
  noGates: "La phase 1 n’a pas de critère.",
  traffic: "trafic",
  given: (traffic) => `Comme indiqué\u202f: ${traffic}.`,
  seen: (traffic, release) => `Comme vu dans ${release}\u202f: ${traffic}.`,
};

/** The words of Go and No-Go, by language. */
export const readinessWords: ByLanguage<ReadinessWords> = { en, fr };
