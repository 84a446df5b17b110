import { createHash } from "node:crypto";

/** How people carry their arm: a cookie with this name. */
export interface TokenWords {
  readonly cookie: string;
  readonly secure: boolean;
}

/** What a cookie says: drawn onto an arm at a share, or not drawn yet. */
export type Token = { readonly arm: "canary" | "stable"; readonly sharePct: number } | "new";

const aWeekSeconds = 7 * 24 * 3600;

function sayToken(release: string, token: Token): string {
  const tag = createHash("sha256").update(release).digest("hex").slice(0, 10);
  return token === "new" ? `${tag}.n` : `${tag}.${token.arm === "canary" ? "c" : "s"}${Math.round(token.sharePct * 100)}`;
}

/** The `Set-Cookie` that gives a person this token. */
export function setCookie(words: TokenWords, release: string, token: Token): string {
  const attributes = `Path=/; Max-Age=${aWeekSeconds}; HttpOnly; SameSite=Lax${words.secure ? "; Secure" : ""}`;
  return `${words.cookie}=${sayToken(release, token)}; ${attributes}`;
}

/**
 * A regular expression for `Cookie` headers that have one of these tokens. It means the same whether a gateway looks for it in the header or
 * wants it to be the whole header, and has nothing that RE2 lacks.
 */
export function holdsToken(words: TokenWords, release: string, tokens: readonly Token[]): string {
  const values = tokens.map((token) => sayToken(release, token).replace(".", "\\."));
  return `^(.*;\\s*)?${words.cookie}=(${values.join("|")})(;.*)?$`;
}

/** The same for any cookie at all: who has one keeps them. */
export const holdsAny = "^.+$";
