import { request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { upstreamLimits } from "../src/adapters/traffic/edge/upstreams.ts";
import { openEdgeWorld } from "./edge-world.ts";
import type { EdgeWorld } from "./edge-world.ts";
import { openWire, startBystanders, startRawBackend, statusesIn } from "./edge-wire.ts";
import type { RawBackend } from "./edge-wire.ts";

/** An edge with a release in force, before one backend that says whatever it is told to. */
async function strangeWorld(): Promise<EdgeWorld & { readonly backend: RawBackend }> {
  const [world, backend] = await Promise.all([openEdgeWorld(), startRawBackend()]);
  await world.put({ targets: { shop: { canary: [], stable: [backend.url] } } });
  return { ...world, backend };
}

const strange = "GET /strange HTTP/1.1\r\nhost: a\r\n\r\n";
const last = "GET /last HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
const ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const withHeader = (header: string): string => `HTTP/1.1 200 OK\r\n${header}\r\ncontent-length: 2\r\n\r\nok`;

describe("what is no answer is a 502, and the next request on the same connection has its own answer", () => {
  test.each<[string, string]>([
    ["null bytes", "\0\0\0\0\r\n\r\n"],
    ["another protocol", "SSH-2.0-OpenSSH_9.2\r\n"],
    ["a page without a head", "<html>hello</html>\r\n\r\n"],
    ["a status that is no number", "HTTP/1.1 abc OK\r\ncontent-length: 2\r\n\r\nok"],
    ["a status of two digits", "HTTP/1.1 099 OK\r\ncontent-length: 2\r\n\r\nok"],
    ["a status of four digits", "HTTP/1.1 1000 OK\r\ncontent-length: 2\r\n\r\nok"],
    ["bare line feeds", ok.replaceAll("\r\n", "\n")],
    ["two lengths", withHeader("content-length: 3")],
    ["a length and chunks", withHeader("transfer-encoding: chunked")],
    ["a coding before chunked", "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"],
    ["a coding that nobody knows", "HTTP/1.1 200 OK\r\ntransfer-encoding: xchunked\r\n\r\nok"],
    ["a head of 70 kB", withHeader(`x: ${"y".repeat(70_000)}`)],
    ["a folded header", withHeader("x: a\r\n b")],
    ["a null byte in a value", withHeader("x: a\0b")],
    ["a control character in a value", withHeader("x: a\x01b")],
    ["a bare carriage return in a value", withHeader("x: a\rb")],
    ["a space before the colon", withHeader("x : a")],
    ["a protocol that nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"],
    ["100-continue that nobody asked for", `HTTP/1.1 100 Continue\r\n\r\n${ok}`],
  ])("%s", async (_says, answer) => {
    const { edge, backend, metric } = await strangeWorld();
    backend.answers.set("GET /strange", answer);
    const bystanders = startBystanders(edge.url);
    const wire = openWire(edge.url, strange);
    await expect.poll(() => statusesIn(wire.answer())).toEqual([502]);
    wire.socket.write(last);
    const text = await wire.closed;
    expect(statusesIn(text)).toEqual([502, 200]);
    expect(text).toMatch(/\r\n\r\nok$/);
    const { served, failed } = await bystanders.end();
    expect([served > 0, failed]).toEqual([true, []]);
    expect(await metric('serin_edge_upstream_failures_total{arm="stable",service="shop",upstream="reset"}')).toBe(1);
  });
});

describe("an answer that goes wrong on its way is broken off, and nothing is put in its place", () => {
  test.each<[string, string]>([
    ["a chunk length that is none", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\nzz\r\n"],
    ["a chunk that is longer than it says", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nokay\r\n0\r\n\r\n"],
    ["a trailer that is none", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx: a\x01\r\n\r\n"],
  ])("%s", async (_says, answer) => {
    const { edge, backend, metric } = await strangeWorld();
    backend.answers.set("GET /strange", answer);
    const text = await openWire(edge.url, strange).closed;
    expect(text).toMatch(/\r\n\r\n2\r\nok\r\n$/);
    expect(await metric('serin_edge_upstream_failures_total{arm="stable",service="shop",upstream="cut"}')).toBe(1);
    expect((await fetch(`${edge.url}/api`)).status).toBe(200);
  });

  test("an answer that is shorter than it says", async () => {
    const { edge, backend } = await strangeWorld();
    backend.answers.set("GET /strange", (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\nok"));
    expect(await openWire(edge.url, strange).closed).toMatch(/content-length: 20\r\n[\s\S]*\r\n\r\nok$/);
    expect((await fetch(`${edge.url}/api`)).status).toBe(200);
  });
});

describe("what comes behind an answer is nobody's", () => {
  test.each<[string, string]>([
    ["a second answer", `${ok}${ok.replace("200 OK", "207 Stolen")}`],
    ["more bytes than it said", `${ok}HTTP/1.1 207 Stolen\r\ncontent-length: 0\r\n\r\n`],
    ["a body of a 204", `HTTP/1.1 204 No Content\r\ncontent-length: 44\r\n\r\nHTTP/1.1 207 Stolen\r\ncontent-length: 0\r\n\r\n`],
    ["a body of a 304", `HTTP/1.1 304 Not Modified\r\n\r\nHTTP/1.1 207 Stolen\r\ncontent-length: 0\r\n\r\n`],
  ])("%s", async (_says, answer) => {
    const { edge, backend } = await strangeWorld();
    backend.answers.set("GET /strange", answer);
    for (let round = 0; round < 5; round += 1) {
      const text = await openWire(edge.url, `${strange}${last}`).closed;
      expect(text).not.toContain("Stolen");
      expect(statusesIn(text)).toEqual([Number(answer.slice(9, 12)), 200]);
    }
  });

  test("a 204 does not say a length", async () => {
    const { edge, backend } = await strangeWorld();
    backend.answers.set("GET /strange", "HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\n");
    expect((await fetch(`${edge.url}/strange`)).headers.get("content-length")).toBeNull();
  });
});

describe("what is odd and harmless goes through", () => {
  test.each<[string, string, string]>([
    ["a thousand headers", withHeader(Array.from({ length: 1_000 }, (_, index) => `x${index}: 1`).join("\r\n")), "x999: 1"],
    [
      "headers with the names of properties",
      withHeader("__proto__: a\r\nconstructor: b\r\ntostring: c"),
      "__proto__: a\r\nconstructor: b\r\ntostring: c",
    ],
    ["letters beyond ASCII", withHeader("x: caf\xe9"), "x: caf\xe9"],
    ["a status that nobody knows", ok.replace("200 OK", "599 Odd"), "HTTP/1.1 599 "],
    ["102 before the answer", `HTTP/1.1 102 Processing\r\n\r\n${ok}`, "HTTP/1.1 200 OK"],
    ["a hint that is no link", `HTTP/1.1 103 Early Hints\r\nlink: nonsense\r\n\r\n${ok}`, "HTTP/1.1 200 OK"],
    ["an answer that ends with its connection", "HTTP/1.0 200 OK\r\n\r\nok", "transfer-encoding: chunked"],
  ])("%s", async (_says, answer, expected) => {
    const { edge, backend } = await strangeWorld();
    backend.answers.set("GET /strange", (socket) => {
      socket.write(answer, "latin1");
      if (answer.startsWith("HTTP/1.0")) socket.end();
    });
    const text = await openWire(edge.url, strange.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n")).closed;
    expect(text.toLowerCase()).toContain(expected.toLowerCase());
    expect(text).toContain("ok");
  });
});

test("a backend that never answers holds up nobody but who asked it", async () => {
  const backend = await startRawBackend();
  const world = await openEdgeWorld({ limits: { upstream: { ...upstreamLimits, headMs: 1_000 } } });
  await world.put({ targets: { shop: { canary: [], stable: [backend.url] } } });
  backend.answers.set("GET /silent", () => undefined);
  const bystanders = startBystanders(world.edge.url);
  const ask = (): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => void httpRequest(`${world.edge.url}/silent`, resolve).on("error", reject).end());
  const answers = await Promise.all(Array.from({ length: 50 }, ask));
  expect(answers.map((answer) => answer.resume().statusCode)).toEqual(Array.from({ length: 50 }, () => 504));
  const { served, failed } = await bystanders.end();
  expect(failed).toEqual([]);
  // Two turns each are asked in any case: held up by the silent answers, nobody would have had a third.
  expect(served).toBeGreaterThan(12);
  await expect.poll(() => backend.held()).toBe(0);
});
