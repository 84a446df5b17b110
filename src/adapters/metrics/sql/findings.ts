import { capital, list } from "../../../core/messages/context.ts";
import { sayCount } from "../../../core/messages/numbers.ts";
import { phrases } from "../../../core/messages/phrases.ts";
import { sayWhy } from "../../../core/messages/whys.ts";

/** What is looked at in a database. */
export const subjects = phrases(
  "sql-subject",
  {
    database: () => "database",
    encryption: () => "encryption of the connection",
    clock: () => "clock of the database",
    role: (name: string) => `role ${name}`,
    tableOf: (metric: string, table: string) => `query of ${metric}: ${table}`,
  },
  {
    database: () => "base de données",
    encryption: () => "chiffrement de la connexion",
    clock: () => "horloge de la base",
    role: (name) => `rôle ${name}`,
    tableOf: (metric, table) => `requête de ${metric}\u202f: ${table}`,
  },
);

/** What a role may beside reading. */
export interface Powers {
  readonly isSuperuser: boolean;
  /** Roles of PostgreSQL's own that it is a member of, as a list; `null`: none. */
  readonly memberOf: string | null;
  /** How many tables it may change. */
  readonly writes: number;
  /** Schemas in which it may create tables, as a list; `null`: none. */
  readonly createsIn: string | null;
}

function sayPowers({ isSuperuser, memberOf, writes, createsIn }: Powers, language: "en" | "fr"): string {
  if (isSuperuser) return language === "fr" ? "est superutilisateur" : "is a superuser";
  const isFrench = language === "fr";
  const tables = sayCount(writes, language);
  return list(
    [
      ...(memberOf === null ? [] : [`${isFrench ? "est membre de" : "is a member of"} ${memberOf}`]),
      ...(writes === 0 ? [] : [isFrench ? `peut modifier ${tables} ${writes > 1 ? "tables" : "table"}` : `may change ${tables} tables`]),
      ...(createsIn === null ? [] : [`${isFrench ? "peut créer des tables dans" : "may create tables in"} ${createsIn}`]),
    ],
    language,
  );
}

const ownRole = {
  en: "Make a role of its own: create role serin login in role pg_read_all_data, or grant select on the tables that the queries name.",
  fr: "Créez un rôle à part\u202f: create role serin login in role pg_read_all_data, ou donnez select sur les tables que nomment les requêtes.",
};
const correct = { en: "Correct the query in the plan.", fr: "Corrigez la requête dans le plan." };

/** What is found at a database. */
export const findings = phrases(
  "sql",
  {
    refuses: (why: string) => [`${sayWhy(why, "en")}.`, "Correct the query, or the rights of the role."],
    silent: (why: string) => [`It cannot be asked: ${sayWhy(why, "en")}.`, "Look at the connection's url, and whether the database runs."],
    encrypted: () => "The connection is encrypted, and the server's certificate is checked.",
    onThisMachine: () => "The database is on this machine: nothing needs to be encrypted.",
    unencrypted: () => ["The password and the figures travel unencrypted.", "Write ?sslmode=verify-full at the end of the url."],
    clockAgrees: () => "It agrees with ours.",
    clockDiffers: (aheadMs: number) => [
      `It is ${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? "ahead of" : "behind"} ours; :since and :until follow the database's.`,
      "Synchronise the clocks of both machines (chrony, systemd-timesyncd).",
    ],
    onlyReads: () => "It may only read.",
    roleWrites: (powers: Powers) => [
      `It ${sayPowers(powers, "en")}; serin's transactions are read-only all the same.`,
      `${ownRole.en} Or accept it: role: any.`,
    ],
    roleWritesAccepted: (powers: Powers) => [`It ${sayPowers(powers, "en")}; serin's transactions are read-only all the same.`, ownRole.en],
    queryWrong: (why: string) => [`${capital(sayWhy(why, "en"))}.`, correct.en],
    queryRuns: () => "It runs, has the columns that it needs, and counts nobody for a release that has not begun.",
    queryOfAnyRelease: () => "It runs and answers for both arms, also for a release that has not begun: it does not ask for :release.",
    onlyOneArm: () => ["It answers for one arm alone.", "Look whether the other arm is written into the rows."],
    wholeTable: (table: string, rows: number) => [
      `All of its about ${sayCount(rows, "en")} rows are read at every reading.`,
      `Make an index on ${table} by what the query asks for, such as (release, exposed_at).`,
    ],
  },
  {
    refuses: (why) => [`${sayWhy(why, "fr")}.`, "Corrigez la requête, ou les droits du rôle."],
    silent: (why) => [
      `Impossible de l’interroger\u202f: ${sayWhy(why, "fr")}.`,
      "Vérifiez l’url de la connexion, et que la base de données tourne.",
    ],
    encrypted: () => "La connexion est chiffrée, et le certificat du serveur est vérifié.",
    onThisMachine: () => "La base de données est sur cette machine\u202f: rien n’a besoin d’être chiffré.",
    unencrypted: () => ["Le mot de passe et les chiffres circulent en clair.", "Écrivez ?sslmode=verify-full à la fin de l’url."],
    clockAgrees: () => "Elle est à la même heure que la nôtre.",
    clockDiffers: (aheadMs) => [
      `Elle ${aheadMs > 0 ? "avance" : "retarde"} de ${Math.round(Math.abs(aheadMs) / 1000)} s sur la nôtre\u202f; :since et :until suivent celle de la base.`,
      "Synchronisez les horloges des deux machines (chrony, systemd-timesyncd).",
    ],
    onlyReads: () => "Il ne peut que lire.",
    roleWrites: (powers) => [
      `Il ${sayPowers(powers, "fr")}\u202f; les transactions de serin restent en lecture seule.`,
      `${ownRole.fr} Ou acceptez-le\u202f: role: any.`,
    ],
    roleWritesAccepted: (powers) => [
      `Il ${sayPowers(powers, "fr")}\u202f; les transactions de serin restent en lecture seule.`,
      ownRole.fr,
    ],
    queryWrong: (why) => [`${capital(sayWhy(why, "fr"))}.`, correct.fr],
    queryRuns: () =>
      "Elle s’exécute, a les colonnes qu’il lui faut, et ne compte personne pour une mise en production qui n’a pas commencé.",
    queryOfAnyRelease: () =>
      "Elle s’exécute et répond pour les deux versions, même pour une mise en production qui n’a pas commencé\u202f: elle ne demande pas :release.",
    onlyOneArm: () => ["Elle ne répond que pour une version.", "Vérifiez que l’autre version est aussi écrite dans les lignes."],
    wholeTable: (table, rows) => [
      `Ses ${sayCount(rows, "fr")} lignes environ sont toutes lues à chaque relevé.`,
      `Créez un index sur ${table} selon ce que la requête demande, comme (release, exposed_at).`,
    ],
  },
);
