import type { Context } from "hono";
import { UserError } from "../errors.ts";
import { identifiedOf } from "./auth.ts";
import type { Env } from "./auth.ts";
import { languageQuery } from "./contract.ts";
import type { Stay } from "./feed.ts";
import { readQuery } from "./input.ts";
import type { AppParts, ReleaseSeen } from "./parts.ts";
import { ReleaseFeed } from "./release-feed.ts";
import { ReleasesFeed } from "./releases-feed.ts";
import { releaseOrRefuse } from "./releases.ts";
import { details } from "./details.ts";

/**
 * Server-sent events of one release (`EventName` in the contract).
 *
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function events(context: Context<Env>, parts: AppParts): Promise<Response> {
  const { language = null } = readQuery(context, languageQuery);
  const after = lastEventId(context);
  const seen = await releaseOrRefuse(parts, context.req.param("id") ?? "");
  return stream(context, parts, async (stay) => feedOf(parts, seen).open({ language, after, stay }));
}

/** Server-sent events of the first page of releases and of the freezes (`ReleasesEvent` in the contract). */
export async function releasesEvents(context: Context<Env>, parts: AppParts): Promise<Response> {
  const { language = null } = readQuery(context, languageQuery);
  return stream(context, parts, async (stay) => listFeedOf(parts).open({ language, stay }));
}

type Open = (stay: Stay) => Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;

async function stream(context: Context<Env>, parts: AppParts, open: Open): Promise<Response> {
  // A proxy that collects answers would hold events back.
  const headers = { "Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no" };
  // Nobody would read the stream of a HEAD, so nobody would end it.
  if (context.req.method === "HEAD") return new Response(null, { headers });
  const identified = identifiedOf(context);
  const given = parts.streams.take(identified.caller.name);
  const staying = parts.access.stay(identified);
  const left = (): void => {
    given();
    staying.leave();
  };
  try {
    return new Response(await open({ ...staying, left }), { headers });
  } catch (error) {
    left();
    throw error;
  }
}

function feedOf(parts: AppParts, seen: ReleaseSeen): ReleaseFeed {
  const { releases } = parts.streams;
  const { id } = seen.release;
  const feed = releases.get(id) ?? new ReleaseFeed(parts, seen, () => releases.delete(id));
  releases.set(id, feed);
  return feed;
}

function listFeedOf(parts: AppParts): ReleasesFeed {
  const { streams } = parts;
  streams.list ??= new ReleasesFeed(parts, () => (streams.list = null));
  return streams.list;
}

/** The revision after which the stream goes on; `null` when the reader did not say. Throws `query-invalid`. */
function lastEventId(context: Context<Env>): number | null {
  const given = context.req.header("last-event-id");
  if (given === undefined || given === "") return null;
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw new UserError("query-invalid", details.eventMalformed(), {
    errors: [{ pointer: "/last-event-id", detail: details.notARevision() }],
  });
}
