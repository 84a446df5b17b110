import { fromCanonicalJson, toCanonicalJson } from "../../../core/canonical-json.ts";
import type { AccessStore, StoredSession, StoredToken } from "../../../ports.ts";
import type { Statements } from "./statements.ts";

/** One transaction. */
type Run = <T>(what: () => T) => T;

/** Sessions and tokens in an open database, each call in a transaction of `read` or `write`. */
export function createAccess(statements: Statements, { read, write }: { readonly read: Run; readonly write: Run }): AccessStore {
  return {
    openSession: async (session) => write(() => void statements.openSession.run(session.hash, toCanonicalJson(session), session.expiresMs)),
    session: async (hash) => {
      const found = read(() => statements.session.get(hash));
      return found === undefined ? null : (fromCanonicalJson(String(found["body"])) as StoredSession);
    },
    sessions: async () => {
      const all = read(() => statements.sessions.all().map(({ body }) => fromCanonicalJson(String(body)) as StoredSession));
      return all.toSorted((a, b) => b.createdMs - a.createdMs || (a.hash < b.hash ? -1 : 1));
    },
    closeSession: async (hash) => write(() => void statements.closeSession.run(hash)),
    forgetSessions: async (beforeMs) => write(() => void statements.forgetSessions.run(beforeMs)),
    addToken: async (token) => write(() => void statements.addToken.run(token.id, token.hash, toCanonicalJson(token))),
    tokens: async () => read(() => statements.tokens.all().map(toToken)),
    revokeToken: async ({ id, by, atMs }) => write(() => statements.revokeToken.run(atMs, by, id).changes > 0),
    tokenUsed: async (id, atMs) => write(() => void statements.tokenUsed.run(atMs, id)),
  };
}

function toToken(found: Record<string, unknown>): StoredToken {
  const stored = fromCanonicalJson(String(found["body"])) as StoredToken;
  const [used, revoked] = [found["last_used_ms"], found["revoked_ms"]];
  return {
    ...stored,
    lastUsedMs: used === null ? null : Number(used),
    revoked: revoked === null ? null : { atMs: Number(revoked), by: String(found["revoked_by"]) },
  };
}
