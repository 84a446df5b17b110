import type { Arm, Person } from "./cohort.ts";
import type { Signer } from "./signer.ts";

/** Which arm and which service rendered a page. */
export interface PageMark {
  readonly arm: Arm;
  readonly service: string;
}

interface Whose {
  readonly person: Person;
  /** Stands for the release, as in the cookie. */
  readonly tag: string;
  readonly signer: Signer;
}

const shape = /^(canary|stable)\.([^"\\\s]+)\.([\w-]{22})$/;

/**
 * The value of the `Server-Timing` header that a page is sent with. Its script can read it, and gives it back with every report: so a report
 * names the arm that rendered its page, however the share has moved since. It is signed for this person and release; the same page of the same
 * person has the same mark, and nothing of the cookie stands in it.
 *
 * Source: https://www.w3.org/TR/server-timing/ (metric name, `desc` as a quoted string)
 */
export function sayMark({ arm, service }: PageMark, { person, tag, signer }: Whose): string {
  const text = `${arm}.${encodeURIComponent(service)}`;
  return `serin;desc="${text}.${signer.sign(signedText(text, person, tag))}"`;
}

/** Reads the mark (the `desc` alone) that a page of this person was sent with; `null` when it is another's, of another release, or no mark. */
export function readMark(text: string, { person, tag, signer }: Whose): PageMark | null {
  const [, arm, service = "", mac = ""] = shape.exec(text) ?? [];
  if (arm === undefined || !signer.isSigned(signedText(`${arm}.${service}`, person, tag), mac)) return null;
  return { arm: arm === "canary" ? "canary" : "stable", service: decodeURIComponent(service) };
}

function signedText(text: string, person: Person, tag: string): string {
  return `${tag} ${person.id} ${text}`;
}
