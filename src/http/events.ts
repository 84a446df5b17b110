import type { Context } from "hono";
import { UserError } from "../errors.ts";
import type { Env } from "./auth.ts";
import type { EventName } from "./contract.ts";
import { newsOf } from "./news.ts";
import type { News } from "./news.ts";
import type { AppParts } from "./parts.ts";
import { releaseOrRefuse, viewOf } from "./releases.ts";

/** Least time between two views on one stream, ms: at most four a second. */
const betweenViewsMs = 250;
/** Evidence grows between decisions: without news a view is sent this long after the last one, ms. */
const refreshMs = 1_000;
const openStreams = new WeakMap<AppParts, number>();

/**
 * Server-sent events of one release (`EventName` in the contract). Each stream holds no queue: it reads the release afresh when it is ready
 * for more, so that a slow reader gets fewer views and every entry.
 *
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function events(context: Context<Env>, parts: AppParts): Promise<Response> {
  const id = context.req.param("id") ?? "";
  const { release } = await releaseOrRefuse(parts, id);
  const after = lastEventId(context) ?? release.revision;
  const headers = { "Content-Type": "text/event-stream", "Cache-Control": "no-store" };
  // Nobody would read the stream of a HEAD, so nobody would end it.
  if (context.req.method === "HEAD") return new Response(null, { headers });
  const open = openStreams.get(parts) ?? 0;
  if (open >= parts.streamsAtMost) throw new UserError("too-many-streams", `${open} streams are open.`);
  openStreams.set(parts, open + 1);
  const gone = new AbortController();
  const pieces = follow(parts, { id, after, until: AbortSignal.any([gone.signal, parts.closing]) });
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const piece = await pieces.next();
      if (piece.done) controller.close();
      else controller.enqueue(encoder.encode(piece.value));
    },
    cancel: async () => {
      gone.abort();
      await pieces.return();
    },
  });
  return new Response(body, { headers });
}

/** The revision after which the stream goes on; `null` when the reader did not say. Throws `query-invalid`. */
function lastEventId(context: Context<Env>): number | null {
  const given = context.req.header("last-event-id");
  if (given === undefined || given === "") return null;
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw new UserError("query-invalid", "Last-Event-ID must be a revision.", {
    errors: [{ pointer: "/last-event-id", detail: "is not a revision" }],
  });
}

interface Following {
  readonly id: string;
  readonly after: number;
  readonly until: AbortSignal;
}

async function* follow(parts: AppParts, { id, after, until }: Following): AsyncGenerator<string, void> {
  const news = newsOf(parts, id);
  let sent = after;
  try {
    while (!until.aborted) {
      await parts.turn();
      const seen = await releaseOrRefuse(parts, id);
      for (const link of seen.entries.slice(sent)) {
        sent = link.entry.revision;
        yield event("entry", link, sent);
      }
      yield event("view", viewOf(parts, seen), null);
      await parts.clock.wait(betweenViewsMs, until);
      await newsOrRefresh(parts, news, until);
    }
  } finally {
    news.stop();
    openStreams.set(parts, (openStreams.get(parts) ?? 1) - 1);
  }
}

async function newsOrRefresh(parts: AppParts, news: News, until: AbortSignal): Promise<void> {
  const turn = new AbortController();
  const either = AbortSignal.any([turn.signal, until]);
  const both = [parts.clock.wait(refreshMs - betweenViewsMs, either), news.changed(either)];
  await Promise.race(both);
  turn.abort();
  await Promise.all(both);
}

function event(name: EventName, data: unknown, id: number | null): string {
  return `event: ${name}\n${id === null ? "" : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}
