import { Hono } from "hono";
import type { Context } from "hono";
import { UserError } from "../errors.ts";
import { ask } from "./ask.ts";
import { authenticate } from "./auth.ts";
import type { Env } from "./auth.ts";
import { login, loginCallback } from "./access/login-routes.ts";
import { closeSession, createLink, openSession, people, session } from "./access/session-routes.ts";
import { endSessions, endSessionsOf, listSessions } from "./access/signed-in-routes.ts";
import { Tries } from "./access/tries.ts";
import { createToken, listTokens, revokeToken } from "./access/token-routes.ts";
import { routes, versionHeader } from "./contract.ts";
import type { HealthAnswer, RouteName } from "./contract.ts";
import { connections } from "./connections.ts";
import { createDenials } from "./denials.ts";
import { DeniedAsks } from "./denied-asks.ts";
import { createEachInTurn } from "./each-in-turn.ts";
import { events, releasesEvents } from "./events.ts";
import { examine } from "./examine.ts";
import { calendar } from "./calendar.ts";
import { liftFreeze, listFreezes, setFreeze } from "./freezes.ts";
import { history } from "./history.ts";
import { mountInboxes } from "./inboxes.ts";
import { metrics } from "./metrics.ts";
import { limitBody } from "./input.ts";
import { openapi } from "./openapi.ts";
import type { AppParts } from "./parts.ts";
import { readiness } from "./readiness.ts";
import { languageOf, problemOf, problemResponse } from "./problem.ts";
import { report } from "./report.ts";
import { journal, listReleases, showRelease, story, verify, why } from "./releases.ts";
import { startStable } from "./stable.ts";
import { startRelease } from "./start-release.ts";
import { Streams } from "./streams.ts";
import type { StreamLimits } from "./streams.ts";
import { createTurns } from "./turns.ts";
import { whatIf } from "./what-if.ts";
import { serveWeb } from "./web/serve-web.ts";
import { details } from "./details.ts";

type Handler = (context: Context<Env>, parts: AppParts) => Promise<Response>;

const handlers: Readonly<Record<RouteName, Handler>> = {
  health,
  startRelease,
  listReleases,
  showRelease,
  journal,
  story,
  events,
  releasesEvents,
  connections,
  ask,
  why,
  verify,
  listFreezes,
  liftFreeze,
  setFreeze,
  calendar,
  startStable,
  examine,
  metrics,
  openapi,
  readiness,
  history,
  whatIf,
  report,
  session,
  openSession,
  closeSession,
  listSessions,
  endSessions,
  endSessionsOf,
  createLink,
  people,
  login,
  loginCallback,
  listTokens,
  createToken,
  revokeToken,
};

/** The routes that are answered. */
export const answeredRoutes = Object.keys(handlers) as readonly RouteName[];

/** What an app is made of; the rest of its parts it makes itself. */
export type AppGiven = Omit<AppParts, "turn" | "inTurn" | "streams" | "idleAsks" | "denied" | "deniedAsks"> & {
  readonly streamLimits: StreamLimits;
};

/**
 * The HTTP API over its parts: every route of the contract, authenticated as the contract says; every error a problem. Calls take turns, so that
 * the engine beside them never waits for more than one.
 */
export function createApp({ streamLimits, ...given }: AppGiven): Hono<Env> {
  const { clock, log } = given;
  const parts: AppParts = {
    ...given,
    turn: createTurns(),
    inTurn: createEachInTurn(),
    streams: new Streams(streamLimits),
    idleAsks: new Tries(clock, log, idleAsksAtMost),
    denied: createDenials(log, clock),
    deniedAsks: new DeniedAsks(given),
  };
  const app = new Hono<Env>();
  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(safeHeaders)) if (!context.res.headers.has(name)) context.res.headers.set(name, value);
    context.res.headers.set(versionHeader, parts.version);
  });
  for (const [name, { method, path, access }] of Object.entries(routes)) {
    const handler = handlers[name as RouteName];
    if (handler === undefined) continue;
    app.on(method, path, authenticate(parts.access, access), limitBody, async (context) => {
      if (name !== "health") await parts.turn();
      return handler(context, parts);
    });
  }
  mountInboxes(app, parts.inboxes);
  app.notFound(async (context) => serveWeb(context, parts).catch((error: unknown) => answerProblem(context, parts, error)));
  app.onError((error, context) => answerProblem(context, parts, error));
  return app;
}

/** A journal is kept for good: nobody who may do nothing to a release fills it, and nobody's reports wear out who is told of them. */
const idleAsksAtMost = { windowMs: 60_000, perPlace: 30, overall: Infinity } as const;

/** Nothing that the API answers is a page, is to be kept, or may be embedded; the dashboard's files say for themselves what differs. */
const safeHeaders = {
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
} as const;

async function health(context: Context<Env>, parts: AppParts): Promise<Response> {
  const status = parts.closing.aborted ? "closing" : parts.engine.isTroubled() ? "troubled" : "ok";
  const answer: HealthAnswer = { status, version: parts.version, notices: parts.engine.notices() };
  return context.json(answer, status === "closing" ? 503 : 200);
}

/** A call that broke off fails where its body is read: that is its caller's doing, and nobody reads the answer. */
function whoseMistake(context: Context<Env>, error: unknown): unknown {
  const brokeOff = error instanceof Error && "code" in error && error.code === "ECONNRESET" && context.req.raw.signal.aborted;
  return brokeOff ? new UserError("body-malformed", details.brokeOff()) : error;
}

function answerProblem(context: Context<Env>, parts: AppParts, error: unknown): Response {
  const answer = problemOf(whoseMistake(context, error), parts.log, languageOf(context));
  if (answer.status === 401 || answer.status === 403) {
    const person: Env["Variables"]["person"] | undefined = context.get("person");
    const who = person?.name ?? null;
    parts.denied({ code: answer.code, method: context.req.method, path: context.req.path, who, from: parts.access.addressOf(context) });
  }
  return problemResponse(answer);
}
