import { connect } from "node:net";
import { expect, test } from "vitest";
import { nginx } from "../../src/adapters/traffic/nginx.ts";
import { createClock } from "../../src/engine/clock.ts";
import { cohortContract } from "../contract/cohort.ts";
import { personOn } from "../contract/person.ts";
import { nginxNeeds, openNginx, openNginxWorld } from "./nginx-world.ts";
import { onSystem } from "./on-system.ts";
import { proxySuite } from "./proxy/proxy-suite.ts";
import type { ProxyRules } from "./proxy/proxy-world.ts";

const never = new AbortController().signal;

onSystem({ name: "the router nginx on a real nginx", needs: nginxNeeds }, () => {
  proxySuite("nginx", (rules) => openNginx(placeOf(rules)), { afterReload: "last share", afterStart: "share 0" });
  cohortContract(() => openNginxWorld());
  people();
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

function people(): void {
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
    const one = await personOn(first, "canary");
    const cookie = `serin=${one.cookies.get("serin")}`;
    const answer = await second.person().ask("GET /api", { cookie });
    expect([answer.version, answer.headers["serin-arm-changed"]]).toEqual(["canary", undefined]);
    expect(await both.observe(never)).toMatchObject({ sharePct: 50, isServing: true });
    await second.router.apply({ ...word, revision: word.revision + 1, sharePct: 0 }, never);
    await expect(both.observe(never)).rejects.toThrow("the nginx do not agree: sharePct is 50 and 0");
  });

  test("forged and foreign cookies are nobody's, and backends never see ours", async () => {
    const world = await openNginxWorld();
    await world.put({ sharePct: 50 });
    const one = await personOn(world, "canary");
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

function versions(): void {
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
}

function failures(): void {
  test("an upgrade goes through to the arm of its person, both ways", async () => {
    const world = await openNginxWorld();
    await world.put({ sharePct: 50 });
    const one = await personOn(world, "canary");
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
    const both = [await personOn(world, "canary"), await personOn(world, "stable")];
    const before = await world.seen();
    await world.reload();
    expect(await world.seen()).toEqual(before);
    const versions = await Promise.all(both.map(async (one) => (await one.ask("GET /api")).version));
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
