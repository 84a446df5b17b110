import { describe, expect, onTestFinished, test } from "vitest";
import { http } from "../src/adapters/metrics/http.ts";
import type { Metric, MetricKind } from "../src/core/plan.ts";
import { createClock } from "../src/engine/clock.ts";
import type { Query } from "../src/ports.ts";
import { metricsContract } from "./contract/metrics.ts";
import { startSmallServer, troublesOf } from "./contract/small-server.ts";
import { sourceFaults } from "./contract/source-faults.ts";
import { examinationOf } from "./sample-notices.ts";
import type { Behaviour } from "./contract/small-server.ts";
import { inEnglish } from "./fixtures/said-checks.ts";

const ask = (kind: MetricKind, query: Metric["query"], quantity = "q"): Query => ({
  quantity,
  metric: { name: "m", kind, unit: "request", source: "pricetruth", query, better: "higher", rate: 0.001, minRuns: 5 },
  slowerThanMs: null,
});
const context = { release: "r", environment: "production", sinceMs: 0, targets: [] };
const json =
  (value: unknown): Behaviour =>
  (_request, response) =>
    response.end(JSON.stringify(value));
const status =
  (code: number): Behaviour =>
  (_request, response) =>
    response.writeHead(code).end("{}");
const secret = "a-token-that-nobody-may-see";

metricsContract("http", async () => {
  const server = await startSmallServer();
  const words = { url: server.url.replace("//", `//user:${secret}@`), headers: { authorization: secret } };
  return {
    source: http.create(http.connection.parse(words), { clock: createClock(), dataDir: "unused" }),
    query: ask("ratio", { good: "$.trials", total: "$.people", path: `/counts?key=${secret}` }),
    context,
    show: ({ bad, total }) => server.behave(json({ trials: bad, people: total })),
    showNothing: () => server.behave(json({})),
    secret,
    ...troublesOf(server),
  };
});

sourceFaults("http", {
  connect: ({ url, timeoutMs, tls, secret: token }) => ({
    source: http.create(http.connection.parse({ url, timeout: `${timeoutMs}ms`, tls, headers: { authorization: token } }), {
      clock: createClock(),
      dataDir: "unused",
    }),
    query: ask("ratio", { bad: "$.failed", total: "$.all", path: "/counts" }),
    context,
  }),
  answers: json({ failed: 1, all: 4 }),
  spoilt: {
    "counts as texts": json({ failed: "1", all: "4" }),
    "counts that are missing": json({ failed: 1 }),
    "a count below zero": json({ failed: -1, all: 4 }),
    "more failed than there are": json({ failed: 5, all: 4 }),
    "NaN, which JSON does not know": (_request, response) => response.end('{"failed": NaN, "all": 4}'),
    "a number beyond all numbers": (_request, response) => response.end('{"failed": 1, "all": 1e999}'),
    "an answer that is cut off": (_request, response) => response.end('{"failed": 1, "al'),
  },
  hasTls: true,
});

async function world(options: { readonly service: Behaviour; readonly control?: Behaviour }) {
  const service = await startSmallServer(options.service);
  const control = await startSmallServer(options.control ?? status(200));
  onTestFinished(async () => {
    await Promise.all([service.close(), control.close()]);
  });
  if (options.service === "refuses") await service.behave("refuses");
  if (options.control === "refuses") await control.behave("refuses");
  const words = { url: service.url, timeout: options.service === "hangs" ? "1s" : "20s", headers: { "x-key": secret } };
  const connection = http.connection.parse(options.control === undefined ? words : { ...words, control: `${control.url}/health` });
  const source = http.create(connection, { clock: createClock(), dataDir: "unused" });
  const never = new AbortController().signal;
  const surroundings = { clock: createClock(), dataDir: "unused" };
  const examine = async (query: Query) =>
    inEnglish(await http.examine!(connection, { ...examinationOf([]), queries: [query] }, surroundings, never));
  return { service, control, examine, read: (...queries: Query[]) => source.read(queries, context, never) };
}

