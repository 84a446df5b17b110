import type { ActionView } from "../../src/http/release-view.ts";
import type { Words } from "./language.ts";

type ActionKind = ActionView["kind"];
type Assumption = "exact" | "randomisation" | "robust" | "approximate" | "rule";

/** The words of one release's screen; every sentence about the release comes from the server. */
export interface ReleaseWords {
  readonly allReleases: string;
  readonly next: string;
  readonly gates: string;
  readonly guards: string;
  readonly guardsOver: string;
  /** For how long it has stood where it stands. */
  readonly standsFor: (span: string) => string;
  readonly silent: { readonly never: string; readonly since: (span: string) => string; readonly connections: string };
  readonly liftIt: string;
  readonly moreSays: (count: number) => string;
  readonly story: string;
  readonly people: string;
  readonly wayBack: string;
  readonly phases: string;
  readonly actions: string;
  readonly promoted: string;
  readonly wanted: string;
  readonly seen: string;
  readonly notSeen: string;
  /** What was counted: of people, of requests. */
  readonly counted: string;
  readonly ofPeople: string;
  readonly ofRequests: string;
  readonly onCanary: (people: string) => string;
  readonly onStable: (people: string) => string;
  readonly wereOnCanary: (people: string) => string;
  readonly of: (observed: string, asked: string) => string;
  readonly done: string;
  readonly now: string;
  /** The parts of a band, for who reads one for the first time. */
  readonly band: Readonly<Record<"interval" | "estimate" | "pass" | "between" | "fail" | "bad", string>>;
  readonly bandRule: string;
  readonly startedBy: (name: string, when: string) => string;
  readonly assumes: Readonly<Record<Assumption, string>>;
  readonly showFar: (count: number) => string;
  readonly line: string;
  readonly reaction: string;
  readonly holdsAndAsks: string;
  readonly restsOn: string;
  readonly timeLeft: string;
  readonly named: string;
  readonly events: (count: string) => string;
  readonly places: (count: string) => string;
  readonly isNew: string;
  readonly rollingBackIn: string;
  readonly decideWithin: string;
  readonly rollingBackNow: string;
  readonly rollBackNow: string;
  readonly doneBy: (time: string) => string;
  readonly older: string;
  readonly wholeStory: string;
  readonly signed: string;
  readonly asked: string;
  readonly later: string;
  readonly nobodyAsked: string;
  readonly notYet: string;
  readonly waitsFor: (roles: string) => string;
  readonly outcome: string;
  readonly report: string;
  readonly notNow: string;
  readonly reason: string;
  readonly reasonHint: string;
  /** What stands in the reason already, of what keeps people from harm. */
  readonly emergencyReasons: Readonly<Partial<Record<ActionKind, string>>>;
  readonly as: string;
  readonly cancel: string;
  readonly sending: string;
  readonly stored: string;
  readonly accepted: string;
  readonly movedOn: string;
  readonly lookAgain: string;
  readonly sinceYouLooked: string;
  /** Which release a dialog is about. */
  readonly ofRelease: (name: string, environment: string) => string;
  readonly emergency: {
    readonly button: string;
    readonly title: string;
    readonly hint: string;
    readonly takeBack: (name: string) => string;
    readonly nothing: string;
    readonly looking: string;
    readonly open: string;
    readonly report: string;
  };
  readonly notInEnvironment: (environment: string) => string;
  readonly go: string;
  readonly noGo: string;
  readonly goTitle: string;
  readonly goLooking: string;
  readonly loginsPerMinute: string;
  readonly requestsPerSecond: string;
  readonly itemVerdicts: Readonly<Record<"ok" | "doubtful" | "wrong", string>>;
}

