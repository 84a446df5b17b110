import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../../../test/fixtures/folder.ts";
import { smallApi } from "../../../test/fixtures/small-api.ts";
import type { SmallApi, SmallApiOptions } from "../../../test/fixtures/small-api.ts";
import { smallBrowser } from "../../../test/fixtures/small-browser.ts";
import type { SmallBrowser } from "../../../test/fixtures/small-browser.ts";
import { smallProvider } from "../../../test/fixtures/small-provider.ts";
import type { Account, SmallProvider } from "../../../test/fixtures/small-provider.ts";
import type { LoginSettings } from "../../config/open-login.ts";
import type { CreateTokenAnswer, SessionAnswer } from "../contract/access.ts";
import type { ProblemAnswer } from "../contract.ts";
import { localPath } from "./login-routes.ts";

const publicUrl = "http://127.0.0.1:7707";
const home = { host: "127.0.0.1:7707" };
const accounts: Readonly<Record<string, Account>> = {
  claire: { email: "Claire@shop.example", email_verified: true, groups: ["qa", "everybody"] },
  sam: { email: "sam@shop.example", email_verified: true, groups: ["sre", "readers"] },
  rachel: { email: "rachel@shop.example", email_verified: true, groups: ["readers"] },
  nobody: { email: "nobody@shop.example", email_verified: true, groups: ["everybody"] },
  eve: { email: "claire@shop.example", email_verified: false, groups: ["qa"] },
  twin: { preferred_username: "Rach\u0435l  Martin", groups: ["readers"] },
  local: { name: "local", preferred_username: "Rachel Martin", groups: ["readers"] },
};

interface Place {
  readonly api: SmallApi;
  readonly provider: SmallProvider;
}

const redirect = `${publicUrl}/login/callback`;
let shared: SmallProvider;
beforeAll(async () => {
  shared = await smallProvider({ redirect, accounts });
});
afterAll(() => shared.close());

/** A provider that the running test has alone. */
async function ownProvider(clockOffsetMs = 0): Promise<SmallProvider> {
  const provider = await smallProvider({ redirect, accounts, clockOffsetMs });
  onTestFinished(() => provider.close());
  return provider;
}

async function place(given: Partial<LoginSettings> = {}, options: SmallApiOptions = {}, provider = shared): Promise<Place> {
  const { issuer, client, secret } = provider;
  const roles: LoginSettings["roles"] = [
    { group: "qa", roles: ["qa-lead"], environments: null },
    { group: "sre", roles: ["devops-lead", "release-manager"], environments: ["staging"] },
    { group: "readers", roles: ["viewer"], environments: null },
  ];
  const login = {
    issuer,
    client,
    secret,
    scopes: ["openid", "profile", "email", "groups"],
    name: "email",
    groups: "groups",
    roles,
    ...given,
  };
  return { provider, api: await smallApi({ publicUrl, login, ...options }) };
}

/** Begins to sign in and answers where the browser is sent. */
async function begin(here: SmallBrowser, to = "/"): Promise<string> {
  const answer = await here.call("GET", `/login?to=${encodeURIComponent(to)}`);
  expect(answer.status).toBe(302);
  return answer.headers.get("location") ?? "";
}

/** Signs in as `account` (`null`: gives up) and answers what the callback answers. */
async function come(here: SmallBrowser, provider: SmallProvider, account: string | null, to?: string): Promise<Response> {
  const back = await provider.signIn(await begin(here, to), account);
  return here.call("GET", `${back.pathname}${back.search}`);
}

const problem = async (answer: Response): Promise<string> => ((await answer.json()) as ProblemAnswer).code;
const who = async (here: SmallBrowser): Promise<SessionAnswer> =>
  (await (await here.call("GET", "/api/v1/session")).json()) as SessionAnswer;

test("a person signs in at the provider, comes back to where they were, and has the roles of their groups", async () => {
  const { api, provider } = await place();
  const here = smallBrowser(api, home);
  expect(await who(here)).toMatchObject({ person: null, hasLogin: true });
  const url = new URL(await begin(here));
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    response_type: "code",
    code_challenge_method: "S256",
    scope: "openid profile email groups",
    redirect_uri: `${publicUrl}/login/callback`,
  });
  for (const name of ["state", "nonce", "code_challenge"]) expect(url.searchParams.get(name)?.length).toBeGreaterThan(30);
  const answer = await come(here, provider, "claire", "/releases/shop-1?tab=story#now");
  expect([answer.status, answer.headers.get("location")]).toEqual([302, `${publicUrl}/releases/shop-1?tab=story#now`]);
  expect((await who(here)).person).toMatchObject({ name: "claire@shop.example", roles: ["qa-lead"], environments: null, via: "login" });
  expect([...here.cookies.keys()]).toEqual(["serin-session-7707"]);
});

