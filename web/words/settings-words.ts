import type { ConnectionView } from "../../src/http/contract/insight.ts";
import type { Words } from "./language.ts";

/** The words of the settings; what is said about a connection comes from the server. */
export interface SettingsWords {
  readonly title: string;
  /** The zone of every time on the screen. */
  readonly zone: (timeZone: string) => string;
  readonly asOf: (age: string) => string;
  readonly everywhere: string;
  readonly nobody: string;

  readonly connections: string;
  readonly noConnections: string;
  readonly connection: string;
  readonly state: string;
  readonly lastAnswer: string;
  readonly latency: string;
  readonly does: string;
  readonly plans: string;
  readonly noPlan: string;
  readonly never: string;
  readonly ports: Readonly<Record<ConnectionView["port"], string>>;
  readonly states: Readonly<Record<ConnectionView["state"], string>>;
  readonly ago: (age: string) => string;

  readonly people: string;
  readonly noPeople: string;
  readonly you: string;
  readonly isOn: string;
  readonly lastSeen: (age: string) => string;
  readonly notSeen: string;
  readonly from: Readonly<Record<"file" | "login", string>>;
  readonly inEnvironments: (environments: string) => string;

  readonly tokens: string;
  readonly tokensSay: string;
  readonly tokensNotYours: string;
  readonly noTokens: string;
  readonly newToken: string;
  readonly tokenName: string;
  readonly tokenNameHint: string;
  readonly roles: string;
  readonly rolesHint: string;
  readonly rolesMissing: string;
  readonly environments: string;
  readonly environmentsHint: string;
  readonly expires: string;
  readonly inDays: (days: number) => string;
  readonly create: string;
  readonly cancel: string;
  readonly tokenOnce: (name: string) => string;
  readonly tokenOnceSays: string;
  readonly copy: string;
  readonly copied: string;
  readonly copyByHand: string;
  readonly kept: string;
  readonly createdBy: (name: string, when: string) => string;
  readonly expiresOn: (when: string, left: string) => string;
  readonly lastUsed: (age: string) => string;
  readonly neverUsed: string;
  readonly expiredOn: (when: string) => string;
  readonly revokedOn: (when: string) => string;
  readonly over: (count: number) => string;
  readonly revoke: string;
  readonly revokeSays: (name: string) => string;
  readonly revokeNamed: (name: string) => string;

  readonly sessions: string;
  readonly sessionsSay: string;
  readonly noSessions: string;
  readonly thisSession: string;
  readonly otherBrowser: string;
  readonly signedIn: (how: "link" | "login", when: string) => string;
  readonly sessionSeen: (age: string) => string;
  readonly signOutEverywhere: string;
  readonly signOutEverywhereSays: string;
  readonly signOutOther: string;
  readonly signOutNamed: (name: string) => string;
  readonly signOutOtherSays: (name: string) => string;

  readonly freezes: string;
  readonly freezesSay: string;
  readonly noFreezes: string;
  readonly newFreeze: string;
  readonly environment: string;
  readonly reason: string;
  readonly reasonHint: string;
  readonly until: string;
  readonly untilHint: string;
  readonly freeze: string;
  readonly frozenSince: (environment: string, when: string) => string;
  readonly frozenBy: (name: string, reason: string) => string;
  readonly halted: (release: string) => string;
  readonly endsAt: (when: string) => string;
  readonly endsNever: string;
  readonly lift: string;
  readonly liftNamed: (environment: string) => string;
  readonly liftSays: (environment: string) => string;
  readonly mayNotFreeze: string;
}

