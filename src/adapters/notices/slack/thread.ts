import { z } from "zod";
import type { Notice, PressAnswer } from "../../../ports.ts";
import { keptFile } from "../../kept-file.ts";
import type { KeptFile } from "../../kept-file.ts";
import type { SlackPress } from "./buttons.ts";
import { headMessage, newsMessage } from "./message.ts";
import type { Hearing } from "./message.ts";
import { isRefusal } from "./troubles.ts";
import type { SlackApi } from "./web-api.ts";

/**
 * What is remembered of a release's thread in one channel. Before anything is posted it is noted as `pending`: when nobody knows whether that
 * arrived, Slack is asked. `ts` is `null` while there is no message to answer to.
 */
const thread = z.strictObject({
  ts: z.string().nullable(),
  /** The journal entry that the head message shows. */
  shownRevision: z.number(),
  /** Keys of the newest notices that are in the thread. */
  posted: z.array(z.string()),
  /** `head`, or the key of a notice. */
  pending: z.string().nullable(),
});
type Thread = z.infer<typeof thread>;

/** Fewer notices of one release are ever tried again beside each other. */
const keysKept = 100;
/** Of a channel, this many messages are looked through for the head, newest first; of a thread, as many. */
const pagesAtMost = 10;
const messagesEach = 200;
/** Slack's clock may be so far behind ours, ms. */
const clocksApartMs = 3_600_000;

const posted = z.looseObject({ ts: z.string() });
const messages = z.looseObject({
  messages: z.array(
    z.looseObject({
      ts: z.string(),
      metadata: z.looseObject({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) }).optional(),
    }),
  ),
  response_metadata: z.looseObject({ next_cursor: z.string().optional() }).optional(),
});

/** Names of our metadata. Source: https://docs.slack.dev/messaging/message-metadata */
const headEvent = "serin_release";
const noticeEvent = "serin_notice";

/** One notice in its channel, and where what is known of the thread is kept. */
export interface Telling {
  readonly api: SlackApi;
  readonly channel: string;
  readonly notice: Notice;
  readonly folder: string;
  readonly hearing: Hearing;
  readonly signal: AbortSignal;
}

/**
 * Tells one notice: makes sure that the release has its head message in the channel, answers to it with the news, and brings the head up to date. What
 * is there already is not posted again, also when it was another process that posted it, or when all that was remembered is lost.
 */
export async function tell(telling: Telling): Promise<void> {
  const { notice } = telling;
  const file = threadFile(telling, notice.release);
  const headed = await withHead(telling, file);
  const told = await withNews(telling, file, headed);
  await bringUpToDate(telling, file, told);
}

/** Where a message of a release is, and what it should show now. */
export interface Refreshing extends Omit<Telling, "notice" | "channel"> {
  readonly press: Pick<SlackPress, "channel" | "ts">;
  readonly now: NonNullable<PressAnswer["now"]>;
}

/** Brings the message in which somebody pressed a button to what the release is now, unless it shows that, or more, already. */
export async function refreshHead({ api, folder, hearing, signal, press, now }: Refreshing): Promise<void> {
  const { channel, ts } = press;
  const file = threadFile({ folder, channel }, now.release);
  const kept = file.read();
  const isHead = kept !== null && kept.ts === ts;
  if (isHead && kept.shownRevision >= now.state.revision) return;
  const body = { channel, ts, ...headMessage(now, hearing), metadata: headMetadata(now.release) };
  await api.call("chat.update", { body }, z.looseObject({}), signal);
  if (isHead) file.write({ ...kept, shownRevision: now.state.revision });
}

function threadFile({ folder, channel }: Pick<Telling, "folder" | "channel">, release: string): KeptFile<Thread> {
  return keptFile(folder, `${channel} ${release}`, thread);
}

function headMetadata(release: string) {
  return { event_type: headEvent, event_payload: { release } };
}

type Headed = Thread & { readonly ts: string };

