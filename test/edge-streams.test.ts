import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { personOn } from "./contract/person.ts";
import { openEdgeWorld } from "./edge-world.ts";
import type { EdgeWorld } from "./edge-world.ts";

const megabyte = 1024 * 1024;

/** A raw connection: what is written goes out as it is; resolves with everything that came back when the other side has closed. */
async function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(text);
  let answer = "";
  socket.setEncoding("latin1");
  socket.on("data", (part: string) => {
    answer += part;
  });
  await once(socket, "close");
  return answer;
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of response.setEncoding("utf8")) text += String(part);
  return text;
}

async function opened(): Promise<EdgeWorld> {
  const world = await openEdgeWorld();
  await world.put({ sharePct: 0 });
  return world;
}

describe("bodies", () => {
  test("20 MB down and up go through unchanged", async () => {
    const world = await opened();
    const piece = randomBytes(megabyte / 16);
    const pieces = function* () {
      for (let count = 0; count < 320; count += 1) yield piece;
    };
    const expected = createHash("sha256");
    for (const one of pieces()) expected.update(one);
    const digest = expected.digest("hex");
    world.stable.on("GET /large", (_request, response) => void pipeline(Readable.from(pieces()), response));
    world.stable.on("POST /large", (request, response) => {
      const hash = createHash("sha256");
      request.on("data", (part: Buffer) => hash.update(part));
      request.on("end", () => response.end(hash.digest("hex")));
    });
    const down = createHash("sha256");
    const response = await fetch(`${world.edge.url}/large`);
    for await (const part of response.body ?? []) {
      down.update(part as Uint8Array);
    }
    expect(down.digest("hex")).toBe(digest);
    const upload = httpRequest(`${world.edge.url}/large`, { method: "POST" });
    const answered = once(upload, "response") as Promise<[IncomingMessage]>;
    await pipeline(Readable.from(pieces()), upload);
    expect(await textOf((await answered)[0])).toBe(digest);
  });

  test("a slow reader slows the backend down", async () => {
    const world = await opened();
    let writtenBytes = 0;
    const isFull = new Promise<void>((resolve) => {
      world.stable.on("GET /endless", (_request, response) => {
        const write = (): void => {
          do {
            writtenBytes += megabyte;
          } while (response.write(Buffer.alloc(megabyte)) && writtenBytes < 200 * megabyte);
          resolve();
          if (writtenBytes < 200 * megabyte) response.once("drain", write);
        };
        write();
      });
    });
    const reading = httpRequest(`${world.edge.url}/endless`);
    onTestFinished(() => void reading.destroy());
    reading.on("error", () => undefined).end();
    const [response] = (await once(reading, "response")) as [IncomingMessage];
    response.pause();
    await isFull;
    // The next requests go their way while that one stands still.
    for (let count = 0; count < 20; count += 1) expect((await world.person().ask("GET /api")).status).toBe(200);
    expect(writtenBytes).toBeLessThan(100 * megabyte);
  });

  test("trailers, early hints, HEAD and 304 arrive as they were sent", async () => {
    const world = await opened();
    world.stable.on("GET /trailer", (_request, response) => {
      response.writeEarlyHints({ link: "</a.css>; rel=preload" });
      response.writeHead(200, { trailer: "x-sum" });
      response.write("body");
      response.addTrailers({ "x-sum": "42" });
      response.end();
    });
    const asked = httpRequest(`${world.edge.url}/trailer`).end();
    const hints: unknown[] = [];
    asked.on("information", (information) => hints.push([information.statusCode, information.headers["link"]]));
    const [response] = (await once(asked, "response")) as [IncomingMessage];
    expect(await textOf(response)).toBe("body");
    expect(response.trailers).toEqual({ "x-sum": "42" });
    expect(hints).toEqual([[103, "</a.css>; rel=preload"]]);
    world.stable.on("HEAD /", (_request, answer) => answer.writeHead(200, { "content-length": 12, etag: '"a"' }).end());
    const head = await fetch(`${world.edge.url}/`, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), head.headers.get("etag")]).toEqual([200, "12", '"a"']);
    world.stable.on("GET /same", (_request, answer) => answer.writeHead(304, { etag: '"a"' }).end());
    expect((await world.person().ask("GET /same")).status).toBe(304);
  });

  test("Expect: 100-continue is answered, and the body follows", async () => {
    const world = await opened();
    const asked = httpRequest(`${world.edge.url}/api`, { method: "POST", headers: { expect: "100-continue", "content-length": 4 } });
    asked.flushHeaders();
    await once(asked, "continue");
    asked.end("body");
    const [response] = (await once(asked, "response")) as [IncomingMessage];
    await textOf(response);
    expect(world.stable.requests.at(-1)?.body).toBe("body");
  });

  test("headers of one connection go no further, cookies of the shop all come through", async () => {
    const world = await opened();
    world.stable.on("GET /headers", (_request, response) => {
      response.writeHead(200, [
        "set-cookie",
        "a=1",
        "set-cookie",
        "b=2",
        "connection",
        "x-private, keep-alive",
        "x-private",
        "1",
        "x-public",
        "1",
      ]);
      response.end("ok");
    });
    const answer = await raw(
      world.edge.url,
      "GET /headers HTTP/1.1\r\nhost: shop.test\r\nconnection: close, x-hop\r\nx-hop: 1\r\nkeep-alive: 5\r\nte: trailers\r\nx-end: 1\r\n\r\n",
    );
    expect(answer).toMatch(/set-cookie: a=1\r\nset-cookie: b=2/);
    expect(answer).toContain("x-public: 1");
    expect(answer).not.toContain("x-private");
    await world.person().ask("GET /api", { "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https" });
    const { headers } = world.stable.requests.at(-1) ?? {};
    expect([headers?.["x-forwarded-for"], headers?.["x-forwarded-proto"]]).toEqual(["203.0.113.9, 127.0.0.1", "https"]);
  });

  test("who is not trusted cannot say where a request came from", async () => {
    const world = await openEdgeWorld({ trustedProxies: [] });
    await world.put();
    await world.person().ask("GET /api", { "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https", forwarded: "for=203.0.113.9" });
    const { headers } = world.stable.requests.at(-1) ?? {};
    expect([headers?.["x-forwarded-for"], headers?.["x-forwarded-proto"], headers?.["forwarded"]]).toEqual([
      "127.0.0.1",
      "http",
      undefined,
    ]);
  });
});

