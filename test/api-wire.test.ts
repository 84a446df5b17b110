import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { expect, onTestFinished, test, vi } from "vitest";
import { bodyLimitBytes } from "../src/http/contract.ts";
import { listen } from "../src/http/listen.ts";
import { openWire, statusesIn } from "./edge-wire.ts";
import { smallApi } from "./fixtures/small-api.ts";

/** Quick enough for a test. */
const limits = { headersMs: 800, requestMs: 1_600, silentMs: 60_000, lookMs: 50 };
const here = { host: "127.0.0.1", port: 0 };

/** A listener as the server has it, before an app that notes what reaches it. */
async function noted(): Promise<{ readonly url: string; readonly seen: readonly string[] }> {
  const seen: string[] = [];
  const app = new Hono();
  app.all("*", async (context) => {
    const body = await context.req.text();
    seen.push(`${context.req.method} ${context.req.path} ${body}`);
    return context.text("ok");
  });
  app.onError((_, context) => context.text("cut off", 400));
  const listening = await listen(app, here, limits);
  onTestFinished(() => listening.close(0));
  return { url: listening.url, seen };
}

const post = "POST /api HTTP/1.1\r\nhost: a\r\n";
const chunked = `${post}transfer-encoding: chunked\r\n`;
const smuggled = "GET /admin HTTP/1.1\r\nhost: a\r\n\r\n";

test.each<[string, string]>([
  ["Content-Length and Transfer-Encoding", `${post}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`],
  ["Transfer-Encoding and Content-Length", `${chunked}content-length: ${smuggled.length}\r\n\r\n0\r\n\r\n${smuggled}`],
  ["two lengths that differ", `${post}content-length: 0\r\ncontent-length: ${smuggled.length}\r\n\r\n${smuggled}`],
  ["a list of lengths", `${post}content-length: 0, ${smuggled.length}\r\n\r\n${smuggled}`],
  ["a length with a sign", `${post}content-length: +0\r\n\r\n${smuggled}`],
  ["a length in hexadecimal", `${post}content-length: 0x0\r\n\r\n${smuggled}`],
  ["a space before the colon", `${post}transfer-encoding : chunked\r\n\r\n0\r\n\r\n${smuggled}`],
  ["xchunked", `${post}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`],
  ["chunked twice with a coding between", `${chunked}transfer-encoding: identity\r\n\r\n0\r\n\r\n${smuggled}`],
  ["a chunk length that is none", `${chunked}\r\nzz\r\n${smuggled}`],
  ["a chunk that is longer than it says", `${chunked}\r\n1\r\nab${smuggled}`],
  ["bare line feeds", `POST /api HTTP/1.1\nhost: a\ntransfer-encoding: chunked\n\n0\n\n${smuggled}`],
  ["a null byte in a header", `${post}x: a\0b\r\n\r\n${smuggled}`],
  ["a header without a colon", `${post}xyz\r\n\r\n${smuggled}`],
  ["headers of 20 kB", `${post}x: ${"y".repeat(20_000)}\r\n\r\n${smuggled}`],
])("a request that can be read in two ways never lets a second one through: %s", async (_, text) => {
  const { url, seen } = await noted();
  const answer = await openWire(url, text).closed;
  expect(statusesIn(answer).every((status) => status === 400 || status === 431)).toBe(true);
  expect(statusesIn(answer)).toHaveLength(1);
  expect(seen).toEqual([]);
});

test("a request for two hosts is none", async () => {
  const { url, seen } = await noted();
  const answer = await openWire(url, "GET /api HTTP/1.1\r\nhost: a\r\nHost: b\r\nconnection: close\r\n\r\n").closed;
  expect([statusesIn(answer), seen]).toEqual([[400], []]);
});

test.each<[string, string, string]>([
  ["chunk extensions", `${chunked}\r\n4;a=b\r\nbody\r\n0\r\n\r\n`, "POST /api body"],
  ["a body with a request in it", `${post}content-length: ${smuggled.length}\r\n\r\n${smuggled}`, `POST /api ${smuggled}`],
])("what is right is read in one way: %s", async (_, text, expected) => {
  const { url, seen } = await noted();
  const end = "GET /end HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
  expect(statusesIn(await openWire(url, text + end).closed)).toEqual([200, 200]);
  expect(seen.toSorted()).toEqual(["GET /end ", expected]);
});

