/** What went wrong between us and a database, in a sentence that has neither address, password nor a value out of a row. */
export interface DatabaseTrouble {
  readonly why: string;
  /** True when the database could not be asked at all: every query of this reading has the same trouble. */
  readonly isOutage: boolean;
}

/** Classes of PostgreSQL's errors by code, or by its first two characters. Source: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const known: Readonly<Record<string, string>> = {
  "28": "the database does not let this role in; look at its name, password and pg_hba.conf",
  "3D": "there is no such database",
  "53300": "the database has no connection left for us; raise its limit, or lower this connection's connections",
  "53": "the database lacks memory, disk or connections",
  "57P03": "the database is starting up or shutting down",
  "57P": "the database was shut down, or an administrator ended the connection",
  "58": "the database's system failed",
  "08": "the connection to the database failed",
};

/** The same of one query. */
const knownOfQuery: Readonly<Record<string, string>> = {
  "57014": "it took longer than this connection's timeout and was cut; make it faster (an index?), or raise the timeout",
  "55P03": "it waited too long for a lock that somebody else holds, and was cut",
  "25006": "it would write, which is refused",
  "25": "it would change its transaction, which is read-only, and is refused",
  "22": "a value in it does not fit its type",
  "54": "it is too large or too deep for the database",
  "40": "it was disturbed by other transactions",
};

const reachability: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ENOENT: "there is no socket of a database",
  EACCES: "its socket may not be opened",
  ENOTFOUND: "there is no host of its name",
  EAI_AGAIN: "the name of its host could not be looked up",
  ETIMEDOUT: "no connection in time",
  ECONNRESET: "connection broken off",
  EPIPE: "connection broken off",
};

/**
 * Makes a sentence of what a client threw. Messages of the database are shown for mistakes in the query's own words (class 42) and for writes
 * alone: others may repeat values out of rows.
 */
export function troubleOf(error: unknown): DatabaseTrouble {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : "";
  if (code === "25006") return { isOutage: false, why: `${knownOfQuery[code] ?? ""} (${oneLine(message)})` };
  if (code.startsWith("42")) return { isOutage: false, why: `the database refuses it: ${oneLine(message)}` };
  const ofQuery = byCode(knownOfQuery, code);
  if (ofQuery !== null) return { isOutage: false, why: ofQuery };
  const outage = byCode(known, code) ?? reachability[code];
  if (outage !== undefined) return { isOutage: true, why: outage };
  const isTls = /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH)/.test(code) || /SSL/.test(message);
  if (isTls) return { isOutage: true, why: `no encrypted connection (${code === "" ? "the server offers none" : code})` };
  if (/^[0-9A-Z]{5}$/.test(code)) return { isOutage: false, why: `the database refuses it (${code})` };
  if (/password/.test(message)) return { isOutage: true, why: "the database wants a password, and the address has none" };
  return { isOutage: true, why: code === "" ? "the connection was broken off" : `cannot be reached (${code})` };
}

function codeOf(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error && "code" in first && typeof first.code === "string" ? first.code : "";
}

/** The most exact that is known: the whole code, then its beginning. */
function byCode(table: Readonly<Record<string, string>>, code: string): string | null {
  for (const length of [5, 3, 2]) {
    const found = table[code.slice(0, length)];
    if (found !== undefined && code.length === 5) return found;
  }
  return null;
}

function oneLine(message: string): string {
  return message.replace(/\s+/g, " ").slice(0, 200);
}
