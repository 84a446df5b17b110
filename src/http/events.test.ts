import { expect, onTestFinished, test, vi } from "vitest";
import { smallApi } from "../../test/fixtures/small-api.ts";
import type { SmallApi } from "../../test/fixtures/small-api.ts";
import { readEvents } from "../cli/event-stream.ts";
import type { ServerEvent } from "../cli/event-stream.ts";
import type { ChainedEntry } from "../ports.ts";
import { listen } from "./listen.ts";
import type { ReleaseView } from "./release-view.ts";

async function open(api: SmallApi, id: string, lastEventId: string | null): Promise<AsyncGenerator<ServerEvent, void>> {
  const headers: Record<string, string> = lastEventId === null ? {} : { "last-event-id": lastEventId };
  const answer = await api.call("GET", `/api/v1/releases/${id}/events`, { as: "vera", headers });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  return readEvents(answer.body as ReadableStream<Uint8Array>);
}

const ask = (api: SmallApi, id: string, kind: string): Promise<Response> =>
  api.call("POST", `/api/v1/releases/${id}/requests`, { headers: { "if-match": '"0"' }, body: { kind, reason: "a test" } });

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
  await all.return();
  const resumed = await open(api, id, "1");
  expect(await until(resumed, "stopped")).toEqual(whole.slice(1));
  const fresh = await open(api, id, null);
  expect(await until(fresh, "stopped")).toEqual([]);
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

test("a reader who goes away makes room; a HEAD takes none", async () => {
  const api = await smallApi();
  const id = await api.begin();
  const listening = await listen(api.app, { host: "127.0.0.1", port: 0 });
  onTestFinished(() => listening.close(0));
  const read = async (method = "GET"): Promise<{ readonly status: number; leave(): void }> => {
    const leaving = new AbortController();
    const headers = { authorization: "Bearer vera" };
    const { status } = await fetch(`${listening.url}/api/v1/releases/${id}/events`, { method, headers, signal: leaving.signal });
    return { status, leave: () => leaving.abort() };
  };
  for (let times = 0; times < 3; times += 1) expect((await read("HEAD")).status).toBe(200);
  const first = await read();
  const second = await read();
  expect([first.status, second.status, (await read()).status]).toEqual([200, 200, 503]);
  first.leave();
  const third = await vi.waitFor(
    async () => {
      const reader = await read();
      expect(reader.status).toBe(200);
      return reader;
    },
    { timeout: 5_000, interval: 20 },
  );
  for (const reader of [second, third]) reader.leave();
});
