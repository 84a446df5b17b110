import { createHash } from "node:crypto";
import type { Person } from "./cohort.ts";
import type { Signer } from "./signer.ts";

/** The cookie's name. Its value is `release tag.person.bucket.flags.signature`. */
export const cookieName = "serin";

const keptForSeconds = 7 * 24 * 3600;
/** More `serin` cookies than this in one request are somebody's attempt, not a person. */
const mostTried = 4;
const shape = /^([\w-]{11})\.([0-9a-f]{16})\.(\d{1,4})\.([a-z]{0,8})\.([\w-]{22})$/;

/** Eleven characters that stand for a release in cookies, so that a cookie of an older release is nobody's. */
export function tagOfRelease(release: string): string {
  return createHash("sha256").update(release).digest("base64url").slice(0, 11);
}

/** Reads the person from a `Cookie` header; `null` when there is none of this release, or it is forged or garbled. */
export function readPerson(read: { readonly header: string | undefined; readonly tag: string; readonly signer: Signer }): Person | null {
  const { header, tag, signer } = read;
  if (header === undefined || !header.includes(cookieName)) return null;
  let tried = 0;
  for (const pair of header.split(";")) {
    const text = pair.trim();
    if (!text.startsWith(`${cookieName}=`)) continue;
    tried += 1;
    if (tried > mostTried) return null;
    const person = parsePerson(text.slice(cookieName.length + 1), tag, signer);
    if (person !== null) return person;
  }
  return null;
}

function parsePerson(value: string, tag: string, signer: Signer): Person | null {
  const parts = shape.exec(value);
  if (parts === null || parts[1] !== tag) return null;
  const [, , id = "", bucket = "", flags = "", mac = ""] = parts;
  if (!signer.isSigned(value.slice(0, -mac.length - 1), mac)) return null;
  return {
    id,
    bucket: Number(bucket),
    page: flags.includes("s") ? "stable" : flags.includes("c") ? "canary" : null,
    isCounted: !flags.includes("n"),
    isWaiting: flags.includes("w"),
    harmedOn: { canary: flags.includes("x"), stable: flags.includes("y") },
    brokenOn: { canary: flags.includes("u"), stable: flags.includes("v") },
  };
}

/** The value of a `Set-Cookie` header that carries `person` for a week, out of reach of scripts. */
export function sayPerson(say: {
  readonly person: Person;
  readonly tag: string;
  readonly signer: Signer;
  readonly scheme: "http" | "https";
}): string {
  const { person, tag, signer, scheme } = say;
  const flags = [
    person.page === "stable" ? "s" : person.page === "canary" ? "c" : "",
    person.isCounted ? "" : "n",
    person.isWaiting ? "w" : "",
    person.harmedOn.canary ? "x" : "",
    person.harmedOn.stable ? "y" : "",
    person.brokenOn.canary ? "u" : "",
    person.brokenOn.stable ? "v" : "",
  ].join("");
  const text = `${tag}.${person.id}.${person.bucket}.${flags}`;
  const secure = scheme === "https" ? "; Secure" : "";
  return `${cookieName}=${text}.${signer.sign(text)}; Path=/; Max-Age=${keptForSeconds}; HttpOnly; SameSite=Lax${secure}`;
}

/** The `Cookie` header without serin's own cookie; `null` when nothing is left. Backends never see it. */
export function withoutPerson(header: string): string | null {
  if (!header.includes(cookieName)) return header;
  const kept = header.split(";").filter((pair) => !pair.trim().startsWith(`${cookieName}=`));
  return kept.length === 0 ? null : kept.join(";").trim();
}
