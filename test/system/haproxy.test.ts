import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { shopWords } from "../../bench/rollback/shop.ts";
import { tokenVariable } from "../../src/adapters/traffic/haproxy/configuration.ts";
import type { WantedTraffic } from "../../src/ports.ts";
import { createPeople, personOn } from "../contract/person.ts";
import { startSmallShop } from "../contract/small-shop.ts";
import type { SmallShop } from "../contract/small-shop.ts";
import { onSystem, programPath } from "./on-system.ts";
import { startHaproxy } from "./proxy/haproxy-subject.ts";
import { proxySuite } from "./proxy/proxy-suite.ts";
import { contractRules } from "./proxy/proxy-world.ts";

const never = new AbortController().signal;

async function openHaproxy() {
  const [running, canary, stable] = await Promise.all([startHaproxy(contractRules), startSmallShop("canary"), startSmallShop("stable")]);
  const people = createPeople(running.url);
  onTestFinished(async () => {
    await people.close();
    await Promise.all([running.close(), canary.close(), stable.close()]);
  });
  const words = shopWords({ shop: { canary: [canary.url], stable: [stable.url] } });
  const wanted = (changes: Partial<WantedTraffic> = {}): WantedTraffic => words({ routes: contractRules.routes, ...changes });
  const put = async (changes: Partial<WantedTraffic> = {}): Promise<void> => running.router.apply(wanted(changes), never);
  return { running, canary, stable, person: people.person, wanted, put, personOn: (arm: "canary" | "stable") => personOn(people, arm) };
}

const lastOf = (shop: SmallShop) => shop.requests.at(-1)?.headers ?? {};

onSystem({ name: "HAProxy", needs: ["haproxy"] }, () => {
  proxySuite("haproxy", startHaproxy, { afterReload: "last share", afterStart: "last share" });
  describe("what backends and browsers are told", () => {
    test("the arm travels on in headers and baggage, and nothing of it comes in from outside", backendsAreTold);
    test(
      "a service that passes baggage on stays in its caller's arm; a proof that is none, or of another release, is nobody's",
      armsAreCarried,
    );
    test("pages are for one person alone, and a page of the other version is told so", pagesAreTold);
    test("a login by a script of an open page leaves the page on its arm until it is loaded again", loginsByScript);
    test("a forged cookie is nobody's", forgedCookies);
  });
  describe("two versions side by side", () => {
    test("a file with a hash in its name is asked of the other arm when the first has none", hashedFiles);
    test("a canary that refuses connections harms nobody", deadCanary);
    test("after a reload every server has the address, and the maintenance, that it had", addressesStay);
    test("addresses change under people without an error, also when every place is taken", changedAddresses);
  });
  describe("counts", () => {
    test("people are counted once, by arm, and requests with the moment of the canary's last", peopleAreCounted);
  });
  describe("what is refused", () => {
    test("more addresses than there is room for, the rules of another plan, backends that speak TLS", refusals);
    test("the example is a configuration that HAProxy takes", exampleIsValid);
  });
});

async function backendsAreTold(): Promise<void> {
  const { canary, stable, person, put, personOn } = await openHaproxy();
  await put({ release: "shop 1/é", sharePct: 50 });
  const one = await personOn("canary");
  const claims = { "serin-arm": "stable", serin_arm: "stable", baggage: "a=1, serin.arm=stable ,b=2,%73erin.arm=x" };
  await one.ask("GET /api", { ...claims, cookie: `theme=dark; serin=${one.cookies.get("serin")}; lang=fr` });
  expect(lastOf(canary)).toMatchObject({ "serin-arm": "canary", "serin-release": "shop%201%2F%C3%A9" });
  expect(lastOf(canary)["baggage"]).toMatch(/^a=1,b=2,serin\.release=shop%201%2F%C3%A9,serin\.arm=canary,serin\.proof=[0-9A-F]{32}$/);
  expect(lastOf(canary)["cookie"]).toMatch(/^theme=dark; *lang=fr$/);
  expect(lastOf(canary)).not.toHaveProperty("serin_arm");
  await one.ask("GET /api", { cookie: `serin=${one.cookies.get("serin")}` });
  expect(lastOf(canary)).not.toHaveProperty("cookie");
  await person().ask("GET /api");
  expect(lastOf(stable)).toMatchObject({ "serin-arm": "stable" });
}

async function armsAreCarried(): Promise<void> {
  const { canary, person, put, personOn } = await openHaproxy();
  await put({ sharePct: 50 });
  await (await personOn("canary")).ask("GET /api");
  const baggage = String(lastOf(canary)["baggage"]);
  const call = async (header: string): Promise<string | null> => (await person().ask("GET /price", { baggage: header })).version;
  expect(await call(baggage)).toBe("canary");
  expect(await call(`trace=7,${baggage}`)).toBe("canary");
  expect(await call(baggage.replace(/proof=.{4}/, "proof=0000"))).toBe("stable");
  expect(await call(baggage.replace(/,serin\.proof=.*/, ""))).toBe("stable");
  await put({ sharePct: 0 });
  expect(await call(baggage)).toBe("stable");
  await put({ release: "shop-2", sharePct: 50 });
  expect(await call(baggage)).toBe("stable");
}

