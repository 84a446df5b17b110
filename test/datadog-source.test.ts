import { describe, expect, onTestFinished, test } from "vitest";
import { datadog } from "../src/adapters/metrics/datadog.ts";
import { readScalars, scalarBody, tagValue } from "../src/adapters/metrics/datadog/scalar.ts";
import type { Metric, MetricKind } from "../src/core/plan.ts";
import { createClock } from "../src/engine/clock.ts";
import type { Clock, Query, ReadContext } from "../src/ports.ts";
import { metricsContract } from "./contract/metrics.ts";
import { startSmallServer, troublesOf } from "./contract/small-server.ts";
import type { Behaviour } from "./contract/small-server.ts";
import { sourceFaults } from "./contract/source-faults.ts";
import { hastyClock } from "./fixtures/hasty-clock.ts";
import { samplePlan } from "./sample-plan.ts";
import { sampleContext, sampleQuery, sampleTarget } from "./sample-query.ts";
import { inEnglish } from "./fixtures/said-checks.ts";

const secret = "dd-a-key-that-nobody-may-see";
const hits = "sum:http.requests{status:5xx,{arm}}.as_count()";
const total = "sum:http.requests{{arm}}.as_count()";
const never = new AbortController().signal;
const context = sampleContext(Date.now() - 600_000);

const ask = (query: Metric["query"], kind: MetricKind = "ratio", quantity = "errors"): Query =>
  sampleQuery(quantity, { source: "datadog", kind, query });

const errors = ask({ bad: hits, total });

interface Asked {
  readonly from: number;
  readonly to: number;
  readonly queries: readonly { readonly name: string; readonly query: string; readonly aggregator: string; readonly data_source: string }[];
}

/**
 * A server that answers scalar requests as Datadog documents them; what a query counts is looked up by a piece of its text. `seen` gets each
 * request. Source: https://docs.datadoghq.com/api/latest/metrics/query-scalar-data-across-multiple-products/
 */
function smallDatadog(values: Readonly<Record<string, number | null>>, seen: Asked[] = []): Exclude<Behaviour, string> {
  return (request, response) => {
    let body = "";
    request.on("data", (piece: Buffer) => (body += piece.toString()));
    request.on("end", () => {
      if (request.url === "/api/v1/validate") return response.end('{"valid":true}');
      const { attributes } = (JSON.parse(body) as { readonly data: { readonly attributes: Asked } }).data;
      seen.push(attributes);
      const columns = attributes.queries.map(({ name, query }) => {
        const found = Object.entries(values).find(([piece]) => query.includes(piece));
        return { name, type: "number", values: [found?.[1] ?? null], meta: { unit: null } };
      });
      return response.end(JSON.stringify({ data: { id: "0", type: "scalar_response", attributes: { columns } } }));
    });
  };
}

const connect = (url: string, words: object = {}, clock: Clock = createClock()) =>
  datadog.create(datadog.connection.parse({ url, apiKey: secret, appKey: secret, ...words }), { clock, dataDir: "unused" });

metricsContract("datadog", async () => {
  const server = await startSmallServer();
  return {
    source: connect(server.url.replace("//", `//user:${secret}@`)),
    query: errors,
    context,
    show: (counts) =>
      server.behave(smallDatadog({ "status:5xx,service:frontend,version:2": counts.bad, "{service:frontend,version:2}": counts.total })),
    showNothing: () => server.behave(smallDatadog({})),
    secret,
    ...troublesOf(server),
  };
});

const answering =
  (value: string): Behaviour =>
  (_request, response) =>
    response.end(
      `{"data":{"type":"scalar_response","attributes":{"columns":[{"name":"q0","type":"number","values":[${value}]},{"name":"q1","type":"number","values":[4]}]}}}`,
    );

