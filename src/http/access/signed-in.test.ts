import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../../../test/fixtures/folder.ts";
import { callers, smallApi } from "../../../test/fixtures/small-api.ts";
import type { SmallApi } from "../../../test/fixtures/small-api.ts";
import { smallBrowser } from "../../../test/fixtures/small-browser.ts";
import type { SmallBrowser } from "../../../test/fixtures/small-browser.ts";
import type { CreateLinkAnswer, EndSessionsAnswer, ListSessionsAnswer } from "../contract/access.ts";
import type { ProblemAnswer } from "../contract.ts";
import type { Caller } from "../tokens.ts";

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

async function codeFor(link: Promise<Response>): Promise<string> {
  return ((await (await link).json()) as CreateLinkAnswer).url.split("#once=")[1] ?? "";
}

async function signIn(api: SmallApi, as: string, agent = firefox): Promise<SmallBrowser> {
  const here = smallBrowser(api);
  const body = { code: await codeFor(api.call("POST", "/api/v1/links", { as })) };
  expect((await here.call("POST", "/api/v1/session", { body, headers: { "user-agent": agent } })).status).toBe(200);
  return here;
}

const problem = async (answer: Response): Promise<string> => ((await answer.json()) as ProblemAnswer).code;
const ended = async (answer: Response): Promise<number> => ((await answer.json()) as EndSessionsAnswer).ended;
const listed = async (answer: Response): Promise<ListSessionsAnswer["sessions"]> => ((await answer.json()) as ListSessionsAnswer).sessions;
const isIn = async (here: SmallBrowser): Promise<boolean> => (await here.call("GET", "/api/v1/releases")).status === 200;

test("a person sees their own sessions, coarsely; a release manager those of everybody", async () => {
  const api = await smallApi();
  const vera = await signIn(api, "vera");
  const ada = await signIn(api, "ada", "curl/8.5.0 (x86_64-pc-linux-gnu)");
  const own = await listed(await vera.call("GET", "/api/v1/sessions"));
  expect(own).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      name: "vera",
      via: "link",
      createdMs: expect.any(Number) as number,
      expiresMs: expect.any(Number) as number,
      lastSeenMs: expect.any(Number) as number,
      agent: "Firefox, Linux",
      isThis: true,
    },
  ]);
  const all = await listed(await ada.call("GET", "/api/v1/sessions"));
  expect(all.map(({ name, agent, isThis }) => ({ name, agent, isThis })).toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
    { name: "ada", agent: null, isThis: true },
    { name: "vera", agent: "Firefox, Linux", isThis: false },
  ]);
  expect(await listed(await api.call("GET", "/api/v1/sessions", { as: "olga" }))).toEqual([]);
});

test("signing out everywhere ends every session, link and stream of the person at once, and of nobody else", async () => {
  const api = await smallApi({ streamLimits: { all: 10, perPerson: 10 } });
  const [here, there, other] = [await signIn(api, "vera"), await signIn(api, "vera"), await signIn(api, "quentin")];
  const stream = await there.call("GET", "/api/v1/events");
  const links = [codeFor(there.call("POST", "/api/v1/links")), codeFor(api.call("POST", "/api/v1/links", { as: "vera" }))];
  const codes = await Promise.all(links);
  const reader = stream.body?.getReader();
  onTestFinished(() => reader?.cancel());
  const isOver = (async () => {
    for (;;) if ((await reader?.read())?.done !== false) return true;
  })();
  expect(await ended(await here.call("DELETE", "/api/v1/sessions"))).toBe(2);
  expect(await isOver).toBe(true);
  expect(here.cookies.size).toBe(0);
  expect([await isIn(here), await isIn(there), await isIn(other)]).toEqual([false, false, true]);
  for (const code of codes)
    expect(await problem(await smallBrowser(api).call("POST", "/api/v1/session", { body: { code } }))).toBe("link-unknown");
  expect(api.logged.filter((line) => line.includes("sessions-ended"))).toEqual([
    expect.stringContaining('"who":"vera","by":"vera","ended":2'),
  ]);
  expect(await isIn(await signIn(api, "vera"))).toBe(true);
});

