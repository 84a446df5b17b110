/**
 * Who is on which arm. Everything here is pure; `docs/adapters/edge.md` says the same for people who operate an edge.
 *
 * - A person has a random bucket 0-9999, drawn once a release, and is on the canary exactly when it is below `share × 100`. So growth only
 *   adds people, and a rollback is one number.
 * - `new-logins`: drawn by a login that is answered 2xx or 3xx. The login itself is served where the person was before; the arm holds from the
 *   next request on. But a login sent by a script of an open page (`Sec-Fetch-Mode` other than `navigate`) leaves that page on its arm until
 *   the next page load, and the answer says `serin-arm-changed: 1` whatever the arm (a page that reloads itself does so on both): so no page of
 *   one version talks to the other version's backend.
 * - `everyone`: drawn at the next page load, which is served by the drawn arm already; a login draws too. But who comes without any cookie is
 *   served by stable: this page load only draws, and the arm holds from the next page load on. So what never returns a cookie (bots, probes)
 *   never meets the canary before 100 %.
 * - An arm is left for the canary only at a page load (a page that is open keeps its backend), and left for stable at once (a rollback waits
 *   for nobody). At 100 % everybody is on the canary at once, with or without a cookie.
 * - A client counts as a person when it shows that it keeps cookies (it sent one with the request that drew it, or it comes back with ours) and
 *   has met its arm. Both arms count at the same moment, so that the drawn shares can be tested.
 */
export type Arm = "canary" | "stable";

/** Number of buckets; a share of 0.01 % is one bucket. */
export const bucketCount = 10_000;

/** What the cookie knows of a person. */
export interface Person {
  /** 64 random bits, 16 hexadecimal digits. */
  readonly id: string;
  /** 0-9999. */
  readonly bucket: number;
  /** The arm that served the page that is open; `null`: no page is known. */
  readonly page: Arm | null;
  /** False until the client has shown that it keeps cookies and meets its arm. */
  readonly isCounted: boolean;
  /** True from a login by a script, or a first visit without any cookie, until the next page load. */
  readonly isWaiting: boolean;
  /** The arms on which the person has met a server error. */
  readonly harmedOn: { readonly canary: boolean; readonly stable: boolean };
  /** The arms whose pages have reported a browser error. */
  readonly brokenOn: { readonly canary: boolean; readonly stable: boolean };
}

const noArm = { canary: false, stable: false };

/** A person who was just drawn and has seen nothing. */
export function newPerson(drawn: { readonly id: string; readonly bucket: number }): Person {
  return { ...drawn, page: null, isCounted: false, isWaiting: false, harmedOn: noArm, brokenOn: noArm };
}

/** The bucket from which on people are stable: 0 for 0 %, 1000 for 10 %, 10000 for 100 %. */
export function lineOfShare(sharePct: number): number {
  return Math.min(bucketCount, Math.max(0, Math.round(sharePct * 100)));
}

/** The arm that a bucket is meant for. */
export function assignedArm(bucket: number, line: number): Arm {
  return bucket < line ? "canary" : "stable";
}

/** The arm that serves a request; `person: null` is a client without a valid cookie. */
export function armOf(request: { readonly person: Person | null; readonly line: number; readonly isPageLoad: boolean }): Arm {
  const { person, line, isPageLoad } = request;
  if (line >= bucketCount) return "canary";
  if (person === null) return "stable";
  if (!isPageLoad && (person.isWaiting || person.page === "stable")) return "stable";
  return assignedArm(person.bucket, line);
}

/** True when a person's open page should be loaded again: it is of another arm than the person is meant for, or waits since a login by a script. */
export function isPageOutdated(person: Person, line: number): boolean {
  if (person.page === null) return false;
  return person.page !== assignedArm(person.bucket, line) || (person.isWaiting && line > 0);
}

/** The person after a request: a page load brings its arm along and ends the waiting. */
export function afterRequest(person: Person, request: { readonly arm: Arm; readonly isPageLoad: boolean }): Person {
  if (!request.isPageLoad || (person.page === request.arm && !person.isWaiting)) return person;
  return { ...person, page: request.arm, isWaiting: false };
}

/** The hash slice 0-9 of a person: the buckets of every slice are spread evenly over every share. */
export function sliceOf(bucket: number): number {
  return bucket % 10;
}

/**
 * True for a GET that loads a page: a browser says so (`Sec-Fetch-Mode: navigate` for a document), any other client by asking for HTML.
 *
 * Source: https://www.w3.org/TR/fetch-metadata/
 */
export function isPageLoad(request: {
  readonly method: string;
  readonly accept: string | undefined;
  readonly fetchMode: string | undefined;
  readonly fetchDest: string | undefined;
}): boolean {
  if (request.method !== "GET") return false;
  if (request.fetchMode !== undefined) {
    return request.fetchMode === "navigate" && (request.fetchDest === undefined || request.fetchDest === "document");
  }
  return request.accept?.includes("text/html") ?? false;
}
