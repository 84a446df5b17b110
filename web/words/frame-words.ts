import type { Words } from "./language.ts";

/** What stands around every screen. */
export interface FrameWords {
  readonly releases: string;
  readonly calendar: string;
  readonly settings: string;
  readonly screens: string;
  readonly skip: string;
  readonly language: string;
  /** The other language, in itself. */
  readonly otherLanguage: string;
  readonly theme: string;
  readonly themes: Readonly<Record<"system" | "light" | "dark", string>>;
  readonly signOut: string;
  readonly roles: Readonly<Record<"release-manager" | "devops-lead" | "qa-lead" | "product-owner" | "viewer", string>>;
  readonly connecting: string;
  readonly away: (age: string) => string;
  readonly neverHeard: string;
  readonly retry: string;
  readonly nothingHere: string;
  readonly nothingHereRemedy: string;
  readonly broken: string;
  readonly brokenRemedy: string;
  readonly reload: string;
  readonly ended: string;
  readonly endedSays: string;
  readonly whoGoesOn: string;
  readonly stay: (name: string) => string;
  readonly become: (name: string) => string;
  readonly signIn: string;
  readonly signInBy: string;
  readonly orLink: string;
  readonly openLink: string;
  readonly linkSays: string;
  readonly linkNeeds: string;
  readonly close: string;
}

export const frameWords: Words<FrameWords> = {
  en: {
    releases: "Releases",
    calendar: "Calendar",
    settings: "Settings",
    screens: "Screens",
    skip: "Skip to content",
    language: "Language",
    otherLanguage: "Français",
    theme: "Colours",
    themes: { system: "as the system", light: "light", dark: "dark" },
    signOut: "Sign out",
    roles: {
      "release-manager": "release manager",
      "devops-lead": "DevOps lead",
      "qa-lead": "QA lead",
      "product-owner": "product owner",
      viewer: "viewer",
    },
    connecting: "Asking the server…",
    away: (age) =>
      `The server cannot be reached. What you see is ${age} old. Nothing that you press would arrive; releases go on by themselves.`,
    neverHeard: "The server cannot be reached.",
    retry: "Try now",
    nothingHere: "There is nothing at this address.",
    nothingHereRemedy: "The releases are a good place to begin.",
    broken: "This screen made a mistake.",
    brokenRemedy: "The release is not touched by it. Load the page again; `serin release show` shows the same in a terminal.",
    reload: "Load again",
    ended: "Your session has ended.",
    endedSays: "What you pressed last was not done: sign in, and press it again. Releases go on by themselves.",
    whoGoesOn: "Who are you?",
    stay: (name) => `Stay ${name}`,
    become: (name) => `Sign in as ${name}`,
    signIn: "Sign in",
    signInBy: "Sign in with your team’s account",
    orLink: "Or open a one-time link. The command line makes one:",
    openLink: "Open a one-time link. The command line makes one:",
    linkSays: "It opens this page once, within ten minutes, as whoever made it: give it to nobody.",
    linkNeeds:
      "The command needs your token: your line of tokens.json in the server’s data folder. Who has none asks whoever keeps the server’s file to add them under people.",
    close: "Close",
  },
  fr: {
    releases: "Mises en production",
    calendar: "Calendrier",
    settings: "Réglages",
    screens: "Écrans",
    skip: "Aller au contenu",
    language: "Langue",
    otherLanguage: "English",
    theme: "Couleurs",
    themes: { system: "comme le système", light: "clair", dark: "sombre" },
    signOut: "Se déconnecter",
    roles: {
      "release-manager": "release manager",
      "devops-lead": "responsable DevOps",
      "qa-lead": "responsable QA",
      "product-owner": "product owner",
      viewer: "lecteur",
    },
    connecting: "Le serveur est interrogé…",
    away: (age) =>
      `Le serveur est injoignable. Ce que vous voyez date de ${age}. Aucune action n’arriverait au serveur\u202f; les mises en production continuent d’elles-mêmes.`,
    neverHeard: "Le serveur est injoignable.",
    retry: "Réessayer",
    nothingHere: "Il n’y a rien à cette adresse.",
    nothingHereRemedy: "La liste des mises en production est un bon point de départ.",
    broken: "Cet écran a rencontré une erreur.",
    brokenRemedy:
      "La mise en production n’est pas touchée. Rechargez la page\u202f; `serin release show` montre la même chose dans un terminal.",
    reload: "Recharger",
    ended: "Votre session a pris fin.",
    endedSays:
      "Ce que vous venez de demander n’a pas été fait\u202f: connectez-vous et recommencez. Les mises en production continuent d’elles-mêmes.",
    whoGoesOn: "Qui êtes-vous\u202f?",
    stay: (name) => `Rester ${name}`,
    become: (name) => `Se connecter comme ${name}`,
    signIn: "Connexion",
    signInBy: "Se connecter avec le compte de l’équipe",
    orLink: "Ou ouvrez un lien à usage unique. La ligne de commande en crée un\u202f:",
    openLink: "Ouvrez un lien à usage unique. La ligne de commande en crée un\u202f:",
    linkSays: "Il ouvre cette page une fois, dans les dix minutes, au nom de qui l’a créé\u202f: ne le donnez à personne.",
    linkNeeds:
      "La commande demande votre jeton\u202f: votre ligne de tokens.json dans le dossier de données du serveur. Qui n’en a pas demande à la personne qui tient le fichier du serveur de l’ajouter sous people.",
    close: "Fermer",
  },
};