const consensus = ask("level", { path: "/api/consensus", select: "$.consensus" }, "consensus");
const probe = ask("probe", { path: "/health" }, "probe");

describe("http reads", () => {
  test.each<[string, unknown, Metric["query"], unknown]>([
    ["a number", { consensus: 0.83 }, { select: "$.consensus" }, { kind: "level", canary: 0.83, stable: null }],
    [
      "a filter",
      {
        runs: [
          { name: "a", score: 90 },
          { name: "b", score: 95 },
        ],
      },
      { select: "$.runs[?@.name=='b'].score" },
      { kind: "level", canary: 95 },
    ],
    ["nothing", {}, { select: "$.consensus" }, { kind: "no-data" }],
    ["null", { consensus: null }, { select: "$.consensus" }, { kind: "no-data" }],
  ])("%s", async (_says, body, words, reading) => {
    const at = await world({ service: json(body) });
    expect((await at.read(ask("level", words))).get("q")).toMatchObject(reading as object);
  });

  test.each<[string, Behaviour, string]>([
    ["several values", json({ a: [1, 2] }), "$.a[*] selects 2 values, not one"],
    ["a text", json({ a: ["1"] }), "$.a[*] selects no number"],
    ["no JSON", (_request, response) => response.end("<html>"), "the answer is no JSON"],
    ["an error status", status(404), "answered 404"],
  ])("nothing can be read from %s", async (_says, service, message) => {
    const at = await world({ service });
    await expect(at.read(ask("level", { select: "$.a[*]" }))).rejects.toThrow(message);
  });

  test("each path once, whatever the number of metrics", async () => {
    const at = await world({ service: json({ consensus: 0.8, sources: 7 }) });
    const sources = ask("level", { path: "/api/consensus", select: "$.sources" }, "sources");
    const readings = await at.read(consensus, sources, probe);
    expect([...at.service.requests].sort()).toEqual(["GET /api/consensus", "GET /health"]);
    expect(readings.get("sources")).toMatchObject({ canary: 7 });
  });

  test("both arms where the path tells them apart", async () => {
    const at = await world({ service: (request, response) => response.end(request.url === "/of/canary" ? "[1, 10]" : "[2, 20]") });
    const readings = await at.read(
      ask("ratio", { path: "/of/{arm}", bad: "$[0]", total: "$[1]" }),
      ask("level", { path: "/of/{arm}", select: "$[0]" }, "level"),
    );
    expect(readings.get("q")).toMatchObject({
      kind: "counters",
      series: [
        { arm: "canary", bad: 1, total: 10 },
        { arm: "stable", bad: 2, total: 20 },
      ],
    });
    expect(readings.get("level")).toMatchObject({ canary: 1, stable: 2 });
  });
});

