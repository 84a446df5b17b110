import type { Language } from "../plan.ts";
import { quote } from "./context.ts";

/**
 * Why something outside did not do what it was asked to, as its adapter or the other system said it in English: a clause without its full stop.
 * In French the clauses of serin's own adapters are translated, names and codes stay, and what another system said is quoted as it is.
 */
export function sayWhy(why: string, language: Language): string {
  const clause = why.trim().replace(/[.]$/u, "");
  return language === "en" ? clause : sayParts(clause);
}

/** Several of them stand in a row, each after a semicolon. */
function sayParts(clause: string): string {
  const whole = translated(clause);
  if (whole !== null) return whole;
  const parts = clause.split("; ");
  if (parts.length > 1) return parts.map(sayParts).join("\u202f; ");
  const [, name, rest] = named.exec(clause) ?? [];
  if (name !== undefined && rest !== undefined) return `${sayName(name)}\u202f: ${sayParts(rest)}`;
  return isCode(clause) ? clause : quote(clause, "fr");
}

/** Whom a clause is about: a call, an address, a service and its slot, a check of a mix of versions. */
const named =
  /^((?:[A-Z]+ )?\S+|\S+ (?:stable|canary|previous)|\S+ on (?:stable|canary)|(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) \S+ with [^:]+|HAProxy at \S+|mail server \S+|Slack \S+|new \S+ with old \S+): (.+)$/su;

function sayName(name: string): string {
  return name
    .replace(/^rollback$/u, "retour arrière")
    .replace(/^new (\S+) with old (\S+)$/u, "$1 nouveau avec $2 ancien")
    .replace(" with ", " avec ")
    .replaceAll(/ (?:on )?canary(?=,|$)/gu, " canari")
    .replaceAll(/ (?:on )?stable(?=,|$)/gu, " stable")
    .replaceAll(/ previous(?=,|$)/gu, " précédent")
    .replace(/^mail server /u, "serveur de courriel ")
    .replace(/^HAProxy at /u, "HAProxy ");
}

/** A code of another system: one word, or numbers. */
function isCode(clause: string): boolean {
  return !/\s/u.test(clause);
}

function translated(clause: string): string | null {
  for (const [sign, say] of clauses) {
    const found = sign.exec(clause);
    if (found !== null) return say(...found.slice(1).map((group) => group ?? ""));
  }
  return null;
}

function after(rest: string, joint: string): string {
  return rest === "" ? "" : `${joint}${sayParts(rest)}`;
}

