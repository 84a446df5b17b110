import type { Role } from "../plan.ts";
import type { ByLanguage, Sentences } from "./context.ts";
import type { Reaction } from "../reactions.ts";
import { saySpan } from "./numbers.ts";

/** The headings and sentences of a runbook; text arguments are said, and escaped, already. */
interface RunbookWords {
  readonly colon: string;
  readonly semicolon: string;
  readonly version: string;
  readonly environment: string;
  readonly plannedFor: string;
  readonly services: string;
  readonly steps: string;
  phase(number: number, share: string, time: string, name: string | null): string;
  readonly target: string;
  newLogins(share: string): string;
  ofEverybody(share: string): string;
  readonly everybody: string;
  readonly duration: string;
  readonly finalValidation: string;
  observation(time: string, extension: string | null): string;
  readonly criteria: string;
  readonly finalCriteria: string;
  otherwise(reaction: string): string;
  readonly holdAndAsk: string;
  readonly entry: string;
  promote(who: string): string;
  readonly guards: string;
  readonly guardsSay: string;
  readonly reactions: Sentences<Reaction, readonly []>;
  readonly rollback: string;
  automatic(time: string): string;
  readonly automaticSays: string;
  readonly images: string;
  manual(time: string): string;
  /** `report` tells people, `why` shows where the evidence stands. */
  identify(report: string, why: string): string;
  decide(who: string, command: string): string;
  /** `confirm`: the command with which DevOps says that it was done. */
  executeImages(confirm: string): string;
  executeTraffic(confirm: string): string;
  /** `who`: `null` when the plan asks nobody; then nothing is typed. */
  validate(who: string | null, command: string): string;
  readonly people: string;
  readonly team: string;
  readonly roles: Readonly<Record<Exclude<Role, "viewer">, string>>;
  approves(what: string): string;
  readonly start: string;
  readonly promotion: string;
  readonly mayRollBack: string;
  readonly validatesRollback: string;
  readonly windows: string;
  readonly prefer: string;
  readonly avoid: string;
  holidays(countries: string): string;
  readonly anyTime: string;
  zone(zone: string): string;
  readonly communication: string;
  readonly nobody: string;
  readonly monitoring: string;
  readonly dashboards: string;
  readonly read: string;
  readonly total: string;
  totalSays(shortest: string, longest: string | null): string;
  announced(parts: string): string;
  whenOf(day: string, from: string, to: string): string;
  days(first: string, last: string): string;
}

const en: RunbookWords = {
  colon: ":",
  semicolon: "; ",
  version: "Version",
  environment: "Environment",
  plannedFor: "Planned for",
  services: "Services",
  steps: "Progressive rollout",
  phase: (number, share, time, name) => `Phase ${number}: ${share} of traffic (${time})${name === null ? "" : `, ${name}`}`,
  target: "Target",
  newLogins: (share) => `${share} of the people who have newly logged in`,
  ofEverybody: (share) => `${share} of all traffic`,
  everybody: "all traffic",
  duration: "Duration",
  finalValidation: "Final validation",
  observation: (time, extension) => `${time} of observation${extension === null ? "" : `, at most ${extension} more while undecided`}`,
  criteria: "Critical metrics",
  finalCriteria: "Final metrics",
  otherwise: (reaction) => ` (if it fails: ${reaction})`,
  holdAndAsk: "hold and ask",
  entry: "Approval to enter",
  promote: (who) => `Promotion takes the approval ${who}.`,
  guards: "Automatic stop thresholds",
  guardsSay: "Watched in every phase, whatever windows and approvals say:",
  reactions: {
    rollback: () => "immediate rollback",
    "rollback-within": ({ withinMs }) => `rollback within ${saySpan(withinMs, "en")}`,
    investigate: ({ forMs }) => `investigation ${saySpan(forMs, "en")}, then rollback`,
    stop: () => "canary stop",
    halt: () => "full halt",
  },
  rollback: "Rollback procedures",
  automatic: (time) => `Automatic rollback (< ${time})`,
  automaticSays: "Set off automatically when a threshold is crossed: all traffic goes back to stable first, and is read back.",
  images: "Afterwards, and by hand once the previous version is no longer kept, the images:",
  manual: (time) => `Manual rollback (at most ${time})`,
  identify: (report, why) => `Identify the problem: ${report} tells everybody, ${why} shows the evidence`,
  decide: (who, command) => `Decision to roll back by ${who}: ${command}`,
  executeImages: (confirm) =>
    `Technical execution by DevOps: serin moves the traffic; then the images above; DevOps confirms it: ${confirm}`,
  executeTraffic: (confirm) => `Technical execution: serin moves the traffic; DevOps confirms it: ${confirm}`,
  validate: (who, command) => `Validation after the rollback${who === null ? "" : ` by ${who}: ${command}`}`,
  people: "Responsibilities and communication",
  team: "Technical team",
  roles: {
    "release-manager": "go/no-go and rollback decisions",
    "devops-lead": "technical execution of the deployment",
    "qa-lead": "validation of metrics and thresholds",
    "product-owner": "validation of business impact",
  },
  approves: (what) => `approves ${what}`,
  start: "the start",
  promotion: "the promotion",
  mayRollBack: "may decide the rollback",
  validatesRollback: "validates the state after a rollback",
  windows: "Release windows",
  prefer: "Preferred",
  avoid: "Avoid",
  holidays: (countries) => `public holidays (${countries})`,
  anyTime: "any time",
  zone: (zone) => `times of ${zone}`,
  communication: "Communication",
  nobody: "nobody is told",
  monitoring: "Monitoring dashboards",
  dashboards: "Real-time metrics",
  read: "What serin reads",
  total: "Estimated total time",
  totalSays: (shortest, longest) => `${shortest} (if all goes well)${longest === null ? "" : `, ${longest} with every extension`}`,
  announced: (parts) => `; announced: ${parts}`,
  whenOf: (day, from, to) => `${day} ${from}-${to}`,
  days: (first, last) => `${first}-${last}`,
};

