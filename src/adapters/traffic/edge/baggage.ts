import type { Arm } from "./cohort.ts";
import type { Signer } from "./signer.ts";

/**
 * The arm in W3C baggage. A service that passes `baggage` on, as every OpenTelemetry SDK does, stays in its caller's arm when it calls another
 * service through the edge. `serin.proof` makes that trustworthy: it never goes to a browser, and without it `serin.*` from outside is dropped.
 *
 * Source: https://www.w3.org/TR/baggage/ (list-member grammar, 8192 bytes at most)
 */
export interface Carried {
  /** The arm of a service: one for all of them, or by service (a mixed pair being tried). */
  armOf(service: string): Arm;
  /** True for a mixed pair being tried before anybody is exposed: it is nobody and not counted. */
  readonly isAttempt: boolean;
}

const longestBytes = 8192;

/** The baggage members that say an arm: `canary`, `stable`, or `frontend:canary|backend:stable`. */
export function sayBaggage(say: { readonly release: string; readonly arms: string; readonly signer: Signer }): string {
  const release = encodeURIComponent(say.release);
  const arms = say.arms
    .split("|")
    .map((arm) => arm.split(":").map(encodeURIComponent).join(":"))
    .join("|");
  return `serin.release=${release},serin.arm=${arms},serin.proof=${say.signer.sign(`${release} ${arms}`)}`;
}

/** The members of a `baggage` header that are not serin's own; `null` when none is left. */
export function foreignBaggage(header: string): string | null {
  if (!header.includes("serin") && !header.includes("%")) return header;
  const kept = header.split(",").filter((member) => !isOwn(member));
  return kept.length === 0 ? null : kept.join(",");
}

/** `header` with serin's members replaced by `own`; the foreign ones give way when both would be longer than the standard allows. */
export function mergeBaggage(header: string | null, own: string): string {
  const foreign = header === null ? null : foreignBaggage(header);
  if (foreign === null || foreign.length + own.length + 1 > longestBytes) return own;
  return `${foreign},${own}`;
}

/** What a backend is sent as `baggage` for a client that sent `header`; `own: null`: there is no release. `null`: nothing. */
export function onwardBaggage(header: string | undefined, own: string | null): string | null {
  if (own !== null) return mergeBaggage(header ?? null, own);
  return header === undefined ? null : foreignBaggage(header);
}

/** Reads an arm that this edge (or one with the same key) has sent on for `release`; `null` when there is none or it is not authentic. */
export function readBaggage(read: {
  readonly header: string | undefined;
  readonly release: string;
  readonly signer: Signer;
}): Carried | null {
  if (read.header === undefined || !read.header.includes("serin.proof")) return null;
  const members = new Map<string, string>();
  for (const member of read.header.split(",")) {
    if (!isOwn(member)) continue;
    const [key = "", value = ""] = member.split(";", 1)[0]?.split("=", 2) ?? [];
    members.set(key.trim(), value.trim());
  }
  const arms = members.get("serin.arm") ?? "";
  const release = members.get("serin.release") ?? "";
  const isOurs =
    release === encodeURIComponent(read.release) && read.signer.isSigned(`${release} ${arms}`, members.get("serin.proof") ?? "");
  if (!isOurs) return null;
  if (!arms.includes(":")) return { armOf: () => toArm(arms), isAttempt: false };
  const byService = new Map(arms.split("|").map((pair) => pair.split(":", 2) as [string, string]));
  return { armOf: (service) => toArm(byService.get(encodeURIComponent(service)) ?? "stable"), isAttempt: true };
}

/** Readers undo percent-encoding in keys too, though the grammar has none there: so `%73erin.arm` would be taken for ours. */
function isOwn(member: string): boolean {
  const key = member.slice(0, (member.indexOf("=") + 1 || member.length + 1) - 1);
  const plain = key.replace(/%([0-9a-f]{2})/gi, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return plain.trim().toLowerCase().startsWith("serin.");
}

function toArm(text: string): Arm {
  return text === "canary" ? "canary" : "stable";
}
