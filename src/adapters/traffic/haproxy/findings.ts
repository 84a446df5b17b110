import { capital } from "../../../core/messages/context.ts";
import { phrases } from "../../../core/messages/phrases.ts";
import { sayWhy } from "../../../core/messages/whys.ts";

/** What is looked at of one HAProxy. */
export const subjects = phrases(
  "haproxy-subject",
  {
    socket: (path: string) => `socket ${path}`,
    version: () => "HAProxy's version",
    rules: () => "rules of the configuration",
    map: (file: string) => `map ${file}`,
    backends: (canary: string, stable: string) => `backends ${canary} and ${stable}`,
    restartFiles: () => "files for a restart",
    folder: (path: string) => `folder ${path}`,
    door: (address: string) => `way in ${address}`,
  },
  {
    socket: (path) => `socket ${path}`,
    version: () => "version de HAProxy",
    rules: () => "règles de la configuration",
    map: (file) => `map ${file}`,
    backends: (canary, stable) => `backends ${canary} et ${stable}`,
    restartFiles: () => "fichiers pour un redémarrage",
    folder: (path) => `dossier ${path}`,
    door: (address) => `entrée ${address}`,
  },
);

const rewrite = {
  en: 'Write it with "serin router config PLAN" and reload HAProxy.',
  fr: "Écrivez-la avec «\u00a0serin router config PLAN\u00a0» et rechargez HAProxy.",
};

