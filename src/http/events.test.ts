import { expect, test } from "vitest";
import { smallApi } from "../../test/fixtures/small-api.ts";
import type { SmallApi } from "../../test/fixtures/small-api.ts";
import { readEvents } from "../cli/event-stream.ts";
import type { ServerEvent } from "../cli/event-stream.ts";
import type { ChainedEntry } from "../ports.ts";
import type { ReleaseView } from "./release-view.ts";

async function open(api: SmallApi, id: string, lastEventId: string | null): Promise<AsyncGenerator<ServerEvent, void>> {
  const headers: Record<string, string> = lastEventId === null ? {} : { "last-event-id": lastEventId };
  const answer = await api.call("GET", `/api/v1/releases/${id}/events`, { as: "vera", headers });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  return readEvents(answer.body as ReadableStream<Uint8Array>);
}

const ask = (api: SmallApi, id: string, kind: string): Promise<Response> =>
  api.call("POST", `/api/v1/releases/${id}/requests`, { body: { kind, reason: "a test" } });

/** Reads until the release has this status; answers every entry on the way. */
async function until(events: AsyncGenerator<ServerEvent, void>, status: string): Promise<readonly ChainedEntry[]> {
  const entries: ChainedEntry[] = [];
  for (;;) {
    const { value } = await events.next();
    if (!value) throw new Error("the stream ended early");
    if (value.name === "view" && (value.data as ReleaseView).status.kind === status) return entries;
    if (value.name !== "entry") continue;
    const link = value.data as ChainedEntry;
    expect(value.id).toBe(String(link.entry.revision));
    entries.push(link);
  }
}

test("a stream begins with the view, brings each new entry, and goes on where the reader left it", async () => {
  const api = await smallApi();
  const id = await api.begin();
  const all = await open(api, id, "0");
  const early = await until(all, "waiting");
  expect(early.map((link) => link.entry.revision)[0]).toBe(1);
  await ask(api, id, "stop");
  const whole = [...early, ...(await until(all, "stopped"))];
  expect(whole.map((link) => link.entry.revision)).toEqual(whole.map((_, index) => index + 1));
  const resumed = await open(api, id, "1");
  expect(await until(resumed, "stopped")).toEqual(whole.slice(1));
  const fresh = await open(api, id, null);
  expect(await until(fresh, "stopped")).toEqual([]);
  for (const events of [all, resumed, fresh]) await events.return();
});

test("a closing server ends its streams", async () => {
  const api = await smallApi();
  const events = await open(api, await api.begin(), null);
  await until(events, "waiting");
  api.end();
  for await (const event of events) expect(event.name).toBe("view");
});

test("an id that is no revision is refused", async () => {
  const api = await smallApi();
  const id = await api.begin();
  const answer = await api.call("GET", `/api/v1/releases/${id}/events`, { headers: { "last-event-id": "x" } });
  expect(answer.status).toBe(400);
});