test("roles of groups hold where the file says, each for itself, and beside those of the file", async () => {
  const people = [
    { name: "Rachel Martin", login: "rachel@shop.example", roles: ["release-manager" as const], environments: ["production"] },
  ];
  const { api, provider } = await place({}, { people });
  const sam = smallBrowser(api, { ...home, origin: publicUrl });
  await come(sam, provider, "sam");
  expect((await who(sam)).person).toMatchObject({
    roles: ["devops-lead", "release-manager", "viewer"],
    environments: null,
    grants: [
      { roles: ["devops-lead", "release-manager"], environments: ["staging"] },
      { roles: ["viewer"], environments: null },
    ],
  });
  const lift = (here: SmallBrowser, environment: string): Promise<Response> =>
    here.call("DELETE", `/api/v1/freezes/${environment}`, { body: { reason: "a test" } });
  expect(await problem(await lift(sam, "production"))).toBe("role-missing");
  expect(await problem(await lift(sam, "staging"))).toBe("freeze-unknown");
  const rachel = smallBrowser(api, { ...home, origin: publicUrl });
  await come(rachel, provider, "rachel");
  expect((await who(rachel)).person).toMatchObject({ name: "Rachel Martin", roles: ["release-manager", "viewer"] });
  expect(await problem(await lift(rachel, "production"))).toBe("freeze-unknown");
  expect(await problem(await lift(rachel, "staging"))).toBe("role-missing");
  const { people: known } = (await (await rachel.call("GET", "/api/v1/people")).json()) as { readonly people: readonly unknown[] };
  expect(known).toMatchObject([
    { name: "Rachel Martin", from: "file", isOn: true },
    { name: "sam@shop.example", from: "login", isOn: true },
  ]);
});

test("who has no role is refused, and told which groups have one; nothing is opened", async () => {
  const { api, provider } = await place();
  const here = smallBrowser(api, { ...home, accept: "text/html,*/*" });
  const answer = await come(here, provider, "nobody");
  const page = await answer.text();
  expect(answer.status).toBe(403);
  expect(page).toContain("nobody@shop.example is in no group that has a role here");
  for (const group of ["qa", "sre", "readers"]) expect(page).toContain(`<li>${group}</li>`);
  expect(answer.headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; frame-ancestors 'none'/);
  expect([...here.cookies]).toEqual([]);
  expect(api.logged.filter((line) => line.includes("denied"))).toEqual([expect.stringContaining('"who":"nobody@shop.example"')]);
});

test("an address that nobody has verified is nobody's name", async () => {
  const { api, provider } = await place();
  expect(await problem(await come(smallBrowser(api, home), provider, "eve"))).toBe("login-name");
  expect(await problem(await come(smallBrowser(api, home), provider, "local"))).toBe("login-name");
});

test("nobody becomes somebody else by being called so", async () => {
  const people = [{ name: "Rachel Martin", login: "rachel@shop.example", roles: ["release-manager" as const], environments: null }];
  const named = await place({ name: "preferred_username" }, { people });
  expect(await problem(await come(smallBrowser(named.api, home), named.provider, "local"))).toBe("login-name");
  expect(await problem(await come(smallBrowser(named.api, home), named.provider, "twin"))).toBe("login-name");
  const alone = await place({ name: "name" }, { people: [{ name: "local", login: null, roles: ["release-manager"], environments: null }] });
  expect(await problem(await come(smallBrowser(alone.api, home), alone.provider, "local"))).toBe("login-name");
});

test("nobody signs in as a machine is called, or nearly, while its token is in force", async () => {
  const { api, provider } = await place();
  const made = await api.call("POST", "/api/v1/tokens", { body: { name: "Cl\u0430ire@shop.example", roles: ["viewer"] } });
  const { view } = (await made.json()) as CreateTokenAnswer;
  expect(await problem(await come(smallBrowser(api, home), provider, "claire"))).toBe("login-name");
  await api.call("DELETE", `/api/v1/tokens/${view.id}`);
  expect((await come(smallBrowser(api, home), provider, "claire")).status).toBe(302);
});

test("an address of mail is the same person's in whatever case the file has it", async () => {
  const people = [{ name: "Claire Petit", login: "CLAIRE@Shop.example", roles: ["product-owner" as const], environments: null }];
  const { api, provider } = await place({}, { people });
  const here = smallBrowser(api, home);
  await come(here, provider, "claire");
  expect((await who(here)).person).toMatchObject({ name: "Claire Petit", roles: ["product-owner", "qa-lead"] });
});

