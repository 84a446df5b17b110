import type { AccessStore, StoredSession, StoredToken } from "../ports.ts";

/** Sessions and tokens whose disk is an object. */
export class MemoryAccess implements AccessStore {
  readonly #sessions = new Map<string, StoredSession>();
  #tokens: readonly StoredToken[] = [];

  async openSession(session: StoredSession): Promise<void> {
    if (this.#sessions.has(session.hash)) throw new Error("there is a session of this hash already");
    this.#sessions.set(session.hash, session);
  }

  async session(hash: string): Promise<StoredSession | null> {
    return this.#sessions.get(hash) ?? null;
  }

  async sessions(): Promise<readonly StoredSession[]> {
    return [...this.#sessions.values()].toSorted((a, b) => b.createdMs - a.createdMs || (a.hash < b.hash ? -1 : 1));
  }

  async closeSession(hash: string): Promise<void> {
    this.#sessions.delete(hash);
  }

  async forgetSessions(beforeMs: number): Promise<void> {
    for (const { hash, expiresMs } of this.#sessions.values()) if (expiresMs < beforeMs) this.#sessions.delete(hash);
  }

  async addToken(token: StoredToken): Promise<void> {
    if (this.#tokens.some(({ id, hash }) => id === token.id || hash === token.hash)) throw new Error("there is such a token already");
    this.#tokens = [token, ...this.#tokens];
  }

  async tokens(): Promise<readonly StoredToken[]> {
    return this.#tokens;
  }

  async revokeToken({ id, by, atMs }: Parameters<AccessStore["revokeToken"]>[0]): Promise<boolean> {
    const isThere = this.#tokens.some((token) => token.id === id && token.revoked === null);
    if (isThere) this.#change(id, { revoked: { atMs, by } });
    return isThere;
  }

  async tokenUsed(id: string, atMs: number): Promise<void> {
    this.#change(id, { lastUsedMs: atMs });
  }

  #change(id: string, change: Partial<StoredToken>): void {
    this.#tokens = this.#tokens.map((token) => (token.id === id ? { ...token, ...change } : token));
  }
}