describe("http probes: down is said only while the control target answers", () => {
  test.each<[string, Behaviour, Behaviour | undefined, unknown]>([
    ["answers: up", status(200), status(200), { kind: "probe", down: false }],
    ["says 404: up", status(404), status(200), { kind: "probe", down: false }],
    ["answers, without a control target: up", status(200), undefined, { kind: "probe", down: false }],
    ["5xx: down", status(503), status(200), { kind: "probe", down: true }],
    ["refused: down", "refuses", status(200), { kind: "probe", down: true }],
    ["time-out: down", "hangs", status(200), { kind: "probe", down: true }],
    ["broken off: down", (request) => request.socket.destroy(), status(200), { kind: "probe", down: true }],
    ["5xx and the control says 404: down", status(503), status(404), { kind: "probe", down: true }],
  ])("%s", async (_says, service, control, reading) => {
    const at = await world({ service, ...(control === undefined ? {} : { control }) });
    expect((await at.read(probe)).get("probe")).toMatchObject(reading as object);
  });

  test.each<[string, Behaviour, Behaviour | undefined, string]>([
    ["both refuse", "refuses", "refuses", "does not answer either"],
    ["both hang", "hangs", "hangs", "does not answer either"],
    ["the control says 5xx", status(500), status(502), "does not answer either"],
    ["there is no control target", "refuses", undefined, "no control target is configured"],
  ])("%s: unavailable, which is thrown", async (_says, service, control, message) => {
    const at = await world({ service, ...(control === undefined ? {} : { control }) });
    await expect(at.read(probe)).rejects.toThrow(message);
  });

  test("a dead service leaves its probe readable beside its numbers", async () => {
    const at = await world({ service: "refuses", control: status(200) });
    const readings = await at.read(consensus, probe);
    expect(readings.get("probe")).toMatchObject({ kind: "probe", down: true });
    expect(readings.get("consensus")).toMatchObject({ kind: "unavailable", why: expect.stringContaining("connection refused") });
  });

  test("the control target is asked without the service's headers", async () => {
    let seen: unknown = "not asked";
    const at = await world({
      service: status(200),
      control: (request, response) => {
        seen = request.headers["x-key"];
        response.end();
      },
    });
    await at.read(probe);
    expect(seen).toBeUndefined();
  });
});

test.each<[MetricKind, Metric["query"], string]>([
  ["level", {}, 'select is missing. Write select: "$.consensus"'],
  ["level", { select: "consensus" }, "is no JSONPath"],
  ["score", { select: "$[?match(@.a, '(a+)+$')]" }, "uses match() or search(). They can run without end."],
  ["score", { select: `$.${"a".repeat(500)}` }, "longer than 500 characters"],
  ["ratio", { total: "$.a" }, "exactly one of bad and good"],
  ["ratio", { bad: "$.a" }, "total is missing"],
  ["probe", { path: "health" }, "does not begin with /. Write path:"],
  ["latency", {}, "a JSON interface has no latency. Take the source scrape"],
])("http's words: %s %j is a problem with its remedy", (kind, words, problem) => {
  expect(http.checkQuery(kind, words)).toContain(problem);
});

test.each([{ url: "ftp://host" }, { url: "http://host/?a=b" }, { url: "http://host", timeout: "soon" }, { url: "http://host", more: 1 }])(
  "http's connection refuses %j",
  (words) => expect(http.connection.safeParse(words).success).toBe(false),
);

test("a token with a line break is said as that, and not shown", async () => {
  const server = await startSmallServer(status(200));
  onTestFinished(() => server.close());
  const connection = http.connection.parse({ url: server.url, headers: { authorization: `${secret}\nmore` } });
  const source = http.create(connection, { clock: createClock(), dataDir: "unused" });
  const error: unknown = await source.read([consensus], context, new AbortController().signal).catch((thrown: unknown) => thrown);
  expect(String(error)).toContain("a token or header for it has a line break");
  expect(String(error)).not.toContain(secret);
});

describe("what doctor is told of the control target", () => {
  test.each<[string, { readonly kind: MetricKind; readonly control?: Behaviour }, readonly unknown[]]>([
    ["nothing where no probe is asked for", { kind: "level" }, []],
    ["that there is none", { kind: "probe" }, [{ verdict: "wrong", says: expect.stringMatching(/^There is none, so the probe is never/) }]],
    ["that it answers", { kind: "probe", control: status(404) }, [{ verdict: "ok", says: expect.stringMatching(/health answers 404\.$/) }]],
    ["that it fails", { kind: "probe", control: status(502) }, [{ verdict: "wrong", says: expect.stringMatching(/answers 502, so/) }]],
    [
      "that it is silent",
      { kind: "probe", control: "refuses" },
      [{ verdict: "wrong", says: expect.stringMatching(/connection refused, so/) }],
    ],
  ])("%s", async (_says, { kind, ...given }, checks) => {
    const at = await world({ service: status(200), ...given });
    expect(await at.examine(ask(kind, { path: "/health" }))).toMatchObject(checks);
  });
});
