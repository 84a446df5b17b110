import { localNowMs } from "../app/clock.ts";
import type { CreateTokenAnswer, KnownPerson, SessionPerson, SessionView, TokenView } from "../../src/http/contract/access.ts";
import type { ConnectionView } from "../../src/http/contract/insight.ts";
import type { ListFreezesAnswer, ProblemAnswer } from "../../src/http/contract.ts";

export const hourMs = 3_600_000;
/** The server's clock is a day behind this machine's. */
export const nowMs = localNowMs() - 24 * hourMs;

/** A server in a few variables: what it answers, and what it was asked. */
export interface SettingsServer {
  person: SessionPerson | null;
  connections: readonly ConnectionView[];
  people: readonly KnownPerson[];
  tokens: readonly TokenView[];
  freezes: ListFreezesAnswer["freezes"];
  sessions: readonly SessionView[];
  /** By "METHOD path": answers this instead. */
  readonly refusals: Map<string, ProblemAnswer>;
  isAway: boolean;
  readonly asked: { readonly what: string; readonly body: unknown }[];
  /** What stands for the browser's `fetch`. */
  fetch(address: string, init: RequestInit): Promise<Response>;
}

export const rachel: SessionPerson = {
  name: "rachel",
  roles: ["release-manager", "qa-lead"],
  environments: null,
  via: "login",
  expiresMs: null,
};
export const token: TokenView = {
  id: "t1",
  name: "pipeline",
  roles: ["devops-lead"],
  environments: ["staging"],
  createdMs: nowMs - 48 * hourMs,
  createdBy: "rachel",
  expiresMs: nowMs + 240 * hourMs,
  lastUsedMs: nowMs - 2 * hourMs,
  revokedMs: null,
};
export const session: SessionView = {
  id: "s1",
  name: "rachel",
  via: "login",
  createdMs: nowMs - 3 * hourMs,
  expiresMs: nowMs + 9 * hourMs,
  lastSeenMs: nowMs,
  agent: "Firefox, Linux",
  isThis: true,
};
export const connection: ConnectionView = {
  port: "source",
  name: "prometheus",
  kind: "prometheus",
  state: "answers",
  lastAnswerMs: nowMs - 8_000,
  latencyMs: 12,
  says: "Reads raw counters.",
  why: null,
  remedy: null,
  plans: ["ecomsimply"],
};

export const problem: ProblemAnswer = {
  type: "about:blank",
  title: "The store cannot take this now",
  status: 503,
  detail: "The disk is full.",
  code: "store-unusable",
  remedy: "Make room.",
};

/** A server at which Rachel is signed in; nothing is frozen, and there is one connection and one token. */
export function settingsServer(): SettingsServer {
  const server: SettingsServer = {
    person: rachel,
    connections: [connection],
    people: [],
    tokens: [token],
    freezes: [],
    sessions: [session],
    refusals: new Map(),
    isAway: false,
    asked: [],
    async fetch(address, init) {
      if (server.isAway) throw new TypeError("nobody is there");
      const what = `${init.method} ${address.replace(/\?.*/, "")}`;
      const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : null;
      server.asked.push({ what, body });
      const answer = answerTo(server, what, body);
      return new Response(answer.body === null ? null : JSON.stringify(answer.body), { status: answer.status });
    },
  };
  return server;
}

function answerTo(server: SettingsServer, what: string, body: unknown): { readonly status: number; readonly body: unknown } {
  const refusal = server.refusals.get(what);
  if (refusal !== undefined) return { status: refusal.status, body: refusal };
  switch (what) {
    case "GET /api/v1/session":
      return { status: 200, body: { person: server.person, hasLogin: true, version: "1" } };
    case "DELETE /api/v1/session":
      server.person = null;
      return { status: 204, body: null };
    case "GET /api/v1/connections":
      return { status: 200, body: { nowMs, connections: server.connections } };
    case "GET /api/v1/people":
      return { status: 200, body: { people: server.people } };
    case "GET /api/v1/tokens":
      return { status: 200, body: { tokens: server.tokens } };
    case "GET /api/v1/sessions":
      return { status: 200, body: { sessions: server.sessions, next: null } };
    case "DELETE /api/v1/sessions":
      server.person = null;
      return { status: 200, body: { ended: server.sessions.length } };
    case "DELETE /api/v1/people/hugo/sessions":
      server.sessions = server.sessions.filter(({ name }) => name !== "hugo");
      return { status: 200, body: { ended: 2 } };
    case "GET /api/v1/freezes":
      return { status: 200, body: { freezes: server.freezes } };
    case "GET /api/v1/releases":
      return { status: 200, body: { releases: [{ environment: "production" }, { environment: "staging" }], next: null } };
    case "POST /api/v1/tokens": {
      const { name } = body as { readonly name: string };
      const view: TokenView = { ...token, id: "t2", name };
      server.tokens = [...server.tokens, view];
      return { status: 201, body: { token: "shown-once", view } satisfies CreateTokenAnswer };
    }
    case "DELETE /api/v1/tokens/t1":
      server.tokens = server.tokens.map((one) => ({ ...one, revokedMs: nowMs }));
      return { status: 204, body: null };
    case "POST /api/v1/freezes":
    case "DELETE /api/v1/freezes/production":
      return { status: 204, body: null };
    default:
      throw new Error(`nobody answers ${what}`);
  }
}