/** The clauses of serin's own adapters; each stands there in English. */
const clauses: readonly (readonly [RegExp, (...groups: string[]) => string])[] = [
  [/^no answer within (\d+) (ms|s)$/u, (time, unit) => `aucune réponse en ${time} ${unit}`],
  [/^no (?:answer in time|answer)$/u, () => "aucune réponse à temps"],
  [/^(?:connect )?(?:connection refused|ECONNREFUSED(?: \S+)?)$/u, () => "connexion refusée"],
  [/^connection broken off \((\S+)\)$/u, (code) => `connexion interrompue (${code})`],
  [/^no connection in time(?: \((\S+)\))?$/u, (code) => `pas de connexion à temps${code === "" ? "" : ` (${code})`}`],
  [/^no connection within (\d+) ms$/u, (time) => `pas de connexion en ${time} ms`],
  [/^cannot be reached \((\S+)\)$/u, (code) => `injoignable (${code})`],
  [/^(?:its|the) (?:name|address) cannot be resolved(?: \((\S+)\))?$/u, () => "son adresse est introuvable"],
  [/^the name has no address$/u, () => "le nom n’a pas d’adresse"],
  [/^its certificate is not trusted(?: \((\S+)\))?$/u, (code) => `son certificat n’est pas de confiance${code === "" ? "" : ` (${code})`}`],
  [/^its certificate is for another name(?: \((\S+)\))?$/u, () => "son certificat est pour un autre nom"],
  [/^its certificate is not valid today(?: \((\S+)\))?$/u, () => "son certificat n’est pas valable aujourd’hui"],
  [/^it refuses our certificate, or asks for one(?: \((\S+)\))?$/u, () => "il refuse notre certificat, ou en demande un"],
  [/^it does not speak our TLS(?: \((\S+)\))?$/u, () => "il ne parle pas notre TLS"],
  [/^the answer is larger than (\d+) bytes$/u, (size) => `la réponse dépasse ${size} octets`],
  [/^the answer (?:is no JSON|is no object|is no list|cannot be read)$/u, () => "la réponse est illisible"],
  [
    /^([^\s:]+ on (?:stable|canary)|(?:[A-Z]+ )?[^\s:]+) answer(?:ed|s) (\d{3})(?:(?:: | )(.+))?$/su,
    (who, status, rest) => `${sayName(who)} a répondu ${status}${after(rest, "\u202f: ")}`,
  ],
  [/^answer(?:ed|s) (\d{3})(?:(?:: | )(.+))?$/su, (status, rest) => `a répondu ${status}${after(rest, "\u202f: ")}`],
  [/^(\d{3}) (.+)$/su, (status, rest) => `${status}, ${sayParts(rest)}`],
  [/^(?:it )?does not run$/u, () => "ne tourne pas"],
  [/^it ended$/u, () => "il s’est arrêté"],
  [/^it was only just started$/u, () => "il vient de démarrer"],
  [/^it is being stopped$/u, () => "il est en cours d’arrêt"],
  [/^it cannot be started: (.+)$/su, (rest) => `impossible de le démarrer\u202f: ${sayParts(rest)}`],
  [/^its health answers (\d+)$/u, (status) => `son contrôle de santé répond ${status}`],
  [/^its health does not answer: (.+)$/su, (rest) => `son contrôle de santé ne répond pas\u202f: ${sayParts(rest)}`],
  [/^(?:(.+) )?does not answer(?: on (\S+))?$/u, (who, at) => `${who === "" ? "" : `${who} `}ne répond pas${at === "" ? "" : ` à ${at}`}`],
  [/^(?:it )?(?:exited|ended) with (?:exit )?code (\d+)$/u, (code) => `terminé avec le code ${code}`],
  [/^exit code (\d+)$/u, (code) => `code de sortie ${code}`],
  [/^(?:(\S+) is|it is) not ready$/u, (name) => `${name === "" ? "il" : name} n’est pas prêt`],
  [/^not delivered within (\d+) h: (.+)$/su, (hours, rest) => `pas remise en ${hours} h\u202f: ${sayParts(rest)}`],
  [/^being looked at for the first time$/u, () => "première mesure en cours"],
  [/^the router was told and read back$/u, () => "ordre donné au routeur et relu"],
  [/^the router was told, and shows ([\d.]+) %$/u, (share) => `ordre donné au routeur, qui montre ${share.replace(".", ",")}\u202f%`],
  [/^it shows ([\d.]+) %$/u, (share) => `il montre ${share.replace(".", ",")}\u202f%`],
  [/^the router was not seen at share 0 with these addresses$/u, () => "le routeur n’a pas été vu à la part 0 avec ces adresses"],
  [/^no service has the path (\S+)$/u, (path) => `aucun service n’a le chemin ${path}`],
  [/^no service is known yet$/u, () => "aucun service n’est encore connu"],
  [/^(\S+) has no (stable|canary) address$/u, (service, arm) => `${service} n’a pas d’adresse ${arm === "canary" ? "canari" : "stable"}`],
  [/^no address is known for (\S+)$/u, (path) => `aucune adresse n’est connue pour ${path}`],
  [
    /^the canary refused the connection, stable stood in$/u,
    () => "le canari a refusé la connexion, la version stable a répondu à sa place",
  ],
  [/^no target of the service runs the canary$/u, () => "aucune cible du service ne fait tourner le canari"],
  [/^(?:no edge answers|there is no edge(?: to read back)?)$/u, () => "aucun edge ne répond"],
  [
    /^(.+) has nothing of (\S+)(.*) in the last (\S+?)(?: \(its clock .*\))?$/su,
    (who, what, where, time) => `${who} n’a rien de ${what}${where} dans les derniers ${time}`,
  ],
  [/^the server is closing$|^these workloads were closed$/u, () => "le serveur s’arrête"],
  [/^it cannot be asked: (.+)$/su, (rest) => `impossible de l’interroger\u202f: ${sayParts(rest)}`],
  [
    /^no answer within (\d+) ms, although the database should have cut the query$/u,
    (time) => `aucune réponse en ${time} ms, alors que la base aurait dû couper la requête`,
  ],
  [
    /^it took longer than this connection's timeout and was cut.*$/u,
    () => "elle a dépassé le délai (timeout) de cette connexion et a été coupée",
  ],
  [
    /^it waited too long for a lock that somebody else holds, and was cut$/u,
    () => "elle a attendu trop longtemps un verrou tenu par un autre, et a été coupée",
  ],
  [/^it would write, which is refused$/u, () => "elle écrirait, ce qui est refusé"],
  [
    /^it would change its transaction, which is read-only, and is refused$/u,
    () => "elle modifierait sa transaction, qui est en lecture seule\u202f: c’est refusé",
  ],
  [/^(?:the registry) answers (\d+)$/u, (status) => `le registre répond ${status}`],
  [/^(\S+) gives no token for (\S+)$/u, (host, what) => `${host} ne donne pas de jeton pour ${what}`],
  [/^no reason given$/u, () => "sans raison donnée"],
  [/^the API asked for no more requests for (\d+) s$/u, (time) => `l’API demande d’attendre ${time} s`],
  [/^the plan is not the one that was frozen$/u, () => "le plan n’est pas celui qui a été figé"],
  [/^row (\d+) is missing$/u, (row) => `le relevé ${row} manque`],
  [/^row (\d+): (.+)$/su, (row, rest) => `relevé ${row}\u202f: ${sayParts(rest)}`],
  [/^the entry belongs to release (\S+)$/u, (release) => `l’entrée est de ${release}`],
  [
    /^the entry says revision (\d+): one is missing, or out of order$/u,
    (revision) => `l’entrée dit révision ${revision}\u202f: il en manque une, ou l’ordre est changé`,
  ],
  [/^the link to what came before is broken$/u, () => "le lien avec ce qui précède est rompu"],
  [/^a row since the last entry was changed$/u, () => "un relevé depuis la dernière entrée a été modifié"],
  [/^the entry was changed$/u, () => "l’entrée a été modifiée"],
  [/^the notice to (.+) is missing$/u, (whom) => `la notification à ${whom} manque`],
  [/^no decision owed the notice to (.+)$/u, (whom) => `aucune décision ne demandait la notification à ${whom}`],
];
