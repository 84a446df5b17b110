import { setTimeout as wait } from "node:timers/promises";
import { pathOf, routes } from "../../src/http/contract.ts";
import type { AskAnswer, AskBody, JournalAnswer, Route, StartReleaseAnswer, StartReleaseBody } from "../../src/http/contract.ts";
import type { ReleaseView } from "../../src/http/release-view.ts";
import type { ChainedEntry } from "../../src/ports.ts";

/** What a person was told by the server: it must be true for good. */
export interface Acknowledged {
  /** Requests that were answered with 2xx, by their id: "accepted", or "waiting" for an answer. */
  readonly requests: Map<string, "accepted" | "waiting">;
  /** Journal entries that were read, by revision: their hash. */
  readonly entries: Map<number, string>;
  /** Releases that began, by the key of the call. */
  readonly starts: Map<string, string>;
}

/** Nothing was acknowledged yet. */
export function nothingAcknowledged(): Acknowledged {
  return { requests: new Map(), entries: new Map(), starts: new Map() };
}

/** One person at the API of a server that may die in any moment. */
export interface Person {
  /** Begins a release; the same key until there is an answer. */
  start(body: StartReleaseBody, key: string): Promise<StartReleaseAnswer>;
  show(release: string): Promise<ReleaseView>;
  /** Asks under one key until there is an answer; `null` when it is a refusal: the release has moved on. */
  ask(release: string, asked: Asked): Promise<AskAnswer | null>;
  /** Reads what is new in the journal. */
  read(release: string): Promise<readonly ChainedEntry[]>;
}

export interface Asked {
  readonly body: AskBody;
  readonly key: string;
  /** The revision that the person saw; `null`: none. */
  readonly revision: number | null;
}

export interface PersonOptions {
  readonly serverUrl: string;
  readonly token: string;
  readonly acknowledged: Acknowledged;
  /** Called when a request that changes something is on its way. */
  readonly onAsking: () => void;
  readonly signal: AbortSignal;
}

interface Call {
  readonly route: Route;
  readonly values?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** While nobody answers, the next try comes after this long, ms. */
const retryAfterMs = 25;

/** Somebody who tries again until the server answers; everything that is answered is kept in `acknowledged`. */
export function personOf({ serverUrl, token, acknowledged, onAsking, signal }: PersonOptions): Person {
  async function call({ route, values, query = "", body, headers }: Call): Promise<Response> {
    for (;;) {
      signal.throwIfAborted();
      try {
        if (route.method === "POST") onAsking();
        const answer = await fetch(`${serverUrl}${pathOf(route, values)}${query}`, {
          method: route.method,
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
          body: body === undefined ? null : JSON.stringify(body),
          signal,
        });
        // The head of an answer may arrive without its end.
        return new Response(await answer.text(), { status: answer.status });
      } catch (error) {
        if (!isConnectionLost(error)) throw error;
        await wait(retryAfterMs, undefined, { signal });
      }
    }
  }

  async function answerOf<Answer>(asked: Call): Promise<Answer> {
    const answer = await call(asked);
    if (!answer.ok) throw new Error(`${asked.route.method} ${asked.route.path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Answer;
  }

  return {
    async start(body, key) {
      const answer = await answerOf<StartReleaseAnswer>({ route: routes.startRelease, body, headers: { "idempotency-key": key } });
      acknowledged.starts.set(key, answer.id);
      return answer;
    },
    show: (id) => answerOf({ route: routes.showRelease, values: { id } }),
    async ask(id, { body, key, revision }) {
      const match = revision === null ? {} : { "if-match": `"${revision}"` };
      const answer = await call({ route: routes.ask, values: { id }, body, headers: { "idempotency-key": key, ...match } });
      if (answer.status === 409 || answer.status === 412) return null;
      if (!answer.ok) throw new Error(`${body.kind} was answered ${answer.status}: ${await answer.text()}`);
      const said = (await answer.json()) as AskAnswer;
      acknowledged.requests.set(said.request, said.answer);
      return said;
    },
    async read(id) {
      const after = Math.max(0, ...acknowledged.entries.keys());
      const { entries } = await answerOf<JournalAnswer>({ route: routes.journal, values: { id }, query: `?after=${after}&limit=1000` });
      for (const { entry, hash } of entries) acknowledged.entries.set(entry.revision, hash);
      return entries;
    },
  };
}

function isConnectionLost(error: unknown): boolean {
  return error instanceof TypeError && (error.message === "fetch failed" || error.message === "terminated");
}
