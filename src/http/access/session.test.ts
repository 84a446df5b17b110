import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/fixtures/folder.ts";
import { callers, smallApi } from "../../../test/fixtures/small-api.ts";
import type { SmallApi } from "../../../test/fixtures/small-api.ts";
import { host, smallBrowser } from "../../../test/fixtures/small-browser.ts";
import type { SmallBrowser } from "../../../test/fixtures/small-browser.ts";
import type { Clock } from "../../ports.ts";
import type { CreateLinkAnswer, PeopleAnswer, SessionAnswer } from "../contract/access.ts";
import type { ProblemAnswer } from "../contract.ts";

const day = 24 * 60 * 60_000;

async function codeIn(answer: Promise<Response>): Promise<string> {
  const { url } = (await (await answer).json()) as CreateLinkAnswer;
  return new URL(url).hash.replace("#once=", "");
}

async function signIn(api: SmallApi, as = "ada"): Promise<SmallBrowser> {
  const here = smallBrowser(api);
  const code = await codeIn(api.call("POST", "/api/v1/links", { as }));
  expect((await here.call("POST", "/api/v1/session", { body: { code } })).status).toBe(200);
  return here;
}

const problem = async (answer: Response): Promise<string> => ((await answer.json()) as ProblemAnswer).code;
const who = async (here: SmallBrowser): Promise<SessionAnswer["person"]> =>
  ((await (await here.call("GET", "/api/v1/session")).json()) as SessionAnswer).person;

/** A clock that stands until it is moved. */
function standing(): Clock & { move(ms: number): void } {
  let ms = 1_000_000;
  return {
    nowMs: () => 1_755_600_000_000 + ms,
    monotonicMs: () => ms,
    wait: () => new Promise(() => undefined),
    move: (by) => void (ms += by),
  };
}