test("what the file gives a group no more, nobody keeps: not even in a session that is open", async () => {
  const dataDir = await temporaryFolder();
  const before = await place({}, { dataDir });
  const [claire, rachel] = [smallBrowser(before.api, home), smallBrowser(before.api, home)];
  await come(claire, before.provider, "claire");
  await come(rachel, before.provider, "rachel");
  await before.api.close();
  const roles = [{ group: "readers", roles: ["viewer" as const], environments: null }];
  const after = await place({ roles }, { dataDir });
  const get = (cookies: ReadonlyMap<string, string>): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join();
    return after.api.call("GET", "/api/v1/releases", { as: null, headers: { ...home, cookie } });
  };
  expect((await get(rachel.cookies)).status).toBe(200);
  expect(await problem(await get(claire.cookies))).toBe("session-over");
});

test("a page that a provider's words stand on shows them as words", async () => {
  const { api, provider } = await place({ roles: [{ group: "<script>alert(1)</script>", roles: ["viewer"], environments: null }] });
  const answer = await come(smallBrowser(api, { ...home, accept: "text/html" }), provider, "nobody");
  expect(await answer.text()).not.toContain("<script>");
});

test("who gives up at the provider is told so", async () => {
  const { api, provider } = await place();
  const answer = await come(smallBrowser(api, home), provider, null);
  expect([answer.status, await problem(answer)]).toEqual([403, "login-denied"]);
});

test("a provider that is down is named, at both ends of the sign-in, and asked again", async () => {
  const { api, provider } = await place({}, {}, await ownProvider());
  const here = smallBrowser(api, home);
  const back = await provider.signIn(await begin(here), "claire");
  await provider.close();
  const callback = await here.call("GET", `${back.pathname}${back.search}`);
  expect([callback.status, await problem(callback)]).toEqual([502, "login-provider"]);
  const unreached = await place({ issuer: provider.issuer });
  const beginning = await smallBrowser(unreached.api, home).call("GET", "/login");
  expect([beginning.status, await problem(beginning)]).toEqual([502, "login-provider"]);
});

test("clocks that differ are said to", async () => {
  const { api, provider } = await place({}, {}, await ownProvider(-60_000 * 60));
  const answer = await come(smallBrowser(api, home), provider, "claire");
  expect([answer.status, await problem(answer)]).toEqual([502, "login-clock"]);
});

test("a wrong secret is refused by the provider, and not shown", async () => {
  const { api, provider } = await place({ secret: "another-secret" });
  const answer = await come(smallBrowser(api, home), provider, "claire");
  const text = await answer.clone().text();
  expect(await problem(answer)).toBe("login-refused");
  expect(`${text}${api.logged.join()}`).not.toContain("another-secret");
});

test("a stolen callback opens nothing: not again, not elsewhere, not with the cookie it came with", async () => {
  const { api, provider } = await place();
  const here = smallBrowser(api, home);
  const back = await provider.signIn(await begin(here), "claire");
  const path = `${back.pathname}${back.search}`;
  const cookie = [...here.cookies].map(([name, value]) => `${name}=${value}`).join();
  const other = smallBrowser(api, home);
  await begin(other);
  expect(await problem(await other.call("GET", path))).toBe("login-over");
  // The thief's own sign-in with the other's code: the provider holds the code to the one who began.
  const thief = smallBrowser(api, home);
  const own = new URL(await begin(thief)).searchParams.get("state") ?? "";
  const mixed = path.replace(/state=[^&]+/, `state=${own}`);
  expect(await problem(await thief.call("GET", mixed))).toBe("login-over");
  expect([...thief.cookies]).toEqual([]);
  const fresh = smallBrowser(api, home);
  const again = await provider.signIn(await begin(fresh), "claire");
  const freshCookie = [...fresh.cookies].map(([name, value]) => `${name}=${value}`).join();
  expect((await fresh.call("GET", `${again.pathname}${again.search}`)).status).toBe(302);
  expect(await problem(await fresh.call("GET", `${again.pathname}${again.search}`))).toBe("login-over");
  for (const sent of [cookie, freshCookie]) {
    const copied = await api.call("GET", `${again.pathname}${again.search}`, { as: null, headers: { ...home, cookie: sent } });
    expect(await problem(copied)).toBe("login-over");
  }
});

test("a cookie of a sign-in that this server did not sign opens nothing", async () => {
  const { api, provider } = await place();
  const here = smallBrowser(api, home);
  const back = await provider.signIn(await begin(here), "claire");
  const [name, value] = [...here.cookies][0] ?? ["", ""];
  const [body = "", signature = ""] = value.split(".");
  const flow = JSON.parse(Buffer.from(body, "base64url").toString()) as Record<string, unknown>;
  const forged = Buffer.from(JSON.stringify({ ...flow, to: "https://evil.example" })).toString("base64url");
  for (const cookie of [`${forged}.${signature}`, forged, `.${signature}`, "", "nonsense", `${body}.${signature}A`]) {
    const answer = await api.call("GET", `${back.pathname}${back.search}`, { as: null, headers: { ...home, cookie: `${name}=${cookie}` } });
    expect(await problem(answer)).toBe("login-over");
  }
});