async function pagesAreTold(): Promise<void> {
  const { person, put, personOn } = await openHaproxy();
  await put({ sharePct: 50 });
  const one = await personOn("canary");
  const page = await one.load();
  expect(page.headers["cache-control"]).toBe("private, no-store");
  expect((await one.ask("GET /api")).headers).not.toHaveProperty("serin-arm-changed");
  await put({ sharePct: 0 });
  expect(await one.ask("GET /api")).toMatchObject({ version: "stable", headers: { "serin-arm-changed": "1" } });
  expect((await one.load()).headers).not.toHaveProperty("serin-arm-changed");
  expect((await one.ask("GET /api")).headers).not.toHaveProperty("serin-arm-changed");
  const first = await person().load();
  expect(first.headers).not.toHaveProperty("set-cookie");
  await put({ sharePct: 50 });
  expect(String((await person().load()).headers["set-cookie"])).toMatch(/; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax$/);
  const secure = await person().ask("GET /", { accept: "text/html", "x-forwarded-proto": "https" });
  expect(String(secure.headers["set-cookie"])).toMatch(/; SameSite=Lax; Secure$/);
}

async function loginsByScript(): Promise<void> {
  const { person, put } = await openHaproxy();
  await put({ sharePct: 100, audience: "new-logins" });
  await put({ sharePct: 99.99, audience: "new-logins" });
  const one = person();
  const byScript = { "sec-fetch-mode": "cors" };
  await one.ask("GET /", { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" });
  expect(await one.ask("POST /login", byScript)).toMatchObject({ version: "stable", headers: { "serin-arm-changed": "1" } });
  expect(await one.ask("GET /api", byScript)).toMatchObject({ version: "stable", headers: { "serin-arm-changed": "1" } });
  expect((await one.ask("GET /", { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" })).version).toBe("canary");
  expect(await one.ask("GET /api", byScript)).toMatchObject({ version: "canary" });
}

async function forgedCookies(): Promise<void> {
  const { person, put, personOn } = await openHaproxy();
  await put({ sharePct: 50 });
  const cookie = (await personOn("stable")).cookies.get("serin") ?? "";
  const [tag = "", , page = "", counted = "", proof = ""] = cookie.split(".");
  const claim = async (value: string): Promise<string | null> => (await person().ask("GET /api", { cookie: `serin=${value}` })).version;
  const own = (await personOn("canary")).cookies.get("serin") ?? "";
  expect(await claim(own)).toBe("canary");
  expect(await claim([tag, "0", page, counted, proof].join("."))).toBe("stable");
  expect(await claim([tag, "0", "c", counted, ""].join("."))).toBe("stable");
  expect(await claim(`${own}0`)).toBe("stable");
  expect(await claim(own.slice(0, -1))).toBe("stable");
}

async function hashedFiles(): Promise<void> {
  const { canary, stable, put, personOn } = await openHaproxy();
  await put({ sharePct: 50 });
  const missing = (shop: SmallShop, path: string): void => shop.on(`GET ${path}`, (_request, response) => response.writeHead(404).end());
  missing(stable, "/app-3f2a9c1b.js");
  missing(canary, "/app-77aa01bc.js");
  missing(canary, "/gone-00aa11bb.js");
  missing(stable, "/gone-00aa11bb.js");
  missing(canary, "/plain.js");
  const [old, young] = [await personOn("stable"), await personOn("canary")];
  expect(await old.ask("GET /app-3f2a9c1b.js")).toMatchObject({ status: 200, version: "canary" });
  expect(await young.ask("GET /app-77aa01bc.js")).toMatchObject({ status: 200, version: "stable" });
  expect(await young.ask("GET /both-1234abcd.js")).toMatchObject({ status: 200, version: "canary" });
  expect((await young.ask("GET /gone-00aa11bb.js")).status).toBe(404);
  expect((await young.ask("GET /plain.js")).status).toBe(404);
  await put({ sharePct: 0, targets: { shop: { canary: [], stable: [stable.url] } } });
  expect((await old.ask("GET /app-3f2a9c1b.js")).status).toBe(404);
}

async function deadCanary(): Promise<void> {
  const { running, canary, put, personOn } = await openHaproxy();
  await put({ sharePct: 50 });
  const one = await personOn("canary");
  await canary.close();
  const got = await Promise.all(Array.from({ length: 20 }, () => one.ask("GET /api")));
  expect(new Set(got.map(({ status, version }) => `${status} ${version}`))).toEqual(new Set(["200 stable"]));
  await vi.waitFor(async () => expect(await running.router.observe(never)).toMatchObject({ sharePct: 50, isServing: false }));
}

async function addressesStay(): Promise<void> {
  const { running, stable, put } = await openHaproxy();
  const targets = (urls: readonly string[]) => ({ shop: { canary: ["http://[::1]:9"], stable: urls } });
  await put({ targets: targets(["http://127.0.0.2:9", "http://127.0.0.3:9"]) });
  await put({ targets: targets(["http://127.0.0.3:9", stable.url]) });
  const { targets: before } = await running.router.observe(never);
  expect(before).toContain("127.0.0.3:9");
  await running.reload();
  expect((await running.router.observe(never)).targets).toBe(before);
  await running.startAgain();
  expect((await running.router.observe(never)).targets).toBe(before);
}

async function changedAddresses(): Promise<void> {
  const { running, stable, person, wanted, put } = await openHaproxy();
  const others = await Promise.all(["a", "b", "c", "d"].map((name) => startSmallShop(`stable ${name}`)));
  onTestFinished(async () => void (await Promise.all(others.map((shop) => shop.close()))));
  await put();
  const over = new AbortController();
  const seen = new Set<string>();
  const load = async (): Promise<void> => {
    const one = person();
    while (!over.signal.aborted) {
      const { status, version } = await one.load();
      seen.add(`${status} ${version?.split(" ")[0]}`);
    }
  };
  const loads = [load(), load(), load()];
  const [a, b, c, d] = others.map(({ url }) => url);
  for (const urls of [[a, b, c, d], [stable.url], [a], [stable.url, b, c, d], [d, c, b, a]]) {
    const targets = { shop: { canary: [], stable: urls.flatMap((url) => url ?? []) } };
    await put({ targets });
    const word = wanted({ targets });
    await running.router.apply(word, never);
    expect(await running.router.observe(never)).toMatchObject({ isServing: true });
  }
  over.abort();
  await Promise.all(loads);
  expect(seen).toEqual(new Set(["200 stable"]));
}

async function peopleAreCounted(): Promise<void> {
  const { running, put, person, personOn } = await openHaproxy();
  await put({ sharePct: 50 });
  expect(await running.router.observe(never)).toMatchObject({ drawn: { canary: 0, stable: 0 }, lastCanaryMs: null });
  const sinceMs = Date.now();
  const one = await personOn("canary");
  for (let times = 0; times < 5; times += 1) await one.load();
  const { drawn, forwarded, lastCanaryMs } = await running.router.observe(never);
  expect(drawn?.canary).toBe(1);
  expect(forwarded?.canary).toBe(6);
  expect(lastCanaryMs).toBeGreaterThanOrEqual(sinceMs - 50);
  expect(lastCanaryMs).toBeLessThanOrEqual(Date.now() + 50);
  await person().ask("GET /api");
  expect((await running.router.observe(never)).forwarded?.stable).toBeGreaterThan(forwarded?.stable ?? 0);
  await put({ release: "shop-2", sharePct: 50 });
  expect(await running.router.observe(never)).toMatchObject({ drawn: { canary: 0, stable: 0 }, forwarded: { canary: 0, stable: 0 } });
}

async function refusals(): Promise<void> {
  const { running, wanted, stable } = await openHaproxy();
  const apply = (changes: Partial<WantedTraffic>): Promise<void> => running.router.apply(wanted(changes), never);
  const many = Array.from({ length: 5 }, (_, index) => `http://127.0.0.1:${4_000 + index}`);
  const never_ = { name: "PortError", retry: "never" };
  await expect(apply({ targets: { shop: { canary: many, stable: [stable.url] } } })).rejects.toMatchObject({
    ...never_,
    message: expect.stringContaining("places") as string,
  });
  await expect(apply({ login: "POST /other" })).rejects.toMatchObject({
    ...never_,
    message: expect.stringContaining("router config") as string,
  });
  await expect(apply({ targets: { shop: { canary: ["https://127.0.0.1:1"], stable: [] } } })).rejects.toMatchObject(never_);
  expect(await running.router.observe(never)).toMatchObject({ release: null, sharePct: 0 });
}

async function exampleIsValid(): Promise<void> {
  const { running } = await openHaproxy();
  const example = await readFile(new URL("../../examples/haproxy/haproxy.cfg", import.meta.url), "utf8");
  const file = join(running.dir, "example.cfg");
  await writeFile(file, example.replaceAll(/\/(?:run|var\/lib)\/haproxy(?:\/serin(?=\/))?/g, running.dir));
  const env = { ...process.env, [tokenVariable]: "a-token-that-nobody-may-see" };
  const { status, stdout, stderr } = spawnSync(programPath("haproxy"), ["-c", "-f", file], { env, encoding: "utf8" });
  expect(`${stdout}${stderr}`).not.toMatch(/WARNING|ALERT/);
  expect(status).toBe(0);
}
