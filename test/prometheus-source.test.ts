import { describe, expect, test } from "vitest";
import { prometheus } from "../src/adapters/metrics/prometheus.ts";
import { createClock } from "../src/engine/clock.ts";
import { metricsContract } from "./contract/metrics.ts";
import { startSmallServer, troublesOf } from "./contract/small-server.ts";
import type { Behaviour } from "./contract/small-server.ts";
import { sourceFaults } from "./contract/source-faults.ts";
import { createSmallPrometheus } from "./fixtures/small-prometheus.ts";
import { ask, context, counts, errors, never, shop, shown, target, world } from "./prometheus-world.ts";
import type { World } from "./prometheus-world.ts";

const dataDir = "unused";
const secret = "a-token-that-nobody-may-see";

metricsContract("prometheus", async () => {
  const kept = createSmallPrometheus();
  const server = await startSmallServer(kept.answers);
  const words = { url: server.url, headers: { "x-scope-orgid": "shop", authorization: secret } };
  const serve = async (metrics: Readonly<Record<string, number>>): Promise<void> => {
    kept.scrape(Date.now(), shop, metrics);
    await server.behave(kept.answers);
  };
  return {
    source: prometheus.create(prometheus.connection.parse(words), { clock: createClock(), dataDir }),
    query: errors,
    context: context(target()),
    show: ({ bad, total }) => serve(counts(bad, total)),
    showNothing: () => serve({}),
    secret,
    ...troublesOf(server),
  };
});

const matrix =
  (result: unknown): Behaviour =>
  (_request, response) =>
    response.end(JSON.stringify({ status: "success", data: { resultType: "matrix", result } }));
const one = (values: unknown, labels: object = {}) => matrix([{ metric: { __name__: "http_requests_total", ...shop, ...labels }, values }]);
const nowSeconds = Date.now() / 1_000;

sourceFaults("prometheus", {
  connect: ({ url, timeoutMs, tls, secret: token }) => ({
    source: prometheus.create(prometheus.connection.parse({ url, token, tls, timeout: `${timeoutMs}ms` }), {
      clock: createClock(),
      dataDir,
    }),
    query: errors,
    context: context(target()),
  }),
  // Every moment has just been scraped, whatever the time that is asked for.
  answers: (request, response) => {
    const kept = createSmallPrometheus();
    const nowMs = Date.parse(String(response.getHeader("date") ?? new Date().toUTCString()));
    kept.scrape(nowMs - 1_000, shop, counts(1, 4));
    kept.answers(request, response);
  },
  spoilt: {
    NaN: one([[nowSeconds, "NaN"]]),
    infinity: one([[nowSeconds, "+Inf"]]),
    "a count below zero": one([[nowSeconds, "-1"]]),
    "a number where a text belongs": one([[nowSeconds, 5]]),
    "a time that is a text": one([[String(nowSeconds), "5"]]),
    "an empty value": one([[nowSeconds, ""]]),
    "no samples": one(null),
    "a native histogram": matrix([{ metric: { __name__: "http_requests_total", ...shop }, histograms: [[nowSeconds, {}]] }]),
    "a vector": (_request, response) => response.end('{"status":"success","data":{"resultType":"vector","result":[]}}'),
    "an error as a success": (_request, response) => response.end('{"status":"error","errorType":"timeout","error":"query timed out"}'),
    "a part of the data": (_request, response) =>
      response.end('{"status":"success","warnings":["store api: no such host"],"data":{"resultType":"matrix","result":[]}}'),
    "labels that are no texts": one([[nowSeconds, "5"]], { status: 500 }),
  },
  hasTls: true,
});

