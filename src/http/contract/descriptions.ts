import type { z } from "zod";
import type { ErrorCode } from "../../errors.ts";
import * as contract from "../contract.ts";
import type { RouteName } from "../contract.ts";
import { createTokenBody, loginQuery, openSessionBody, pageQuery } from "./access.ts";
import { calendarQuery, setFreezeBody } from "./calendar.ts";
import { connectionsQuery, historyQuery, readinessQuery, reportQuery, whatIfQuery } from "./insight.ts";

/** What a route takes and answers, beside its method, path and access: with them it is a page of the OpenAPI document. */
export interface Description {
  /** What it does, one sentence. */
  readonly says: string;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  readonly headers?: readonly HeaderName[];
  /** By status: the name of the answer's type, "no body", or another kind of content. */
  readonly answers: Readonly<Record<number, AnswerKind>>;
  /** Refusals of its own, beside those that follow from what it takes (`problemsOf`). */
  readonly problems?: readonly ErrorCode[];
}

export type HeaderName = "If-Match" | "Idempotency-Key" | "Last-Event-ID";

export type AnswerKind =
  | { readonly type: string }
  | { readonly media: string }
  /** Server-sent events: by name the type of their data. */
  | { readonly events: Readonly<Record<string, string>> }
  /** A place to go on at, in `Location`. */
  | "redirect"
  | "no body";

const json = (type: string): { readonly 200: AnswerKind } => ({ 200: { type } });

/** A refusal to who stands at the sign-in: a page for browsers. */
const page: AnswerKind = { media: "text/html or application/problem+json" };

