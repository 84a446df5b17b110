import { pathOf, routes } from "../../src/http/contract/routes.ts";
import type { CalendarAnswer } from "../../src/http/contract/calendar.ts";
import type {
  CreateLinkAnswer,
  CreateTokenAnswer,
  EndSessionsAnswer,
  ListSessionsAnswer,
  ListTokensAnswer,
  PeopleAnswer,
  SessionAnswer,
} from "../../src/http/contract/access.ts";
import type { ConnectionsAnswer, HistoryAnswer, ReadinessAnswer, ReportAnswer, WhatIfAnswer } from "../../src/http/contract/insight.ts";
import type {
  AskAnswer,
  ListFreezesAnswer,
  ListReleasesAnswer,
  ShowReleaseAnswer,
  StoryAnswer,
  VerifyAnswer,
  WhyAnswer,
} from "../../src/http/contract.ts";
import { isProblem, ProblemError, Unreachable } from "./problem.ts";

/** What each route that the dashboard calls answers; `null`: nothing that is read. */
interface Answers {
  readonly session: SessionAnswer;
  readonly openSession: SessionAnswer;
  readonly closeSession: null;
  readonly listReleases: ListReleasesAnswer;
  readonly showRelease: ShowReleaseAnswer;
  readonly story: StoryAnswer;
  readonly ask: AskAnswer;
  readonly why: WhyAnswer;
  readonly verify: VerifyAnswer;
  readonly readiness: ReadinessAnswer;
  readonly report: ReportAnswer;
  readonly history: HistoryAnswer;
  readonly whatIf: WhatIfAnswer;
  readonly listFreezes: ListFreezesAnswer;
  readonly setFreeze: null;
  readonly liftFreeze: null;
  readonly calendar: CalendarAnswer;
  readonly connections: ConnectionsAnswer;
  readonly people: PeopleAnswer;
  readonly listSessions: ListSessionsAnswer;
  readonly endSessions: EndSessionsAnswer;
  readonly endSessionsOf: EndSessionsAnswer;
  readonly listTokens: ListTokensAnswer;
  readonly createToken: CreateTokenAnswer;
  readonly revokeToken: null;
  readonly createLink: CreateLinkAnswer;
}

export type Called = keyof Answers;

/** What goes with a call. */
export interface Given {
  /** By the names in the route's path. */
  readonly values?: Readonly<Record<string, string>>;
  /** `undefined` values are left out. */
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The revision that the person saw, as `If-Match`. */
  readonly revision?: number;
  readonly signal?: AbortSignal;
}

/** The address of a route with its query. */
export function addressOf(name: keyof typeof routes, given: Pick<Given, "values" | "query"> = {}): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(given.query ?? {})) if (value !== undefined) query.set(key, String(value));
  const asked = query.toString();
  return `${pathOf(routes[name], given.values)}${asked === "" ? "" : `?${asked}`}`;
}

const signedOut = new EventTarget();

/** Calls `what` whenever the server says that nobody is signed in any more, until the answer is called. */
export function onSignedOut(what: () => void): () => void {
  signedOut.addEventListener("signed-out", what);
  return () => signedOut.removeEventListener("signed-out", what);
}

/**
 * Calls a route as the person who is signed in (the cookie goes with it). Throws `ProblemError` for a refusal and `Unreachable` where no serin
 * answers; never calls twice. What changes something carries an idempotency key of its own, so that a proxy that repeats it changes it once.
 */
export async function call<Name extends Called>(name: Name, given: Given = {}): Promise<Answers[Name]> {
  const { method } = routes[name];
  // A refusal is told in the language of the page.
  const headers = new Headers({ Accept: "application/json", "Accept-Language": document.documentElement.lang });
  if (given.body !== undefined) headers.set("Content-Type", "application/json");
  if (given.revision !== undefined) headers.set("If-Match", `"${given.revision}"`);
  if (method !== "GET") headers.set("Idempotency-Key", randomKey());
  const response = await fetch(addressOf(name, given), {
    method,
    headers,
    ...(given.body === undefined ? {} : { body: JSON.stringify(given.body) }),
    ...(given.signal === undefined ? {} : { signal: given.signal }),
  }).catch((error: unknown) => {
    throw new Unreachable(String(error), { cause: error });
  });
  return (await bodyOf(response)) as Answers[Name];
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text().catch((error: unknown) => {
    throw new Unreachable(String(error), { cause: error });
  });
  const body = parsed(text);
  if (response.ok && body !== undefined) return body;
  if (!isProblem(body)) throw new Unreachable(`HTTP ${response.status}`);
  if (response.status === 401) signedOut.dispatchEvent(new Event("signed-out"));
  throw new ProblemError(body);
}

/** `null` for an empty body; `undefined` for one that is not JSON. */
function parsed(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
