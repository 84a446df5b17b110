import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { nginx } from "../../src/adapters/traffic/nginx.ts";
import { createClock } from "../../src/engine/clock.ts";
import { nginxNeeds, openNginx, openNginxWorld } from "./nginx-world.ts";
import { onSystem } from "./on-system.ts";
import { proxySuite } from "./proxy/proxy-suite.ts";
import type { ProxyRules } from "./proxy/proxy-world.ts";

const never = new AbortController().signal;
const script = { "sec-fetch-mode": "cors" };

onSystem({ name: "the router nginx on a real nginx", needs: nginxNeeds }, () => {
  proxySuite("nginx", (rules) => openNginx(placeOf(rules)), { afterReload: "last share", afterStart: "share 0" });
  cohorts();
  travels();
  versions();
  failures();
  survivals();
});

/** What nginx serves before the first order; the login comes with the order. */
function placeOf({ routes, services }: ProxyRules) {
  return {
    routes: Object.fromEntries(routes.map(({ path, service }) => [path, service])),
    stable: Object.fromEntries(services.map((service) => [service, []])),
  };
}

function cohorts(): void {
  test("a login through a form is served by stable, and the next request by the drawn arm", async () => {
    const world = await openNginxWorld();
    await world.put({ sharePct: 99.99, audience: "new-logins" });
    const one = world.person();
    expect((await one.ask("POST /login")).version).toBe("stable");
    expect((await one.load()).version).toBe("canary");
    expect((await one.ask("GET /api")).version).toBe("canary");
    expect((await world.seen()).drawn).toEqual({ canary: 1, stable: 0 });
  });

  test("a login by a script leaves the open page on its arm, says so, and the next page load is of the drawn arm", async () => {
    const world = await openNginxWorld();
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

  test("a login that fails draws nobody", async () => {
    const world = await openNginxWorld();
    world.stable.on("POST /login", (_request, response) => response.writeHead(401).end());
    await world.put({ sharePct: 99.99, audience: "new-logins" });
    const one = world.person();
    await one.ask("POST /login");
    expect([...one.cookies]).toEqual([]);
  });

  test("a first visit without any cookie is stable's until the next page load, and is no person before", async () => {
    const world = await openNginxWorld();
    await world.put({ sharePct: 99.99 });
    const one = world.person();
    for (const got of [await one.load(), await one.ask("GET /api", script)]) {
      expect([got.version, got.headers["serin-arm-changed"]]).toEqual(["stable", undefined]);
    }
    expect((await world.seen()).drawn).toEqual({ canary: 0, stable: 0 });
    expect((await one.load()).version).toBe("canary");
    expect((await world.seen()).drawn).toEqual({ canary: 1, stable: 0 });
    one.cookies.clear();
    one.cookies.set("shop", "1");
    expect((await one.load()).version, "whoever brings any cookie is served by the drawn arm at once").toBe("canary");
    expect((await world.seen()).drawn).toEqual({ canary: 2, stable: 0 });
  });

  test("a person counts once, also when one cookie is shown twice, and a new release begins to count anew", async () => {
    const world = await openNginxWorld();
    await world.put({ sharePct: 50 });
    const one = world.person();
    await one.load();
    const cookie = `serin=${one.cookies.get("serin")}`;
    const [first, second] = await Promise.all([1, 2].map(() => world.person().ask("GET /", { accept: "text/html", cookie })));
    expect(first?.version).toBe(second?.version);
    expect((await world.seen()).drawn).toEqual({ canary: 0, stable: 0, [first?.version ?? ""]: 1 });
    const next = await world.put({ sharePct: 50, release: "shop-2" });
    expect(next).toMatchObject({ drawn: { canary: 0, stable: 0 }, forwarded: { canary: 0, stable: 0 }, lastCanaryMs: null });
  });

  test("several nginx with one token are one router, and know each other's people", async () => {
    const first = await openNginxWorld();
    const second = await openNginxWorld({ token: first.token });
    const both = nginx.create(nginx.connection.parse({ control: [first.control, second.control], token: first.token }), {
      clock: createClock(),
      dataDir: "unused",
    });
    const word = first.wanted({ sharePct: 50 });
    await both.apply(word, never);
    const one = await first.personOn("canary");
    const cookie = `serin=${one.cookies.get("serin")}`;
    const answer = await second.person().ask("GET /api", { cookie });
    expect([answer.version, answer.headers["serin-arm-changed"]]).toEqual(["canary", undefined]);
    expect(await both.observe(never)).toMatchObject({ sharePct: 50, isServing: true });
    await second.router.apply({ ...word, revision: word.revision + 1, sharePct: 0 }, never);
    await expect(both.observe(never)).rejects.toThrow("the nginx do not agree: sharePct is 50 and 0");
  });

  test("a rollback reaches open pages at once and tells them", async () => {
    const world = await openNginxWorld();
    await world.put({ sharePct: 50 });
    const one = await world.personOn("canary");
    await world.put({ sharePct: 0 });
    const call = await one.ask("GET /api");
    expect([call.version, call.headers["serin-arm-changed"]]).toEqual(["stable", "1"]);
    expect((await one.load()).headers["serin-arm-changed"]).toBeUndefined();
    expect((await one.ask("GET /api")).headers["serin-arm-changed"]).toBeUndefined();
  });

  test("forged and foreign cookies are nobody's, and backends never see ours", async () => {
    const world = await openNginxWorld();
    await world.put({ sharePct: 50 });
    const one = await world.personOn("canary");
    const cookie = one.cookies.get("serin") ?? "";
    expect(cookie).toMatch(/^[\da-f]{11}\.[\da-f]{12}\.\d{1,4}\.c\.[\w-]{22}$/);
    const ask = async (value: string) => (await world.person().ask("GET /api", { cookie: `serin=${value}` })).version;
    expect(await ask(cookie)).toBe("canary");
    for (const forged of [cookie.replace(/\.\d+\.c/, ".0.c"), `${cookie.slice(0, -1)}_`, `${cookie}x`, "x".repeat(100), `..${cookie}`]) {
      expect([forged, await ask(forged)]).toEqual([forged, "stable"]);
    }
    const other = await openNginxWorld();
    await other.put({ sharePct: 50 });
    expect((await other.person().ask("GET /api", { cookie: `serin=${cookie}` })).version).toBe("stable");
    one.cookies.set("shop", "1");
    await one.ask("GET /own");
    expect(world.canary.requests.find(({ line }) => line === "GET /own")?.headers.cookie).toBe("shop=1");
    await world.put({ sharePct: 50, release: "shop-2" });
    expect(String((await one.load()).headers["set-cookie"])).toMatch(/^serin=[^;]+; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax$/);
  });

  test("a body is read before the arm is decided: what is still being uploaded when people go back reaches stable", async () => {
    const world = await openNginxWorld();
    await world.put({ sharePct: 100 });
    const { hostname, port } = new URL(world.url);
    const socket = connect(Number(port), hostname);
    const head = ["POST /upload HTTP/1.1", "host: shop", "content-length: 10", "connection: close", "expect: 100-continue"];
    socket.write(`${head.join("\r\n")}\r\n\r\n`);
    let text = "";
    for await (const chunk of socket) {
      // nginx asks for the body: without it the arm would be decided by now.
      if (text === "") {
        await world.put({ sharePct: 0 });
        socket.write("half!again");
      }
      text += String(chunk);
    }
    expect(text).toMatch(/^HTTP\/1\.1 100 /);
    expect(text).toContain("x-version: stable");
    expect(world.stable.requests.at(-1)).toMatchObject({ line: "POST /upload", body: "half!again" });
  });
}

function travels(): void {
  test("as headers and baggage, beside what the client carries, and cannot be spoofed", async () => {
    const world = await openNginxWorld();
    await world.put({ sharePct: 50 });
    const spoof = { "serin-arm": "canary", "serin-release": "mine", baggage: "tenant=a,serin.arm=canary, %73erin.proof=x" };
    await world.person().ask("GET /api", spoof);
    const headers = world.stable.requests.at(-1)?.headers;
    expect([headers?.["serin-arm"], headers?.["serin-release"]]).toEqual(["stable", "shop-1"]);
    expect(headers?.["baggage"]).toMatch(/^tenant=a,serin\.release=shop-1,serin\.arm=stable,serin\.proof=[\w-]{22}$/);
  });

  test("a backend's own call stays in its caller's arm, is no person, and goes back with a rollback", async () => {
    const world = await openNginxWorld();
    await world.put({ sharePct: 50 });
    const one = await world.personOn("canary");
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
    const world = await openNginxWorld();
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
    expect((await world.seen()).forwarded).toEqual({ canary: 0, stable: 0 });
  });
}

function versions(): void {
  test("no shared cache may keep an answer that carries a person's cookie", async () => {
    const world = await openNginxWorld();
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

  test("a hashed asset that one version does not have is asked of the other", async () => {
    const world = await openNginxWorld();
    const isGone = (path: string, ...shops: readonly ("canary" | "stable")[]): void => {
      for (const shop of shops) world[shop].on(`GET ${path}`, (_request, response) => response.writeHead(404).end(`not at ${shop}`));
    };
    isGone("/assets/app-3f2a9c1b.js", "stable");
    isGone("/assets/gone-00000000.js", "stable", "canary");
    isGone("/api/app-3f2a9c1b", "stable", "canary");
    await world.put({ sharePct: 0 });
    const ask = async (path: string) => {
      const { status, version } = await world.person().ask(`GET ${path}`);
      return [status, version];
    };
    expect(await ask("/assets/app-3f2a9c1b.js")).toEqual([200, "canary"]);
    expect(await ask("/assets/gone-00000000.js")).toEqual([404, "stable"]);
    expect(await ask("/api/app-3f2a9c1b")).toEqual([404, "stable"]);
    expect(await world.seen()).toMatchObject({ lastCanaryMs: null, forwarded: { canary: 0 } });
    await world.canary.close();
    expect(await ask("/assets/app-3f2a9c1b.js"), "the first answer stands").toEqual([404, "stable"]);
    await world.put({ sharePct: 0, targets: { shop: { canary: [], stable: [world.stable.url] } } });
    expect(await ask("/assets/app-3f2a9c1b.js")).toEqual([404, "stable"]);
  });

  test("pages are not kept by caches, and one version does not confirm the other's page", async () => {
    const world = await openNginxWorld();
    await world.put({ sharePct: 50 });
    world.stable.on("GET /page", (request, response) => {
      response.setHeader("content-type", "text/html; charset=utf-8").setHeader("cache-control", "public, max-age=60");
      response.writeHead(request.headers["if-none-match"] === undefined ? 200 : 304).end();
    });
    const one = await world.personOn("stable");
    const page = await one.ask("GET /page", { accept: "text/html", "if-none-match": '"x"' });
    expect([page.status, page.headers["cache-control"]]).toEqual([200, "private, no-store"]);
    await world.put({ sharePct: 0, targets: { shop: { canary: [], stable: [world.stable.url] } } });
    expect((await one.ask("GET /page", { accept: "text/html" })).headers["cache-control"]).toBe("public, max-age=60");
  });
}

function failures(): void {
  test("an upgrade goes through to the arm of its person, both ways", async () => {
    const world = await openNginxWorld();
    await world.put({ sharePct: 50 });
    const one = await world.personOn("canary");
    world.canary.server.on("upgrade", (request, socket) => {
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\nx-arm: ${request.headers["serin-arm"]}\r\n\r\n`,
      );
      socket.on("data", (text) => socket.end(`heard ${String(text)}`));
    });
    const { hostname, port } = new URL(world.url);
    const socket = connect(Number(port), hostname);
    const cookie = `cookie: serin=${one.cookies.get("serin")}`;
    socket.write(`GET /live HTTP/1.1\r\nhost: shop\r\nconnection: upgrade\r\nupgrade: echo\r\n${cookie}\r\n\r\n`);
    let text = "";
    for await (const chunk of socket) {
      if (text === "") socket.write("hello");
      text += String(chunk);
    }
    expect(text).toMatch(/^HTTP\/1\.1 101 /);
    expect(text).toContain("x-arm: canary");
    expect(text).toMatch(/heard hello$/);
  });

  test("a canary that refuses connections harms nobody: stable answers, as stable, with the whole body", async () => {
    const world = await openNginxWorld();
    await world.put({ sharePct: 100 });
    await world.canary.close();
    const got = await world.person().ask("POST /orders", {}, "a body that is sent again");
    expect([got.status, got.version]).toEqual([200, "stable"]);
    const { headers, body } = world.stable.requests.at(-1) ?? {};
    expect([headers?.["serin-arm"], body]).toEqual(["stable", "a body that is sent again"]);
    expect(headers?.["baggage"]).toContain("serin.arm=stable");
  });

  test("a canary that breaks off is not hidden: the request fails, and stable is not asked", async () => {
    const world = await openNginxWorld();
    await world.put({ sharePct: 100 });
    world.canary.on("GET /broken", (request) => request.socket.destroy());
    expect((await world.person().ask("GET /broken")).status).toBe(502);
    expect(world.stable.requests.filter(({ line }) => line === "GET /broken")).toEqual([]);
  });

  test("an address that refuses is passed over for the next of the same arm", async () => {
    const world = await openNginxWorld();
    const dead = "http://127.0.0.1:9";
    await world.put({ sharePct: 0, targets: { shop: { canary: [], stable: [dead, world.stable.url] } } });
    for (let asked = 0; asked < 8; asked += 1) expect((await world.person().ask("GET /api")).status).toBe(200);
    await world.put({ sharePct: 0, targets: { shop: { canary: [], stable: [dead] } } });
    expect((await world.person().ask("GET /api")).status).toBe(502);
  });

  test("no address at all is 503, no route 404, and neither is said to serve", async () => {
    const world = await openNginxWorld({ routes: { "/shop": "shop" }, stable: { shop: [] } });
    expect(await world.seen()).toMatchObject({ release: null, isServing: false, sharePct: 0 });
    expect((await world.person().ask("GET /shop")).status).toBe(503);
    expect((await world.person().ask("GET /elsewhere")).status).toBe(404);
  });

  test("names are resolved before nginx is told", async () => {
    const world = await openNginxWorld();
    const url = world.stable.url.replace("127.0.0.1", "localhost");
    const seen = await world.put({ targets: { shop: { canary: [], stable: [url] } } });
    expect(seen.targets).toBe(`shop: canary ; stable ${url}`);
    expect((await world.person().ask("GET /api")).version).toBe("stable");
  });

  test("nobody steers without the token, and no order that cannot be read is taken", async () => {
    const world = await openNginxWorld();
    const before = await world.put({ sharePct: 20 });
    const ask = async (path: string, token: string, body?: string) =>
      (
        await fetch(`${world.control}${path}`, {
          headers: { authorization: `Bearer ${token}` },
          ...(body === undefined ? {} : { method: "PUT", body }),
        })
      ).status;
    expect(await ask("/seen", "wrong")).toBe(401);
    expect(await ask("/wanted", `${world.token}x`, "lease 1\n")).toBe(401);
    expect(await ask("/health", "")).toBe(200);
    expect(await ask("/elsewhere", world.token)).toBe(404);
    for (const order of [
      "",
      "lease 1\n",
      "release x\nlease 5\n",
      "lease 5\nrelease shop-1\nshare lots\n",
      `lease 5\n${"x".repeat(70_000)}`,
    ]) {
      expect([order.slice(0, 40), await ask("/wanted", world.token, order)]).toEqual([order.slice(0, 40), 400]);
    }
    expect(await world.seen()).toEqual(before);
  });
}

function survivals(): void {
  test("a reload keeps order, lease, counts and people", async () => {
    const world = await openNginxWorld();
    await world.put({ sharePct: 50 });
    const people = [await world.personOn("canary"), await world.personOn("stable")];
    const before = await world.seen();
    await world.reload();
    expect(await world.seen()).toEqual(before);
    const versions = await Promise.all(people.map(async (one) => (await one.ask("GET /api")).version));
    expect(versions).toEqual(["canary", "stable"]);
  });

  test("after a restart the last addresses are served with nobody on the canary, until the controller speaks", async () => {
    const world = await openNginxWorld();
    const word = world.wanted({ sharePct: 100 });
    await world.router.apply(word, never);
    await world.startAgain();
    expect(await world.seen()).toMatchObject({ release: "shop-1", sharePct: 0, isServing: true });
    expect((await world.person().load()).version).toBe("stable");
    await world.router.apply(word, never);
    expect(await world.seen()).toMatchObject({ sharePct: 100 });
    expect((await world.person().load()).version).toBe("canary");
  });

  test.each(["", "release shop-1\nrevision 3\nsha", "\0\0\0\0"])("a state file that says %j is as none", async (text) => {
    const world = await openNginxWorld();
    await world.put({ sharePct: 50 });
    await writeFile(world.stateFile, text);
    await world.startAgain();
    expect((await world.person().load()).status).toBe(503);
    expect(await world.put({ sharePct: 50 })).toMatchObject({ sharePct: 50, isServing: true });
    expect(await world.errors()).toContain("no order that can be served");
  });

  test("nothing unexpected is written to the error log in a life of shares", async () => {
    const world = await openNginxWorld();
    for (const sharePct of [0, 30, 100, 0]) {
      await world.put({ sharePct });
      const one = world.person();
      for (const line of ["GET /", "POST /login", "GET /assets/app-3f2a9c1b.js", "GET /api"]) await one.ask(line, { accept: "text/html" });
    }
    await world.reload();
    expect(await world.errors()).toBe("");
  });
}
