import { once } from "node:events";
import { request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { clientLimits } from "../src/adapters/traffic/edge/client-limits.ts";
import type { ClientLimits } from "../src/adapters/traffic/edge/client-limits.ts";
import { upstreamLimits } from "../src/adapters/traffic/edge/upstreams.ts";
import { openEdgeWorld } from "./edge-world.ts";
import type { EdgeWorld } from "./edge-world.ts";
import { linesIn, openWire, startBystanders, startRawBackend, statusesIn } from "./edge-wire.ts";
import type { RawBackend, Wire } from "./edge-wire.ts";

const megabyte = 1024 * 1024;

/** An edge with a release in force and limits that a test can wait for, before one backend that keeps every byte. */
async function slowWorld(changes: Partial<ClientLimits>): Promise<EdgeWorld & { readonly backend: RawBackend }> {
  const client = { ...clientLimits, checkMs: 20, ...changes };
  const [world, backend] = await Promise.all([openEdgeWorld({ limits: { client } }), startRawBackend()]);
  await world.put({ targets: { shop: { canary: [], stable: [backend.url] } } });
  return { ...world, backend };
}

/** Goes on saying `bytes` one by one, a turn of the event loop after the other, until the connection has ended; answers how many it said. */
async function drip({ socket }: Wire, bytes: string): Promise<number> {
  let said = 0;
  while (socket.writable && said < 1_000_000) {
    socket.write(bytes[said % bytes.length] ?? "");
    said += 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return said;
}

/** Nobody else was harmed: all served, and nobody waited for long. */
async function expectUnharmed(bystanders: ReturnType<typeof startBystanders>): Promise<void> {
  const { served, failed, longestMs } = await bystanders.end();
  expect(failed).toEqual([]);
  expect(served).toBeGreaterThan(4);
  expect(longestMs).toBeLessThan(20_000);
}

const head = "POST /api HTTP/1.1\r\nhost: a\r\n";

describe("who takes too long to say it", () => {
  test("heads that come byte by byte, or not at all, are given up with 408", async () => {
    const { edge, backend } = await slowWorld({ headMs: 300 });
    const bystanders = startBystanders(edge.url);
    const wires = Array.from({ length: 50 }, () => openWire(edge.url, "GET /slow HTTP/1.1\r\nhost: a\r\nx-slow: "));
    const silent = openWire(edge.url, "");
    const said = await Promise.all(wires.map((wire) => drip(wire, "slow")));
    for (const { closed } of [...wires, silent]) expect(statusesIn(await closed)).toEqual([408]);
    expect(Math.min(...said)).toBeGreaterThan(0);
    await expectUnharmed(bystanders);
    expect(linesIn(backend.bytes()).filter((line) => line.includes("slow"))).toEqual([]);
  });

  test("bodies that drip are given up with 408, give their connections back, and no arm is blamed", async () => {
    const { edge, backend, metric } = await slowWorld({ bodyGraceMs: 200, bodyBytesPerSecond: 100_000 });
    backend.answers.set("POST /api", () => undefined);
    const bystanders = startBystanders(edge.url);
    const wires = Array.from({ length: 50 }, (_, index) =>
      openWire(edge.url, `${head}${index % 2 === 0 ? "content-length: 100000" : "transfer-encoding: chunked"}\r\n\r\n`),
    );
    await Promise.all(wires.map((wire, index) => drip(wire, index % 2 === 0 ? "b" : "1\r\nb\r\n")));
    for (const { closed } of wires) expect(statusesIn(await closed)).toEqual([408]);
    await expectUnharmed(bystanders);
    await expect.poll(() => backend.held()).toBe(0);
    expect(await metric('serin_edge_refused_total{status="408"}')).toBe(50);
    expect(await metric('serin_edge_upstream_failures_total{arm="stable",service="shop",upstream="reset"}')).toBe(0);
    expect(await metric("serin_edge_in_flight")).toBe(0);
  });

  test("a body that is slow because its backend is, is not the client's fault", async () => {
    const world = await slowWorld({ bodyGraceMs: 500, bodyBytesPerSecond: 3 * megabyte });
    world.backend.answers.set("POST /api", (socket) => {
      socket.pause();
      // Longer than what fits between client and backend may take at that rate.
      setTimeout(() => socket.resume(), 4_000);
      socket.on("data", (part: string) => {
        if (part.endsWith("!")) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
      });
    });
    const body = "b".repeat(30 * megabyte - 1);
    const { status } = await fetch(`${world.edge.url}/api`, { method: "POST", body: `${body}!` });
    expect(status).toBe(200);
  });

  test("a body that grows beyond what is allowed ends with 413", async () => {
    const { edge, backend } = await slowWorld({ bodyBytes: 1_000 });
    backend.answers.set("POST /api", () => undefined);
    const wire = openWire(edge.url, `${head}transfer-encoding: chunked\r\n\r\n`);
    void drip(wire, "400\r\n".concat("b".repeat(0x400), "\r\n").repeat(2));
    wire.socket.write(`3e8\r\n${"b".repeat(1_000)}\r\n`);
    expect(statusesIn(await wire.closed)).toEqual([413]);
    await expect.poll(() => backend.held()).toBe(0);
    expect((await fetch(`${edge.url}/other`)).status).toBe(200);
  });

  test("a request that never ends is over after its time, however fast it comes", async () => {
    const { edge, backend } = await slowWorld({ requestMs: 400, headMs: 300 });
    backend.answers.set("POST /api", () => undefined);
    const wire = openWire(edge.url, `${head}transfer-encoding: chunked\r\n\r\n`);
    await drip(wire, "1\r\nb\r\n");
    expect(statusesIn(await wire.closed)).toEqual([408]);
    await expect.poll(() => backend.held()).toBe(0);
  });
});

describe("who does not take the answer", () => {
  const endless = (world: EdgeWorld): { readonly written: () => number; readonly ended: () => number } => {
    let written = 0;
    let ended = 0;
    world.stable.on("GET /endless", (_request, response) => {
      response.on("close", () => void (ended += 1));
      const write = (): void => {
        for (let isOpen = true; isOpen && written < 2_000 * megabyte; written += megabyte) isOpen = response.write(Buffer.alloc(megabyte));
      };
      response.on("drain", write);
      write();
    });
    return { written: () => written, ended: () => ended };
  };

  test("is cut off, the backend stops, and memory stays bounded", async () => {
    const world = await openEdgeWorld({ limits: { client: { ...clientLimits, stallMs: 300 } } });
    await world.put();
    const { written, ended } = endless(world);
    const bystanders = startBystanders(world.edge.url);
    const offers = ["", "connection: upgrade\r\nupgrade: websocket\r\n"];
    const wires = Array.from({ length: 10 }, (_, index) =>
      openWire(world.edge.url, `GET /endless HTTP/1.1\r\nhost: a\r\n${offers[index % 2]}\r\n`),
    );
    for (const { socket } of wires) socket.pause();
    await expect.poll(() => ended()).toBe(10);
    await expectUnharmed(bystanders);
    expect(written()).toBeLessThan(10 * 30 * megabyte);
    expect(await world.metric("serin_edge_in_flight")).toBe(0);
  });

  test("a slow backend, a long silence and an idle WebSocket are no stalled client", async () => {
    const world = await openEdgeWorld({ limits: { client: { ...clientLimits, stallMs: 150 } } });
    await world.put();
    world.stable.on("GET /late", (_request, response) => {
      setTimeout(() => response.write("late "), 600);
      setTimeout(() => response.end("and later"), 1_200);
    });
    const sockets = new WebSocketServer({ server: world.stable.server, path: "/socket" });
    sockets.on("connection", (socket) => socket.on("message", (data) => socket.send(data, { binary: false })));
    const socket = new WebSocket(`${world.edge.url.replace("http", "ws")}/socket`);
    await once(socket, "open");
    expect(await (await fetch(`${world.edge.url}/late`)).text()).toBe("late and later");
    socket.send("still here");
    expect(String((await once(socket, "message"))[0])).toBe("still here");
    socket.terminate();
    sockets.close();
  });
});

test("a backend that never says whether it switches to WebSocket is given up with 504", async () => {
  const backend = await startRawBackend();
  const world = await openEdgeWorld({ limits: { upstream: { ...upstreamLimits, headMs: 200 } } });
  await world.put({ targets: { shop: { canary: [], stable: [backend.url] } } });
  backend.answers.set("GET /socket", () => undefined);
  const wire = openWire(world.edge.url, "GET /socket HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n");
  expect(statusesIn(await wire.closed)).toEqual([504]);
  await expect.poll(() => backend.held()).toBe(0);
  expect(await world.metric('serin_edge_upstream_failures_total{arm="stable",service="shop",upstream="timeout"}')).toBe(1);
});

describe("who goes away", () => {
  test("in the middle of a body: the backend's request is broken off, not completed", async () => {
    const { edge, backend, metric } = await slowWorld({});
    backend.answers.set("POST /api", () => undefined);
    const bystanders = startBystanders(edge.url);
    const wires = Array.from({ length: 20 }, () => openWire(edge.url, `${head}transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n`));
    await expect.poll(() => [...backend.bytes().matchAll(/half/g)].length).toBe(20);
    for (const { socket } of wires) socket.resetAndDestroy();
    await expect.poll(() => backend.held()).toBe(0);
    expect(backend.bytes()).not.toContain("\r\n0\r\n\r\n");
    await expectUnharmed(bystanders);
    expect(await metric('serin_edge_upstream_failures_total{arm="stable",service="shop",upstream="reset"}')).toBe(0);
  });

  test("half, saying that nothing more will come: as nginx does, that is taken for going away", async () => {
    const { edge, backend, metric } = await slowWorld({});
    backend.answers.set("GET /slow", () => undefined);
    const wire = openWire(edge.url, "GET /slow HTTP/1.1\r\nhost: a\r\n\r\n");
    await expect.poll(() => linesIn(backend.bytes())).toEqual(["GET /slow"]);
    wire.socket.end();
    expect(await wire.closed).toBe("");
    await expect.poll(() => backend.held()).toBe(0);
    await expect.poll(() => metric("serin_edge_in_flight")).toBe(0);
    expect((await fetch(`${edge.url}/api`)).status).toBe(200);
  });

  test("at once, a thousand times while the backend is silent: nothing is left of them", async () => {
    const { edge, backend, metric } = await slowWorld({});
    backend.answers.set("GET /slow", () => undefined);
    for (let round = 0; round < 10; round += 1) {
      const wires = Array.from({ length: 100 }, () => openWire(edge.url, "GET /slow HTTP/1.1\r\nhost: a\r\n\r\n"));
      await expect.poll(() => linesIn(backend.bytes()).length).toBe((round + 1) * 100);
      for (const { socket } of wires) socket.destroy();
      await Promise.all(wires.map(({ closed }) => closed));
    }
    await expect.poll(() => backend.held()).toBe(0);
    expect(await metric("serin_edge_in_flight")).toBe(0);
  });
});

describe("who comes with too much at once", () => {
  test("more requests in one breath than may be unanswered: the connection is closed", async () => {
    const { edge, backend } = await slowWorld({ pipelined: 10 });
    const waiting: Socket[] = [];
    backend.answers.set("GET /slow", (socket) => void waiting.push(socket));
    const bystanders = startBystanders(edge.url);
    const answer = await openWire(edge.url, "GET /slow HTTP/1.1\r\nhost: a\r\n\r\n".repeat(2_000)).closed;
    expect(answer).toBe("");
    expect(linesIn(backend.bytes()).filter((line) => line === "GET /slow").length).toBeLessThanOrEqual(10);
    await expect.poll(() => waiting.every((socket) => socket.destroyed)).toBe(true);
    await expectUnharmed(bystanders);
  });

  test("more connections than there may be: idle ones make room, and who is being served stays", async () => {
    const { edge, backend } = await slowWorld({ connections: 20 });
    let serve: (() => void) | null = null;
    backend.answers.set("GET /slow", (socket) => {
      serve = () => void socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    });
    const busy = openWire(edge.url, "GET /slow HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    await expect.poll(() => serve).not.toBeNull();
    const idle = Array.from({ length: 19 }, () => openWire(edge.url, "GET /api HTTP/1.1\r\nhost: a\r\n\r\n"));
    await expect.poll(() => idle.every((wire) => statusesIn(wire.answer()).length === 1)).toBe(true);
    const come = (): Promise<string> => openWire(edge.url, "GET /api HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").closed;
    expect(await come()).toBe("");
    await Promise.all(idle.map(({ closed }) => closed));
    expect(statusesIn(await come())).toEqual([200]);
    (serve as (() => void) | null)?.();
    expect(statusesIn(await busy.closed)).toEqual([200]);
  });

  test("more requests than a backend takes: one waits, the next is told so at once, and all is well afterwards", async () => {
    const backend = await startRawBackend();
    const world = await openEdgeWorld({ limits: { upstream: { ...upstreamLimits, connections: 2, waiting: 1 } } });
    await world.put({ targets: { shop: { canary: [], stable: [backend.url] } } });
    const waiting: Socket[] = [];
    backend.answers.set("GET /slow", (socket) => void waiting.push(socket));
    const ask = (): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => void httpRequest(`${world.edge.url}/slow`, resolve).on("error", reject).end());
    const first = [ask(), ask()];
    await expect.poll(() => waiting.length).toBe(2);
    const third = ask();
    await expect.poll(() => world.metric("serin_edge_in_flight")).toBe(3);
    const fourth = await ask();
    expect([fourth.statusCode, fourth.headers["serin-edge"]]).toEqual([503, "full"]);
    expect(await world.metric('serin_edge_upstream_failures_total{arm="stable",service="shop",upstream="full"}')).toBe(1);
    const answerAll = (): void => {
      for (const socket of waiting.splice(0)) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    };
    answerAll();
    for (const one of await Promise.all(first)) expect(one.resume().statusCode).toBe(200);
    await expect.poll(() => waiting.length).toBe(1);
    answerAll();
    expect((await third).resume().statusCode).toBe(200);
    expect((await fetch(`${world.edge.url}/api`)).status).toBe(200);
  });

  test("a canary that is full is stable's answer for the person, and the canary's failure for the numbers", async () => {
    const backend = await startRawBackend();
    const world = await openEdgeWorld({ limits: { upstream: { ...upstreamLimits, connections: 1, waiting: 0 } } });
    await world.put({ sharePct: 100, targets: { shop: { canary: [backend.url], stable: [world.stable.url] } } });
    backend.answers.set("GET /slow", () => undefined);
    openWire(world.edge.url, "GET /slow HTTP/1.1\r\nhost: a\r\n\r\n");
    await expect.poll(() => linesIn(backend.bytes())).toEqual(["GET /slow"]);
    const got = await world.person().ask("GET /api");
    expect([got.status, got.version]).toEqual([200, "stable"]);
    expect(await world.metric('serin_edge_upstream_failures_total{arm="canary",service="shop",upstream="full"}')).toBe(1);
  });
});
