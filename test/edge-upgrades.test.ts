import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { openEdgeWorld } from "./edge-world.ts";
import type { EdgeWorld } from "./edge-world.ts";

const webSocket = "GET /socket HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n";
/** What java.net.http.HttpClient sends in clear text. */
const clearText = (body: string): string =>
  "POST /api HTTP/1.1\r\nhost: a\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAEAAEAAAAIAAAAB\r\n" +
  `content-length: ${body.length}\r\n\r\n${body}`;

/** A raw connection to the edge, and what has come back on it so far. */
function connectTo(url: string): { readonly socket: Socket; readonly answer: () => string } {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  let answer = "";
  socket.setEncoding("latin1").on("data", (part: string) => {
    answer += part;
  });
  return { socket, answer: () => answer };
}

/** Lets the stable backend take handshakes and say no more than `says`; answers the sockets that it has got. */
function fallSilent(world: EdgeWorld, says = ""): Socket[] {
  const sockets: Socket[] = [];
  world.stable.server.on("upgrade", (_request, socket: Socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("end", () => socket.destroy());
    socket.resume().write(says);
    sockets.push(socket);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return sockets;
}

async function opened(limits: Parameters<typeof openEdgeWorld>[0] = {}): Promise<EdgeWorld> {
  const world = await openEdgeWorld(limits);
  await world.put({ sharePct: 0 });
  return world;
}

const limitsOf = (headMs: number) => ({
  limits: { upstream: { connectMs: 2_000, headMs, silenceMs: 10_000, connections: 16, waiting: 16 } },
});
const inFlight = (world: EdgeWorld): Promise<number> => world.metric("serin_edge_in_flight");
const ended = (world: EdgeWorld, status: string): Promise<string[]> =>
  world.samples(`serin_edge_requests_total{arm="stable",service="shop",who="others",status="${status}"`);

describe("a request that offers another protocol than WebSocket", () => {
  test("is an ordinary one: its body arrives, the offer stays behind, and nothing is read behind it", async () => {
    const world = await opened();
    const { socket, answer } = connectTo(world.edge.url);
    socket.write(clearText("the body"));
    await expect.poll(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(world.stable.requests.map(({ body }) => body)).toEqual(["the body"]);
    expect(world.stable.requests[0]?.headers).not.toHaveProperty("upgrade");
    expect(world.stable.requests[0]?.headers).not.toHaveProperty("http2-settings");
    await expect.poll(() => socket.closed).toBe(true);
    expect(answer()).toMatch(/\r\nconnection: close\r\n/i);
    expect(await inFlight(world)).toBe(0);
  });

  test("is refused when it asks for a WebSocket with a body, which nobody would read", async () => {
    const world = await opened();
    const { socket, answer } = connectTo(world.edge.url);
    socket.write(clearText("the body").replace("h2c", "websocket"));
    await expect.poll(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(world.stable.requests).toEqual([]);
  });

  test("waits for nobody when its client leaves", async () => {
    const world = await opened();
    world.stable.on("POST /api", (request) => void request.resume());
    const clients = Array.from({ length: 20 }, () => connectTo(world.edge.url).socket);
    for (const socket of clients) socket.write(clearText("the body"));
    await expect.poll(() => inFlight(world)).toBe(20);
    for (const socket of clients) socket.destroy();
    await expect.poll(() => inFlight(world)).toBe(0);
  });
});

describe("a WebSocket whose backend says nothing", () => {
  test("is answered 504 when the time is up, and blames its arm", async () => {
    const world = await opened(limitsOf(50));
    const backend = fallSilent(world);
    const { socket, answer } = connectTo(world.edge.url);
    socket.write(webSocket);
    await once(socket, "close");
    expect(answer()).toMatch(/^HTTP\/1\.1 504 /);
    expect(answer()).toContain("serin-edge: timeout");
    expect(await world.metric('serin_edge_upstream_failures_total{arm="stable",service="shop",upstream="timeout"}')).toBe(1);
    expect(await ended(world, "5xx")).toHaveLength(1);
    expect(await inFlight(world)).toBe(0);
    await expect.poll(() => backend.every((one) => one.destroyed)).toBe(true);
  });

  test.each<[string, (socket: Socket) => unknown]>([
    ["sends its last word", (socket) => socket.end()],
    ["breaks off", (socket) => socket.resetAndDestroy()],
  ])("ends when the client %s", async (_says, leave) => {
    const world = await opened();
    const backend = fallSilent(world);
    const { socket } = connectTo(world.edge.url);
    socket.write(webSocket);
    await expect.poll(() => backend.length).toBe(1);
    leave(socket);
    await expect.poll(() => inFlight(world)).toBe(0);
    await expect.poll(() => backend[0]?.destroyed).toBe(true);
    expect(await ended(world, "aborted")).toHaveLength(1);
  });

  test("does not keep a closing edge: its client is told to come back", async () => {
    const world = await opened({ limits: { closeMs: 60_000 } });
    const backend = fallSilent(world);
    const { socket, answer } = connectTo(world.edge.url);
    socket.write(webSocket);
    await expect.poll(() => backend.length).toBe(1);
    await world.edge.close();
    await expect.poll(answer).toMatch(/^HTTP\/1\.1 503 [^]*serin-edge: closing/);
  });
});

test("a closing edge waits for its limit at the longest for an answer to a handshake that never ends", async () => {
  const world = await opened({ limits: { closeMs: 200 } });
  fallSilent(world, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nfrom\r\n");
  const { socket, answer } = connectTo(world.edge.url);
  socket.write(webSocket);
  await expect.poll(answer).toContain("from");
  await world.edge.close();
  await expect.poll(() => socket.closed).toBe(true);
});

test("what a client sends before the answer to its handshake reaches the backend after it", async () => {
  const world = await opened();
  const backend = fallSilent(world);
  const { socket, answer } = connectTo(world.edge.url);
  socket.write(`${webSocket}early`);
  await expect.poll(() => backend.length).toBe(1);
  socket.write(" bird");
  let got = "";
  backend[0]?.on("data", (part: Buffer) => {
    got += part.toString("latin1");
  });
  backend[0]?.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n");
  await expect.poll(answer).toMatch(/^HTTP\/1\.1 101 /);
  await expect.poll(() => got).toBe("early bird");
});