test.each([
  ["/", "/"],
  ["/releases/shop-1?tab=story#now", "/releases/shop-1?tab=story#now"],
  ["/calendar", "/calendar"],
  ["https://evil.example/", "/"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["/\t/evil.example", "/"],
  ["/..//evil.example", "/"],
  ["/.//evil.example", "/"],
  ["\\\\evil.example", "/"],
  ["javascript:alert(1)", "/"],
  ["http:evil.example", "/"],
  ["evil.example", "/"],
  ["@evil.example", "/"],
  ["/%2f%2fevil.example", "/%2f%2fevil.example"],
  ["/login?to=/login", "/"],
  ["/api/v1/session", "/"],
  ["", "/"],
  [`/${"é".repeat(1_000)}`, "/"],
])("open redirect: a sign-in that shall end at %j ends at %j", (to, path) => expect(localPath(to)).toBe(path));

test("open redirect: the whole way, with an address that leads away", async () => {
  const { api, provider } = await place();
  const answer = await come(smallBrowser(api, home), provider, "claire", "//evil.example/%2e%2e");
  expect(answer.headers.get("location")).toBe(`${publicUrl}/`);
});

test("session fixation: a sign-in ends the session that was there before", async () => {
  const { api, provider } = await place();
  const here = smallBrowser(api, home);
  await come(here, provider, "claire");
  const before = [...here.cookies].map(([name, value]) => `${name}=${value}`).join();
  await come(here, provider, "sam");
  expect((await who(here)).person?.name).toBe("sam@shop.example");
  expect(await problem(await api.call("GET", "/api/v1/releases", { as: null, headers: { ...home, cookie: before } }))).toBe("session-over");
});

test("a link that a session makes opens as much as it, and ends with it", async () => {
  const { api, provider } = await place();
  const here = smallBrowser(api, { ...home, origin: publicUrl });
  await come(here, provider, "sam");
  const { url } = (await (await here.call("POST", "/api/v1/links")).json()) as { readonly url: string };
  expect(url.startsWith(`${publicUrl}/#once=`)).toBe(true);
  const phone = smallBrowser(api, { ...home, origin: publicUrl });
  await phone.call("POST", "/api/v1/session", { body: { code: url.split("#once=")[1] } });
  const [first, second] = [(await who(here)).person, (await who(phone)).person];
  expect(second).toEqual({ ...first, via: "link" });
  const late = (await (await here.call("POST", "/api/v1/links")).json()) as { readonly url: string };
  await here.call("DELETE", "/api/v1/session");
  const refused = await phone.call("POST", "/api/v1/session", { body: { code: late.url.split("#once=")[1] } });
  expect(await problem(refused)).toBe("link-unknown");
});

test("too many sign-ins from one address are told to wait", async () => {
  const { api } = await place();
  const here = smallBrowser(api, home);
  for (let index = 0; index < 60; index += 1) await begin(here);
  expect(await problem(await here.call("GET", "/login"))).toBe("too-many-tries");
});

test("nobody locks others out of signing in, neither from one address nor from many", async () => {
  const { api } = await place();
  const from = async (address: string): Promise<number> =>
    (await api.call("GET", "/login", { as: null, headers: home, from: address })).status;
  const one = await Promise.all(Array.from({ length: 700 }, () => from("203.0.113.1")));
  expect(one.filter((status) => status === 302)).toHaveLength(60);
  expect(await from("198.51.100.1")).toBe(302);
  const network = Array.from({ length: 700 }, (_, index) => from(`2001:db8:0:${index.toString(16)}::1`));
  expect(new Set(await Promise.all(network))).toEqual(new Set([302]));
  expect(await from("198.51.100.2")).toBe(302);
});

test("without a provider there is no sign-in", async () => {
  const api = await smallApi();
  for (const path of ["/login", "/login/callback"]) expect(await problem(await api.call("GET", path, { as: null }))).toBe("login-unset");
});

test("no secret of a whole sign-in stands in the log", async () => {
  const { api, provider } = await place();
  const here = smallBrowser(api, home);
  const url = new URL(await begin(here));
  const back = await provider.signIn(url.href, "claire");
  await here.call("GET", `${back.pathname}${back.search}`);
  await here.call("GET", `${back.pathname}${back.search}`);
  await come(here, provider, "nobody");
  const secrets = [
    provider.secret,
    ...here.told.map((set) => /=([^;]*)/.exec(set)?.[1] ?? ""),
    ...url.searchParams.values(),
    ...back.searchParams.values(),
  ].filter((text) => text.length > 20 && !text.startsWith("http") && !text.startsWith("openid "));
  expect(secrets.length).toBeGreaterThan(5);
  const log = api.logged.join("\n");
  expect(log).toContain("session-opened");
  for (const secret of secrets) expect(log).not.toContain(secret);
});
