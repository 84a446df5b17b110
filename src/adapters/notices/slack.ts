import { z } from "zod";
import type { Inbox } from "../../ports.ts";
import type { Check, NotifierDefinition } from "../define.ts";
import { parseTimeout, timeoutWords } from "../exchange.ts";
import { tlsWords } from "../tls.ts";
import { payloadOf } from "./slack/buttons.ts";
import { channelsOf } from "./slack/channels.ts";
import { examineAppToken, examineSlack } from "./slack/examine.ts";
import { createInTurn } from "./slack/in-turn.ts";
import { createInteractions } from "./slack/interactions.ts";
import { signatures } from "./slack/signature.ts";
import { holdSocket } from "./slack/socket.ts";
import { refreshHead, tell } from "./slack/thread.ts";
import { isRefusal } from "./slack/troubles.ts";
import { slackApi } from "./slack/web-api.ts";

const connection = z.strictObject({
  token: z.string().min(1).describe("The app's bot token, xoxb-…"),
  appToken: z
    .string()
    .regex(/^xapp-/, { error: "An app-level token begins with xapp-." })
    .nullable()
    .default(null)
    .describe("The app-level token, xapp-…: buttons are heard over Socket Mode, and no address has to be reachable from outside."),
  signingSecret: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("The app's signing secret: buttons are heard by calls to /slack/interactions of this server."),
  channels: z
    .record(
      z.string(),
      z.string().regex(/^[CGD][A-Z0-9]{6,}$/, { error: 'A channel\'s id is like "C0123456789": it stands at the end of its details.' }),
    )
    .default({})
    .describe('Ids of channels by the words of plans: { "#releases": C0123456789 }. Without one Slack is asked.'),
  url: z
    .url({ protocol: /^https?$/ })
    .default("https://slack.com/api/")
    .describe("Where Slack's Web API is, for a GovSlack or a proxy."),
  timeout: timeoutWords.default("5s"),
  tls: tlsWords,
});
type Connection = z.infer<typeof connection>;

/**
 * Tells a Slack channel: one message a release, kept up to date in its place, and each notice as an answer in its thread; grave ones also to the
 * channel. Where presses are heard, the message has buttons. What a person can repair (a token, a channel, an invitation) is tried again; a message that Slack does not take as it is never.
 */
export const slack: NotifierDefinition<Connection> = {
  kind: "slack",
  says: "Tells a Slack channel: one message a release, kept up to date, with buttons, and each notice in its thread.",
  connection,
  checkRecipient: (to) => (to === "" ? { message: "Slack needs a channel.", remedy: 'Write for example { slack: "#releases" }.' } : null),
  examine: async (given, { recipients }, surroundings, signal): Promise<readonly Check[]> => {
    const checks = await examineSlack(partsOf(given, surroundings), recipients, signal);
    if (given.appToken === null) return checks;
    return [...checks, ...(await examineAppToken(partsOf({ ...given, token: given.appToken }, surroundings).api, signal))];
  },
  create: (given, surroundings) => {
    const { url, api, channels } = partsOf(given, surroundings);
    const { clock, dataDir: folder, closing = new AbortController().signal } = surroundings;
    const { tls, appToken, signingSecret } = given;
    const withinMs = parseTimeout(given.timeout);
    const hearing = appToken === null && signingSecret === null ? "unheard" : "heard";
    // A press and a notice may want to bring one message up to date at the same time.
    const inTurn = createInTurn();
    return {
      async send(notice, signal) {
        signal.throwIfAborted();
        const channel = await channels.find(notice.to, signal);
        try {
          await inTurn(`${channel} ${notice.release}`, async () => tell({ api, channel, notice, folder, hearing, signal }));
        } catch (error) {
          if (isRefusal(error, "channel_not_found", "is_archived")) channels.forget(notice.to);
          throw error;
        }
      },
      listen(desk): Inbox | null {
        if (hearing === "unheard") return null;
        const hear = createInteractions({
          api,
          url,
          tls,
          withinMs,
          clock,
          desk,
          closing,
          refresh: async (press, now) =>
            inTurn(`${press.channel} ${now.release}`, async () => refreshHead({ api, folder, hearing, signal: closing, press, now })),
        });
        if (appToken !== null) void holdSocket({ url, appToken, tls, withinMs, clock, desk, closing }, hear);
        if (signingSecret === null) return { path: null, receive: () => null };
        return inboxOf(
          signatures(signingSecret, () => clock.nowMs()),
          hear,
        );
      },
    };
  },
};

function inboxOf(isSigned: ReturnType<typeof signatures>, hear: (payload: unknown) => void): Inbox {
  return {
    path: "/slack/interactions",
    receive(call) {
      const signed = isSigned(call);
      if (signed === "not-signed") return null;
      if (signed === "again") return 409;
      hear(payloadOf(call.body));
      return 200;
    },
  };
}

function partsOf({ token, channels, url: given, timeout, tls }: Connection, { clock, dataDir }: Parameters<typeof slack.create>[1]) {
  const url = given.replace(/\/*$/, "/");
  const api = slackApi({ url, token, withinMs: parseTimeout(timeout), tls }, clock);
  return { url, api, channels: channelsOf(api, channels, dataDir) };
}