describe("prometheus: one question for everything", () => {
  test("all metrics of all targets are one query, with raw samples and no rate()", async () => {
    const at = await world();
    at.scrape({ ...counts(1, 4), memory_bytes: 5, 'lat_bucket{le="0.5"}': 3, 'lat_bucket{le="+Inf"}': 4, lat_count: 4 });
    at.scrape({ memory_bytes: 4 }, { job: "shop", instance: "127.0.0.1:4000" });
    const queries = [
      { ...errors, quantity: "errors" },
      ask("level", { value: "memory_bytes", limit: 10 }, null, "memory"),
      ask("latency", { histogram: "lat" }, 500, "latency"),
    ];
    const readings = await at.readAll(queries, target(), target({ arm: "stable", version: "1", url: "http://127.0.0.1:4000" }));
    expect(at.kept.queries).toEqual([
      '{__name__=~"http_requests_total|lat_bucket|lat_count|memory_bytes|process_start_time_seconds|up",' +
        'instance=~"127\\\\.0\\\\.0\\\\.1:4000|127\\\\.0\\\\.0\\\\.1:4001"}[150000ms]',
    ]);
    expect([...readings.values()].map(({ kind }) => kind)).toEqual(["counters", "level", "counters"]);
    expect(readings.get("memory")).toMatchObject({ canary: 0.5, stable: 0.4 });
  });

  test("conditions that all share are Prometheus' work, and service and version are ours", async () => {
    const at = await world({ where: 'cluster="c1"' });
    at.scrape({}, { ...shop, cluster: "c1" });
    const words = { histogram: "lat", where: 'service="backend",route!="/health"' };
    await at.read(ask("latency", words, 500));
    expect(at.kept.queries).toHaveLength(2);
    expect(at.kept.queries[1]).toBe(
      '{__name__=~"lat_bucket|lat_count",route!="/health",instance=~"127\\\\.0\\\\.0\\\\.1:4001",cluster="c1"}[150000ms]',
    );
  });

  test("readings of many releases that come together are asked together, and each gets its own", async () => {
    const at = await world();
    const targets = Array.from({ length: 40 }, (_, index) => target({ url: `http://127.0.0.1:${5_000 + index}` }));
    for (const [index] of targets.entries()) at.scrape(counts(index, 100), { job: "shop", instance: `127.0.0.1:${5_000 + index}` });
    const readings = await Promise.all(
      targets.map((its, index) => at.source.read([errors], { ...context(its), release: `r${index}` }, never)),
    );
    expect(readings.map((reading) => shown(reading.get("q") ?? { kind: "no-data" }))).toEqual(
      targets.map((_, index) => [["canary", index, 100]]),
    );
    expect(at.kept.queries.length).toBeLessThanOrEqual(2);
  });

  test("a reading that gives up leaves the others their answer", async () => {
    const at = await world();
    at.scrape(counts(1, 4));
    const abort = new AbortController();
    const given = at.source.read([errors], context(target()), abort.signal);
    const kept = at.source.read([errors], context(target()), never);
    abort.abort(new Error("the tick is over"));
    await expect(given).rejects.toThrow("the tick is over");
    expect(shown((await kept).get("q") ?? { kind: "no-data" })).toEqual([["canary", 1, 4]]);
  });
});

test.each([-36, -1, 1, 36])("a clock that is %d hours off: the samples are moved to our time", async (hours) => {
  const at = await world();
  const aheadMs = hours * 3_600_000;
  await at.server.behave((request, response) => {
    response.setHeader("date", new Date(at.nowMs() + aheadMs).toUTCString());
    at.kept.answers(request, response);
  });
  at.kept.scrape(at.nowMs() + aheadMs - 3_000, shop, counts(1, 4));
  expect(await at.read(errors)).toMatchObject({ kind: "counters", atMs: at.nowMs() - 3_000 });
});

test.each<[string, object, Readonly<Record<string, string>>]>([
  ["basic", { basic: { user: "serin", password: "pass word" } }, { authorization: "Basic c2VyaW46cGFzcyB3b3Jk" }],
  ["a bearer token", { token: "t" }, { authorization: "Bearer t" }],
  ["headers of one's own", { headers: { "X-Scope-OrgID": "shop" } }, { "x-scope-orgid": "shop" }],
])("sends %s", async (_says, words, headers) => {
  const at = await world(words);
  at.scrape(counts(1, 4));
  await at.read(errors);
  expect(at.kept.headers()).toMatchObject(headers);
});

test("keeps the path prefix", async () => {
  const at = await world();
  at.scrape(counts(1, 4));
  const source = prometheus.create({ ...at.connection, url: `${at.server.url}/prometheus/` }, { clock: at.clock, dataDir });
  await expect(source.read([errors], context(target()), never)).rejects.toThrow(`${at.server.url}/prometheus/api/v1/query: answered 404`);
});

test.each<[object, string]>([
  [{ url: "http://user:pass@host" }, "Write user and password as basic"],
  [{ url: "http://host/?a=b" }, "no query and no fragment"],
  [{ url: "http://host", token: "t", basic: { user: "u", password: "p" } }, "basic or token, not both"],
  [{ url: "http://host", arms: [{ pod: "{pood}-*" }] }, "In braces stands one of {service}"],
  [{ url: "http://host", arms: [{}] }, "At least one label"],
  [{ url: "http://host", where: "rate(x)" }, "Write labels such as"],
  [{ url: "http://host", lookback: "0s" }, "from 1s to 1h"],
  [{ url: "http://host", more: 1 }, "more"],
])("its connection refuses %j", (words, problem) => {
  expect(JSON.stringify(prometheus.connection.safeParse(words).error?.issues)).toContain(problem);
});