const fr: RunbookWords = {
  colon: "\u00a0:",
  semicolon: "\u00a0; ",
  version: "Version",
  environment: "Environnement",
  plannedFor: "Date prévisionnelle",
  services: "Services",
  steps: "Étapes de déploiement progressif",
  phase: (number, share, time, name) => `Phase ${number}\u00a0: ${share} du trafic (${time})${name === null ? "" : `, ${name}`}`,
  target: "Cible",
  newLogins: (share) => `${share} des utilisateurs nouvellement connectés`,
  ofEverybody: (share) => `${share} du trafic total`,
  everybody: "tout le trafic (production complète)",
  duration: "Durée",
  finalValidation: "Validation finale",
  observation: (time, extension) =>
    `${time} d’observation${extension === null ? "" : `, au plus ${extension} de plus tant que c’est indécis`}`,
  criteria: "Métriques critiques",
  finalCriteria: "Métriques finales",
  otherwise: (reaction) => ` (en cas d’échec\u00a0: ${reaction})`,
  holdAndAsk: "suspendre et demander",
  entry: "Accord pour entrer",
  promote: (who) => `La généralisation demande l’accord ${who}.`,
  guards: "Seuils d’arrêt automatique",
  guardsSay: "Surveillés dans chaque phase, quels que soient fenêtres et accords\u00a0:",
  reactions: {
    rollback: () => "retour arrière (rollback) immédiat",
    "rollback-within": ({ withinMs }) => `retour arrière (rollback) en ${saySpan(withinMs, "fr")}`,
    investigate: ({ forMs }) => `investigation ${saySpan(forMs, "fr")}, puis retour arrière (rollback)`,
    stop: () => "arrêt du canari",
    halt: () => "arrêt complet",
  },
  rollback: "Procédures de retour arrière (rollback)",
  automatic: (time) => `Retour arrière automatique (< ${time})`,
  automaticSays:
    "Déclenchement automatique si un seuil est dépassé\u00a0: tout le trafic revient d’abord à la version stable, et c’est confirmé.",
  images: "Ensuite, et à la main quand la version précédente n’est plus gardée, les images\u00a0:",
  manual: (time) => `Retour arrière manuel (au plus ${time})`,
  identify: (report, why) => `Identification du problème\u00a0: ${report} prévient tout le monde, ${why} montre les preuves`,
  decide: (who, command) => `Décision de retour arrière par ${who}\u00a0: ${command}`,
  executeImages: (confirm) =>
    `Exécution technique par DevOps\u00a0: serin déplace le trafic\u00a0; puis les images ci-dessus\u00a0; DevOps la confirme\u00a0: ${confirm}`,
  executeTraffic: (confirm) => `Exécution technique\u00a0: serin déplace le trafic\u00a0; DevOps la confirme\u00a0: ${confirm}`,
  validate: (who, command) => `Validation après le retour arrière${who === null ? "" : ` par ${who}\u00a0: ${command}`}`,
  people: "Responsables et communication",
  team: "Équipe technique",
  roles: {
    "release-manager": "décisions go/no-go et retour arrière",
    "devops-lead": "exécution technique du déploiement",
    "qa-lead": "validation des métriques et des seuils",
    "product-owner": "validation de l’impact business",
  },
  approves: (what) => `donne son accord pour ${what}`,
  start: "le démarrage",
  promotion: "la généralisation",
  mayRollBack: "peut décider le retour arrière",
  validatesRollback: "valide l’état après un retour arrière",
  windows: "Fenêtres de tir",
  prefer: "Préférentiel",
  avoid: "Éviter",
  holidays: (countries) => `jours fériés (${countries})`,
  anyTime: "à tout moment",
  zone: (zone) => `heures de ${zone}`,
  communication: "Communication",
  nobody: "personne n’est prévenu",
  monitoring: "Dashboards de monitoring",
  dashboards: "Métriques temps réel",
  read: "Ce que serin lit",
  total: "Durée totale estimée",
  totalSays: (shortest, longest) => `${shortest} (si tout va bien)${longest === null ? "" : `, ${longest} avec toutes les prolongations`}`,
  announced: (parts) => `\u00a0; annoncée\u00a0: ${parts}`,
  whenOf: (day, from, to) => `${day} ${from}-${to}`,
  days: (first, last) => `${first}-${last}`,
};

/** The headings and sentences of a runbook, by language. */
export const runbookWords: ByLanguage<RunbookWords> = { en, fr };
