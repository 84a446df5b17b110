import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { join } from "node:path";
import { Agent, request } from "undici";
import { describe, expect, onTestFinished, test } from "vitest";
import { upstreamLimits } from "../src/adapters/traffic/edge/upstreams.ts";
import { personOn } from "./contract/person.ts";
import { openEdge, openEdgeWorld, routerOf, token } from "./edge-world.ts";

const never = new AbortController().signal;

/** A backend that speaks raw bytes. */
async function rawBackend(
  onConnection: Parameters<typeof createServer>[1] & object,
): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer(onConnection);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

describe("backends that fail", () => {
  test("a canary that refuses is stable's answer for the person and the canary's failure for the numbers", async () => {
    const world = await openEdgeWorld();
    await world.put({ sharePct: 50 });
    const one = await personOn(world, "canary");
    await one.ask("GET /api");
    await world.canary.close();
    const got = await one.ask("GET /api");
    expect([got.status, got.version]).toEqual([200, "stable"]);
    expect((await one.ask("POST /api")).version).toBe("stable");
    expect(await world.metric('serin_edge_upstream_failures_total{arm="canary",service="shop",upstream="refused"}')).toBe(2);
    expect(await world.metric('serin_edge_affected_people_total{arm="canary",service="shop",kind="5xx"}')).toBe(1);
    expect(await world.metric('serin_edge_affected_people_total{arm="stable",service="shop",kind="5xx"}')).toBe(0);
    const page = await (await fetch(`${world.edge.controlUrl}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text();
    const failures = [
      ...page.matchAll(/serin_edge_requests_total\{arm="canary",service="shop",who="people",status="5xx",slice="\d"\} (\d+)/g),
    ];
    expect(failures.map(([, count]) => Number(count)).reduce((sum, count) => sum + count, 0)).toBe(2);
  });

  test("stable that refuses is a 502, without an address a 503, silent a 504", async () => {
    const world = await openEdgeWorld({ limits: { upstream: { ...upstreamLimits, headMs: 100 } } });
    const silent = await rawBackend((socket) => socket.on("error", () => undefined).resume());
    const status = async (...stable: string[]): Promise<number> => {
      await world.put({ targets: { shop: { canary: [], stable } } });
      return (await world.person().ask("GET /api")).status;
    };
    expect(await status()).toBe(503);
    expect(await status(silent.url)).toBe(504);
    await world.stable.close();
    expect(await status(world.stable.url)).toBe(502);
  });

  test("one address that refuses is passed over for the next, with a body too", async () => {
    const world = await openEdgeWorld();
    const dead = await rawBackend((socket) => socket.destroy());
    dead.server.close();
    await world.put({ targets: { shop: { canary: [], stable: [dead.url, world.stable.url] } } });
    for (const line of ["GET /api", "POST /api", "POST /api", "GET /api"]) expect((await world.person().ask(line)).status).toBe(200);
    expect(world.stable.requests.filter(({ body }) => body === "x=1")).toHaveLength(2);
  });

  test("a kept connection that the backend closes as the request comes is tried again, a fresh one is not", async () => {
    let connections = 0;
    const answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    const closing = await rawBackend((socket) => {
      connections += 1;
      let requests = 0;
      socket.on("error", () => undefined);
      socket.on("data", () => {
        requests += 1;
        if (requests === 1 && connections < 3) socket.write(answer);
        else socket.destroy();
      });
    });
    const world = await openEdgeWorld({ limits: { upstream: { ...upstreamLimits, connections: 1 } } });
    await world.put({ targets: { shop: { canary: [], stable: [closing.url] } } });
    const ask = async (line: string) => (await world.person().ask(line)).status;
    expect(await ask("GET /1")).toBe(200);
    expect([await ask("GET /2"), connections]).toEqual([200, 2]);
    expect([await ask("POST /3"), connections]).toEqual([502, 2]);
    expect([await ask("GET /4"), connections]).toEqual([502, 3]);
  });

  test("an answer that breaks off is broken off for the client, and counted as the arm's failure", async () => {
    const world = await openEdgeWorld();
    world.stable.on("GET /cut", (_request, response) => {
      response.writeHead(200, { "content-length": 100 });
      response.write("half", () => response.destroy());
    });
    await world.put();
    await expect(world.person().ask("GET /cut")).rejects.toThrow("other side closed");
    expect(await world.metric('serin_edge_upstream_failures_total{arm="stable",service="shop",upstream="cut"}')).toBe(1);
    expect((await world.person().ask("GET /api")).status).toBe(200);
  });

  test("a canary that is stopped after its share is 0 fails nobody, under load, twenty times", async () => {
    const world = await openEdgeWorld();
    await world.put({ sharePct: 50 });
    const over = new AbortController();
    const failed: number[] = [];
    let served = 0;
    const visit = async (): Promise<void> => {
      const one = world.person();
      while (!over.signal.aborted) {
        const { status } = await one.load();
        served += 1;
        if (status !== 200) failed.push(status);
      }
    };
    const visits = Array.from({ length: 6 }, visit);
    for (let round = 0; round < 20; round += 1) {
      const canary = [world.canary.url];
      await world.put({ sharePct: 50, targets: { shop: { canary, stable: [world.stable.url] } } });
      await world.put({ sharePct: 0 });
      await world.put({ sharePct: 0, targets: { shop: { canary: [], stable: [world.stable.url] } } });
      world.canary.server.closeIdleConnections();
    }
    over.abort();
    await Promise.all(visits);
    expect(failed).toEqual([]);
    expect(served).toBeGreaterThan(20);
  });

  test("200 share changes under keep-alive load: no request fails", async () => {
    const world = await openEdgeWorld();
    await world.put({ sharePct: 50 });
    const dispatcher = new Agent({ connections: 4 });
    const over = new AbortController();
    const statuses = new Map<number, number>();
    const load = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const { statusCode, body } = await request(`${world.edge.url}/`, { dispatcher, headers: { accept: "text/html", cookie: "a=b" } });
        await body.dump();
        statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
      }
    };
    const loads = Array.from({ length: 4 }, load);
    for (let change = 0; change < 200; change += 1) await world.put({ sharePct: (change * 37) % 101 });
    over.abort();
    await Promise.all(loads);
    await dispatcher.close();
    expect([...statuses.keys()]).toEqual([200]);
    expect(statuses.get(200)).toBeGreaterThan(200);
  });
});

describe("an edge that starts again", () => {
  test("comes back with its addresses and nobody on the canary, and still knows its people", async () => {
    const world = await openEdgeWorld();
    const word = world.wanted({ sharePct: 50 });
    await world.router.apply(word, never);
    const one = await personOn(world, "canary");
    await world.edge.close();
    const again = await openEdge({ dataDir: world.edge.dataDir });
    const seen = await routerOf(again).observe(never);
    expect(seen).toMatchObject({ release: "shop-1", sharePct: 0, isServing: true });
    const ask = async () =>
      (await fetch(`${again.url}/api`, { headers: { cookie: `serin=${one.cookies.get("serin")}` } })).headers.get("x-version");
    expect(await ask()).toBe("stable");
    await routerOf(again).apply({ ...word, revision: word.revision - 1 }, never);
    expect(await ask()).toBe("stable");
    await routerOf(again).apply(word, never);
    expect(await ask()).toBe("canary");
  });

  test.each([
    ["is no JSON", '{"release":', "is not JSON"],
    ["is another thing", "{}", "is no word of this version's"],
  ])("sets a last word aside that %s, serves stable, and hears the next one", async (_says, garbled, why) => {
    const world = await openEdgeWorld();
    const { dataDir } = world.edge;
    const stable = { routes: [{ path: "/", service: "shop" }], targets: { shop: { canary: [], stable: [world.stable.url] } } };
    await world.edge.close();
    await writeFile(join(dataDir, "wanted.json"), garbled);
    const again = await openEdge({ dataDir, stable });
    expect(again.setAside).toEqual({ file: join(dataDir, "wanted.json.set-aside"), why: `${join(dataDir, "wanted.json")} ${why}` });
    expect(await readFile(join(dataDir, "wanted.json.set-aside"), "utf8")).toBe(garbled);
    expect((await fetch(`${again.url}/api`)).headers.get("x-version")).toBe("stable");
    await routerOf(again).apply(world.wanted({ sharePct: 100 }), never);
    expect((await fetch(`${again.url}/api`)).headers.get("x-version")).toBe("canary");
    await again.close();
    expect((await openEdge({ dataDir, stable })).setAside).toBeNull();
  });

  test("refuses a key that is garbled, instead of drawing everybody afresh", async () => {
    const first = await openEdge();
    const { dataDir } = first;
    await first.close();
    await writeFile(join(dataDir, "edge.key"), "short");
    await expect(openEdge({ dataDir })).rejects.toThrow("is not a key");
    expect(await readFile(join(dataDir, "edge.key"), "utf8")).toBe("short");
  });

  test("serves the stable addresses that it was given before any release", async () => {
    const world = await openEdgeWorld();
    const stable = { routes: [{ path: "/", service: "shop" }], targets: { shop: { canary: [], stable: [world.stable.url] } } };
    const first = await openEdge({ stable });
    expect((await fetch(`${first.url}/api`)).headers.get("x-version")).toBe("stable");
    expect((await fetch(`${world.edge.url}/api`)).status).toBe(503);
  });
});

describe("the control plane", () => {
  test("says that it lives to anybody", async () => {
    expect((await fetch(`${(await openEdge()).controlUrl}/health`)).status).toBe(200);
  });

  test.each([
    ["without the token", "GET", "/seen", {}, "", 401],
    ["with a wrong token", "GET", "/metrics", { authorization: "Bearer wrong" }, "", 401],
    ["a path that is not there", "GET", "/other", { authorization: `Bearer ${token}` }, "", 404],
    ["what is not JSON", "PUT", "/wanted", { authorization: `Bearer ${token}` }, "{", 400],
    ["a share of 101", "PUT", "/wanted", { authorization: `Bearer ${token}` }, '{"sharePct":101}', 400],
    ["a body of 2 MB", "PUT", "/wanted", { authorization: `Bearer ${token}` }, " ".repeat(2_000_000), 413],
  ])("refuses %s", async (_says, method, path, headers, body, status) => {
    const edge = await openEdge();
    const answer = await fetch(`${edge.controlUrl}${path}`, { method, headers, ...(body === "" ? {} : { body }) });
    expect(answer.status).toBe(status);
    expect(await answer.text()).not.toContain(token);
  });
});
