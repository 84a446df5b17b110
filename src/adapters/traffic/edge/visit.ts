import type { IncomingHttpHeaders } from "node:http";
import { readBaggage } from "./baggage.ts";
import type { Carried } from "./baggage.ts";
import { afterRequest, armOf, bucketCount, isPageLoad, isPageOutdated, newPerson, sliceOf } from "./cohort.ts";
import type { Arm, Person } from "./cohort.ts";
import type { Draw } from "./draw.ts";
import type { EdgeState, ServiceState } from "./edge-state.ts";
import type { Who } from "./request-tally.ts";
import { readPerson, sayPerson } from "./person-cookie.ts";
import { isHashedAsset, isRequest } from "./request-pattern.ts";
import type { Signer } from "./signer.ts";

/** The facts of one request that decide who makes it. */
export interface VisitRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly scheme: "http" | "https";
  /** Names whoever is at the other end; two requests of one client have the same name as far as the edge can tell. */
  readonly client: string;
}

/** The edge's keys, and how it draws. */
export interface VisitMeans {
  readonly cookieSigner: Signer;
  readonly baggageSigner: Signer;
  readonly pageSigner: Signer;
  readonly draw: Draw;
  /** The slice 0-9 of a client who is no person of the release. */
  sliceOfClient(client: string): number;
}

/** Who makes one request and which arm serves it. */
export interface Visit {
  readonly request: VisitRequest;
  readonly state: EdgeState;
  readonly arm: Arm;
  /** `null`: nobody whom the release has drawn. */
  readonly person: Person | null;
  /** A service's own call, on its caller's arm; `null`: it came from outside. */
  readonly carried: Carried | null;
  /** Who is drawn if this login succeeds; `null`: it is no login of somebody who is not drawn yet. */
  readonly candidate: ReturnType<Draw> | null;
  readonly isPageLoad: boolean;
  /** True when this request makes the person count. */
  readonly isCountedNow: boolean;
  /** True when the cookie must be written. */
  readonly isChanged: boolean;
}

/** Decides about a request; the answer depends on its arguments alone, but for the draw. */
export function beginVisit(request: VisitRequest, service: ServiceState, state: EdgeState, means: VisitMeans): Visit {
  const { headers } = request;
  const pageLoad = isPageLoad({
    method: request.method,
    accept: headers.accept,
    fetchMode: one(headers["sec-fetch-mode"]),
    fetchDest: one(headers["sec-fetch-dest"]),
  });
  const nobody = {
    request,
    state,
    person: null,
    carried: null,
    candidate: null,
    isPageLoad: pageLoad,
    isCountedNow: false,
    isChanged: false,
  };
  if (state.release === null) return { ...nobody, arm: "stable" };
  const carried = readBaggage({ header: one(headers["baggage"]), release: state.release, signer: means.baggageSigner });
  if (carried !== null) return { ...nobody, carried, arm: armOfCarried(carried, service, state) };

  const known = readPerson({ header: headers.cookie, tag: state.tag, signer: means.cookieSigner });
  const keepsCookies = headers.cookie !== undefined;
  const isDrawnNow = known === null && keepsCookies && state.audience === "everyone" && pageLoad && state.line > 0;
  const person = isDrawnNow ? newPerson(means.draw()) : known;
  const arm = armOf({ person, line: state.line, isPageLoad: pageLoad });
  if (person === null) {
    const isLogin = state.line > 0 && state.login !== null && isRequest(state.login, request);
    return { ...nobody, candidate: isLogin ? means.draw() : null, arm };
  }

  const meetsArm = !person.isWaiting || pageLoad;
  const isCountedNow = !person.isCounted && meetsArm && state.line > 0 && !isHashedAsset(request.path);
  const moved = afterRequest(person, { arm, isPageLoad: pageLoad });
  const after = isCountedNow ? { ...moved, isCounted: true } : moved;
  return { ...nobody, person: after, arm, isCountedNow, isChanged: after !== known };
}

function armOfCarried(carried: Carried, service: ServiceState, state: EdgeState): Arm {
  const arm = carried.armOf(service.name);
  if (carried.isAttempt) return arm;
  if (state.line >= bucketCount) return "canary";
  return state.line === 0 ? "stable" : arm;
}

