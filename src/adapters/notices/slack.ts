import { z } from "zod";
import type { Check, NotifierDefinition } from "../define.ts";
import { parseTimeout, timeoutWords } from "../exchange.ts";
import { tlsWords } from "../tls.ts";
import { channelsOf } from "./slack/channels.ts";
import { examineSlack } from "./slack/examine.ts";
import { tell } from "./slack/thread.ts";
import { isRefusal } from "./slack/troubles.ts";
import { slackApi } from "./slack/web-api.ts";

const connection = z.strictObject({
  token: z.string().min(1).describe("The app's bot token, xoxb-…"),
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
 * channel. What a person can repair (a token, a channel, an invitation) is tried again; a message that Slack does not take as it is never.
 */
export const slack: NotifierDefinition<Connection> = {
  kind: "slack",
  says: "Tells a Slack channel: one message a release, kept up to date, and each notice in its thread.",
  connection,
  checkRecipient: (to) => (to === "" ? { message: "Slack needs a channel.", remedy: 'Write for example { slack: "#releases" }.' } : null),
  examine: async (given, { recipients }, surroundings, signal): Promise<readonly Check[]> =>
    examineSlack(partsOf(given, surroundings), recipients, signal),
  create: (given, surroundings) => {
    const { api, channels } = partsOf(given, surroundings);
    return {
      async send(notice, signal) {
        signal.throwIfAborted();
        const channel = await channels.find(notice.to, signal);
        try {
          await tell({ api, channel, notice, folder: surroundings.dataDir, signal });
        } catch (error) {
          if (isRefusal(error, "channel_not_found", "is_archived")) channels.forget(notice.to);
          throw error;
        }
      },
    };
  },
};

function partsOf({ token, channels, url, timeout, tls }: Connection, { clock, dataDir }: Parameters<typeof slack.create>[1]) {
  const api = slackApi({ url: url.replace(/\/*$/, "/"), token, withinMs: parseTimeout(timeout), tls }, clock);
  return { api, channels: channelsOf(api, channels, dataDir) };
}
