import { describe, expect, test } from "vitest";
import { clientLimits } from "../src/adapters/traffic/edge/client-limits.ts";
import { openEdgeWorld } from "./edge-world.ts";
import type { EdgeWorld } from "./edge-world.ts";
import { linesIn, openWire, startBystanders, startRawBackend, statusesIn } from "./edge-wire.ts";
import type { RawBackend } from "./edge-wire.ts";

type Options = Parameters<typeof openEdgeWorld>[0];

/** An edge with a release in force, before one backend that keeps every byte; nobody is a trusted proxy. */
async function hostileWorld(options: Options = {}): Promise<EdgeWorld & { readonly backend: RawBackend }> {
  const [world, backend] = await Promise.all([openEdgeWorld({ trustedProxies: [], ...options }), startRawBackend()]);
  await world.put({ targets: { shop: { canary: [], stable: [backend.url] } } });
  return { ...world, backend };
}

const post = "POST /api HTTP/1.1\r\nhost: a\r\n";
const get = "GET /api HTTP/1.1\r\nhost: a\r\n";
const chunked = `${post}transfer-encoding: chunked\r\n`;
const smuggled = "GET /admin HTTP/1.1\r\nhost: a\r\n\r\n";

describe("a request that can be read in two ways, or not at all, is refused before anything of it reaches a backend", () => {
  test.each<[string, string, number]>([
    // Where does the body end?
    ["Content-Length and Transfer-Encoding", `${post}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    ["Transfer-Encoding and Content-Length", `${chunked}content-length: 4\r\n\r\n0\r\n\r\n`, 400],
    ["two lengths that differ", `${post}content-length: 4\r\ncontent-length: 5\r\n\r\nbody`, 400],
    ["one length twice", `${post}content-length: 4\r\ncontent-length: 4\r\n\r\nbody`, 400],
    ["a list of lengths", `${post}content-length: 4, 4\r\n\r\nbody`, 400],
    ["a length with a sign", `${post}content-length: +4\r\n\r\nbody`, 400],
    ["a negative length", `${post}content-length: -4\r\n\r\nbody`, 400],
    ["a length in hexadecimal", `${post}content-length: 0x4\r\n\r\nbody`, 400],
    ["a length beyond 64 bits", `${post}content-length: 99999999999999999999\r\n\r\nbody`, 400],
    ["xchunked", `${post}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n`, 501],
    ["identity", `${post}transfer-encoding: identity\r\n\r\n`, 501],
    ["a coding before chunked", `${post}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, 501],
    [
      "a coding before chunked, in a line of its own",
      `${post}transfer-encoding: identity\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
      501,
    ],
    ["a coding after chunked", `${chunked}transfer-encoding: identity\r\n\r\n0\r\n\r\n`, 400],
    ["chunked twice", `${chunked}transfer-encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    ["chunked with a parameter", `${post}transfer-encoding: chunked;q=1\r\n\r\n0\r\n\r\n`, 501],
    ["chunked behind a vertical tab", `${post}transfer-encoding: \x0bchunked\r\n\r\n0\r\n\r\n`, 400],
    ["chunks in HTTP/1.0", "POST /api HTTP/1.0\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400],
    // Where does a header end?
    ["a space before the colon", `${post}transfer-encoding : chunked\r\n\r\n0\r\n\r\n`, 400],
    ["a folded header", `${get}x: a\r\n b\r\n\r\n`, 400],
    ["a folded Transfer-Encoding", `${post}transfer-encoding:\r\n chunked\r\n\r\n0\r\n\r\n`, 400],
    ["a space before the first header", "GET /api HTTP/1.1\r\n host: a\r\n\r\n", 400],
    ["bare line feeds", "GET /api HTTP/1.1\nhost: a\n\n", 400],
    ["one bare line feed", `${get}x: 1\ny: 2\r\n\r\n`, 400],
    ["a bare carriage return in a value", `${get}x: a\rb\r\n\r\n`, 400],
    ["a null byte in a value", `${get}x: a\0b\r\n\r\n`, 400],
    ["a null byte in a name", `${get}x\0y: 1\r\n\r\n`, 400],
    ["another control character in a value", `${get}x: a\x01b\r\n\r\n`, 400],
    ["a space in a name", `${get}x y: 1\r\n\r\n`, 400],
    ["a header without a name", `${get}: 1\r\n\r\n`, 400],
    ["a header without a colon", `${get}xyz\r\n\r\n`, 400],
    // Which host, which path?
    ["no host", "GET /api HTTP/1.1\r\n\r\n", 400],
    ["two hosts", `${get}host: b\r\n\r\n`, 400],
    ["a list of hosts", "GET /api HTTP/1.1\r\nhost: a, b\r\n\r\n", 400],
    ["a host with a path", "GET /api HTTP/1.1\r\nhost: a/b\r\n\r\n", 400],
    ["a host with somebody before it", "GET /api HTTP/1.1\r\nhost: a@b\r\n\r\n", 400],
    ["an absolute target of another host", "GET http://b/api HTTP/1.1\r\nhost: a\r\n\r\n", 400],
    ["an absolute target with somebody before the host", "GET http://a@b/api HTTP/1.1\r\nhost: b\r\n\r\n", 400],
    ["a target of another scheme", "GET ftp://a/api HTTP/1.1\r\nhost: a\r\n\r\n", 400],
    ["a target that is no path", "GET api HTTP/1.1\r\nhost: a\r\n\r\n", 400],
    ["a target that is a star", "OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n", 400],
    ["a target with a fragment", "GET /api#b HTTP/1.1\r\nhost: a\r\n\r\n", 400],
    ["a target with a space", "GET /a b HTTP/1.1\r\nhost: a\r\n\r\n", 400],
    ["a target with a null byte", "GET /a\0b HTTP/1.1\r\nhost: a\r\n\r\n", 400],
    // Which protocol, which method?
    ["a tunnel to elsewhere", "CONNECT b:443 HTTP/1.1\r\nhost: b\r\n\r\n", 501],
    ["TRACE, which would show what only backends see", "TRACE /api HTTP/1.1\r\nhost: a\r\n\r\n", 501],
    ["a method that nobody knows", "FOO /api HTTP/1.1\r\nhost: a\r\n\r\n", 501],
    ["a method in lower case", "get /api HTTP/1.1\r\nhost: a\r\n\r\n", 400],
    ["HTTP/0.9", "GET /api\r\n\r\n", 505],
    ["HTTP/1.2", "GET /api HTTP/1.2\r\nhost: a\r\n\r\n", 505],
    ["HTTP/2.0 in the words of HTTP/1", "GET /api HTTP/2.0\r\nhost: a\r\n\r\n", 505],
    ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
    ["a WebSocket with a body", `${get}connection: upgrade\r\nupgrade: websocket\r\ncontent-length: ${smuggled.length}\r\n\r\n`, 400],
    ["a WebSocket with two hosts", `${get}host: b\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`, 400],
    ["TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400],
    ["null bytes", "\0\0\0\0\0\0\0\0\r\n\r\n", 400],
    // How much?
    ["a target of 9 kB", `GET /${"a".repeat(9_000)} HTTP/1.1\r\nhost: a\r\n\r\n`, 414],
    ["a target of 20 kB", `GET /${"a".repeat(20_000)} HTTP/1.1\r\nhost: a\r\n\r\n`, 414],
    ["a header of 20 kB", `${get}x: ${"y".repeat(20_000)}\r\n\r\n`, 431],
    ["300 headers", `${get}${"x: 1\r\n".repeat(300)}\r\n`, 431],
    ["2,500 headers", `${get}${"x:\r\n".repeat(2_500)}\r\n`, 431],
  ])("%s", async (_says, text, status) => {
    const { edge, backend, metric } = await hostileWorld();
    const answer = await openWire(edge.url, `${text}${smuggled}`).closed;
    expect(statusesIn(answer)).toEqual([status]);
    expect(answer).toMatch(/^connection: close\r$/im);
    expect(backend.bytes()).toBe("");
    expect(await metric(`serin_edge_refused_total{status="${status}"}`)).toBe(1);
    expect((await fetch(`${edge.url}/api`)).status).toBe(200);
  });

  test("a length that is larger than it may be", async () => {
    const { edge, backend } = await hostileWorld({
      limits: { client: { ...clientLimits, bodyBytes: 3 } },
    });
    expect(statusesIn(await openWire(edge.url, `${post}content-length: 4\r\n\r\nbody${smuggled}`).closed)).toEqual([413]);
    expect(backend.bytes()).toBe("");
  });
});

describe("a body that goes wrong on its way ends the request, and what follows is no second one", () => {
  test.each<[string, string, number]>([
    ["a chunk length that is none", "zz\r\nbody\r\n0\r\n\r\n", 400],
    ["a chunk length in 0x", "0x4\r\nbody\r\n0\r\n\r\n", 400],
    ["a negative chunk length", "-1\r\nbody\r\n0\r\n\r\n", 400],
    ["a chunk length beyond 64 bits", "FFFFFFFFFFFFFFFFF\r\nbody\r\n0\r\n\r\n", 400],
    ["a chunk length with a space", "4 \r\nbody\r\n0\r\n\r\n", 400],
    ["a chunk that is longer than it says", "4\r\nbodyXX\r\n0\r\n\r\n", 400],
    ["chunks with bare line feeds", "4\nbody\n0\n\n", 400],
    ["an extension that ends in a bare line feed", `4;a=b\nbody\r\n0\r\n\r\n`, 400],
    ["extensions of 20 kB", `4;a=${"b".repeat(20_000)}\r\nbody\r\n0\r\n\r\n`, 413],
    ["a length among the trailers", "4\r\nbody\r\n0\r\ncontent-length: 5\r\n\r\n", 400],
  ])("%s", async (_says, body, status) => {
    const { edge, backend } = await hostileWorld();
    backend.answers.set("POST", () => undefined);
    const answer = await openWire(edge.url, `${chunked}\r\n${body}${smuggled}`).closed;
    expect(statusesIn(answer)).toEqual([status]);
    await expect.poll(() => backend.held()).toBe(0);
    expect(linesIn(backend.bytes()).filter((line) => line !== "POST /api")).toEqual([]);
    expect(backend.bytes()).not.toContain("admin");
    expect((await fetch(`${edge.url}/api`)).status).toBe(200);
  });
});

describe("what is right is passed on in one way only", () => {
  const forwarded = async (
    text: string,
    options: Options = {},
  ): Promise<{ readonly bytes: string; readonly statuses: readonly number[] }> => {
    const { edge, backend } = await hostileWorld(options);
    const { closed } = openWire(edge.url, `${text}GET /end HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);
    const statuses = statusesIn(await closed);
    return { bytes: backend.bytes().split("GET /end ")[0] ?? "", statuses };
  };

  test.each<[string, string, RegExp]>([
    [
      "a chunk extension is dropped",
      `${chunked}\r\n4;a=b\r\nbody\r\n0\r\n\r\n`,
      /\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n$/,
    ],
    [
      "Chunked in other letters",
      `${post}Transfer-Encoding: CHUNKED\r\n\r\n4\r\nbody\r\n0\r\n\r\n`,
      /\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n$/,
    ],
    ["a trailer is dropped", `${chunked}\r\n4\r\nbody\r\n0\r\nserin-arm: canary\r\n\r\n`, /4\r\nbody\r\n0\r\n\r\n$/],
    ["a length with leading zeros is said without", `${post}content-length: 0004\r\n\r\nbody`, /\r\ncontent-length: 4\r\n\r\nbody$/],
    [
      "a length named in Connection stays",
      `${post}connection: content-length\r\ncontent-length: 4\r\n\r\nbody`,
      /\r\ncontent-length: 4\r\n\r\nbody$/,
    ],
    [
      "a body of a GET stays one",
      `${get}content-length: ${smuggled.length}\r\n\r\n${smuggled}`,
      /^GET \/api [\s\S]*\r\ncontent-length: 32\r\n\r\nGET \/admin /,
    ],
    [
      "an absolute target of the same host becomes a path",
      "GET http://A:80/api?x HTTP/1.1\r\nhost: a\r\n\r\n",
      /^GET \/api\?x HTTP\/1\.1\r\nhost: a\r\n/,
    ],
    ["empty lines before a request", `\r\n\r\n${get}\r\n`, /^GET \/api HTTP\/1\.1\r\nhost: a\r\n/],
  ])("%s", async (_says, text, expected) => {
    const { bytes, statuses } = await forwarded(text);
    expect(bytes).toMatch(expected);
    expect(statuses).toEqual([200, 200]);
  });

  test("an offer to change to HTTP/2 is not taken: h2c would be a tunnel past every rule", async () => {
    const { edge, backend } = await hostileWorld();
    const offer = "connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\ncontent-length: 4\r\n";
    const answer = await openWire(edge.url, `${post}${offer}\r\nbody${smuggled}`).closed;
    expect(statusesIn(answer)).toEqual([200]);
    expect(answer).toMatch(/^connection: close\r$/im);
    expect(backend.bytes()).toMatch(/^POST \/api [\s\S]*\r\n\r\nbody$/);
    expect(backend.bytes()).not.toMatch(/upgrade|settings/i);
  });

  test("100-continue is answered here, any other expectation is refused", async () => {
    const { bytes, statuses } = await forwarded(`${post}expect: 100-continue\r\ncontent-length: 4\r\n\r\nbody`);
    expect(statuses).toEqual([100, 200, 200]);
    expect(bytes).not.toMatch(/expect/i);
    expect((await forwarded(`${get}expect: 200-maybe\r\n\r\n`)).statuses).toEqual([417, 200]);
  });

  test("requests in one breath are answered in their order, each as one of its own", async () => {
    const { edge, backend } = await hostileWorld();
    const paths = Array.from({ length: 20 }, (_, index) => `/${index}`);
    for (const path of paths) backend.answers.set(`GET ${path} `, `HTTP/1.1 200 OK\r\ncontent-length: ${path.length}\r\n\r\n${path}`);
    const last = "GET /end HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    const answer = await openWire(edge.url, `${paths.map((path) => `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`).join("")}${last}`).closed;
    expect([...answer.matchAll(/\r\n\r\n(\/\d+)/g)].map(([, path]) => path)).toEqual(paths);
    expect(linesIn(backend.bytes()).toSorted()).toEqual([...paths, "/end"].map((path) => `GET ${path}`).toSorted());
  });
});

describe("nobody says from outside what the edge says", () => {
  const forged = [
    "serin-arm: canary",
    "Serin-Arm: canary",
    "serin_arm: canary",
    "SERIN_RELEASE: mine",
    "serin-proof: x",
    "baggage: serin.arm=canary,tenant=7,serin.release=shop-1,serin.proof=AAAAAAAAAAAAAAAAAAAAAA",
    "Baggage: %73erin.arm=canary , SERIN.arm=canary",
    "cookie: serin=AAAAAAAAAAA.0123456789abcdef.1..AAAAAAAAAAAAAAAAAAAAAA; theme=dark",
    "Cookie: serin=canary",
    "x-forwarded-for: 203.0.113.9",
    "x_forwarded_for: 203.0.113.9",
    "x-forwarded-proto: https",
    "x-real-ip: 203.0.113.9",
    "forwarded: for=203.0.113.9",
    "content_length: 7",
    "transfer_encoding: chunked",
    "connection: serin-arm, x-forwarded-for, cookie, baggage",
  ].join("\r\n");

  const headersAt = (backend: RawBackend): readonly string[] =>
    (/^GET \/forged HTTP\/1\.1\r\n([\s\S]*?)\r\n\r\n/m.exec(backend.bytes())?.[1] ?? "").split("\r\n");
  const request = `GET /forged HTTP/1.1\r\nhost: a\r\n${forged}\r\nx-own: 1\r\n\r\n`;

  test("during a release", async () => {
    const { edge, backend } = await hostileWorld();
    openWire(edge.url, request);
    await expect.poll(() => headersAt(backend).length).toBeGreaterThan(3);
    const [proof, ...others] = headersAt(backend)
      .filter((line) => line.startsWith("baggage: "))
      .flatMap((line) => line.split(",").toReversed());
    expect(proof).toMatch(/^serin\.proof=[\w-]{22}$/);
    expect(proof).not.toContain("AAAA");
    expect(others.toReversed()).toEqual(["baggage: tenant=7", "serin.release=shop-1", "serin.arm=stable"]);
    expect(headersAt(backend).filter((line) => !line.startsWith("baggage: "))).toEqual([
      "host: a",
      "connection: keep-alive",
      "x-own: 1",
      "cookie: theme=dark",
      "x-forwarded-for: 127.0.0.1",
      "x-forwarded-proto: http",
      "x-forwarded-host: a",
      "serin-arm: stable",
      "serin-release: shop-1",
    ]);
  });

  test("and before any", async () => {
    const backend = await startRawBackend();
    const stable = { routes: [{ path: "/", service: "shop" }], targets: { shop: { canary: [], stable: [backend.url] } } };
    const { edge } = await openEdgeWorld({ trustedProxies: [], stable });
    openWire(edge.url, request);
    await expect.poll(() => headersAt(backend).length).toBeGreaterThan(3);
    expect(headersAt(backend).filter((line) => /serin|canary|203\.0\.113\.9|_/i.test(line))).toEqual([]);
    expect(headersAt(backend)).toContain("baggage: tenant=7");
  });

  test("a WebSocket says no more than a request", async () => {
    const { edge, backend } = await hostileWorld();
    const upgrade = request.replace("connection: ", "connection: upgrade, ").replace("x-own: 1", "upgrade: websocket");
    openWire(edge.url, upgrade);
    await expect.poll(() => headersAt(backend).length).toBeGreaterThan(3);
    const [baggage, ...others] = headersAt(backend).filter((line) => /serin|canary|203\.0\.113\.9|_/i.test(line));
    expect(baggage).toMatch(/^baggage: tenant=7,serin\.release=shop-1,serin\.arm=stable,serin\.proof=[\w-]{22}$/);
    expect(others).toEqual(["serin-arm: stable", "serin-release: shop-1"]);
  });

  test("a backend that shows what it was told does not show it to the client", async () => {
    const { edge, backend } = await hostileWorld();
    backend.answers.set(
      "GET /echo",
      "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nbaggage: serin.proof=x\r\nserin-arm: canary\r\nx-own: 1\r\n\r\nok",
    );
    const { headers } = await fetch(`${edge.url}/echo`);
    expect([...headers.keys()].filter((name) => /serin|baggage/.test(name))).toEqual([]);
    expect(headers.get("x-own")).toBe("1");
  });
});

test("others are served while all of it comes at once", async () => {
  const { edge, backend } = await hostileWorld();
  const bystanders = startBystanders(edge.url);
  const attacks = [
    `${post}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n`,
    `${chunked}\r\nzz\r\n`,
    `${get}x: ${"y".repeat(20_000)}\r\n\r\n`,
    "\0\0\0\r\n\r\n",
  ];
  await Promise.all(Array.from({ length: 200 }, (_, index) => openWire(edge.url, `${attacks[index % attacks.length]}${smuggled}`).closed));
  const { served, failed, longestMs } = await bystanders.end();
  expect(failed).toEqual([]);
  expect(served).toBeGreaterThan(4);
  expect(longestMs).toBeLessThan(20_000);
  expect(backend.bytes()).not.toContain("admin");
});