/** What an answer makes of its person. */
export interface Answered {
  readonly status: number;
  /** The arm on which this was the person's first server error; `null`: it was none, or not the first. */
  readonly isFirstHarmOn: Arm | null;
  /** On which arms the person's pages have reported an error; `null`: the answer is no page. */
  readonly brokenOn: Person["brokenOn"] | null;
}

/**
 * The person after the answer: a login draws, so does the page load of a client that brought no cookie at all; a first server error is
 * remembered in the cookie, and an error of an earlier page with the next page.
 */
export function answerVisit(
  visit: Visit,
  answer: Answered,
  means: VisitMeans,
): { readonly person: Person | null; readonly isChanged: boolean } {
  const { person, state } = visit;
  if (person !== null) {
    const { isFirstHarmOn, brokenOn } = answer;
    const isMoreBroken = brokenOn !== null && (brokenOn.canary !== person.brokenOn.canary || brokenOn.stable !== person.brokenOn.stable);
    if (isFirstHarmOn === null && !isMoreBroken) return { person, isChanged: visit.isChanged };
    const harmedOn = isFirstHarmOn === null ? person.harmedOn : { ...person.harmedOn, [isFirstHarmOn]: true };
    return { person: { ...person, harmedOn, brokenOn: brokenOn ?? person.brokenOn }, isChanged: true };
  }
  const drawn = state.line === 0 || visit.carried !== null ? null : (drawnByLogin(visit, answer) ?? drawnByPage(visit, means));
  return { person: drawn, isChanged: drawn !== null };
}

function drawnByLogin({ candidate, request, arm }: Visit, answer: { readonly status: number }): Person | null {
  if (candidate === null || answer.status < 200 || answer.status >= 400) return null;
  const drawn = newPerson(candidate);
  const fetchMode = one(request.headers["sec-fetch-mode"]);
  const isByScript = fetchMode !== undefined && fetchMode !== "navigate";
  return isByScript ? { ...drawn, page: arm, isWaiting: true } : drawn;
}

/** Whoever came without any cookie waits for the next page load, and is not told to reload: nothing is wrong with the page. */
function drawnByPage({ state, request, arm, isPageLoad: isPage }: Visit, means: VisitMeans): Person | null {
  if (!isPage || state.audience !== "everyone" || request.headers.cookie !== undefined) return null;
  const drawn = newPerson(means.draw());
  return state.line >= bucketCount ? { ...drawn, page: arm } : { ...drawn, isWaiting: true };
}

/** What the edge adds to an answer for this person: the cookie, and a word that the open page is of the other version. */
export function visitHeaders(
  visit: Visit,
  answered: { readonly person: Person | null; readonly isChanged: boolean },
  means: VisitMeans,
): string[] {
  const { person, isChanged } = answered;
  if (person === null) return [];
  const headers: string[] = [];
  if (isChanged && !isHashedAsset(visit.request.path)) {
    const cookie = { person, tag: visit.state.tag, signer: means.cookieSigner, scheme: visit.request.scheme };
    headers.push("set-cookie", sayPerson(cookie));
  }
  if (!visit.isPageLoad && isPageOutdated(person, visit.state.line)) headers.push("serin-arm-changed", "1");
  return headers;
}

/**
 * True when the person now gets a page, and what its script reports is theirs to report: HTML that a page load is answered with, no redirect and
 * no server error. A page that is fetched ahead may never be looked at, and is left out.
 *
 * Source: https://wicg.github.io/nav-speculation/prefetch.html#sec-purpose-header
 */
export function isPageSent(visit: Visit, answer: { readonly status: number; readonly isHtml: boolean }): boolean {
  const { status, isHtml } = answer;
  if (!isHtml || !visit.isPageLoad || status >= 500 || (status >= 300 && status < 400)) return false;
  return !(one(visit.request.headers["sec-purpose"]) ?? "").startsWith("prefetch");
}

/** Whose request it is, for the meters. */
export function whoIs(visit: Visit): Who {
  if (visit.carried !== null) return "calls";
  return visit.person === null ? "others" : "people";
}

/** The hash slice of the person, or of the one whom a login is about to draw; anybody else has that of the client. */
export function sliceOfVisit({ person, candidate, request }: Visit, means: VisitMeans): number {
  const drawn = person ?? candidate;
  return drawn === null ? means.sliceOfClient(request.client) : sliceOf(drawn.bucket);
}

function one(header: string | string[] | undefined): string | undefined {
  return typeof header === "string" ? header : header?.[0];
}