test("a release manager signs somebody out; nobody else does, and the name has to be somebody's", async () => {
  const api = await smallApi();
  const vera = await signIn(api, "vera");
  for (const as of ["olga", "quentin", "vera"])
    expect(await problem(await api.call("DELETE", "/api/v1/people/vera/sessions", { as }))).toBe("role-missing");
  expect(await isIn(vera)).toBe(true);
  expect(await ended(await api.call("DELETE", "/api/v1/people/vera/sessions"))).toBe(1);
  expect(await isIn(vera)).toBe(false);
  expect(await ended(await api.call("DELETE", "/api/v1/people/vera/sessions"))).toBe(0);
  expect(await problem(await api.call("DELETE", "/api/v1/people/vira/sessions"))).toBe("person-unknown");
  expect(api.logged.filter((line) => line.includes("sessions-ended"))[0]).toContain('"who":"vera","by":"ada","ended":1');
});

test("a release manager of one environment signs nobody out who has a role in another", async () => {
  const tara: Caller = { name: "tara", roles: ["release-manager"], environments: ["staging"] };
  const api = await smallApi({ callers: [...callers, tara] });
  const [dan, olga] = [await signIn(api, "dan"), await signIn(api, "olga")];
  expect((await listed(await api.call("GET", "/api/v1/sessions", { as: "tara" }))).map(({ name }) => name)).toEqual(["dan"]);
  expect(await problem(await api.call("DELETE", "/api/v1/people/olga/sessions", { as: "tara" }))).toBe("role-missing");
  expect(await ended(await api.call("DELETE", "/api/v1/people/dan/sessions", { as: "tara" }))).toBe(1);
  expect([await isIn(dan), await isIn(olga)]).toEqual([false, true]);
});

test("another site cannot sign anybody out", async () => {
  const api = await smallApi();
  const vera = await signIn(api, "vera");
  const headers = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
  expect(await problem(await vera.call("DELETE", "/api/v1/sessions", { headers }))).toBe("origin-wrong");
  expect(await isIn(vera)).toBe(true);
});

test("a session that was left alone is no longer shown", async () => {
  let ms = 1_000_000;
  const accessClock = { nowMs: () => 1_755_600_000_000 + ms, monotonicMs: () => ms, wait: () => new Promise<void>(() => undefined) };
  const api = await smallApi({ accessClock });
  await signIn(api, "vera");
  ms += 4 * 60 * 60_000;
  expect(await listed(await api.call("GET", "/api/v1/sessions"))).toEqual([]);
});

test("whoever mints links takes nobody else's away", async () => {
  const api = await smallApi();
  const kept = await codeFor(api.call("POST", "/api/v1/links"));
  const first = await codeFor(api.call("POST", "/api/v1/links", { as: "vera" }));
  for (let times = 0; times < 20; times += 1) await api.call("POST", "/api/v1/links", { as: "vera" });
  expect(await problem(await smallBrowser(api).call("POST", "/api/v1/session", { body: { code: first } }))).toBe("link-unknown");
  expect((await smallBrowser(api).call("POST", "/api/v1/session", { body: { code: kept } })).status).toBe(200);
});

test("a machine that is called as somebody, who came later, neither sees nor ends their sessions", async () => {
  const dataDir = await temporaryFolder();
  const before = await smallApi({ dataDir });
  const body = { name: "grace", roles: ["release-manager"], environments: ["staging"] };
  const { token } = (await (await before.call("POST", "/api/v1/tokens", { body })).json()) as { readonly token: string };
  await before.close();
  const api = await smallApi({ dataDir, callers: [...callers, { name: "grace", roles: ["release-manager"], environments: null }] });
  await signIn(api, "grace");
  expect(await listed(await api.call("GET", "/api/v1/sessions", { as: token }))).toEqual([]);
  expect((await api.call("DELETE", "/api/v1/people/grace/sessions", { as: token })).status).toBe(403);
  expect(await api.store.access.sessions()).toHaveLength(1);
});
