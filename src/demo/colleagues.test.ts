import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, expect, test, vi } from "vitest";
import { ApiRefusal, apiOf } from "./api.ts";
import { colleagues, workOn } from "./colleagues.ts";
import { listen, sendJson } from "./shop/listen.ts";
import type { Listening } from "./shop/listen.ts";

const open: Listening[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listening) => listening.close()));
});

interface Asked {
  readonly line: string;
  readonly token: string | undefined;
  readonly ifMatch: string | undefined;
  readonly body: unknown;
}

/** A server that notes what it is asked and answers by `answer`, which gets method and path: "GET /api/v1/releases/r1". */
async function serverOf(
  answer: (line: string, response: ServerResponse) => void,
): Promise<{ readonly url: string; readonly asked: readonly Asked[] }> {
  const asked: Asked[] = [];
  const note = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const line = `${request.method} ${request.url}`;
    asked.push({
      line,
      token: request.headers.authorization,
      ifMatch: request.headers["if-match"],
      body: text === "" ? null : JSON.parse(text),
    });
    answer(line, response);
  };
  const listening = await listen(0, (request, response) => void note(request, response));
  open.push(listening);
  return { url: listening.url, asked };
}

const hurries = (): boolean => false;
const calm = { status: { kind: "observing", phase: 1 }, actions: [{ kind: "promote", why: null }] };
const [manager, qa] = [colleagues[0], colleagues[1] ?? colleagues[0]];
const approvals = (asked: readonly Asked[]): readonly Asked[] => asked.filter(({ line }) => line.startsWith("POST"));

test("signs what the role is asked for, once, with the revision that was seen", async () => {
  let isSigned = false;
  const server = await serverOf((line, response) => {
    if (line.startsWith("POST")) isSigned = true;
    sendJson(response, 200, { ...calm, revision: 7, people: [{ role: "qa-lead", state: isSigned ? "signed" : "asked" }] });
  });
  const end = new AbortController();
  const work = { release: "r1", seed: 1, hurries, signal: end.signal };
  const working = [qa, manager].map((colleague) => workOn({ ...work, colleague, api: apiOf(server.url, colleague.name) }));
  await vi.waitUntil(() => isSigned);
  const looks = server.asked.length;
  await vi.waitUntil(() => server.asked.length > looks + 4);
  end.abort();
  await Promise.all(working);
  expect(approvals(server.asked)).toEqual([
    {
      line: "POST /api/v1/releases/r1/requests",
      token: `Bearer ${qa.name}`,
      ifMatch: '"7"',
      body: { kind: "approve", as: "qa-lead", reason: `${qa.name} has looked at the evidence` },
    },
  ]);
});

test("looks again when the release has moved on, and gives up when the server cannot answer", async () => {
  const refusals = [412, 409, 500];
  const server = await serverOf((line, response) => {
    if (line.startsWith("POST")) sendJson(response, refusals.shift() ?? 200, { title: "refused", detail: "as planned" });
    else sendJson(response, 200, { ...calm, revision: 1, people: [{ role: manager.role, state: "asked" }] });
  });
  const { signal } = new AbortController();
  const work = workOn({ colleague: manager, api: apiOf(server.url, "t"), release: "r1", seed: 2, hurries, signal });
  await expect(work).rejects.toThrow("POST /api/v1/releases/:id/requests answered 500: refused; as planned");
  expect(approvals(server.asked)).toHaveLength(3);
});

test("a release manager who hurries goes on where every gate has passed, in those phases alone", async () => {
  let phase = 2;
  let looks = 0;
  const server = await serverOf((line, response) => {
    looks += 1;
    if (line.startsWith("POST")) phase = 4;
    else if (phase === 2 && looks > 4) phase = 3;
    sendJson(response, 200, { ...calm, status: { kind: "observing", phase }, revision: phase, people: [] });
  });
  const end = new AbortController();
  const work = { release: "r1", seed: 1, hurries: (at: number) => at === 3, signal: end.signal };
  const working = [manager, qa].map((colleague) => workOn({ ...work, colleague, api: apiOf(server.url, colleague.name) }));
  await vi.waitUntil(() => phase === 4 && looks > 12);
  end.abort();
  await Promise.all(working);
  expect(approvals(server.asked)).toMatchObject([{ token: `Bearer ${manager.name}`, ifMatch: '"3"', body: { kind: "promote" } }]);
});

test("a call that the server was taken away under is made again when it is back; any other that fails, fails", async () => {
  const server = await serverOf((_line, response) => sendJson(response, 200, { ok: true, says: "fine" }));
  const gone = await listen(0, () => undefined);
  await gone.close();
  let looks = 0;
  const falling = {
    url: gone.url,
    up: () => Promise.resolve(),
    /** It falls while the first call is under way, and comes back elsewhere. */
    fallen() {
      looks += 1;
      if (looks === 2) falling.url = server.url;
      return looks < 2 ? 0 : 1;
    },
  };
  expect(await apiOf(falling, "t").verify("r1")).toEqual({ ok: true, says: "fine" });
  await expect(apiOf({ ...falling, url: gone.url, fallen: () => 1 }, "t").verify("r1")).rejects.toThrow("fetch failed");
  await expect(apiOf(gone.url, "t").verify("r1")).rejects.toThrow("fetch failed");
});

test("reads a journal page by page, and says where a plan is wrong", async () => {
  const server = await serverOf((line, response) => {
    if (line === "GET /api/v1/releases/r1/journal?after=0&limit=1000") sendJson(response, 200, { entries: ["one", "two"], next: 2 });
    else if (line === "GET /api/v1/releases/r1/journal?after=2&limit=1000") sendJson(response, 200, { entries: ["three"], next: null });
    else sendJson(response, 422, { title: "The plan has problems", problems: [{ line: 3, column: 5, message: "no such metric" }] });
  });
  const api = apiOf(server.url, "t");
  expect(await api.journal("r1")).toEqual(["one", "two", "three"]);
  const refused = api.startStable({ plan: { text: "", file: "plan.yaml" }, versions: {}, reason: "because" });
  await expect(refused).rejects.toThrow("answered 422: The plan has problems; 3:5 no such metric");
  await expect(refused).rejects.toBeInstanceOf(ApiRefusal);
});
