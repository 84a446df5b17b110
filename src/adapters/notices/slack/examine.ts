import { z } from "zod";
import type { Phrase } from "../../../core/messages/phrases.ts";
import { doubtful, fine, wrong } from "../../check.ts";
import type { Check } from "../../define.ts";
import type { Channels } from "./channels.ts";
import { findings, subjects } from "./findings.ts";
import { SlackRefusal } from "./troubles.ts";
import type { SlackApi } from "./web-api.ts";

/** Scopes that the app needs, and what it is without them. Source: the scopes named by each method's page below https://docs.slack.dev/reference/methods */
const scopes: readonly { readonly scope: string; readonly without: (what: Phrase, scope: string) => Check }[] = [
  { scope: "chat:write", without: (what, scope) => wrong(what, findings.cannotPost(scope)) },
  { scope: "channels:history", without: (what, scope) => doubtful(what, findings.cannotFindAgain(scope)) },
  { scope: "channels:read", without: (what, scope) => doubtful(what, findings.cannotFindChannels(scope)) },
];

const who = z.looseObject({ team: z.string().optional(), user: z.string().optional() });
const info = z.looseObject({
  channel: z.looseObject({ is_member: z.boolean().optional(), is_archived: z.boolean().optional(), name: z.string().optional() }),
});

/** What `serin doctor` asks: whether the token is taken, which scopes it has, and whether the bot may post in each channel. Nothing is posted. */
export async function examineSlack(
  { api, channels }: { readonly api: SlackApi; readonly channels: Channels },
  recipients: readonly string[],
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const token = await asked(subjects.token(), signal, async (): Promise<readonly Check[]> => {
    const { value, headers } = await api.call("auth.test", { form: {} }, who, signal);
    const given = headers["x-oauth-scopes"]?.split(",").map((scope) => scope.trim()) ?? null;
    const lacking = given === null ? [] : scopes.filter(({ scope }) => !given.includes(scope));
    return [
      fine(subjects.token(), findings.known(value.user ?? null, value.team ?? null)),
      ...lacking.map(({ scope, without }) => without(subjects.scope(scope), scope)),
    ];
  });
  if (token[0]?.verdict === "wrong") return token;
  const found: Check[] = [...token];
  for (const to of recipients) {
    found.push(
      ...(await asked(subjects.channel(to), signal, async () => [await examineChannel(api, await channels.find(to, signal), to, signal)])),
    );
  }
  return found;
}

/** Whether the app-level token opens sockets; none is opened. `api` speaks with that token. */
export async function examineAppToken(api: SlackApi, signal: AbortSignal): Promise<readonly Check[]> {
  const what = subjects.appToken();
  try {
    await api.call("apps.connections.open", { form: {} }, z.looseObject({ url: z.string() }), signal);
    return [fine(what, findings.hearsButtons())];
  } catch (error) {
    signal.throwIfAborted();
    return [wrong(what, findings.hearsNoButtons(whyOf(error)))];
  }
}

async function examineChannel(api: SlackApi, channel: string, to: string, signal: AbortSignal): Promise<Check> {
  const what = subjects.channel(to);
  const { value } = await api.call("conversations.info", { form: { channel } }, info, signal);
  const { is_member: isMember, is_archived: isArchived } = value.channel;
  if (isArchived === true) return wrong(what, findings.archived());
  return isMember === true ? fine(what, findings.member(channel)) : wrong(what, findings.notMember());
}

/** What `ask` finds, or what is wrong that it could not be asked. Throws the signal's reason. */
async function asked(what: Phrase, signal: AbortSignal, ask: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  try {
    return await ask();
  } catch (error) {
    signal.throwIfAborted();
    return [wrong(what, error instanceof SlackRefusal ? findings.refused(whyOf(error)) : findings.unreachable(whyOf(error)))];
  }
}

function whyOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
