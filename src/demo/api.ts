import { pathOf, routes } from "../http/contract.ts";
import type { CreateLinkAnswer } from "../http/contract/access.ts";
import type {
  AskAnswer,
  AskBody,
  JournalAnswer,
  ListFreezesAnswer,
  ProblemAnswer,
  Route,
  StartReleaseAnswer,
  StartReleaseBody,
  StartStableAnswer,
  StartStableBody,
  VerifyAnswer,
  WhyAnswer,
} from "../http/contract.ts";
import type { ReleaseView } from "../http/release-view.ts";
import type { ChainedEntry } from "../ports.ts";

/** What the API answered instead of what was asked for. */
export class ApiRefusal extends Error {
  override readonly name = "ApiRefusal";
  readonly status: number;
  constructor(status: number, says: string) {
    super(says);
    this.status = status;
  }
}

/** The API as one person of the demo uses it. Every call throws `ApiRefusal` when it is not answered with 2xx. */
export interface Api {
  startStable(body: StartStableBody): Promise<StartStableAnswer>;
  startRelease(body: StartReleaseBody, key: string): Promise<StartReleaseAnswer>;
  show(release: string): Promise<ReleaseView>;
  ask(release: string, body: AskBody, revision: number): Promise<AskAnswer>;
  /** The whole journal, oldest first. */
  journal(release: string): Promise<readonly ChainedEntry[]>;
  verify(release: string): Promise<VerifyAnswer>;
  why(release: string): Promise<WhyAnswer>;
  freezes(): Promise<ListFreezesAnswer>;
  lift(environment: string, reason: string): Promise<unknown>;
  /** An address that opens the dashboard once, as this person. */
  link(): Promise<CreateLinkAnswer>;
}

interface Call {
  readonly route: Route;
  readonly values?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where a server answers, and whether it does. */
export interface Reachable {
  readonly url: string;
  /** Resolves at once while the server is up, otherwise when it is up again. */
  up(): Promise<void>;
  /** Grows each time that the server goes down on purpose: a call that was under way then is made again. */
  fallen(): number;
}

/**
 * The API of a server for the person with this token. A call that the server was taken away under is made again when it is back; a server of which
 * the address alone is given is always up.
 */
export function apiOf(at: string | Reachable, token: string): Api {
  const server: Reachable = typeof at === "string" ? { url: at, up: () => Promise.resolve(), fallen: () => 0 } : at;
  async function call<Answer>(asked: Call): Promise<Answer> {
    for (;;) {
      await server.up();
      const before = server.fallen();
      try {
        return await ask<Answer>(server.url, token, asked);
      } catch (error) {
        if (error instanceof ApiRefusal || server.fallen() === before) throw error;
      }
    }
  }
  return {
    startStable: (body) => call({ route: routes.startStable, body }),
    startRelease: (body, key) => call({ route: routes.startRelease, body, headers: { "idempotency-key": key } }),
    show: (id) => call({ route: routes.showRelease, values: { id } }),
    ask: (id, body, revision) => call({ route: routes.ask, values: { id }, body, headers: { "if-match": `"${revision}"` } }),
    async journal(id) {
      const entries: ChainedEntry[] = [];
      for (let after: number | null = 0; after !== null;) {
        const page: JournalAnswer = await call({ route: routes.journal, values: { id }, query: `?after=${after}&limit=1000` });
        entries.push(...page.entries);
        after = page.next;
      }
      return entries;
    },
    verify: (id) => call({ route: routes.verify, values: { id } }),
    why: (id) => call({ route: routes.why, values: { id } }),
    freezes: () => call({ route: routes.listFreezes }),
    lift: (environment, reason) => call({ route: routes.liftFreeze, values: { environment }, body: { reason } }),
    link: () => call({ route: routes.createLink }),
  };
}

async function ask<Answer>(url: string, token: string, { route, values, query, body, headers }: Call): Promise<Answer> {
  const answer = await fetch(`${url}${pathOf(route, values)}${query ?? ""}`, {
    method: route.method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new ApiRefusal(answer.status, `${route.method} ${route.path} answered ${answer.status}: ${sayProblem(text)}`);
  // What is asked for by 204 has no body, and nobody reads it.
  return (text === "" ? null : JSON.parse(text)) as Answer;
}

function sayProblem(text: string): string {
  if (!text.startsWith("{")) return text.slice(0, 200);
  const problem = JSON.parse(text) as Partial<ProblemAnswer>;
  const places = (problem.problems ?? []).map(({ line, column, message }) => `${line}:${column} ${message}`);
  return [problem.title, problem.detail, ...places].filter((part) => part !== undefined).join("; ");
}