export const releaseWords: Words<ReleaseWords> = {
  en: {
    allReleases: "All releases",
    next: "Next",
    gates: "Gates of this phase",
    guards: "Guards, always on",
    guardsOver: "Guards, as they last stood",
    standsFor: (span) => `for ${span}`,
    silent: {
      never: "has never answered.",
      since: (span) => `has not answered for ${span}.`,
      connections: "All connections",
    },
    liftIt: "Lift the freeze in the calendar",
    moreSays: (count) => `${count} more at that moment`,
    story: "Story",
    people: "People",
    wayBack: "The way back",
    phases: "Phases",
    actions: "Actions",
    promoted: "promoted",
    wanted: "wanted",
    seen: "router",
    notSeen: "not seen",
    counted: "seen",
    ofPeople: "of people",
    ofRequests: "of requests",
    onCanary: (people) => `${people} people on the new version`,
    onStable: (people) => `${people} on the old one`,
    wereOnCanary: (people) => `${people} people saw the new version`,
    of: (observed, asked) => `${observed} of ${asked}`,
    done: "done",
    now: "now",
    band: {
      interval: "still possible [from, to]",
      estimate: "best estimate",
      pass: "pass line",
      between: "neither passes nor fails",
      fail: "fail line",
      bad: "bad",
    },
    bandRule: "A gate passes once its bar is clear of the fail line and its dot on the good side of the pass line.",
    startedBy: (name, when) => `started by ${name}, ${when}`,
    assumes: { exact: "exact", randomisation: "by the draw", robust: "robust", approximate: "approximate", rule: "plain rule" },
    showFar: (count) => `${count} more, nothing to look at`,
    line: "Line",
    reaction: "If it fails",
    holdsAndAsks: "holds, and people are asked",
    restsOn: "Rests on",
    timeLeft: "Decided in about",
    named: "What its source names",
    events: (count) => `${count} times`,
    places: (count) => `in ${count} places`,
    isNew: "new",
    rollingBackIn: "Rolling back in",
    decideWithin: "Decide within",
    rollingBackNow: "Rolling back now",
    rollBackNow: "Roll back now…",
    doneBy: (time) => `everybody will be back by ${time}`,
    older: "Older entries",
    wholeStory: "This is where it began.",
    signed: "signed",
    asked: "asked now",
    later: "later",
    nobodyAsked: "The plan asks nobody.",
    notYet: "not yet",
    waitsFor: (roles) => `waits for ${roles}`,
    outcome: "What it came to",
    report: "Report",
    notNow: "Not now",
    reason: "Why",
    reasonHint: "stands in the journal, with your name",
    emergencyReasons: { rollback: "emergency: taken back by hand", stop: "stopped by hand", pause: "somebody has to look at this first" },
    as: "As",
    cancel: "Cancel",
    sending: "Sent; waiting for the answer…",
    stored: "It is stored, and answered with the next decision.",
    accepted: "Accepted.",
    movedOn: "The release has moved on since you looked. Nothing was done.",
    lookAgain: "Look again",
    sinceYouLooked: "Since you opened this:",
    ofRelease: (name, environment) => `${name} in ${environment}`,
    emergency: {
      button: "Emergency…",
      title: "Take people back",
      hint: "Everybody goes back to the stable version, at once.",
      takeBack: (name) => `Roll back ${name}`,
      nothing: "Nobody sees a new version now: there is nothing to take back.",
      looking: "Looking at what runs…",
      open: "Look at it",
      report: "Report a problem there",
    },
    notInEnvironment: (environment) => `your roles do not hold in ${environment}`,
    go: "Go",
    noGo: "No-Go",
    goTitle: "Go or No-Go",
    goLooking: "Looking at the plan, what it rests on, the window, who is there…",
    loginsPerMinute: "At so many logins a minute",
    requestsPerSecond: "and so many requests a second",
    itemVerdicts: { ok: "ok", doubtful: "doubtful", wrong: "wrong" },
  },
  fr: {
    allReleases: "Toutes les mises en production",
    next: "Ensuite",
    gates: "Critères de cette phase",
    guards: "Garde-fous, toujours armés",
    guardsOver: "Garde-fous, dans leur dernier état",
    standsFor: (span) => `depuis ${span}`,
    silent: {
      never: "n’a jamais répondu.",
      since: (span) => `ne répond plus depuis ${span}.`,
      connections: "Toutes les connexions",
    },
    liftIt: "Lever le gel dans le calendrier",
    moreSays: (count) => `${count} autres au même moment`,
    story: "Déroulé",
    people: "Personnes",
    wayBack: "Le retour arrière",
    phases: "Phases",
    actions: "Actions",
    promoted: "généralisée",
    wanted: "voulu",
    seen: "routeur",
    notSeen: "pas vu",
    counted: "vu",
    ofPeople: "des personnes",
    ofRequests: "des requêtes",
    onCanary: (people) => `${people} personnes sur la nouvelle version`,
    onStable: (people) => `${people} sur l’ancienne`,
    wereOnCanary: (people) => `${people} personnes ont vu la nouvelle version`,
    of: (observed, asked) => `${observed} sur ${asked}`,
    done: "terminée",
    now: "en cours",
    band: {
      interval: "encore possible [de\u202f; à]",
      estimate: "meilleure estimation",
      pass: "seuil de validation",
      between: "ni validé ni en échec",
      fail: "seuil d’échec",
      bad: "mauvais",
    },
    bandRule:
      "Un critère est validé dès que sa barre ne touche plus le seuil d’échec et que son point est du bon côté du seuil de validation.",
    startedBy: (name, when) => `démarrée par ${name}, ${when}`,
    assumes: { exact: "exact", randomisation: "par tirage", robust: "robuste", approximate: "approché", rule: "simple règle" },
    showFar: (count) => `${count} ${count > 1 ? "autres" : "autre"}, rien à signaler`,
    line: "Seuil",
    reaction: "En cas d’échec",
    holdsAndAsks: "suspend, et une décision est demandée",
    restsOn: "Repose sur",
    timeLeft: "Tranché dans environ",
    named: "Ce que nomme sa source",
    events: (count) => `${count} fois`,
    places: (count) => `à ${count} endroits`,
    isNew: "nouvelle",
    rollingBackIn: "Retour arrière dans",
    decideWithin: "À décider dans",
    rollingBackNow: "Retour arrière en cours",
    rollBackNow: "Retour arrière immédiat…",
    doneBy: (time) => `tout le monde sera revenu à ${time} au plus tard`,
    older: "Entrées plus anciennes",
    wholeStory: "C’est ici que tout a commencé.",
    signed: "accord donné",
    asked: "attendu maintenant",
    later: "plus tard",
    nobodyAsked: "Le plan ne demande personne.",
    notYet: "pas encore",
    waitsFor: (roles) => `attend ${roles}`,
    outcome: "Bilan",
    report: "Rapport",
    notNow: "Pas maintenant",
    reason: "Motif",
    reasonHint: "figure au journal, avec votre nom",
    emergencyReasons: {
      rollback: "urgence\u202f: retour arrière à la main",
      stop: "arrêté à la main",
      pause: "quelqu’un doit d’abord regarder",
    },
    as: "En tant que",
    cancel: "Annuler",
    sending: "Envoyé\u202f; en attente de la réponse…",
    stored: "C’est enregistré, la réponse vient avec la prochaine décision.",
    accepted: "Accepté.",
    movedOn: "La mise en production a avancé depuis que vous avez regardé. Rien n’a été fait.",
    lookAgain: "Regarder à nouveau",
    sinceYouLooked: "Depuis que vous avez ouvert ceci\u202f:",
    ofRelease: (name, environment) => `${name} dans ${environment}`,
    emergency: {
      button: "Urgence…",
      title: "Retour arrière d’urgence",
      hint: "Tout le monde revient à la version stable, tout de suite.",
      takeBack: (name) => `Retour arrière de ${name}`,
      nothing: "Personne ne voit de nouvelle version\u202f: il n’y a rien à ramener.",
      looking: "Recherche de ce qui est en cours…",
      open: "Voir",
      report: "Y signaler un problème",
    },
    notInEnvironment: (environment) => `vos rôles ne valent pas dans ${environment}`,
    go: "Go",
    noGo: "No-Go",
    goTitle: "Go ou No-Go",
    goLooking: "Examen du plan, de ce dont il dépend, de la fenêtre, des présents…",
    loginsPerMinute: "À tant de connexions par minute",
    requestsPerSecond: "et tant de requêtes par seconde",
    itemVerdicts: { ok: "bon", doubtful: "douteux", wrong: "mauvais" },
  },
};
