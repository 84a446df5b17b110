import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../errors.ts";
import { roles } from "../core/plan.ts";
import type { Person } from "../core/requests.ts";
import type { Grant } from "../ports.ts";

/** The shape of `tokens.json`: one token per person, as the command line reads it too. */
export const tokensFile = z.strictObject({
  people: z.array(z.strictObject({ name: z.string().min(1), token: z.string().regex(/^[A-Za-z0-9_-]{43}$/) })),
});
type TokensFile = z.infer<typeof tokensFile>;

/** Somebody whom the server knows: a person, or a machine, and where the roles hold; `environments: null` is everywhere. */
export interface Caller extends Person {
  readonly environments: readonly string[] | null;
  /** How the identity provider calls the person; `null`: nobody signs in as them. Absent: by their name. */
  readonly login?: string | null;
  /** What several sources give them, each where it holds; then `roles` are all of these, and `environments` where any holds. Absent: those are exact. */
  readonly grants?: readonly Grant[];
  /** True: a machine, which speaks for nobody. Absent: a person. */
  readonly isMachine?: true;
}

/** Who a server knows when its file names nobody: whoever may read the token file, with every role. */
export const localPerson: Caller = { name: "local", roles, environments: null, login: null };

/**
 * The token of each of `people`, read from `DATA/tokens.json` (mode 0600). People who are new get one of 32 random bytes; people who are gone
 * lose theirs. Throws `tokens-exposed` when others may read the file, `token-file-unreadable` when it is not what this function wrote, and
 * `data-unusable` when new ones cannot be written.
 */
export function openTokens(dataDir: string, people: readonly Caller[]): ReadonlyMap<string, Caller> {
  const path = join(dataDir, "tokens.json");
  const before = readTokens(path);
  const known = new Map(before?.people.map(({ name, token }) => [name, token]));
  const next: TokensFile = {
    people: people.map(({ name }) => ({ name, token: known.get(name) ?? randomBytes(32).toString("base64url") })),
  };
  if (JSON.stringify(next) !== JSON.stringify(before)) writeTokens(path, next);
  return new Map(next.people.map(({ token }, index) => [token, people[index] ?? localPerson]));
}

/**
 * The person whose token this is, or `null`. Takes the same time whichever token is given: digests of equal length are compared, all of them,
 * each in constant time.
 */
export function personOf(tokens: ReadonlyMap<string, Caller>, given: string): Caller | null {
  const digest = sha256(given);
  let found: Caller | null = null;
  for (const [token, person] of tokens) {
    if (timingSafeEqual(digest, sha256(token))) found = person;
  }
  return found;
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text, "utf8").digest();
}

function readTokens(path: string): TokensFile | null {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw new UserError("token-file-unreadable", `${path} cannot be opened: ${error instanceof Error ? error.message : String(error)}.`);
  }
  try {
    if (process.platform !== "win32" && (fstatSync(file).mode & 0o077) !== 0) {
      throw new UserError("tokens-exposed", `${path} may be read by others than its owner.`);
    }
    return parseTokens(readFileSync(file, "utf8"), path);
  } finally {
    closeSync(file);
  }
}

function parseTokens(text: string, path: string): TokensFile {
  const parsed = z
    .string()
    .transform((raw, context) => {
      try {
        return JSON.parse(raw) as unknown;
      } catch {
        context.addIssue("not JSON");
        return z.NEVER;
      }
    })
    .pipe(tokensFile)
    .safeParse(text);
  if (!parsed.success) throw new UserError("token-file-unreadable", `${path} is not a token file; without it, new tokens are made.`);
  return parsed.data;
}

function writeTokens(path: string, tokens: TokensFile): void {
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    writeThrough(draft, `${JSON.stringify(tokens, null, 2)}\n`);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new UserError("data-unusable", `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function writeThrough(path: string, content: string): void {
  const file = openSync(path, "wx", 0o600);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
