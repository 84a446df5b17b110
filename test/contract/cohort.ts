import { describe, expect, test } from "vitest";
import type { TrafficRouter, WantedTraffic } from "../../src/ports.ts";
import { personOn } from "./person.ts";
import type { TestPerson } from "./person.ts";
import type { SmallShop } from "./small-shop.ts";

/** A router with the cohort rule of serin's edge, between people and two versions of a shop. */
export interface CohortWorld {
  readonly router: TrafficRouter;
  readonly canary: SmallShop;
  readonly stable: SmallShop;
  readonly person: () => TestPerson;
  /** Applies a newer word. */
  readonly put: (changes?: Partial<WantedTraffic>) => Promise<unknown>;
}

type Open = () => Promise<CohortWorld>;

const script = { "sec-fetch-mode": "cors" };
const never = new AbortController().signal;

/** What a router promises that decides by itself, as serin's edge does, who is on which arm, and says so to backends and pages. `open` is asked for each test. */
export function cohortContract(open: Open): void {
  describe("who is on which arm", () => {
    whoIsWhere(open);
  });
  describe("the arm travels on", () => {
    armTravels(open);
  });
  describe("two versions side by side", () => {
    sideBySide(open);
  });
}

function whoIsWhere(open: Open): void {
  test("a login through a form is served by stable, and the next request by the drawn arm", async () => {
    const world = await open();
    await world.put({ sharePct: 99.99, audience: "new-logins" });
    const one = world.person();
    expect((await one.ask("POST /login")).version).toBe("stable");
    expect((await one.load()).version).toBe("canary");
    expect((await one.ask("GET /api")).version).toBe("canary");
    expect((await world.router.observe(never)).drawn).toEqual({ canary: 1, stable: 0 });
  });

  test("a login by a script leaves the open page on its arm, says so, and the next page load is of the drawn arm", async () => {
    const world = await open();
    await world.put({ sharePct: 99.99, audience: "new-logins" });
    const one = world.person();
    expect((await one.load()).headers["serin-arm-changed"]).toBeUndefined();
    const login = await one.ask("POST /login", script);
    expect([login.version, login.headers["serin-arm-changed"]]).toEqual(["stable", "1"]);
    const call = await one.ask("GET /api", script);
    expect([call.version, call.headers["serin-arm-changed"]]).toEqual(["stable", "1"]);
    const page = await one.load();
    expect([page.version, page.headers["serin-arm-changed"]]).toEqual(["canary", undefined]);
    expect((await one.ask("GET /api", script)).version).toBe("canary");
  });

  test("a first visit without any cookie is stable's until the next page load, and is no person before", async () => {
    const world = await open();
    await world.put({ sharePct: 99.99 });
    const one = world.person();
    for (const got of [await one.load(), await one.ask("GET /api", script)]) {
      expect([got.version, got.headers["serin-arm-changed"]]).toEqual(["stable", undefined]);
    }
    expect((await world.router.observe(never)).drawn).toEqual({ canary: 0, stable: 0 });
    expect((await one.load()).version).toBe("canary");
    expect((await world.router.observe(never)).drawn).toEqual({ canary: 1, stable: 0 });
    one.cookies.clear();
    one.cookies.set("shop", "1");
    expect((await one.load()).version, "whoever brings any cookie is served by the drawn arm at once").toBe("canary");
    expect((await world.router.observe(never)).drawn).toEqual({ canary: 2, stable: 0 });
  });

  test("a login that fails draws nobody", async () => {
    const world = await open();
    world.stable.on("POST /login", (_request, response) => response.writeHead(401).end());
    await world.put({ sharePct: 99.99, audience: "new-logins" });
    const one = world.person();
    await one.ask("POST /login");
    expect([...one.cookies]).toEqual([]);
  });

  test("a rollback reaches open pages at once and tells them", async () => {
    const world = await open();
    await world.put({ sharePct: 50 });
    const one = await personOn(world, "canary");
    await world.put({ sharePct: 0 });
    const call = await one.ask("GET /api");
    expect([call.version, call.headers["serin-arm-changed"]]).toEqual(["stable", "1"]);
    expect((await one.load()).headers["serin-arm-changed"]).toBeUndefined();
    expect((await one.ask("GET /api")).headers["serin-arm-changed"]).toBeUndefined();
  });
}