test("whoever asks for much and takes nothing of it is sent away; who reads, and who waits for events, is not", async () => {
  const app = new Hono();
  const much = new Uint8Array(64_000_000);
  const { promise: cut, resolve: isCut } = Promise.withResolvers<void>();
  app.get("/much", (context) => {
    const { incoming } = context.env as HttpBindings;
    incoming.socket.once("close", () => isCut());
    return new Response(much);
  });
  app.get("/events", () => {
    let beat: ReturnType<typeof setInterval>;
    const start = (events: ReadableStreamDefaultController): void => void (beat = setInterval(() => events.enqueue(much.slice(0, 9)), 50));
    return new Response(new ReadableStream({ start, cancel: () => clearInterval(beat) }));
  });
  const listening = await listen(app, here, { ...limits, silentMs: 2_500 });
  const { url } = listening;
  onTestFinished(() => listening.close(0));
  const events = (await fetch(`${url}/events`)).body?.getReader();
  onTestFinished(() => events?.cancel());
  const deaf = openWire(url, "GET /much HTTP/1.1\r\nhost: a\r\n\r\n");
  deaf.socket.pause();
  await cut;
  expect((await events?.read())?.done).toBe(false);
  expect((await (await fetch(`${url}/much`)).arrayBuffer()).byteLength).toBe(much.length);
  expect((await events?.read())?.done).toBe(false);
});

test.each<[string, string]>([
  ["headers that never end", "GET / HTTP/1.1\r\nhost: a\r\nx: "],
  ["a body that never ends", `${post}content-length: 100\r\n\r\nab`],
  ["chunks that never end", `${chunked}\r\n4\r\nbody\r\n`],
  ["not a word after the first line", "GET / HTTP/1.1\r\n"],
])("whoever dawdles is sent away, and everybody else is served meanwhile: %s", async (_, text) => {
  const { url } = await noted();
  const slow = Array.from({ length: 50 }, () => openWire(url, text));
  expect(await (await fetch(url)).text()).toBe("ok");
  const answers = await Promise.all(slow.map(({ closed }) => closed));
  expect(new Set(answers.map((answer) => statusesIn(answer).join()))).toEqual(new Set(["408"]));
});

test("a body that is larger than it may be is refused before it is read, whether it says so or not", async () => {
  const api = await smallApi();
  const listening = await listen(api.app, here);
  onTestFinished(() => listening.close(0));
  const head =
    "POST /api/v1/releases HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ada\r\ncontent-type: application/json\r\nidempotency-key: a\r\n";
  const announced = openWire(listening.url, `${head}content-length: ${bodyLimitBytes + 1}\r\n\r\n{`);
  await vi.waitFor(() => expect(statusesIn(announced.answer())).toEqual([413]));
  announced.socket.destroy();
  const piece = `10000\r\n${"x".repeat(65_536)}\r\n`;
  const endless = openWire(listening.url, `${head}transfer-encoding: chunked\r\n\r\n${piece.repeat(bodyLimitBytes / 65_536 + 1)}`);
  await vi.waitFor(() => expect(statusesIn(endless.answer())).toEqual([413]));
  endless.socket.destroy();
});

test("a body that breaks off is the caller's mistake, not one of ours", async () => {
  const api = await smallApi();
  const listening = await listen(api.app, here, limits);
  onTestFinished(() => listening.close(0));
  const head =
    "POST /api/v1/releases HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ada\r\ncontent-type: application/json\r\nidempotency-key: a\r\n";
  const broken = [`${head}content-length: 100\r\n\r\n{`, `${head}transfer-encoding: chunked\r\n\r\n4\r\nbody\r\n`].map((text) =>
    openWire(listening.url, text),
  );
  expect((await Promise.all(broken.map(({ closed }) => closed))).flatMap(statusesIn)).toEqual([408, 408]);
  expect((await api.call("GET", "/api/v1/releases")).status).toBe(200);
  expect(api.logged.filter((line) => line.includes("internal"))).toEqual([]);
});