test("a link opens a session as who asked for it, in the fragment of an address, and once", async () => {
  const api = await smallApi();
  const answer = await api.call("POST", "/api/v1/links", { as: "quentin", headers: { host } });
  const { url, expiresMs } = (await answer.json()) as CreateLinkAnswer;
  expect(new URL(url)).toMatchObject({ pathname: "/", search: "", hash: expect.stringMatching(/^#once=[A-Za-z0-9_-]{43}$/) as string });
  expect(expiresMs - Date.now()).toBeGreaterThan(9 * 60_000);
  const code = new URL(url).hash.slice("#once=".length);
  const here = smallBrowser(api);
  expect(await who(here)).toBeNull();
  const opened = (await (await here.call("POST", "/api/v1/session", { body: { code } })).json()) as SessionAnswer;
  expect(opened.person).toMatchObject({ name: "quentin", roles: ["qa-lead"], environments: null, via: "link" });
  expect(await who(here)).toEqual(opened.person);
  expect((await here.call("GET", "/api/v1/releases")).status).toBe(200);
  const thief = smallBrowser(api);
  expect(await problem(await thief.call("POST", "/api/v1/session", { body: { code } }))).toBe("link-unknown");
  expect(thief.cookies.size).toBe(0);
});

test("a link is over after ten minutes", async () => {
  const clock = standing();
  const api = await smallApi({ accessClock: clock });
  const code = await codeIn(api.call("POST", "/api/v1/links"));
  clock.move(10 * 60_000);
  expect(await problem(await smallBrowser(api).call("POST", "/api/v1/session", { body: { code } }))).toBe("link-unknown");
});

test("the cookie is out of reach of scripts and of other sites; over https it belongs to this host alone", async () => {
  const plain = await signIn(await smallApi());
  expect(plain.told.at(-1)).toMatch(/^serin-session-80=[A-Za-z0-9_-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/);
  const api = await smallApi({ publicUrl: `https://${host}` });
  const here = smallBrowser(api, { host, origin: `https://${host}` });
  await here.call("POST", "/api/v1/session", { body: { code: await codeIn(api.call("POST", "/api/v1/links")) } });
  expect(here.told.at(-1)).toMatch(/^__Host-serin-session=[A-Za-z0-9_-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
});

test("session fixation: a new id at every sign-in, the one before is worth nothing, and nobody else's is taken", async () => {
  const api = await smallApi();
  const here = await signIn(api);
  const planted = here.told.at(-1)?.split(";")[0] ?? "";
  const code = await codeIn(api.call("POST", "/api/v1/links", { as: "vera" }));
  await here.call("POST", "/api/v1/session", { body: { code, instead: "ada" } });
  expect(here.told.at(-1)?.startsWith(planted)).toBe(false);
  expect(await who(here)).toMatchObject({ name: "vera" });
  expect(await problem(await api.call("GET", "/api/v1/releases", { as: null, headers: { host, cookie: planted } }))).toBe("session-over");
  const chosen = smallBrowser(api);
  const cookie = `serin-session-80=${"A".repeat(43)}`;
  await chosen.call("POST", "/api/v1/session", { body: { code: await codeIn(api.call("POST", "/api/v1/links")) }, headers: { cookie } });
  expect(chosen.cookies.get("serin-session-80")).not.toBe("A".repeat(43));
});

test("login CSRF: a link of somebody else takes nobody's session without their word, and is not used by the try", async () => {
  const api = await smallApi();
  const here = await signIn(api);
  const code = await codeIn(api.call("POST", "/api/v1/links", { as: "vera" }));
  for (const instead of [{}, { instead: "vera" }, { instead: "quentin" }]) {
    const refused = await here.call("POST", "/api/v1/session", { body: { code, ...instead } });
    expect([refused.status, await refused.json()]).toMatchObject([409, { code: "session-other", who: "vera" }]);
    expect(await who(here)).toMatchObject({ name: "ada" });
  }
  const own = await codeIn(api.call("POST", "/api/v1/links"));
  expect((await here.call("POST", "/api/v1/session", { body: { code: own } })).status).toBe(200);
  expect((await here.call("POST", "/api/v1/session", { body: { code, instead: "ada" } })).status).toBe(200);
  expect(await who(here)).toMatchObject({ name: "vera" });
  const out = await codeIn(api.call("POST", "/api/v1/links"));
  await here.call("DELETE", "/api/v1/session");
  expect((await here.call("POST", "/api/v1/session", { body: { code: out } })).status).toBe(200);
});

test("a session ends when it was left alone, at the end of its day, and when it is closed", async () => {
  const clock = standing();
  const api = await smallApi({ accessClock: clock });
  const idle = await signIn(api);
  const busy = await signIn(api);
  const closed = await signIn(api);
  const cookie = [...closed.cookies].map(([name, value]) => `${name}=${value}`).join();
  expect((await closed.call("DELETE", "/api/v1/session")).status).toBe(204);
  expect(closed.cookies.size).toBe(0);
  expect(await problem(await api.call("GET", "/api/v1/releases", { as: null, headers: { host, cookie } }))).toBe("session-over");
  for (let hour = 0; hour < 4; hour += 1) {
    expect((await busy.call("GET", "/api/v1/releases")).status).toBe(200);
    clock.move(day / 24);
  }
  expect(await problem(await idle.call("GET", "/api/v1/releases"))).toBe("session-over");
  for (let hour = 4; hour < 12; hour += 1) {
    expect((await busy.call("GET", "/api/v1/releases")).status).toBe(200);
    clock.move(day / 24);
  }
  expect(await problem(await busy.call("GET", "/api/v1/releases"))).toBe("session-over");
  expect(await who(busy)).toBeNull();
});

test("a session outlives the server, under a digest of its id, with the roles that the file gives now", async () => {
  const dataDir = await temporaryFolder();
  const before = await smallApi({ dataDir });
  const here = await signIn(before);
  const id = [...here.cookies.values()][0] ?? "";
  await before.close();
  const after = await smallApi({ dataDir, people: [{ name: "ada", roles: ["viewer"], environments: ["staging"] }] });
  const headers = { host, cookie: [...here.cookies].map(([name, value]) => `${name}=${value}`).join() };
  const { person } = (await (await after.call("GET", "/api/v1/session", { as: null, headers })).json()) as SessionAnswer;
  expect(person).toMatchObject({ name: "ada", roles: ["viewer"], environments: ["staging"] });
  expect(await after.store.access.session(id)).toBeNull();
  await after.close();
  const without = await smallApi({ dataDir, people: [] });
  expect(await problem(await without.call("GET", "/api/v1/releases", { as: null, headers }))).toBe("session-over");
});

test.each<[string, Readonly<Record<string, string>>]>([
  ["another site", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
  ["another port of this machine", { origin: `http://${host}:3000`, "sec-fetch-site": "same-site" }],
  ["a page without origin", { origin: "null" }],
  ["an origin that is longer", { origin: `http://${host}.evil.example` }],
  ["a browser that says so itself", { "sec-fetch-site": "cross-site" }],
])("CSRF: a change by cookie from %s is refused; the same by token needs no origin", async (_, headers) => {
  const api = await smallApi();
  const id = await api.begin();
  const here = await signIn(api);
  const body = { kind: "stop", reason: "a test" };
  const asked = here.call("POST", `/api/v1/releases/${id}/requests`, { body, headers: { ...headers, "if-match": '"1"' } });
  expect(await problem(await asked)).toBe("origin-wrong");
  expect(api.logged.filter((line) => line.includes("denied"))).toEqual([expect.stringMatching(/"code":"origin-wrong".*"who":"ada"/)]);
  expect((await here.call("GET", "/api/v1/releases", { headers })).status).toBe(200);
  expect((await api.call("POST", `/api/v1/releases/${id}/requests`, { body, headers: { ...headers, "if-match": '"1"' } })).status).toBe(
    200,
  );
});

test("CSRF: a change by cookie without an origin is refused, and so is opening a session from another site", async () => {
  const api = await smallApi();
  const here = await signIn(api);
  const [cookie] = [...here.cookies].map(([name, value]) => `${name}=${value}`);
  const without = api.call("DELETE", "/api/v1/session", { as: null, headers: { host, cookie: cookie ?? "" } });
  expect(await problem(await without)).toBe("origin-wrong");
  const code = await codeIn(api.call("POST", "/api/v1/links"));
  const planted = smallBrowser(api).call("POST", "/api/v1/session", { body: { code }, headers: { origin: "https://evil.example" } });
  expect(await problem(await planted)).toBe("origin-wrong");
  expect(await who(here)).toMatchObject({ name: "ada" });
});

test("with a public address its pages may change things, also where a proxy hides it; pages of another name may not", async () => {
  const api = await smallApi({ publicUrl: `https://${host}` });
  const here = smallBrowser(api, { host: "10.0.0.7:7707", origin: `https://${host}`, "sec-fetch-site": "same-origin" });
  await here.call("POST", "/api/v1/session", { body: { code: await codeIn(api.call("POST", "/api/v1/links")) } });
  expect(await who(here)).toMatchObject({ name: "ada" });
  const rebound = { host: "evil.example", origin: "http://evil.example" };
  expect(await problem(await here.call("DELETE", "/api/v1/session", { headers: rebound }))).toBe("origin-wrong");
  const local = { host: "127.0.0.1:7707", origin: "http://127.0.0.1:7707" };
  expect((await here.call("DELETE", "/api/v1/session", { headers: local })).status).toBe(204);
});

test("brute force is told to wait; who has the right token or link goes on", async () => {
  const clock = standing();
  const api = await smallApi({ accessClock: clock });
  const guess = (): Promise<Response> => smallBrowser(api).call("POST", "/api/v1/session", { body: { code: "A".repeat(43) } });
  for (let index = 0; index < 30; index += 1) expect((await guess()).status).toBe(401);
  const limited = await guess();
  expect([limited.status, limited.headers.get("retry-after"), await problem(limited)]).toEqual([429, "60", "too-many-tries"]);
  const lines = api.logged.length;
  expect((await api.call("GET", "/api/v1/releases", { as: "mallory" })).status).toBe(429);
  expect(api.logged.slice(lines)).toEqual([]);
  expect(api.logged.filter((line) => line.includes('"event":"too-many-tries"'))).toHaveLength(1);
  expect((await api.call("GET", "/api/v1/releases", { as: "ada" })).status).toBe(200);
  expect(await who(await signIn(api))).toMatchObject({ name: "ada" });
  clock.move(60_000);
  expect((await guess()).status).toBe(401);
});

test("however many guess, a browser whose session is over is shown how to sign in, and forgets it", async () => {
  const api = await smallApi();
  const here = await signIn(api);
  await api.call("DELETE", "/api/v1/sessions");
  for (let index = 0; index < 31; index += 1) await api.call("GET", "/api/v1/releases", { as: "mallory" });
  expect((await here.call("GET", "/api/v1/releases")).status).toBe(429);
  const answer = await here.call("GET", "/api/v1/session");
  expect([answer.status, ((await answer.json()) as SessionAnswer).person, here.cookies.size]).toEqual([200, null, 0]);
  expect((await api.call("GET", "/api/v1/session", { as: "mallory" })).status).toBe(429);
});

test("a token in an address is no token", async () => {
  const api = await smallApi();
  for (const name of ["token", "access_token", "authorization"]) {
    expect(await problem(await api.call("GET", `/api/v1/releases?${name}=ada`, { as: null }))).toBe("token-missing");
  }
});

test("people: everybody of the file, when they were last here, and who is on", async () => {
  const clock = standing();
  const people = callers.filter(({ name }) => ["ada", "dan", "vera"].includes(name));
  const api = await smallApi({ accessClock: clock, people });
  const seen = async (): Promise<PeopleAnswer["people"]> =>
    ((await (await api.call("GET", "/api/v1/people")).json()) as PeopleAnswer).people;
  await api.call("GET", "/api/v1/releases", { as: "vera" });
  expect(await seen()).toMatchObject([
    { name: "ada", from: "file", isOn: true, lastSeenMs: clock.nowMs() },
    { name: "dan", from: "file", isOn: false, lastSeenMs: null, environments: ["staging"] },
    { name: "vera", isOn: true },
  ]);
  clock.move(2 * 60_000);
  expect((await seen()).map(({ isOn }) => isOn)).toEqual([true, false, false]);
  const stream = await api.call("GET", "/api/v1/events", { as: "dan" });
  clock.move(10 * 60_000);
  expect((await seen()).map(({ isOn }) => isOn)).toEqual([true, true, false]);
  await stream.body?.cancel();
  clock.move(10 * 60_000);
  expect((await seen()).map(({ isOn }) => isOn)).toEqual([true, false, false]);
});
