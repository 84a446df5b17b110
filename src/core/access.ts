import type { Role } from "./plan.ts";

/** A person who is signed in, as it is stored. Times are epoch ms. */
export interface StoredSession {
  /** SHA-256 of the session's id, hex: the id itself is the person's alone. */
  readonly hash: string;
  readonly name: string;
  readonly roles: readonly Role[];
  /** Where the roles hold; `null`: everywhere. */
  readonly environments: readonly string[] | null;
  /** How the person came in: by a one-time link or by the team's sign-in. */
  readonly via: "link" | "login";
  readonly createdMs: number;
  /** From then on it is no session any more. */
  readonly expiresMs: number;
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
  /** `null`: never. */
  readonly lastUsedMs: number | null;
  /** `null`: nobody has revoked it. */
  readonly revoked: { readonly atMs: number; readonly by: string } | null;
}
