import { z } from "zod";
import type { Clock, Desk, PressAnswer } from "../../../ports.ts";
import { createExchange } from "../../exchange.ts";
import type { Tls } from "../../tls.ts";
import type { SlackPress } from "./buttons.ts";
import { pressOf } from "./buttons.ts";
import { escape } from "./message.ts";
import type { SlackApi } from "./web-api.ts";

/** What presses are brought to a desk with. */
export interface InteractionParts {
  readonly api: SlackApi;
  /** Where Slack's Web API is; answers go to no address that is neither there nor encrypted. */
  readonly url: string;
  readonly tls: Tls | null;
  readonly withinMs: number;
  readonly clock: Clock;
  readonly desk: Desk;
  readonly closing: AbortSignal;
  /** Brings the message to what it should show now. */
  refresh(press: SlackPress, now: NonNullable<PressAnswer["now"]>): Promise<void>;
}

/**
 * Takes what Slack says that somebody did: a press goes to the desk, who pressed is told in private what came of it, and the message is brought up
 * to date. Returns at once and never throws; what goes wrong is told to the desk. A second press of the same button by the same person, while
 * the first is not answered, is the same press.
 */
export function createInteractions(parts: InteractionParts): (given: unknown) => void {
  const underWay = new Set<string>();
  return (given) => {
    const press = pressOf(given);
    if (press === null) return;
    const { who, release, revision, kind, as } = press.pressed;
    const same = JSON.stringify([press.channel, press.ts, who, release, revision, kind, as]);
    if (underWay.has(same)) return;
    underWay.add(same);
    const pressing = parts.desk.press(press.pressed).finally(() => underWay.delete(same));
    void pressing.then(async (answered) => answer(parts, press, answered));
  };
}

async function answer(parts: InteractionParts, press: SlackPress, { says, now }: PressAnswer): Promise<void> {
  const done = [tellPerson(parts, press, says), ...(now === null ? [] : [parts.refresh(press, now)])];
  for (const result of await Promise.allSettled(done)) {
    if (result.status === "rejected" && !parts.closing.aborted) {
      const why: unknown = result.reason;
      parts.desk.trouble(`a press of ${press.pressed.who} could not be answered: ${why instanceof Error ? why.message : String(why)}`);
    }
  }
}

/**
 * An answer that only who pressed sees: by the address that came with the press, which takes no token and no room of the bot's limits; where that
 * fails, by the Web API.
 *
 * Source: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses, https://docs.slack.dev/reference/methods/chat.postEphemeral
 */
async function tellPerson(parts: InteractionParts, press: SlackPress, says: string): Promise<void> {
  const { api, clock, tls, withinMs, closing } = parts;
  const said = escape(says);
  if (press.responseUrl !== null && mayAnswerAt(press.responseUrl, parts.url)) {
    const call = {
      method: "POST",
      url: press.responseUrl,
      shownAs: "Slack response_url",
      headers: { "content-type": "application/json; charset=utf-8" },
      body: JSON.stringify({ response_type: "ephemeral", replace_original: false, text: said }),
      withinMs,
    };
    const status = await createExchange(clock, tls)(call, closing).then(
      (answered) => answered.status,
      () => null,
    );
    if (status === 200) return;
    closing.throwIfAborted();
  }
  const body = { channel: press.channel, user: press.pressed.who, text: said };
  await api.call("chat.postEphemeral", { body }, z.looseObject({}), closing);
}

function mayAnswerAt(address: string, api: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, origin } = new URL(address);
  return protocol === "https:" || origin === new URL(api).origin;
}
