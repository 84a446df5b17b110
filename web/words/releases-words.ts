import type { Words } from "./language.ts";

/** The words of the list of releases. */
export interface ReleasesWords {
  readonly title: string;
  readonly running: string;
  readonly over: string;
  readonly older: string;
  readonly newest: string;
  readonly everywhere: string;
  readonly environment: string;
  readonly noneRuns: string;
  readonly none: string;
  readonly noneHere: (environment: string) => string;
  readonly begin: string;
  readonly beginLint: string;
  readonly beginDoctor: string;
  readonly beginStart: string;
  readonly since: (span: string) => string;
  /** When it ended, under a heading that says that it did. */
  readonly endedAgo: (span: string) => string;
  /** Something is asked of the person who looks. */
  readonly asksYou: string;
  readonly by: (name: string) => string;
  readonly frozen: (environment: string, since: string) => string;
  readonly frozenBy: (name: string, reason: string) => string;
  readonly frozenByHalt: (release: string) => string;
  readonly until: (moment: string) => string;
  readonly untilLifted: string;
  readonly liftIt: string;
  readonly phase: (at: number, of: number, name: string) => string;
  readonly before: string;
  readonly promoted: string;
  readonly wentBack: string;
  /** The tones in a word, for who does not see the dot. */
  readonly tones: Readonly<Record<"calm" | "waiting" | "holding" | "danger" | "good" | "over", string>>;
}

export const releasesWords: Words<ReleasesWords> = {
  en: {
    title: "Releases",
    running: "Running",
    over: "Over",
    older: "Older releases",
    newest: "Back to the newest",
    everywhere: "everywhere",
    environment: "Environment",
    noneRuns: "Nothing runs now.",
    none: "No release yet.",
    noneHere: (environment) => `No release in ${environment} on this page.`,
    begin: "Three commands make the first one:",
    beginLint: "says everything that is wrong with it, at once",
    beginDoctor: "looks at everything that the release would rest on; changes nothing",
    beginStart: "begins the release; it shows up here by itself",
    since: (span) => `for ${span}`,
    endedAgo: (span) => `${span} ago`,
    asksYou: "you are asked",
    by: (name) => `by ${name}`,
    frozen: (environment, since) => `${environment} is frozen since ${since}: nothing starts or advances there.`,
    frozenBy: (name, reason) => `${name}: “${reason}”.`,
    frozenByHalt: (release) => `Release ${release} was halted.`,
    until: (moment) => `It ends by itself ${moment}.`,
    untilLifted: "It lasts until a release manager lifts it.",
    liftIt: "Lift it in the calendar",
    phase: (at, of, name) => `phase ${at} of ${of}: ${name}`,
    before: "not begun",
    promoted: "promoted",
    wentBack: "taken back",
    tones: { calm: "goes by itself", waiting: "waiting", holding: "holding", danger: "going back", good: "promoted", over: "ended" },
  },
  fr: {
    title: "Mises en production",
    running: "En cours",
    over: "Terminées",
    older: "Mises en production plus anciennes",
    newest: "Revenir aux plus récentes",
    everywhere: "partout",
    environment: "Environnement",
    noneRuns: "Rien n’est en cours.",
    none: "Aucune mise en production pour l’instant.",
    noneHere: (environment) => `Aucune mise en production dans ${environment} sur cette page.`,
    begin: "Trois commandes font la première\u202f:",
    beginLint: "dit tout ce qui ne va pas, en une fois",
    beginDoctor: "vérifie tout ce sur quoi la mise en production reposerait\u202f; ne change rien",
    beginStart: "commence la mise en production\u202f; elle apparaît ici d’elle-même",
    since: (span) => `depuis ${span}`,
    endedAgo: (span) => `il y a ${span}`,
    asksYou: "on vous attend",
    by: (name) => `par ${name}`,
    frozen: (environment, since) => `${environment} est gelé depuis ${since}\u202f: rien n’y démarre ni n’y avance.`,
    frozenBy: (name, reason) => `${name}\u202f: «\u00a0${reason}\u00a0».`,
    frozenByHalt: (release) => `Arrêt complet de ${release}.`,
    until: (moment) => `Il prend fin de lui-même ${moment}.`,
    untilLifted: "Il dure jusqu’à ce qu’un release manager le lève.",
    liftIt: "Le lever dans le calendrier",
    phase: (at, of, name) => `phase ${at} sur ${of}\u202f: ${name}`,
    before: "pas commencée",
    promoted: "généralisée",
    wentBack: "retour arrière fait",
    tones: {
      calm: "avance d’elle-même",
      waiting: "en attente",
      holding: "suspendue",
      danger: "retour en cours",
      good: "généralisée",
      over: "terminée",
    },
  },
};