/** Every route, described. */
export const descriptions: Readonly<Record<RouteName, Description>> = {
  health: {
    says: "Whether the server answers, and whether every release can go on.",
    answers: { 200: { type: "HealthAnswer" }, 503: { type: "HealthAnswer" } },
  },
  startRelease: {
    says: "Begins a release; the same key begins it once.",
    body: contract.startReleaseBody,
    headers: ["Idempotency-Key"],
    answers: { 200: { type: "StartReleaseAnswer" }, 201: { type: "StartReleaseAnswer" } },
    problems: [
      "key-missing",
      "key-reused",
      "start-moment",
      "plan-invalid",
      "versions-invalid",
      "stable-unknown",
      "connection-missing",
      "people-only",
      "environment-frozen",
      "service-busy",
      "role-missing",
    ],
  },
  listReleases: { says: "Releases, newest first.", query: contract.listReleasesQuery, answers: json("ListReleasesAnswer") },
  showRelease: { says: "One release as people look at it.", query: contract.languageQuery, answers: json("ShowReleaseAnswer") },
  journal: { says: "The journal with its hashes, oldest first.", query: contract.journalQuery, answers: json("JournalAnswer") },
  story: { says: "What happened, in sentences, newest first.", query: contract.storyQuery, answers: json("StoryAnswer") },
  events: {
    says: "One release as it goes on.",
    query: contract.languageQuery,
    headers: ["Last-Event-ID"],
    answers: { 200: { events: { view: "ReleaseView", entry: "ChainedEntry" } } },
    problems: ["too-many-streams", "query-invalid"],
  },
  ask: {
    says: "Asks something of a release, and waits a little for its answer: 202 is stored and not yet answered.",
    query: contract.languageQuery,
    body: contract.askBody,
    headers: ["If-Match", "Idempotency-Key"],
    answers: { 200: { type: "AskAnswer" }, 202: { type: "AskAnswer" } },
    problems: ["role-missing", "revision-missing", "revision-malformed", "revision-stale", "request-refused", "key-missing"],
  },
  why: {
    says: "The sentences behind where a release stands.",
    query: contract.whyQuery,
    answers: json("WhyAnswer"),
  },
  verify: { says: "Checks the chain and replays every decision.", answers: json("VerifyAnswer") },
  listFreezes: { says: "The environments in which nothing may start.", answers: json("ListFreezesAnswer") },
  liftFreeze: {
    says: "Lifts a freeze.",
    body: contract.liftFreezeBody,
    answers: { 204: "no body" },
    problems: ["freeze-unknown", "role-missing"],
  },
  startStable: {
    says: "Starts the stable version where its workloads are processes of this machine.",
    body: contract.startStableBody,
    answers: json("StartStableAnswer"),
    problems: [
      "plan-invalid",
      "versions-invalid",
      "stable-unknown",
      "stable-elsewhere",
      "stable-not-ready",
      "connection-missing",
      "release-active",
      "role-missing",
    ],
  },
  metrics: { says: "The server's own numbers, for Prometheus.", answers: { 200: { media: "text/plain" } } },
  examine: {
    says: "Looks at everything that a release of a plan would rest on; changes nothing.",
    query: contract.languageQuery,
    body: contract.examineBody,
    answers: json("ExamineAnswer"),
    problems: ["plan-invalid", "role-missing"],
  },
  openapi: { says: "This document.", answers: { 200: { media: "application/openapi+json" } } },
  releasesEvents: {
    says: "The releases and freezes as they change.",
    query: contract.languageQuery,
    answers: { 200: { events: { releases: "ReleasesEvent" } } },
    problems: ["too-many-streams"],
  },
  history: { says: "How the evidence of one gate or guard grew.", query: historyQuery, answers: json("HistoryAnswer") },
  whatIf: { says: "The same evidence judged with another line.", query: whatIfQuery, answers: json("WhatIfAnswer") },
  readiness: {
    says: "What a Go or a No-Go rests on, looked at now.",
    query: readinessQuery,
    answers: json("ReadinessAnswer"),
  },
  report: {
    says: "The release's report.",
    query: reportQuery,
    answers: { 200: { media: "text/markdown, text/html or application/json" } },
  },
  calendar: { says: "Windows, holidays, freezes and releases of some days.", query: calendarQuery, answers: json("CalendarAnswer") },
  setFreeze: {
    says: "Freezes an environment by hand.",
    body: setFreezeBody,
    answers: { 201: { type: "Freeze" } },
    problems: ["role-missing"],
  },
  connections: {
    says: "Whether what the server is connected to answers.",
    query: connectionsQuery,
    answers: json("ConnectionsAnswer"),
  },
  session: { says: "Who is signed in, and how one can.", answers: json("SessionAnswer"), problems: ["too-many-tries", "token-missing"] },
  openSession: {
    says: "Signs in with the code of a one-time link.",
    body: openSessionBody,
    answers: json("SessionAnswer"),
    problems: ["link-unknown", "session-other", "origin-wrong", "too-many-tries"],
  },
  closeSession: { says: "Signs out.", answers: { 204: "no body" } },
  listSessions: {
    says: "Where the caller is signed in, and everybody whom the caller may sign out.",
    query: pageQuery,
    answers: json("ListSessionsAnswer"),
  },
  endSessions: { says: "Signs the caller out everywhere, links and event streams included.", answers: json("EndSessionsAnswer") },
  endSessionsOf: {
    says: "Signs somebody out everywhere, links and event streams included.",
    answers: json("EndSessionsAnswer"),
    problems: ["person-unknown"],
  },
  createLink: {
    says: "A one-time link that opens the dashboard as the caller.",
    answers: { 201: { type: "CreateLinkAnswer" } },
    problems: ["people-only"],
  },
  login: {
    says: "Leads to the team's own sign-in. A browser is shown what went wrong as a page.",
    query: loginQuery,
    answers: { 302: "redirect", 400: page, 404: page, 429: page, 502: page },
    problems: ["login-unset", "login-provider", "too-many-tries"],
  },
  loginCallback: {
    says: "Where that sign-in comes back. A browser is shown what went wrong as a page.",
    answers: { 302: "redirect", 400: page, 403: page, 404: page, 429: page, 502: page },
    problems: [
      "login-unset",
      "login-provider",
      "login-clock",
      "login-refused",
      "login-denied",
      "login-over",
      "login-name",
      "login-role",
      "too-many-tries",
    ],
  },
  people: { says: "Everybody whom the server knows.", query: pageQuery, answers: json("PeopleAnswer") },
  listTokens: { says: "Tokens of machines, without the tokens.", query: pageQuery, answers: json("ListTokensAnswer") },
  createToken: {
    says: "Makes a machine's token: the only answer in which it stands.",
    body: createTokenBody,
    answers: { 201: { type: "CreateTokenAnswer" } },
    problems: ["people-only", "name-taken"],
  },
  revokeToken: { says: "Revokes a machine's token.", answers: { 204: "no body" }, problems: ["token-gone"] },
};

/** Every refusal that a route may answer with. */
export function problemsOf(name: RouteName): readonly ErrorCode[] {
  const { method, access, path } = contract.routes[name];
  const { query, body, problems = [] } = descriptions[name];
  const codes: readonly ErrorCode[] = [
    ...(access === "anybody" ? [] : (["token-missing", "token-unknown", "session-over", "too-many-tries"] as const)),
    ...(access === "anybody" || method === "GET" ? [] : (["origin-wrong"] as const)),
    ...(typeof access === "string" ? [] : (["role-missing"] as const)),
    ...(path.includes("/releases/:id") ? (["release-unknown"] as const) : []),
    ...(query === undefined ? [] : (["query-invalid"] as const)),
    ...(body === undefined ? [] : (["media-type", "body-malformed", "body-invalid"] as const)),
    ...problems,
    "body-too-large",
    "store-unusable",
    "internal",
  ];
  return [...new Set(codes)].toSorted();
}
