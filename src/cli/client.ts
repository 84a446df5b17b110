import { errorKinds, UserError } from "../errors.ts";
import { fitsPath, pathOf, versionHeader } from "../http/contract.ts";
import type { EventName, ProblemAnswer, Route } from "../http/contract.ts";
import { readEvents } from "./event-stream.ts";
import type { ServerEvent } from "./event-stream.ts";

/** Where a server answers, and the token of who asks. */
export interface Connection {
  readonly serverUrl: string;
  readonly token: string;
}

/** What goes with a call beside its route. */
export interface Call {
  /** Values of the route's path. */
  readonly values?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A server, as the command line talks to it. Every refusal is thrown as the `UserError` that the server named. */
export interface Client {
  /** The answer's JSON; `null` when it has none (204). */
  call<Answer>(route: Route, call?: Call): Promise<Answer>;
  /** The answer as it is, which is not JSON. */
  text(route: Route, call?: Call): Promise<string>;
  /** The events of a stream until it ends; throws `server-unreachable` when it breaks. */
  events(route: Route, call: Call, signal: AbortSignal): AsyncGenerator<ServerEvent<EventName>, void>;
}

/** A client of one server. */
export function createClient(connection: Connection): Client {
  return {
    call: async <Answer>(route: Route, call: Call = {}) => {
      const response = await send(connection, route, call);
      return (response.status === 204 ? null : await jsonOf(response)) as Answer;
    },
    text: async (route, call = {}) => (await send(connection, route, call)).text(),
    async *events(route, call, signal) {
      const response = await send(connection, route, { ...call, headers: { ...call.headers, Accept: "text/event-stream" } }, signal);
      if (response.body === null) throw new UserError("answer-strange", "The event stream is empty.");
      try {
        for await (const event of readEvents(response.body)) {
          if (event.name === "entry" || event.name === "view") yield { ...event, name: event.name };
        }
      } catch (error) {
        if (!signal.aborted) throw unreachable(connection, error);
      }
    },
  };
}

async function send(connection: Connection, route: Route, call: Call, signal?: AbortSignal): Promise<Response> {
  const unfit = Object.values(call.values ?? {}).find((value) => !fitsPath(value));
  if (unfit !== undefined) throw new UserError("input-invalid", `Nothing is called "${unfit}".`);
  const url = new URL(pathOf(route, call.values), connection.serverUrl);
  for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value);
  const response = await fetch(url, {
    method: route.method,
    redirect: "error",
    headers: {
      Authorization: `Bearer ${connection.token}`,
      ...(call.body === undefined ? {} : { "Content-Type": "application/json" }),
      ...call.headers,
    },
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    throw unreachable(connection, error);
  });
  if (!response.ok) throw await refusalOf(response);
  if (response.headers.has(versionHeader)) return response;
  await response.body?.cancel();
  throw new UserError("answer-strange", `What answers at ${connection.serverUrl} does not say that it is serin.`);
}

async function refusalOf(response: Response): Promise<UserError> {
  const { code, detail, ...more } = ((await jsonOf(response)) ?? {}) as Partial<ProblemAnswer>;
  if (code !== undefined && Object.hasOwn(errorKinds, code)) return new UserError(code, detail ?? "", more);
  return new UserError("answer-strange", `It answered ${response.status} without a problem that serin knows.`);
}

async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UserError("answer-strange", `${response.status} came without JSON.`);
  }
}

function unreachable(connection: Connection, error: unknown): UserError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : null;
  const why = cause || (error instanceof Error ? error.message : String(error));
  const said = /wrong version number|packet length too long/u.test(why) ? "it does not speak TLS: write http://, not https://" : why;
  return new UserError("server-unreachable", `${connection.serverUrl}: ${said}.`);
}