describe("a client that goes away", () => {
  test("ends the request at the backend", async () => {
    const world = await opened();
    const begun = new Promise<{ readonly closed: Promise<unknown> }>((resolve) => {
      world.stable.on("GET /long", (_request, response) => {
        response.write("begin");
        resolve({ closed: once(response, "close") });
      });
    });
    const asked = httpRequest(`${world.edge.url}/long`).on("error", () => undefined);
    asked.end();
    const { closed } = await begun;
    asked.destroy();
    await closed;
    expect(await world.metric("serin_edge_in_flight")).toBe(0);
    expect((await world.person().ask("GET /api")).status).toBe(200);
  });

  test("in the middle of an upload leaves the edge and the backend well", async () => {
    const world = await opened();
    const ended = new Promise<void>((resolve) => {
      world.stable.on("POST /upload", (request) => {
        request.on("close", () => resolve());
        request.resume();
      });
    });
    const upload = httpRequest(`${world.edge.url}/upload`, { method: "POST", headers: { "content-length": 1000 } }).on(
      "error",
      () => undefined,
    );
    upload.write("half");
    await expect.poll(async () => (await world.router.observe(new AbortController().signal)).forwarded?.stable).toBe(1);
    upload.destroy();
    await ended;
    expect(await world.metric('serin_edge_upstream_failures_total{arm="stable",service="shop",upstream="reset"}')).toBe(0);
    expect(await world.metric("serin_edge_in_flight")).toBe(0);
    expect((await world.person().ask("GET /api")).status).toBe(200);
  });
});

describe("WebSockets", () => {
  const withSockets = (world: EdgeWorld, arm: "canary" | "stable"): WebSocketServer => {
    const sockets = new WebSocketServer({ server: world[arm].server, path: "/socket" });
    sockets.on("connection", (socket, request) => {
      socket.send(`${arm} ${request.headers["serin-arm"]}`);
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
    });
    onTestFinished(() => sockets.close());
    return sockets;
  };
  const opensocket = async (
    world: EdgeWorld,
    headers: Record<string, string> = {},
  ): Promise<{ readonly socket: WebSocket; readonly hello: string }> => {
    const socket = new WebSocket(`${world.edge.url.replace("http", "ws")}/socket`, { headers });
    onTestFinished(() => socket.terminate());
    const [hello] = (await once(socket, "message")) as [Buffer];
    return { socket, hello: hello.toString() };
  };

  test("echo through the arm of the person, large messages too", async () => {
    const world = await openEdgeWorld();
    await world.put({ sharePct: 50 });
    withSockets(world, "canary");
    withSockets(world, "stable");
    const one = await personOn(world, "canary");
    const { socket, hello } = await opensocket(world, { cookie: `serin=${one.cookies.get("serin")}` });
    expect(hello).toBe("canary canary");
    const large = randomBytes(3 * megabyte);
    socket.send(large);
    const [echo] = (await once(socket, "message")) as [Buffer];
    expect(echo.equals(large)).toBe(true);
  });

  test("of a drained arm are closed with 1012, also in the middle of a stream, and others stay", async () => {
    const world = await openEdgeWorld({ limits: { tunnelDrainMs: 50 } });
    await world.put({ sharePct: 50 });
    const sockets = withSockets(world, "canary");
    withSockets(world, "stable");
    const one = await personOn(world, "canary");
    const canary = await opensocket(world, { cookie: `serin=${one.cookies.get("serin")}` });
    const stable = await opensocket(world);
    const message = randomBytes(100_000);
    for (const socket of sockets.clients) {
      const stream = (): void => void (socket.readyState === WebSocket.OPEN && socket.send(message, () => setImmediate(stream)));
      stream();
    }
    const got: boolean[] = [];
    canary.socket.on("message", (data: Buffer) => got.push(data.equals(message)));
    const closed = once(canary.socket, "close") as Promise<[number, Buffer]>;
    await once(canary.socket, "message");
    await world.put({ sharePct: 0 });
    expect((await closed)[0]).toBe(1012);
    expect(got.every(Boolean)).toBe(true);
    stable.socket.send("still here");
    expect(String((await once(stable.socket, "message"))[0])).toBe("still here");
  });

  test("a backend that does not switch is passed on, one that is not there is a 502", async () => {
    const world = await opened();
    const upgrade = "GET /socket HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";
    expect(await raw(world.edge.url, upgrade)).toMatch(/^HTTP\/1\.1 (200|400|426|501) /);
    await world.stable.close();
    expect(await raw(world.edge.url, upgrade)).toMatch(/^HTTP\/1\.1 502 /);
  });
});
