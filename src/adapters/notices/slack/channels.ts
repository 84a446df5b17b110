import { z } from "zod";
import { PortError } from "../../../ports.ts";
import { keptFile } from "../../kept-file.ts";
import type { SlackApi } from "./web-api.ts";

/** Where the plan's words for channels lead. */
export interface Channels {
  /** The channel's id. Throws when the bot sees no such channel. */
  find(to: string, signal: AbortSignal): Promise<string>;
  /** What was found before may not be there any more. */
  forget(to: string): void;
}

const idPattern = /^[CGD][A-Z0-9]{6,}$/;
const page = z.looseObject({
  channels: z.array(z.looseObject({ id: z.string(), name: z.string().optional() })),
  response_metadata: z.looseObject({ next_cursor: z.string().optional() }).optional(),
});
/** 200,000 channels: more pages than this are a cursor that never ends. */
const pagesAtMost = 200;

/**
 * Channels by the plan's words: an id as it is, one of the server's file, or a name that Slack knows, which is remembered in `folder`.
 *
 * Source: https://docs.slack.dev/reference/methods/conversations.list
 */
export function channelsOf(api: SlackApi, given: Readonly<Record<string, string>>, folder: string): Channels {
  const keptOf = (to: string) => keptFile(folder, `channel ${to}`, z.string().regex(idPattern));
  return {
    async find(to, signal) {
      const known = (Object.hasOwn(given, to) ? given[to] : null) ?? (idPattern.test(to) ? to : keptOf(to).read());
      if (known !== null && known !== undefined) return known;
      const found = await search(api, to.replace(/^#/, "").toLowerCase(), signal);
      if (found === null) {
        throw new PortError(`Slack has no channel ${JSON.stringify(to)} that the bot sees. Create it, or invite the bot there.`, {
          retry: "later",
        });
      }
      keptOf(to).write(found);
      return found;
    },
    forget: (to) => keptOf(to).forget(),
  };
}

async function search(api: SlackApi, name: string, signal: AbortSignal): Promise<string | null> {
  let cursor = "";
  for (let count = 0; count < pagesAtMost; count += 1) {
    const form = { types: "public_channel,private_channel", exclude_archived: "true", limit: "999", ...(cursor === "" ? {} : { cursor }) };
    const { value } = await api.call("conversations.list", { form }, page, signal);
    const found = value.channels.find((channel) => channel.name === name);
    if (found !== undefined) return found.id;
    cursor = value.response_metadata?.next_cursor ?? "";
    if (cursor === "") return null;
  }
  return null;
}