sourceFaults("datadog", {
  connect: ({ url, timeoutMs, tls, secret: key }) => ({
    source: connect(url, { apiKey: key, appKey: key, timeout: `${timeoutMs}ms`, tls }, hastyClock()),
    query: errors,
    context,
  }),
  answers: answering("1"),
  spoilt: {
    "a count as a text": answering('"1"'),
    "a count below zero": answering("-1"),
    "NaN, which JSON does not know": answering("NaN"),
    "a number beyond all numbers": answering("1e999"),
    "more errors than requests": answering("5"),
    "several values": answering("1, 2"),
    "its errors with status 200": (_request, response) => response.end('{"errors":["Invalid query"]}'),
  },
  hasTls: true,
});

async function world(values: Readonly<Record<string, number | null>>, words: object = {}, clock: Clock = createClock()) {
  const seen: Asked[] = [];
  const server = await startSmallServer(smallDatadog(values, seen));
  onTestFinished(() => server.close());
  const source = connect(server.url, words, clock);
  return {
    server,
    seen,
    read: async (query: Query, at: ReadContext = context) => (await source.read([query], at, never)).get(query.quantity),
  };
}

describe("datadog", () => {
  test("adds up each arm by the tags of its services and versions", async () => {
    const targets = [
      sampleTarget("canary", "2"),
      sampleTarget("stable", "1"),
      sampleTarget("canary", "shop/api:7", "backend"),
      sampleTarget("stable", "shop/api:6", "backend"),
    ];
    const at = await world({
      "5xx,service:frontend,version:2": 3,
      "{service:frontend,version:2}": 100,
      "{service:backend,version:7}": 50,
      "{service:frontend,version:1}": 900,
    });
    expect(await at.read(errors, { ...context, targets })).toEqual({
      kind: "counters",
      atMs: expect.any(Number),
      series: [
        { series: "sum canary", arm: "canary", bad: 3, total: 150, slice: null, bornMs: null, neverRestarts: true },
        { series: "sum stable", arm: "stable", bad: 0, total: 900, slice: null, bornMs: null, neverRestarts: true },
      ],
    });
  });

  test("asks for the whole minutes since the release began that had time to arrive, rolled up by whole minutes", async () => {
    const real = createClock();
    const at = await world(
      { "version:2": 1 },
      { delay: "2m" },
      { ...real, nowMs: () => 3_600_000, monotonicMs: () => 0, wait: real.wait.bind(real) },
    );
    await at.read(errors, { ...context, sinceMs: 90_000 });
    expect(at.seen[0]).toMatchObject({ from: 60_000, to: 3_480_000 });
    expect(at.seen[0]?.queries[0]).toEqual({
      data_source: "metrics",
      name: "q0",
      query: "sum:http.requests{status:5xx,service:frontend,version:2}.as_count().rollup(sum, 60)",
      aggregator: "sum",
    });
    expect(await at.read(errors, { ...context, sinceMs: 3_500_000 })).toEqual({ kind: "no-data" });
  });

  test("levels are means of the last minutes", async () => {
    const at = await world({ "version:2": 0.42, "version:1": 0.37 });
    expect(await at.read(ask({ value: "avg:container.cpu.usage{{arm}}" }, "level"))).toMatchObject({
      kind: "level",
      canary: 0.42,
      stable: 0.37,
    });
    expect(at.seen[0]?.queries[0]).toMatchObject({ aggregator: "avg" });
  });

  test("both arms on one version are told apart by nothing", async () => {
    const at = await world({});
    await expect(at.read(errors, { ...context, targets: [sampleTarget("canary", "2"), sampleTarget("stable", "2")] })).rejects.toThrow(
      "both arms are selected by service:frontend,version:2",
    );
  });

  test("429 asks all queries for patience", async () => {
    const at = await world({ "version:2": 1 });
    await at.server.behave((_request, response) => response.writeHead(429, { "x-ratelimit-reset": "20" }).end('{"errors":["Rate limit"]}'));
    await expect(at.read(errors)).rejects.toThrow("answered 429 (Rate limit)");
    const before = at.server.requests.length;
    await expect(at.read(ask({ value: "avg:a{{arm}}" }, "level"))).rejects.toThrow(
      /Datadog was asked too often \(429\) and wants (?:20|19) s more/,
    );
    expect(at.server.requests).toHaveLength(before);
  });

  test("long releases are rolled up more coarsely, and columns are read by their names", () => {
    const bucket = (hours: number): unknown =>
      /rollup\(sum, (\d+)\)/.exec(scalarBody([{ query: "q", aggregator: "sum" }], { fromMs: 0, toMs: hours * 3_600_000 }))?.[1];
    expect([1, 23, 24, 100, 200].map(bucket)).toEqual(["60", "60", "300", "300", "3600"]);
    const columns = (...names: string[]) => ({
      data: { attributes: { columns: names.map((name) => ({ name, type: "number", values: [Number(name.slice(1))] })) } },
    });
    expect(readScalars(columns("q1", "q0"), 2)).toEqual([0, 1]);
    expect(readScalars(columns("q1"), 2)).toEqual([null, 1]);
    expect(readScalars(columns("a"), 1)).toBeNull();
    expect(readScalars(columns(), 2)).toEqual([null, null]);
    expect(tagValue("Feature/X y+1")).toBe("feature/x_y_1");
  });

  test("examine: keys, and points of each query under the services' tags", async () => {
    const server = await startSmallServer(smallDatadog({ "{service:frontend,version:*}": 7 }));
    onTestFinished(() => server.close());
    const connection = datadog.connection.parse({ url: server.url, apiKey: secret, appKey: secret });
    const surroundings = { clock: createClock(), dataDir: "unused" };
    const examination = {
      plan: samplePlan,
      queries: [errors, ask({ bad: hits, total, service: "frontend" }, "ratio", "frontend-errors")],
      recipients: [],
      versions: {},
      targets: [],
    };
    const checks = inEnglish((await datadog.examine?.(connection, examination, surroundings, never)) ?? []);
    expect(checks.map(({ verdict, what, says }) => `${verdict} ${what}: ${says}`)).toEqual([
      "ok API key: Datadog knows it.",
      "doubtful query of errors: No point of backend in the last hour for sum:http.requests{service:frontend,version:*}.as_count().",
      "ok query of frontend-errors: It has points in the last hour.",
    ]);
    await server.behave((_request, response) => response.writeHead(403).end('{"errors":["Forbidden"]}'));
    const refused = inEnglish((await datadog.examine?.(connection, examination, surroundings, never)) ?? []);
    expect(refused).toEqual([
      expect.objectContaining({ what: "API key", verdict: "wrong", says: expect.stringContaining("answered 403 (Forbidden)") }),
    ]);
  });
});

