import { list } from "../../../core/messages/context.ts";
import { sayCount } from "../../../core/messages/numbers.ts";
import { phrases } from "../../../core/messages/phrases.ts";
import { sayWhy } from "../../../core/messages/whys.ts";

/** What is looked at for Lighthouse. */
export const subjects = phrases(
  "lighthouse-subject",
  {
    memory: () => "memory for a browser",
    pageOf: (path: string, metric: string) => `page ${path} of metric ${metric}`,
    page: (address: string) => `page ${address}`,
    newBuilds: () => "builds of the new version",
  },
  {
    memory: () => "mémoire pour un navigateur",
    pageOf: (path, metric) => `page ${path} de la métrique ${metric}`,
    page: (address) => `page ${address}`,
    newBuilds: () => "builds de la nouvelle version",
  },
);

const install = {
  en: "Install Chromium where the server runs, or write its path as chromium in the source's connection.",
  fr: "Installez Chromium là où tourne le serveur, ou écrivez son chemin comme chromium dans la connexion de la source.",
};
const base = {
  en: "Look at base in the source's connection, and whether the server reaches it.",
  fr: "Vérifiez base dans la connexion de la source, et que le serveur y accède.",
};

/** What is found of the browser, the machine and the pages, or at a Lighthouse CI server. */
export const findings = phrases(
  "lighthouse",
  {
    noBrowser: () => ["There is none that can be run.", install.en],
    browserNameless: (path: string) => [`${path} does not say its version.`, install.en],
    browser: (path: string, version: string) => `${path} is version ${version}.`,
    browserFails: (path: string, why: string) => [`${path} cannot be run: ${sayWhy(why, "en")}.`, install.en],
    memory: (freeMib: number) => `${freeMib} MiB are free; a run takes about 750 MiB.`,
    littleMemory: (freeMib: number) => [
      `${freeMib} MiB are free; a run takes about 750 MiB.`,
      "Give the server more memory, or take the source axe, which needs no browser.",
    ],
    serviceUnknown: (service: string, known: readonly string[]) => [
      `The plan has no service ${service}.`,
      `Write one of ${known.join(", ")}.`,
    ],
    serviceUnsaid: (example: string) => ["Nobody says which service has it.", `Write service: ${example} in the metric.`],
    baseAnswers: (status: number) => `It answered ${status}.`,
    baseAnswersError: (status: number) => [`It answered ${status}.`, base.en],
    baseSilent: (why: string) => [`${sayWhy(why, "en")}.`, base.en],
    hasBuilds: (count: number) => `It answers, and has ${count} builds of the project.`,
    noBuild: (commits: readonly string[]) => [
      `No build is of the commit of ${commits.join(", ")}.`,
      "Run lhci autorun for that commit, and let the version's name have the commit's hash in it.",
    ],
    serverFails: (why: string) => [`${sayWhy(why, "en")}.`, "Look at lhci in the source's connection: url, project or token, headers."],
  },
  {
    noBrowser: () => ["Aucun ne peut être lancé.", install.fr],
    browserNameless: (path) => [`${path} ne dit pas sa version.`, install.fr],
    browser: (path, version) => `${path} est en version ${version}.`,
    browserFails: (path, why) => [`${path} ne peut pas être lancé\u202f: ${sayWhy(why, "fr")}.`, install.fr],
    memory: (freeMib) => `${sayCount(freeMib, "fr")} Mio sont libres\u202f; une mesure en prend environ 750.`,
    littleMemory: (freeMib) => [
      `${sayCount(freeMib, "fr")} Mio sont libres\u202f; une mesure en prend environ 750.`,
      "Donnez plus de mémoire au serveur, ou prenez la source axe, qui se passe de navigateur.",
    ],
    serviceUnknown: (service, known) => [`Le plan n’a pas de service ${service}.`, `Écrivez ${list(known, "fr", "or")}.`],
    serviceUnsaid: (example) => ["Rien ne dit quel service a cette page.", `Écrivez service: ${example} dans la métrique.`],
    baseAnswers: (status) => `Elle a répondu ${status}.`,
    baseAnswersError: (status) => [`Elle a répondu ${status}.`, base.fr],
    baseSilent: (why) => [`${sayWhy(why, "fr")}.`, base.fr],
    hasBuilds: (count) => `Il répond, et a ${sayCount(count, "fr")} ${count > 1 ? "builds" : "build"} du projet.`,
    noBuild: (commits) => [
      `Aucun build n’est du commit de ${list(commits, "fr", "or")}.`,
      "Lancez lhci autorun pour ce commit, et mettez l’empreinte du commit dans le nom de la version.",
    ],
    serverFails: (why) => [`${sayWhy(why, "fr")}.`, "Vérifiez lhci dans la connexion de la source\u202f: url, project ou token, headers."],
  },
);