async function withHead(telling: Telling, file: KeptFile<Thread>): Promise<Headed> {
  const { api, channel, notice, signal } = telling;
  const kept = file.read();
  if (kept !== null && kept.ts !== null) return { ...kept, ts: kept.ts };
  const isPerhapsThere = kept !== null || notice.thread.previous !== null;
  const found = isPerhapsThere ? await findHead(telling) : null;
  if (found !== null) {
    // What of the thread is there is not known: each notice is looked for before it is posted.
    const thread = { ts: found, shownRevision: 0, posted: [], pending: notice.key };
    file.write(thread);
    return thread;
  }
  file.write({ ts: null, shownRevision: 0, posted: [], pending: "head" });
  const metadata = headMetadata(notice.release);
  const body = { channel, ...headMessage(notice, telling.hearing), metadata, unfurl_links: false, unfurl_media: false };
  const { value } = await api.call("chat.postMessage", { body }, posted, signal);
  const thread = { ts: value.ts, shownRevision: notice.state.revision, posted: [], pending: null };
  file.write(thread);
  return thread;
}

async function withNews(telling: Telling, file: KeptFile<Thread>, thread: Headed): Promise<Headed> {
  const { api, channel, notice, signal } = telling;
  if (thread.posted.includes(notice.key)) return thread;
  const isThere = thread.pending === notice.key && (await isInThread(telling, thread.ts));
  if (!isThere) {
    file.write({ ...thread, pending: notice.key });
    const metadata = { event_type: noticeEvent, event_payload: { key: notice.key } };
    const shown = { ...newsMessage(notice), metadata, unfurl_links: false, unfurl_media: false };
    const body = { channel, thread_ts: thread.ts, reply_broadcast: notice.state.isGrave, ...shown };
    await api.call("chat.postMessage", { body }, posted, signal);
  }
  const told = { ...thread, posted: [...thread.posted, notice.key].slice(-keysKept), pending: null };
  file.write(told);
  return told;
}

async function bringUpToDate(telling: Telling, file: KeptFile<Thread>, thread: Headed): Promise<void> {
  const { api, channel, notice, signal } = telling;
  // A notice that comes late, after others, does not turn the head back.
  if (thread.shownRevision >= notice.state.revision) return;
  const metadata = headMetadata(notice.release);
  try {
    const body = { channel, ts: thread.ts, ...headMessage(notice, telling.hearing), metadata };
    await api.call("chat.update", { body }, z.looseObject({}), signal);
  } catch (error) {
    if (isRefusal(error, "message_not_found")) {
      file.write({ ts: null, shownRevision: 0, posted: [], pending: "head" });
      throw new Error("the release's message in the channel was deleted: a new one is begun", { cause: error });
    }
    // Where a workspace forbids changes the thread alone tells how it goes on.
    if (!isRefusal(error, "edit_window_closed", "cant_update_message")) throw error;
  }
  file.write({ ...thread, shownRevision: notice.state.revision });
}

/**
 * The head message of the release in the channel; `null`: there is none since the release began.
 *
 * Source: https://docs.slack.dev/reference/methods/conversations.history
 */
async function findHead(telling: Telling): Promise<string | null> {
  const { channel, notice } = telling;
  const oldest = String((notice.state.createdMs - clocksApartMs) / 1_000);
  const isHead: IsOurs = (type, payload) => type === headEvent && payload["release"] === notice.release;
  return search(telling, "conversations.history", { channel, oldest }, isHead);
}

/** Source: https://docs.slack.dev/reference/methods/conversations.replies */
async function isInThread(telling: Telling, ts: string): Promise<boolean> {
  const { channel, notice } = telling;
  const isNotice: IsOurs = (type, payload) => type === noticeEvent && payload["key"] === notice.key;
  return (await search(telling, "conversations.replies", { channel, ts }, isNotice)) !== null;
}

type IsOurs = (type: string, payload: Readonly<Record<string, unknown>>) => boolean;

async function search(
  { api, signal }: Telling,
  method: string,
  where: Readonly<Record<string, string>>,
  isOurs: IsOurs,
): Promise<string | null> {
  let cursor = "";
  for (let count = 0; count < pagesAtMost; count += 1) {
    const form = { ...where, include_all_metadata: "true", limit: String(messagesEach), ...(cursor === "" ? {} : { cursor }) };
    const { value } = await api.call(method, { form }, messages, signal);
    const found = value.messages.find(({ metadata }) => metadata !== undefined && isOurs(metadata.event_type, metadata.event_payload));
    if (found !== undefined) return found.ts;
    cursor = value.response_metadata?.next_cursor ?? "";
    if (cursor === "") return null;
  }
  return null;
}