/** What is found of one HAProxy. */
export const findings = phrases(
  "haproxy",
  {
    noAccess: (why: string) => [
      `${capital(sayWhy(why, "en"))}.`,
      "Let the user of serin use it: `user`, `group` and `mode 660` of the `stats socket` line.",
    ],
    notThere: (why: string) => [
      `${capital(sayWhy(why, "en"))}.`,
      "Start HAProxy with the configuration of serin, or correct `socket` of the connection.",
    ],
    silent: (why: string) => [`${capital(sayWhy(why, "en"))}.`, "See whether HAProxy runs and is not overloaded."],
    notHaproxy: () => ["What answers there is not HAProxy.", "Correct `socket` of the connection."],
    version: (version: string) => `It is ${version}.`,
    versionOld: (version: string) => [`It is ${version}.`, "Install 2.4 or later."],
    isAdmin: () => "It may be used, at the level admin.",
    notAdmin: () => ["Its level is not admin, so that servers cannot be set.", "Write `level admin` in the `stats socket` line."],
    noRules: () => ["HAProxy has none of serin's.", rewrite.en],
    rulesFit: () => "They were written for this plan.",
    rulesDiffer: (there: string, needed: string) => [
      `They are ${there}, and this plan needs ${needed}: other services, routes or login.`,
      rewrite.en,
    ],
    hasMap: () => "HAProxy has it.",
    noMap: () => ["HAProxy has no such map.", `Correct \`folder\` of the connection. ${rewrite.en}`],
    hasRoom: (places: number) => `Each arm has room for ${places} addresses.`,
    noServers: () => ["HAProxy has no servers of serin in them.", rewrite.en],
    littleRoom: (there: number, wanted: number) => [`Each arm has room for ${there} addresses, not ${wanted}.`, rewrite.en],
    notKept: (socket: string) => [
      `HAProxy at ${socket} may be another machine's, so that nothing is written for it: after a reload it has no address until serin's next word.`,
      "Do not reload it during a release, or run serin beside it with a path as `socket`.",
    ],
    notWritable: () => [
      "serin cannot write there, so that a reload would bring an old share and old addresses back.",
      "Make the folder, owned by the user of serin and readable for HAProxy.",
    ],
    keeps: () => "serin keeps the share and the addresses there.",
    mayKeep: () => "serin can write there, and has not yet.",
    doorSilent: (why: string) => [
      `${capital(sayWhy(why, "en"))}.`,
      "Correct `url` of the connection, or the `bind` line of the configuration.",
    ],
    doorStrange: () => [
      "What answers there does not take serin's proof: it is not this HAProxy, or its token is another one.",
      `Give HAProxy the token of the connection, and \`url\` the address of its \`bind\` line. ${rewrite.en}`,
    ],
    door: () => "It takes serin's proof, and its clock is serin's.",
    clockDiffers: (skewMs: number) => [
      `Its clock differs by ${skewMs} ms: a lease would end at another time.`,
      "Synchronise both clocks (NTP).",
    ],
  },
  {
    noAccess: (why) => [
      `${capital(sayWhy(why, "fr"))}.`,
      "Laissez l’utilisateur de serin s’en servir\u202f: `user`, `group` et `mode 660` de la ligne `stats socket`.",
    ],
    notThere: (why) => [
      `${capital(sayWhy(why, "fr"))}.`,
      "Démarrez HAProxy avec la configuration de serin, ou corrigez `socket` de la connexion.",
    ],
    silent: (why) => [`${capital(sayWhy(why, "fr"))}.`, "Vérifiez que HAProxy tourne et n’est pas surchargé."],
    notHaproxy: () => ["Ce qui y répond n’est pas HAProxy.", "Corrigez `socket` de la connexion."],
    version: (version) => `C’est la version ${version}.`,
    versionOld: (version) => [`C’est la version ${version}.`, "Installez la 2.4 ou une plus récente."],
    isAdmin: () => "Il est utilisable, au niveau admin.",
    notAdmin: () => [
      "Son niveau n’est pas admin\u202f: les serveurs ne peuvent pas être réglés.",
      "Écrivez `level admin` dans la ligne `stats socket`.",
    ],
    noRules: () => ["HAProxy n’a aucune règle de serin.", rewrite.fr],
    rulesFit: () => "Elles ont été écrites pour ce plan.",
    rulesDiffer: (there, needed) => [
      `Ce sont ${there}, et ce plan demande ${needed}\u202f: d’autres services, routes ou connexion (login).`,
      rewrite.fr,
    ],
    hasMap: () => "HAProxy l’a.",
    noMap: () => ["HAProxy n’a pas cette map.", `Corrigez \`folder\` de la connexion. ${rewrite.fr}`],
    hasRoom: (places) => `Chaque version a de la place pour ${places} ${places > 1 ? "adresses" : "adresse"}.`,
    noServers: () => ["HAProxy n’y a aucun serveur de serin.", rewrite.fr],
    littleRoom: (there, wanted) => [
      `Chaque version a de la place pour ${there} ${there > 1 ? "adresses" : "adresse"}, et non ${wanted}.`,
      rewrite.fr,
    ],
    notKept: (socket) => [
      `HAProxy (${socket}) est peut-être sur une autre machine\u202f: rien n’y est écrit, et après un rechargement il n’a aucune adresse jusqu’au prochain ordre de serin.`,
      "Ne le rechargez pas pendant une mise en production, ou faites tourner serin à côté, avec un chemin comme `socket`.",
    ],
    notWritable: () => [
      "serin ne peut pas y écrire\u202f: un rechargement ramènerait une ancienne part et d’anciennes adresses.",
      "Créez le dossier, propriété de l’utilisateur de serin et lisible par HAProxy.",
    ],
    keeps: () => "serin y garde la part et les adresses.",
    mayKeep: () => "serin peut y écrire, et ne l’a pas encore fait.",
    doorSilent: (why) => [`${capital(sayWhy(why, "fr"))}.`, "Corrigez `url` de la connexion, ou la ligne `bind` de la configuration."],
    doorStrange: () => [
      "Ce qui y répond n’accepte pas la preuve de serin\u202f: ce n’est pas ce HAProxy, ou il a un autre jeton.",
      `Donnez à HAProxy le jeton de la connexion, et à \`url\` l’adresse de sa ligne \`bind\`. ${rewrite.fr}`,
    ],
    door: () => "Elle accepte la preuve de serin, et son horloge est à l’heure de serin.",
    clockDiffers: (skewMs) => [
      `Son horloge diffère de ${skewMs} ms\u202f: un bail finirait à un autre moment.`,
      "Synchronisez les deux horloges (NTP).",
    ],
  },
);