export const settingsWords: Words<SettingsWords> = {
  en: {
    title: "Settings",
    zone: (timeZone) => `Times are in ${timeZone}.`,
    asOf: (age) => `The server does not answer; this is ${age} old.`,
    everywhere: "everywhere",
    nobody: "nobody",

    connections: "Connections",
    noConnections: "The server’s file names no connection, and no release has used one.",
    connection: "Connection",
    state: "State",
    lastAnswer: "Last answer",
    latency: "Took",
    does: "What it does",
    plans: "Plans",
    noPlan: "no plan yet",
    never: "never",
    ports: { source: "metric source", router: "router", workloads: "workloads", notifier: "notifier" },
    states: { answers: "answers", fails: "fails", "not-asked": "not asked yet" },
    ago: (age) => `${age} ago`,

    people: "People",
    noPeople: "The server’s file names nobody, and nobody has signed in.",
    you: "you",
    isOn: "is here",
    lastSeen: (age) => `last seen ${age} ago`,
    notSeen: "not seen since the server began",
    from: { file: "named in serin.yaml", login: "signed in" },
    inEnvironments: (environments) => `in ${environments}`,

    tokens: "Tokens of programs",
    tokensSay: "A pipeline calls the server with one. Programs never sign off.",
    tokensNotYours: "Only a release manager sees, makes and revokes them.",
    noTokens: "There is none.",
    newToken: "New token",
    tokenName: "Name",
    tokenNameHint: "which program has it; it stands in the journal",
    roles: "Roles",
    rolesHint: "no more than it needs",
    rolesMissing: "Choose at least one role.",
    environments: "Environments",
    environmentsHint: "separated by commas; empty: everywhere",
    expires: "Expires",
    inDays: (days) => `in ${days} days`,
    create: "Create",
    cancel: "Cancel",
    tokenOnce: (name) => `The token of ${name}`,
    tokenOnceSays: "It is shown this once: the server keeps only its digest.",
    copy: "Copy",
    copied: "Copied.",
    copyByHand: "It is selected: copy it with Ctrl+C.",
    kept: "I have it",
    createdBy: (name, when) => `made by ${name}, ${when}`,
    expiresOn: (when, left) => `expires ${when}, in ${left}`,
    lastUsed: (age) => `used ${age} ago`,
    neverUsed: "never used",
    expiredOn: (when) => `expired ${when}`,
    revokedOn: (when) => `revoked ${when}`,
    over: (count) => (count === 1 ? "1 that expired or was revoked" : `${count} that expired or were revoked`),
    revoke: "Revoke",
    revokeSays: (name) => `Whatever calls as ${name} is refused from then on. It cannot be undone.`,
    revokeNamed: (name) => `Revoke ${name}`,

    sessions: "Signed in",
    sessionsSay: "The browsers in which people are signed in. A release manager sees those of everybody.",
    noSessions: "You came with a token, and no browser is signed in as you.",
    thisSession: "this browser",
    otherBrowser: "another browser",
    signedIn: (how, when) => (how === "link" ? `by a link, ${when}` : `signed in ${when}`),
    sessionSeen: (age) => `used ${age} ago`,
    signOutEverywhere: "Sign out everywhere",
    signOutEverywhereSays:
      "Every browser in which you are signed in is signed out now, this one too; links that you made open nothing any more.",
    signOutOther: "Sign out",
    signOutNamed: (name) => `Sign ${name} out everywhere`,
    signOutOtherSays: (name) => `${name} is signed out of every browser now, and may sign in again.`,

    freezes: "Freezes",
    freezesSay: "Where an environment is frozen nothing starts or advances. Rollbacks always go.",
    noFreezes: "Nothing is frozen.",
    newFreeze: "Freeze an environment",
    environment: "Environment",
    reason: "Why",
    reasonHint: "everybody who waits reads it",
    until: "Until",
    untilHint: "empty: until somebody lifts it",
    freeze: "Freeze",
    frozenSince: (environment, when) => `${environment}, since ${when}`,
    frozenBy: (name, reason) => `${name}: “${reason}”`,
    halted: (release) => `Release ${release} was halted.`,
    endsAt: (when) => `Ends by itself ${when}.`,
    endsNever: "Lasts until a release manager lifts it.",
    lift: "Lift",
    liftNamed: (environment) => `Lift the freeze of ${environment}`,
    liftSays: (environment) => `What waits for it in ${environment} goes on.`,
    mayNotFreeze: "A release manager or a DevOps lead sets one; a release manager lifts it.",
  },
  fr: {
    title: "Réglages",
    zone: (timeZone) => `Les heures sont celles de ${timeZone}.`,
    asOf: (age) => `Le serveur ne répond pas\u202f; ceci date de ${age}.`,
    everywhere: "partout",
    nobody: "personne",

    connections: "Connexions",
    noConnections: "Le fichier du serveur ne nomme aucune connexion, et aucune mise en production n’en a utilisé.",
    connection: "Connexion",
    state: "État",
    lastAnswer: "Dernière réponse",
    latency: "Durée",
    does: "Ce qu’elle fait",
    plans: "Plans",
    noPlan: "aucun plan encore",
    never: "jamais",
    ports: { source: "source de métriques", router: "routeur", workloads: "charges de travail", notifier: "notification" },
    states: { answers: "répond", fails: "échoue", "not-asked": "pas encore interrogée" },
    ago: (age) => `il y a ${age}`,

    people: "Personnes",
    noPeople: "Le fichier du serveur ne nomme personne, et personne ne s’est connecté.",
    you: "vous",
    isOn: "est là",
    lastSeen: (age) => `dernière visite il y a ${age}`,
    notSeen: "aucune visite depuis le démarrage du serveur",
    from: { file: "par serin.yaml", login: "par le compte de l’équipe" },
    inEnvironments: (environments) => `dans ${environments}`,

    tokens: "Jetons des programmes",
    tokensSay: "Un pipeline appelle le serveur avec un jeton. Les programmes ne donnent jamais d’accord.",
    tokensNotYours: "Seul un release manager les voit, les crée et les révoque.",
    noTokens: "Il n’y en a aucun.",
    newToken: "Nouveau jeton",
    tokenName: "Nom",
    tokenNameHint: "le programme qui l’utilise\u202f; il figure au journal",
    roles: "Rôles",
    rolesHint: "pas plus qu’il n’en faut",
    rolesMissing: "Choisissez au moins un rôle.",
    environments: "Environnements",
    environmentsHint: "séparés par des virgules\u202f; vide\u202f: partout",
    expires: "Expire",
    inDays: (days) => `dans ${days} jours`,
    create: "Créer",
    cancel: "Annuler",
    tokenOnce: (name) => `Le jeton de ${name}`,
    tokenOnceSays: "Il n’est montré que cette fois\u202f: le serveur n’en garde que l’empreinte.",
    copy: "Copier",
    copied: "Copié.",
    copyByHand: "Il est sélectionné\u202f: copiez-le avec Ctrl+C.",
    kept: "C’est noté",
    createdBy: (name, when) => `créé par ${name}, ${when}`,
    expiresOn: (when, left) => `expire ${when}, dans ${left}`,
    lastUsed: (age) => `utilisé il y a ${age}`,
    neverUsed: "jamais utilisé",
    expiredOn: (when) => `expiré ${when}`,
    revokedOn: (when) => `révoqué ${when}`,
    over: (count) => (count === 1 ? "1 expiré ou révoqué" : `${count} expirés ou révoqués`),
    revoke: "Révoquer",
    revokeSays: (name) => `Ce qui appelle en tant que ${name} sera refusé dès lors. C’est sans retour.`,
    revokeNamed: (name) => `Révoquer ${name}`,

    sessions: "Connectés",
    sessionsSay: "Les navigateurs où l’on est connecté. Un release manager voit ceux de tout le monde.",
    noSessions: "Vous êtes venu avec un jeton, et aucun navigateur n’est connecté en votre nom.",
    thisSession: "ce navigateur",
    otherBrowser: "un autre navigateur",
    signedIn: (how, when) => (how === "link" ? `par un lien, ${when}` : `connecté ${when}`),
    sessionSeen: (age) => `utilisé il y a ${age}`,
    signOutEverywhere: "Se déconnecter partout",
    signOutEverywhereSays:
      "Tous les navigateurs où vous êtes connecté sont déconnectés maintenant, celui-ci aussi\u202f; les liens que vous avez créés n’ouvrent plus rien.",
    signOutOther: "Déconnecter",
    signOutNamed: (name) => `Déconnecter ${name} partout`,
    signOutOtherSays: (name) => `${name} est déconnecté de tous ses navigateurs maintenant, et peut se connecter à nouveau.`,

    freezes: "Gels",
    freezesSay: "Là où un environnement est gelé, rien ne démarre ni n’avance. Les retours arrière passent toujours.",
    noFreezes: "Rien n’est gelé.",
    newFreeze: "Geler un environnement",
    environment: "Environnement",
    reason: "Motif",
    reasonHint: "lu par tous ceux qui attendent",
    until: "Jusqu’à",
    untilHint: "vide\u202f: jusqu’à ce que quelqu’un le lève",
    freeze: "Geler",
    frozenSince: (environment, when) => `${environment}, depuis ${when}`,
    frozenBy: (name, reason) => `${name}\u202f: «\u00a0${reason}\u00a0»`,
    halted: (release) => `Arrêt complet de ${release}.`,
    endsAt: (when) => `Prend fin de lui-même ${when}.`,
    endsNever: "Dure jusqu’à ce qu’un release manager le lève.",
    lift: "Lever",
    liftNamed: (environment) => `Lever le gel de ${environment}`,
    liftSays: (environment) => `Ce qui attend cette levée dans ${environment} reprend.`,
    mayNotFreeze: "Un release manager ou un responsable DevOps le pose\u202f; un release manager le lève.",
  },
};
