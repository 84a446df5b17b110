import { describe, expect, test } from "vitest";
import { drawFairly } from "../src/adapters/traffic/edge/draw.ts";
import { cohortContract } from "./contract/cohort.ts";
import { personOn } from "./contract/person.ts";
import { openEdge, openEdgeWorld, routerOf, token } from "./edge-world.ts";
import type { EdgeWorld } from "./edge-world.ts";

const script = { "sec-fetch-mode": "cors" };
const never = new AbortController().signal;

/** "canary 4xx" and the like: how people's requests have ended on each arm, page loads aside. */
async function statusesOf(world: EdgeWorld): Promise<readonly string[]> {
  const lines = await world.samples('serin_edge_requests_total{arm="');
  const found = lines.flatMap((line) => {
    const [, arm, status, count] = /arm="(\w+)".*who="people".*status="(\w+)".* (\d+)$/.exec(line) ?? [];
    return count === undefined || count === "0" ? [] : [`${arm} ${status}`];
  });
  return [...new Set(found)];
}

cohortContract(() => openEdgeWorld());

describe("who is on which arm", () => {
  test("whoever waits after a login by a script is told to load the page again, on both arms alike", async () => {
    const world = await openEdgeWorld();
    await world.put({ sharePct: 0.01, audience: "new-logins" });
    const one = world.person();
    expect((await one.ask("POST /login", script)).headers["serin-arm-changed"]).toBe("1");
    expect((await one.ask("GET /api", script)).headers["serin-arm-changed"]).toBe("1");
    await one.load();
    expect((await one.ask("GET /api", script)).headers["serin-arm-changed"]).toBeUndefined();
  });

  test.each([50, 100])("what never returns a cookie is no person at %s %%, whatever it asks", async (sharePct) => {
    const world = await openEdgeWorld({ limits: { turnMs: 1 } });
    await world.put({ sharePct });
    for (let load = 0; load < 5; load += 1) {
      const { version } = await world.person().load();
      expect(version).toBe(sharePct === 100 ? "canary" : "stable");
      await world.person().ask("POST /login");
    }
    expect(await world.metric("serin_edge_people_known")).toBe(0);
    expect((await world.router.observe(never)).drawn).toEqual({ canary: 0, stable: 0 });
    const page = await (await fetch(`${world.edge.controlUrl}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text();
    const people = [...page.matchAll(/^serin_edge_requests_total\{.*who="people".*\} (\d+)$/gm)].map(([, count]) => Number(count));
    expect(people.every((count) => count === 0) && people.length > 0).toBe(true);
  });

  test("another draw than the fair one decides who is where, and the counts show it", async () => {
    const world = await openEdgeWorld({ draw: () => ({ ...drawFairly(), bucket: 7_000 }) });
    await world.put({ sharePct: 70 });
    for (let visitor = 0; visitor < 5; visitor += 1) {
      const one = world.person();
      await one.load();
      expect((await one.load()).version).toBe("stable");
    }
    expect((await world.router.observe(never)).drawn).toEqual({ canary: 0, stable: 5 });
  });

  test("a person counts when the cookie comes back, once, and a client that never returns it does not", async () => {
    const world = await openEdgeWorld();
    await world.put({ sharePct: 50 });
    const drawn = async () => (await world.router.observe(never)).drawn;
    for (let load = 0; load < 5; load += 1) await world.person().load();
    expect(await drawn()).toEqual({ canary: 0, stable: 0 });
    const one = world.person();
    await one.load();
    await one.ask("GET /api");
    expect(await drawn()).toEqual({ canary: 0, stable: 0 });
    const { version } = await one.load();
    const expected = { canary: 0, stable: 0, [version ?? ""]: 1 };
    expect(await drawn()).toEqual(expected);
    await one.ask("GET /api");
    await one.load();
    expect(await drawn()).toEqual(expected);
    await world.put({ sharePct: 50, release: "shop-2" });
    expect(await drawn()).toEqual({ canary: 0, stable: 0 });
  });

  test("forged and foreign cookies are nobody's", async () => {
    const world = await openEdgeWorld();
    await world.put({ sharePct: 50 });
    const one = await personOn(world, "canary");
    const cookie = one.cookies.get("serin") ?? "";
    const ask = async (value: string) => (await world.person().ask("GET /api", { cookie: `serin=${value}` })).version;
    expect(await ask(cookie)).toBe("canary");
    expect(await ask(cookie.replace(/\.\d+\./, ".0."))).toBe("stable");
    expect(await ask("x".repeat(100))).toBe("stable");
    const other = await openEdgeWorld();
    await other.put({ sharePct: 50 });
    expect((await other.person().ask("GET /api", { cookie: `serin=${cookie}` })).version).toBe("stable");
  });

  test("edges with one key know each other's people", async () => {
    const first = await openEdgeWorld();
    const second = await openEdge({ keyFile: `${first.edge.dataDir}/edge.key` });
    await routerOf(first.edge, second).apply(first.wanted({ sharePct: 50 }), never);
    const one = await personOn(first, "canary");
    const answer = await fetch(`${second.url}/api`, { headers: { cookie: `serin=${one.cookies.get("serin")}` } });
    expect(answer.headers.get("x-version")).toBe("canary");
  });

  test("the cookie says nothing to scripts or backends", async () => {
    const world = await openEdgeWorld();
    await world.put({ sharePct: 50 });
    const one = world.person();
    const set = String((await one.load()).headers["set-cookie"]);
    expect(set).toMatch(/^serin=[^;]+; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax$/);
    one.cookies.set("shop", "1");
    await one.ask("GET /api");
    const shop = [...world.canary.requests, ...world.stable.requests].find(({ line }) => line === "GET /api");
    expect(shop?.headers.cookie).toBe("shop=1");
  });
});

describe("two versions side by side", () => {
  test("a hashed asset that one version does not have is asked of the other", async () => {
    const world = await openEdgeWorld();
    for (const shop of [world.stable, world.canary]) {
      shop.on("GET /assets/gone-00000000.js", (_request, response) => response.writeHead(404).end("no"));
      shop.on("GET /api/app-3f2a9c1b", (_request, response) => response.writeHead(404).end("no"));
    }
    world.stable.on("GET /assets/app-3f2a9c1b.js", (_request, response) => response.writeHead(404).end("no"));
    await world.put({ sharePct: 0 });
    const ask = async (path: string) => {
      const { status, version } = await world.person().ask(`GET ${path}`);
      return [status, version];
    };
    expect(await ask("/assets/app-3f2a9c1b.js")).toEqual([200, "canary"]);
    expect(await ask("/assets/gone-00000000.js")).toEqual([404, "canary"]);
    expect(await ask("/api/app-3f2a9c1b")).toEqual([404, "stable"]);
    expect((await world.router.observe(never)).lastCanaryMs).toBeNull();
  });

  test("so it is from the canary's page, and where a version answers what it does not know with its page", async () => {
    const world = await openEdgeWorld();
    const page = { "content-type": "text/html; charset=utf-8" };
    for (const path of ["/assets/old-3f2a9c1b.js", "/assets/none-3f2a9c1b.js"]) {
      world.canary.on(`GET ${path}`, (_request, response) => response.writeHead(200, page).end("<p>canary"));
    }
    world.canary.on("GET /assets/gone-3f2a9c1b.css", (_request, response) => response.writeHead(404).end());
    world.stable.on("GET /assets/none-3f2a9c1b.js", (_request, response) => response.writeHead(200, page).end("<p>stable"));
    await world.put({ sharePct: 50 });
    const one = await personOn(world, "canary");
    const ask = async (path: string) => {
      const { status, version, text } = await one.ask(`GET ${path}`);
      return [status, version, text.startsWith("<p>")];
    };
    expect(await ask("/assets/old-3f2a9c1b.js")).toEqual([200, "stable", false]);
    expect(await ask("/assets/gone-3f2a9c1b.css")).toEqual([200, "stable", false]);
    // Where neither version has it, the last answer stands.
    expect(await ask("/assets/none-3f2a9c1b.js")).toEqual([200, "stable", true]);
    expect((await one.ask("GET /some/view", { accept: "text/html" })).version).toBe("canary");
    expect(await world.metric('serin_edge_skew_retries_total{arm="canary",service="shop"}')).toBe(3);
  });

  describe.each([
    ["stable", "canary"],
    ["canary", "stable"],
  ] as const)("an asset that %s does not have, when %s fails", (own, other) => {
    const missing = "/assets/app-3f2a9c1b.js";

    test.each<[string, (world: EdgeWorld) => unknown]>([
      ["answers 500", (world) => world[other].on(`GET ${missing}`, (_request, response) => response.writeHead(500).end())],
      ["breaks off", (world) => world[other].on(`GET ${missing}`, (request) => request.socket.destroy())],
      ["is silent", (world) => world[other].on(`GET ${missing}`, () => undefined)],
      ["refuses", (world) => world[other].close()],
    ])("because it %s: the first answer stands, and nobody is harmed", async (_says, fail) => {
      const upstream = { connectMs: 2_000, headMs: 1_000, silenceMs: 10_000, connections: 16, waiting: 16 };
      const world = await openEdgeWorld({ limits: { upstream, turnMs: 100 } });
      world[own].on(`GET ${missing}`, (_request, response) => response.writeHead(404, { "x-first": "yes" }).end("no such file"));
      await world.put({ sharePct: 50 });
      const one = await personOn(world, own);
      fail(world);
      const got = await one.ask(`GET ${missing}`);
      expect([got.status, got.version, got.headers["x-first"], got.text]).toEqual([404, own, "yes", "no such file"]);
      expect(await world.metric(`serin_edge_affected_people_total{arm="${own}",service="shop",kind="5xx"}`)).toBe(0);
      expect(await world.metric(`serin_edge_affected_people_total{arm="${other}",service="shop",kind="5xx"}`)).toBe(0);
      expect(await statusesOf(world)).toEqual(expect.arrayContaining([`${own} 4xx`]));
      expect((await statusesOf(world)).filter((one) => one.endsWith("5xx"))).toEqual([]);
      expect(await world.metric("serin_edge_in_flight")).toBe(0);
    });

    test("in the middle of it: the person's arm is not to blame", async () => {
      const world = await openEdgeWorld();
      world[own].on(`GET ${missing}`, (_request, response) => response.writeHead(404).end());
      world[other].on(`GET ${missing}`, (request, response) => {
        response.writeHead(200, { "content-length": 100 }).write("half", () => request.socket.destroy());
      });
      await world.put({ sharePct: 50 });
      const one = await personOn(world, own);
      await expect(one.ask(`GET ${missing}`)).rejects.toThrow("other side closed");
      expect(await world.metric(`serin_edge_affected_people_total{arm="${own}",service="shop",kind="5xx"}`)).toBe(0);
      await expect.poll(() => statusesOf(world)).toEqual(expect.arrayContaining([`${own} aborted`]));
      expect((await statusesOf(world)).filter((one) => one.endsWith("5xx"))).toEqual([]);
    });
  });

  test("an asset that is asked for again waits for nobody in the person's own latency", async () => {
    const world = await openEdgeWorld();
    const missing = "/assets/app-3f2a9c1b.js";
    world.stable.on(`GET ${missing}`, (_request, response) => response.writeHead(404).end());
    const { promise: asked, resolve: ask } = Promise.withResolvers<() => void>();
    world.canary.on(`GET ${missing}`, (_request, response) => ask(() => void response.end("asset")));
    await world.put({ sharePct: 50 });
    const one = await personOn(world, "stable");
    const got = one.ask(`GET ${missing}`);
    const answer = await asked;
    expect(await world.metric("serin_edge_in_flight")).toBe(0);
    answer();
    expect([(await got).status, (await got).text]).toEqual([200, "asset"]);
  });
});