describe("prometheus examined", () => {
  const examined = async (words: object, options: { readonly query?: typeof errors; readonly scrape?: (at: World) => void }) => {
    const at = await world(words);
    for (let scrapes = 0; scrapes < 4; scrapes += 1) {
      at.scrape(counts(1, 4));
      options.scrape?.(at);
      at.advance(15_000);
    }
    return at.examine([options.query ?? errors], target({ arm: "stable" }));
  };

  test("says the version and how often it scrapes; of a metric that every arm has the reading itself says enough", async () => {
    expect(await examined({}, {})).toEqual([
      {
        what: expect.stringContaining("Prometheus http://127.0.0.1:"),
        verdict: "ok",
        says: "It answers; it is version 2.42.0.",
        remedy: null,
      },
      { what: expect.any(String), verdict: "ok", says: "It scrapes every 15 s.", remedy: null },
    ]);
  });

  test.each<[string, object, Parameters<typeof examined>[1], string, string]>([
    [
      "a name that is not there",
      {},
      { query: ask("count", { bad: "http_request_total" }) },
      "There is no series http_request_total.",
      "Did you mean http_requests_total? Write a metric that Prometheus has; only a counter",
    ],
    [
      "an arm that is not there",
      { arms: [{ serin_arm: "{arm}" }] },
      {},
      'backend stable has 0 of the 2 series of http_requests_total: looked for serin_arm="stable", found series without serin_arm.',
      "Write arms in the connection",
    ],
    ["too short a lookback", { lookback: "31s" }, {}, "It scrapes every 15 s, and lookback is 31s.", "two and a half scrapes"],
    [
      "a series that is there twice",
      {},
      { scrape: (at) => at.scrape(counts(1, 4), { ...shop, job: "pods" }) },
      "is there twice",
      "under Configure",
    ],
  ])("finds %s", async (_says, words, options, says, remedy) => {
    const bad = (await examined(words, options)).filter(({ verdict }) => verdict !== "ok");
    expect(bad).toEqual([expect.objectContaining({ says: expect.stringContaining(says), remedy: expect.stringContaining(remedy) })]);
  });

  test.each<[string, Behaviour, string, string]>([
    ["refuses", "refuses", "connection refused", "See that it runs"],
    ["does not know us", (_request, response) => response.writeHead(401).end("{}"), "answered 401", "Give the connection a token"],
  ])("a server that %s is one check that is wrong", async (_says, behaviour, says, remedy) => {
    const at = await world();
    await at.server.behave(behaviour);
    const wrong = { verdict: "wrong", says: expect.stringContaining(says), remedy: expect.stringContaining(remedy) };
    expect(await at.examine([errors], target())).toEqual([expect.objectContaining(wrong)]);
  });

  test("a clock that is off is said", async () => {
    const at = await world();
    await at.server.behave((request, response) => {
      response.setHeader("date", new Date(at.nowMs() + 90_000).toUTCString());
      at.kept.answers(request, response);
    });
    const checks = await at.examine([errors], target());
    expect(checks.map(({ says }) => says)).toContain("Clocks differ (its clock is 90 s ahead of ours); its samples are moved to our time.");
  });
});

test("a query that is refused is asked for alone, so that one release's words are no other's outage", async () => {
  const at = await world();
  at.scrape(counts(1, 4));
  await at.server.behave((request, response) => {
    let body = "";
    request.on("data", (piece) => (body += String(piece)));
    request.on("end", () => {
      const isPoison = body.includes("poison");
      if (isPoison) response.writeHead(422).end('{"status":"error","errorType":"execution","error":"too many samples"}');
      else response.end(JSON.stringify({ status: "success", data: { resultType: "matrix", result: [sample(at.nowMs())] } }));
    });
  });
  const bad = at.source.read([ask("count", { bad: "poison_total" })], { ...context(target()), release: "other" }, never);
  const good = at.source.read([errors], context(target()), never);
  await expect(bad).rejects.toThrow("answered 422: execution: too many samples");
  expect(shown((await good).get("q") ?? { kind: "no-data" })).toEqual([["canary", 0, 4]]);
});

const sample = (ms: number) => ({ metric: { __name__: "http_requests_total", ...shop }, values: [[ms / 1_000, "4"]] });