test.each<[MetricKind, Metric["query"], string]>([
  ["ratio", { total }, "exactly one of bad and good"],
  ["ratio", { bad: hits, good: hits, total }, "exactly one of bad and good"],
  ["ratio", { bad: hits }, "total is missing"],
  ["count", { bad: "sum:a{b:c}.as_count()", total }, "bad has no {arm}. It stands where the arm's tags go."],
  ["count", { bad: "sum:a{{arm}}", total }, "bad is not one metric in the form that is needed"],
  ["count", { bad: "avg:a{{arm}}.as_count()", total }, "bad is not one metric"],
  ["count", { bad: "sum:a{{arm}} by {host}.as_count()", total }, 'no "by"'],
  ["count", { bad: "sum:a{{arm}}.as_count() + sum:b{{arm}}.as_count()", total }, "bad is not one metric"],
  ["count", { bad: "sum:a{{arm}}.as_count().rollup(sum, 5)", total }, "bad is not one metric"],
  ["level", {}, "value is missing"],
  ["latency", {}, "Datadog has no latency here"],
])("datadog's words: a %s with %j is a problem with its remedy", (kind, words, problem) => {
  expect(datadog.checkQuery(kind, words)).toContain(problem);
});

test.each([
  { apiKey: secret },
  { apiKey: secret, appKey: "" },
  { apiKey: secret, appKey: secret, delay: "soon" },
  { apiKey: secret, appKey: secret, site: "eu" },
])("datadog's connection refuses %j", (words) => expect(datadog.connection.safeParse(words).success).toBe(false));
