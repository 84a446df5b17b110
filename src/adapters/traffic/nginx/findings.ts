import { phrases } from "../../../core/messages/phrases.ts";
import { sayWhy } from "../../../core/messages/whys.ts";

/** What is looked at of one nginx. */
export const subjects = phrases(
  "nginx-subject",
  {
    nginx: (address: string) => `nginx at ${address}`,
    routes: (address: string) => `nginx at ${address}, routes`,
    stateFile: (address: string) => `nginx at ${address}, state file`,
  },
  {
    nginx: (address) => `nginx à ${address}`,
    routes: (address) => `nginx à ${address}, routes`,
    stateFile: (address) => `nginx à ${address}, fichier d’état`,
  },
);

/** What runs there. */
interface Program {
  readonly nginx: string;
  readonly workers: number;
  /** As the module counts its versions: 10020 is 0.10.20. */
  readonly lua: number;
  readonly script: number;
}

const ours = (lua: number): string => `0.${Math.floor(lua / 1000)}.${lua % 1000}`;
const program = {
  en: ({ nginx, workers, lua, script }: Program) =>
    `nginx ${nginx} with ${workers} ${workers === 1 ? "worker" : "workers"}, Lua module ${ours(lua)}, serin.lua ${script}.`,
  fr: ({ nginx, workers, lua, script }: Program) =>
    `nginx ${nginx} avec ${workers} ${workers > 1 ? "workers" : "worker"}, module Lua ${ours(lua)}, serin.lua ${script}.`,
};

/** What is found of one nginx. */
export const findings = phrases(
  "nginx",
  {
    program: (about: Program) => program.en(about),
    scriptOther: (about: Program, needed: number) => [
      program.en(about),
      `Copy serin.lua of this serin (version ${needed}) beside nginx.conf and reload nginx.`,
    ],
    luaOld: (about: Program) => [program.en(about), "Install the Lua module 0.10.20 or later."],
    tokenOther: (why: string) => [`${sayWhy(why, "en")}.`, "Give the router's connection the token of nginx's token_file."],
    silent: (why: string) => [
      `${sayWhy(why, "en")}.`,
      "Start nginx with examples/nginx/serin.lua, and write the address of its control location as control of the router's connection.",
    ],
    hasRoutes: () => "Every route of the plan is there.",
    lacksRoutes: (missing: readonly { readonly path: string; readonly service: string }[]) => [
      `Without an order it does not know ${missing.map(({ path, service }) => `${path} to ${service}`).join(", ")}.`,
      "Write the plan's routes, and where stable answers, as routes and stable of serin.configure in nginx.conf.",
    ],
    noStateFile: () => [
      "None: after a restart of nginx people are sent where nginx.conf says, until the controller speaks.",
      "Name a state_file in serin.configure, in a folder that the workers may write.",
    ],
    orderKept: () => "The last order is kept.",
    orderNotNeeded: () => "The last order is not needed yet.",
    orderNotKept: (why: string) => [
      `The last order was not kept: ${sayWhy(why, "en")}.`,
      "Give the workers of nginx a folder that they may write, and name a state_file in it.",
    ],
  },
  {
    program: program.fr,
    scriptOther: (about, needed) => [
      program.fr(about),
      `Copiez le serin.lua de cette version de serin (version ${needed}) à côté de nginx.conf et rechargez nginx.`,
    ],
    luaOld: (about) => [program.fr(about), "Installez le module Lua 0.10.20 ou plus récent."],
    tokenOther: (why) => [`${sayWhy(why, "fr")}.`, "Donnez à la connexion du routeur le jeton du token_file de nginx."],
    silent: (why) => [
      `${sayWhy(why, "fr")}.`,
      "Démarrez nginx avec examples/nginx/serin.lua, et écrivez l’adresse de son emplacement de contrôle comme control dans la connexion du routeur.",
    ],
    hasRoutes: () => "Toutes les routes du plan y sont.",
    lacksRoutes: (missing) => [
      `Sans ordre, il ne connaît pas ${missing.map(({ path, service }) => `${path} vers ${service}`).join(", ")}.`,
      "Écrivez les routes du plan, et où répond la version stable, comme routes et stable de serin.configure dans nginx.conf.",
    ],
    noStateFile: () => [
      "Aucun\u202f: après un redémarrage de nginx, les personnes vont là où le dit nginx.conf, jusqu’au prochain ordre du contrôleur.",
      "Nommez un state_file dans serin.configure, dans un dossier où les workers peuvent écrire.",
    ],
    orderKept: () => "Le dernier ordre est gardé.",
    orderNotNeeded: () => "Il n’y a pas encore d’ordre à garder.",
    orderNotKept: (why) => [
      `Le dernier ordre n’a pas été gardé\u202f: ${sayWhy(why, "fr")}.`,
      "Donnez aux workers de nginx un dossier où ils peuvent écrire, et nommez-y un state_file.",
    ],
  },
);
