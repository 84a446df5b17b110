import { expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "../../test/fixtures/folder.ts";
import { smallApi } from "../../test/fixtures/small-api.ts";
import type { SmallApi } from "../../test/fixtures/small-api.ts";
import { smallBrowser } from "../../test/fixtures/small-browser.ts";
import { readEvents } from "../cli/event-stream.ts";
import type { ServerEvent } from "../cli/event-stream.ts";
import type { CreateLinkAnswer, CreateTokenAnswer } from "./contract/access.ts";
import type { ChainedEntry } from "../ports.ts";
import type { JournalAnswer, ReleasesEvent } from "./contract.ts";
import { listen } from "./listen.ts";
import type { ReleaseView } from "./release-view.ts";

/** The events of one release (its id, or its path below `releases`), or of the list. */
async function open(api: SmallApi, release: string | null, lastEventId: string | null): Promise<AsyncGenerator<ServerEvent, void>> {
  const headers: Record<string, string> = lastEventId === null ? {} : { "last-event-id": lastEventId };
  const path = release === null ? "events" : `releases/${release.includes("/") ? release : `${release}/events`}`;
  const answer = await api.call("GET", `/api/v1/${path}`, { as: "vera", headers });
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

test("a reader goes on at a server that was started again where another one left them", async () => {
  const dataDir = await temporaryFolder();
  const first = await smallApi({ dataDir });
  const id = await first.begin();
  const before = await until(await open(first, id, "0"), "waiting");
  await first.close();
  const second = await smallApi({ dataDir });
  const resumed = await open(second, id, String(before.length));
  await ask(second, id, "stop");
  const after = await until(resumed, "stopped");
  const journal = (await (await second.call("GET", `/api/v1/releases/${id}/journal`)).json()) as JournalAnswer;
  expect([...before, ...after]).toEqual(journal.entries);
  expect(after.length).toBeGreaterThan(0);
});

test("a closing server ends its streams", async () => {
  const api = await smallApi();
  const events = await open(api, await api.begin(), null);
  await until(events, "waiting");
  api.end();
  for await (const event of events) expect(event.name).toBe("view");
});

test("a stream ends with what its reader showed: a token that is revoked, a session that is closed; those of others go on", async () => {
  const api = await smallApi();
  const id = await api.begin();
  const made = await api.call("POST", "/api/v1/tokens", { body: { name: "screen", roles: ["viewer"] } });
  const { token, view } = (await made.json()) as CreateTokenAnswer;
  const here = smallBrowser(api);
  const { url } = (await (await api.call("POST", "/api/v1/links", { as: "quentin" })).json()) as CreateLinkAnswer;
  await here.call("POST", "/api/v1/session", { body: { code: url.split("#once=")[1] } });
  const read = async (answer: Response): Promise<string> => {
    const names: string[] = [];
    for await (const event of readEvents(answer.body as ReadableStream<Uint8Array>)) names.push(event.name);
    return names[0] ?? "nothing";
  };
  const path = `/api/v1/releases/${id}/events`;
  const other = await open(api, id, null);
  const [machine, browser] = [await api.call("GET", path, { as: token }), await here.call("GET", "/api/v1/events")];
  const ends = [read(machine), read(browser)];
  await until(other, "waiting");
  await api.call("DELETE", `/api/v1/tokens/${view.id}`);
  expect(await ends[0]).toBe("view");
  await here.call("DELETE", "/api/v1/session");
  expect(await ends[1]).toBe("releases");
  await ask(api, id, "stop");
  await until(other, "stopped");
});

test("an id that is no revision is refused", async () => {
  const api = await smallApi();
  const id = await api.begin();
  const answer = await api.call("GET", `/api/v1/releases/${id}/events`, { headers: { "last-event-id": "x" } });
  expect(answer.status).toBe(400);
});

test("two languages are told side by side, and a view that did not change only again after a while", async () => {
  const api = await smallApi();
  const id = await api.begin();
  const languages = ["fr", "en"] as const;
  const both = await Promise.all(languages.map((language) => open(api, `${id}/events?language=${language}`, null)));
  const views = await Promise.all(both.map(async (events) => (await events.next()).value?.data as ReleaseView));
  expect(views.map(({ language }) => language)).toEqual(languages);
  await ask(api, id, "stop");
  const [french, english] = await Promise.all(both.map((events) => until(events, "stopped")));
  expect(french).toEqual(english);
});

test("the list of releases comes at once, and after each change: of a release, and of a freeze", async () => {
  const api = await smallApi();
  const events = await open(api, null, null);
  const next = async (): Promise<ReleasesEvent> => (await events.next()).value?.data as ReleasesEvent;
  expect(await next()).toEqual({ nowMs: expect.any(Number) as number, releases: [], next: null, freezes: [] });
  const id = await api.begin();
  const statuses = async (wanted: string): Promise<void> => {
    for (;;) {
      const [release] = (await next()).releases;
      if (release?.id === id && release.status === wanted) return;
    }
  };
  await statuses("waiting");
  await ask(api, id, "stop");
  await statuses("stopped");
});

test("a reader who goes away makes room; a HEAD takes none; nobody takes the room of others", async () => {
  const api = await smallApi();
  const id = await api.begin();
  const listening = await listen(api.app, { host: "127.0.0.1", port: 0 });
  onTestFinished(() => listening.close(0));
  const read = async (who = "vera", method = "GET"): Promise<{ readonly status: number; leave(): void }> => {
    const leaving = new AbortController();
    const headers = { authorization: `Bearer ${who}` };
    const { status } = await fetch(`${listening.url}/api/v1/releases/${id}/events`, { method, headers, signal: leaving.signal });
    return { status, leave: () => leaving.abort() };
  };
  for (let times = 0; times < 3; times += 1) expect((await read("vera", "HEAD")).status).toBe(200);
  const first = await read();
  const second = await read();
  expect([first.status, second.status, (await read()).status]).toEqual([200, 200, 503]);
  const others = [await read("ada"), await read("quentin")];
  expect([...others.map(({ status }) => status), (await read("dan")).status]).toEqual([200, 200, 503]);
  first.leave();
  const third = await vi.waitFor(
    async () => {
      const reader = await read();
      expect(reader.status).toBe(200);
      return reader;
    },
    { interval: 20 },
  );
  for (const reader of [second, third, ...others]) reader.leave();
});
