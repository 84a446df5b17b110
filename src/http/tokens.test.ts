import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UserError } from "../errors.ts";
import { localPerson, openTokens, personOf } from "./tokens.ts";
import type { Caller } from "./tokens.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "serin-tokens-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

const ada = { name: "Ada", roles: ["release-manager"], environments: null } as const;
const quentin = { name: "Quentin", roles: ["qa-lead"], environments: ["staging"] } as const;
const codeOf = (work: () => unknown): string | null => {
  try {
    work();
    return null;
  } catch (error) {
    return error instanceof UserError ? error.code : String(error);
  }
};

test("each person has one token of 32 random bytes, in a file that only its owner reads, and keeps it", () => {
  const first = openTokens(dir, [ada, quentin]);
  expect([...first.values()]).toEqual([ada, quentin]);
  for (const token of first.keys()) expect(Buffer.from(token, "base64url")).toHaveLength(32);
  expect(statSync(join(dir, "tokens.json")).mode & 0o777).toBe(0o600);
  expect([...openTokens(dir, [ada, quentin]).keys()]).toEqual([...first.keys()]);
});

test("a new person gets a token, who is gone loses it, and roles are those of the server's file", () => {
  const [adasToken] = openTokens(dir, [ada]).keys();
  const both = openTokens(dir, [quentin, ada]);
  expect(both.get(adasToken ?? "")).toEqual(ada);
  const alone = openTokens(dir, [{ ...ada, roles: ["viewer"] }]);
  expect([...alone]).toEqual([[adasToken, { name: "Ada", roles: ["viewer"], environments: null }]]);
  expect(readFileSync(join(dir, "tokens.json"), "utf8")).not.toContain("Quentin");
});

test("a token file that others may read, or that is not one, is refused and left as it is", () => {
  const path = join(dir, "tokens.json");
  openTokens(dir, [localPerson]);
  chmodSync(path, 0o644);
  expect(codeOf(() => openTokens(dir, [localPerson]))).toBe("tokens-exposed");
  chmodSync(path, 0o600);
  for (const text of ["", "{", "[]", '{"people":[{"name":"Ada","token":"short"}]}']) {
    writeFileSync(path, text);
    expect(codeOf(() => openTokens(dir, [ada]))).toBe("token-file-unreadable");
    expect(readFileSync(path, "utf8")).toBe(text);
  }
});

test("only the whole token names its person", () => {
  const tokens = openTokens(dir, [ada, quentin]);
  const [token = ""] = tokens.keys();
  expect(personOf(tokens, token)).toEqual(ada);
  for (const wrong of ["", token.slice(1), `${token}A`, token.toLowerCase(), "Ada"]) expect(personOf(tokens, wrong)).toBeNull();
});

test("new tokens that cannot be written are an error with its place", () => {
  const nowhere = join(dir, "gone");
  expect(() => openTokens(nowhere, [localPerson])).toThrow(`${join(nowhere, "tokens.json")} cannot be written: ENOENT`);
});

test("every token is compared, whichever is given, so that the time taken tells nothing", () => {
  const tokens = openTokens(dir, [ada, quentin, localPerson]);
  let compared = 0;
  class Counted extends Map<string, Caller> {
    override *[Symbol.iterator](): MapIterator<[string, Caller]> {
      for (const entry of super.entries()) {
        compared += 1;
        yield entry;
      }
    }
  }
  const counted = new Counted(tokens);
  for (const given of [...tokens.keys(), "wrong", ""]) {
    compared = 0;
    personOf(counted, given);
    expect(compared).toBe(3);
  }
});
