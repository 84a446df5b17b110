import type { Context } from "hono";
import { UserError } from "../../errors.ts";
import type { Grant } from "../../ports.ts";
import { callerOf, checkAccess, identifiedOf } from "../auth.ts";
import type { Env } from "../auth.ts";
import { pageQuery } from "../contract/access.ts";
import type { EndSessionsAnswer, ListSessionsAnswer, SessionView } from "../contract/access.ts";
import { routes } from "../contract/routes.ts";
import { readQuery } from "../input.ts";
import { pageOf } from "../pages.ts";
import type { AppParts } from "../parts.ts";
import type { Caller } from "../tokens.ts";
import type { OpenSession } from "./access.ts";
import { rolesIn } from "./grants.ts";
import { details } from "../details.ts";

/** Where people are signed in, newest first: the caller's own sessions, and those that the caller may end. */
export async function listSessions(context: Context<Env>, parts: AppParts): Promise<Response> {
  const query = readQuery(context, pageQuery);
  const { caller, session } = identifiedOf(context);
  const open = await parts.access.openSessions();
  const shown = open.filter(({ name, holder }) => isOwn(caller, name) || isAbove(caller, holder === null ? [] : [holder]));
  const views = shown.map((one) => viewOf(one, one.hash === session?.hash));
  const { items, next } = pageOf(views, ({ id }) => id, query);
  const answer: ListSessionsAnswer = { sessions: items, next };
  return context.json(answer);
}

/** Signs the caller out everywhere: every session of theirs is over, and every link that would open another. */
export async function endSessions(context: Context<Env>, parts: AppParts): Promise<Response> {
  const { caller, session } = identifiedOf(context);
  const answer: EndSessionsAnswer = { ended: caller.isMachine ? 0 : await parts.access.endSessions(caller.name) };
  if (session !== null) await parts.access.close(context, session);
  parts.log("info", "sessions-ended", { who: caller.name, by: caller.name, ...answer });
  return context.json(answer);
}

/**
 * Signs somebody out everywhere. Throws `person-unknown` when nobody known is called so and nobody is signed in so, and `role-missing` unless the caller is release
 * manager wherever the person has a role.
 */
export async function endSessionsOf(context: Context<Env>, parts: AppParts): Promise<Response> {
  const who = context.req.param("name") ?? "";
  const caller = callerOf(context);
  const theirs = (await parts.access.openSessions()).filter(({ name }) => name === who);
  const known = parts.access.roster.known(who);
  if (theirs.length === 0 && known === null) throw new UserError("person-unknown", details.nobody(who));
  const held = [known, ...theirs.map(({ holder }) => holder)].flatMap((holder) => holder ?? []);
  if (!isOwn(caller, who) && !isAbove(caller, held)) {
    const { access } = routes.endSessionsOf;
    checkAccess({ ...caller, roles: [] }, access, ` wherever ${who} has a role`);
  }
  const answer: EndSessionsAnswer = { ended: await parts.access.endSessions(who) };
  parts.log("info", "sessions-ended", { who, by: caller.name, ...answer });
  return context.json(answer);
}

/** True for the caller's own sessions. A machine has none: who is called as it is somebody else, named after its token was made. */
function isOwn(caller: Caller, name: string): boolean {
  return name === caller.name && caller.isMachine !== true;
}

/** True when the caller may end what somebody with these roles has opened: release manager wherever one of the roles holds. */
function isAbove(caller: Caller, held: readonly Caller[]): boolean {
  const places = held.flatMap((holder): readonly (string | null)[] => {
    const grants: readonly Grant[] = holder.grants ?? [holder];
    return grants.flatMap(({ environments }): readonly (string | null)[] => environments ?? [null]);
  });
  const makers: readonly string[] = routes.endSessionsOf.access;
  const isThere = (place: string | null): boolean => rolesIn(caller, place).some((role) => makers.includes(role));
  return places.length === 0 ? caller.roles.some((role) => makers.includes(role)) : places.every(isThere);
}

function viewOf({ hash, name, via, createdMs, expiresMs, agent, lastSeenMs }: OpenSession, isThis: boolean): SessionView {
  return { id: hash.slice(0, 16), name, via, createdMs, expiresMs, lastSeenMs, agent: agent ?? null, isThis };
}