function armTravels(open: Open): void {
  test("as headers and baggage, beside what the client carries, and cannot be spoofed", async () => {
    const world = await open();
    await world.put({ sharePct: 50 });
    const spoof = { "serin-arm": "canary", "serin-release": "mine", baggage: "tenant=a,serin.arm=canary, %73erin.proof=x" };
    await world.person().ask("GET /api", spoof);
    const headers = world.stable.requests.at(-1)?.headers;
    expect([headers?.["serin-arm"], headers?.["serin-release"]]).toEqual(["stable", "shop-1"]);
    expect(headers?.["baggage"]).toMatch(/^tenant=a,serin\.release=shop-1,serin\.arm=stable,serin\.proof=[\w-]{22}$/);
  });

  test("a backend's own call stays in its caller's arm, is no person, and goes back with a rollback", async () => {
    const world = await open();
    await world.put({ sharePct: 50 });
    const one = await personOn(world, "canary");
    await one.ask("GET /api");
    const baggage = String(world.canary.requests.at(-1)?.headers["baggage"]);
    const call = async () => (await world.person().ask("GET /api/inner", { baggage })).version;
    expect(await call()).toBe("canary");
    await world.put({ sharePct: 0 });
    expect(await call()).toBe("stable");
    await world.put({ sharePct: 50, release: "shop-2" });
    expect(await call()).toBe("stable");
  });

  test("in a mixed pair every service keeps the arm that is named for it, and nothing is counted", async () => {
    const world = await open();
    const targets = { canary: [world.canary.url], stable: [world.stable.url] };
    const routes = [
      { path: "/", service: "frontend" },
      { path: "/api", service: "backend" },
    ];
    await world.put({ routes, targets: { frontend: targets, backend: targets } });
    await world.router.attempt({ request: "GET /?a=1", arms: { frontend: "canary", backend: "stable" } }, never);
    const baggage = String(world.canary.requests.at(-1)?.headers["baggage"]);
    expect((await world.person().ask("GET /api", { baggage })).version).toBe("stable");
    expect((await world.person().ask("GET /apish", { baggage })).version).toBe("canary");
    expect((await world.router.observe(never)).forwarded).toEqual({ canary: 0, stable: 0 });
  });
}

function sideBySide(open: Open): void {
  test("no shared cache may keep an answer that carries a person's cookie", async () => {
    const world = await open();
    for (const shop of [world.stable, world.canary]) {
      shop.on("GET /list", (_request, response) => response.setHeader("cache-control", "public, max-age=60, s-maxage=9").end("list"));
    }
    await world.put({ sharePct: 50 });
    const one = world.person();
    await one.load();
    const list = () => one.ask("GET /list", { accept: "text/html" });
    const [first, second] = [await list(), await list()];
    expect([first.headers["set-cookie"] !== undefined, first.headers["cache-control"]]).toEqual([true, "private, max-age=60"]);
    expect([second.headers["set-cookie"], second.headers["cache-control"]]).toEqual([undefined, "public, max-age=60, s-maxage=9"]);
  });

  test("pages are not kept by caches, and one version does not confirm the other's page", async () => {
    const world = await open();
    await world.put({ sharePct: 50 });
    world.stable.on("GET /page", (request, response) => {
      response.setHeader("content-type", "text/html; charset=utf-8").setHeader("cache-control", "public, max-age=60");
      response.writeHead(request.headers["if-none-match"] === undefined ? 200 : 304).end();
    });
    const one = await personOn(world, "stable");
    const page = await one.ask("GET /page", { accept: "text/html", "if-none-match": '"x"' });
    expect([page.status, page.headers["cache-control"]]).toEqual([200, "private, no-store"]);
    await world.put({ sharePct: 0, targets: { shop: { canary: [], stable: [world.stable.url] } } });
    expect((await one.ask("GET /page", { accept: "text/html" })).headers["cache-control"]).toBe("public, max-age=60");
  });
}
