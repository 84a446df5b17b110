import type { Role } from "../core/plan.ts";

/** Roles, and where they hold; `environments: null` is everywhere. */
export interface Grant {
  readonly roles: readonly Role[];
  readonly environments: readonly string[] | null;
}

/** A person who is signed in, as it is stored. Times are epoch ms. */
export interface StoredSession {
  /** SHA-256 of the session's id, hex: the id itself is the person's alone. */
  readonly hash: string;
  readonly name: string;
  /** What the team's sign-in gave the person. What the server's file gives is not in it: it is looked up at each call. */
  readonly grants: readonly Grant[];
  /** How the person came in: by a one-time link or by the team's sign-in. */
  readonly via: "link" | "login";
  readonly createdMs: number;
  /** From then on it is no session any more. */
  readonly expiresMs: number;
  /** The kind of browser, "Firefox, Linux". Absent: it was none of the usual ones. */
  readonly agent?: string;
}

/** A machine's token, as it is stored. Times are epoch ms. */
export interface StoredToken {
  readonly id: string;
  /** SHA-256 of the token, hex: the token itself is shown once and kept nowhere. */
  readonly hash: string;
  readonly name: string;
  readonly roles: readonly Role[];
  /** Where the roles hold; `null`: everywhere. */
  readonly environments: readonly string[] | null;
  readonly createdMs: number;
  readonly createdBy: string;
  readonly expiresMs: number;
  /** To the hour; `null`: never. */
  readonly lastUsedMs: number | null;
  /** `null`: nobody has revoked it. */
  readonly revoked: { readonly atMs: number; readonly by: string } | null;
}

/** Sessions of people and tokens of machines, by the digests of their secrets. */
export interface AccessStore {
  openSession(session: StoredSession): Promise<void>;
  /** `null`: there is none of this hash. Whether it has expired is the caller's to see. */
  session(hash: string): Promise<StoredSession | null>;
  /** All of them, newest first, those that have expired too. */
  sessions(): Promise<readonly StoredSession[]>;
  /** Harmless when repeated. */
  closeSession(hash: string): Promise<void>;
  /** Forgets the sessions that expired before `beforeMs`. */
  forgetSessions(beforeMs: number): Promise<void>;
  /** Throws when there is one of this id or hash. */
  addToken(token: StoredToken): Promise<void>;
  /** All of them, newest first: those that expired or were revoked too. */
  tokens(): Promise<readonly StoredToken[]>;
  /** True when there was one in force. */
  revokeToken(revoke: { readonly id: string; readonly by: string; readonly atMs: number }): Promise<boolean>;
  tokenUsed(id: string, atMs: number): Promise<void>;
}
