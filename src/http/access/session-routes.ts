import type { Context } from "hono";
import { UserError } from "../../errors.ts";
import { callerOf, identifiedOf } from "../auth.ts";
import type { Env } from "../auth.ts";
import { openSessionBody, pageQuery } from "../contract/access.ts";
import type { CreateLinkAnswer, PeopleAnswer, SessionAnswer } from "../contract/access.ts";
import { readBody, readQuery } from "../input.ts";
import { pageOf } from "../pages.ts";
import type { AppParts } from "../parts.ts";
import type { Identified } from "./access.ts";
import { onlyPeople } from "./token-routes.ts";

/** Who calls; nobody too is an answer, also when what was shown is not in force any more. */
export async function session(context: Context<Env>, parts: AppParts): Promise<Response> {
  return context.json(sessionAnswer(parts, await identifyIfPossible(context, parts)));
}

/**
 * A browser whose session is over is never told to wait here, however many guess beside it: its cookie is taken back, and the page may show how one
 * signs in.
 */
async function identifyIfPossible(context: Context<Env>, { access }: AppParts): Promise<Identified | null> {
  const isBrowser = context.req.header("authorization") === undefined;
  try {
    return await access.identify(context);
  } catch (error) {
    const code = error instanceof UserError ? error.code : null;
    if (code === "session-over" || code === "token-unknown" || (isBrowser && code === "too-many-tries")) return null;
    throw error;
  }
}

/** Opens a session with the code of a one-time link. */
export async function openSession(context: Context<Env>, parts: AppParts): Promise<Response> {
  const opened = await parts.access.openByLink(context, await readBody(context, openSessionBody));
  parts.log("info", "session-opened", { who: opened.caller.name, via: opened.via });
  return context.json(sessionAnswer(parts, opened));
}

/** Ends the caller's session; with a token there is none, and nothing happens. */
export async function closeSession(context: Context<Env>, parts: AppParts): Promise<Response> {
  const { session, caller } = identifiedOf(context);
  if (session !== null) {
    await parts.access.close(context, session);
    parts.log("info", "session-closed", { who: caller.name });
  }
  return context.body(null, 204);
}

/** A link that opens the dashboard once, as the caller. Throws `people-only`. */
export async function createLink(context: Context<Env>, parts: AppParts): Promise<Response> {
  const { name } = onlyPeople(callerOf(context));
  const { code, expiresMs } = parts.access.mintLink(identifiedOf(context));
  parts.log("info", "link-created", { who: name });
  const home = parts.access.publicUrl ?? new URL(context.req.url).origin;
  const answer: CreateLinkAnswer = { url: `${home}/#once=${code}`, expiresMs };
  return context.json(answer, 201);
}

/** Everybody whom the server knows. */
export async function people(context: Context<Env>, parts: AppParts): Promise<Response> {
  const { items, next } = pageOf(parts.access.roster.everybody(), ({ name }) => name, readQuery(context, pageQuery));
  const answer: PeopleAnswer = { people: items, next };
  return context.json(answer);
}

function sessionAnswer({ version, access }: AppParts, identified: Identified | null): SessionAnswer {
  const person = identified && {
    name: identified.caller.name,
    roles: identified.caller.roles,
    environments: identified.caller.environments,
    ...(identified.caller.grants === undefined ? {} : { grants: identified.caller.grants }),
    via: identified.via,
    expiresMs: identified.session?.expiresMs ?? null,
  };
  return { person, hasLogin: access.login !== null, version };
}
