import { z } from "zod";
import type { Check } from "../../define.ts";
import type { Channels } from "./channels.ts";
import { appTokenRemedy, SlackRefusal } from "./troubles.ts";
import type { SlackApi } from "./web-api.ts";

/** Scopes that the app needs, and what for. Source: the scopes named by each method's page below https://docs.slack.dev/reference/methods */
const scopes: readonly { readonly scope: string; readonly isNeeded: boolean; readonly for: string }[] = [
  { scope: "chat:write", isNeeded: true, for: "no message can be posted" },
  { scope: "channels:history", isNeeded: false, for: "after a loss of serin's folder a second message of the release would be posted" },
  { scope: "channels:read", isNeeded: false, for: "channels have to be given by id" },
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
  const token = await asked("the Slack token", signal, async (): Promise<readonly Check[]> => {
    const { value, headers } = await api.call("auth.test", { form: {} }, who, signal);
    const given = headers["x-oauth-scopes"]?.split(",").map((scope) => scope.trim()) ?? null;
    const what = "the Slack token";
    const says = `Slack knows it as ${value.user ?? "a bot"} in ${value.team ?? "a workspace"}.`;
    return [{ what, verdict: "ok", says, remedy: null }, ...(given === null ? [] : scopes.flatMap((scope) => scopeCheck(scope, given)))];
  });
  if (token.some(({ what, verdict }) => what === "the Slack token" && verdict === "wrong")) return token;
  const found: Check[] = [...token];
  for (const to of recipients) {
    found.push(
      ...(await asked(`Slack channel ${to}`, signal, async () => [await examineChannel(api, await channels.find(to, signal), to, signal)])),
    );
  }
  return found;
}

/** Whether the app-level token opens sockets; none is opened. `api` speaks with that token. */
export async function examineAppToken(api: SlackApi, signal: AbortSignal): Promise<readonly Check[]> {
  const what = "the Slack app-level token";
  const checks = await asked(what, signal, async (): Promise<readonly Check[]> => {
    await api.call("apps.connections.open", { form: {} }, z.looseObject({ url: z.string() }), signal);
    return [{ what, verdict: "ok", says: "Buttons can be heard over Socket Mode.", remedy: null }];
  });
  return checks.map((check) => (check.verdict === "ok" ? check : { ...check, remedy: appTokenRemedy }));
}

function scopeCheck({ scope, isNeeded, for: harm }: (typeof scopes)[number], given: readonly string[]): readonly Check[] {
  if (given.includes(scope)) return [];
  return [
    {
      what: `Slack scope ${scope}`,
      verdict: isNeeded ? "wrong" : "doubtful",
      says: `The app lacks it: ${harm}.`,
      remedy: `Add ${scope} on the app's page “OAuth & Permissions” and install the app again.`,
    },
  ];
}

async function examineChannel(api: SlackApi, channel: string, to: string, signal: AbortSignal): Promise<Check> {
  const what = `Slack channel ${to}`;
  const { value } = await api.call("conversations.info", { form: { channel } }, info, signal);
  const { is_member: isMember, is_archived: isArchived } = value.channel;
  if (isArchived === true) return { what, verdict: "wrong", says: "It is archived.", remedy: "Unarchive it, or name another in the plan." };
  if (isMember !== true)
    return { what, verdict: "wrong", says: "The bot is not in it.", remedy: "Invite it there: /invite @NAME-OF-THE-BOT." };
  return { what, verdict: "ok", says: `The bot is in it (${channel}).`, remedy: null };
}

/** What `ask` finds, or what is wrong that it could not be asked. Throws the signal's reason. */
async function asked(what: string, signal: AbortSignal, ask: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  try {
    return await ask();
  } catch (error) {
    signal.throwIfAborted();
    const says = `${(error instanceof Error ? error.message : String(error)).replace(/[.]$/, "")}.`;
    const remedy =
      error instanceof SlackRefusal ? "Do what it says, then ask again." : "Look whether Slack can be reached from this machine.";
    return [{ what, verdict: "wrong", says, remedy }];
  }
}
