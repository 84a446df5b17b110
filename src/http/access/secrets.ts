import { createHash, randomBytes } from "node:crypto";

/** 32 random bytes, as 43 characters that stand in addresses, headers and cookies as they are. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * SHA-256 of a secret, hex: what is kept of it, and what it is looked up by. Whoever guesses learns nothing from how long a look-up takes, since
 * they cannot choose the digest.
 */
export function digestOf(secret: string): string {
  return createHash("sha256").update(secret, "utf8").digest("hex");
}
