import { describe, expect, onTestFinished, test } from "vitest";
import { scrape } from "../src/adapters/metrics/scrape.ts";
import type { Metric, MetricKind } from "../src/core/plan.ts";
import { createClock } from "../src/engine/clock.ts";
import type { Clock, MetricSource, Query, Reading, Target } from "../src/ports.ts";
import { metricsContract } from "./contract/metrics.ts";
import { startSmallServer, troublesOf } from "./contract/small-server.ts";
import type { SmallServer } from "./contract/small-server.ts";
import { sourceFaults } from "./contract/source-faults.ts";

const metric = (kind: MetricKind, query: Metric["query"]): Metric => ({
  name: "m",
  kind,
  unit: "request",
  source: "scrape",
  query,
  rate: 0.001,
  better: "lower",
  minRuns: 5,
});
const ask = (kind: MetricKind, words: Metric["query"], slowerThanMs: number | null = null): Query => ({
  quantity: "q",
  metric: metric(kind, words),
  slowerThanMs,
});
const never = new AbortController().signal;
const dataDir = "unused";

const errors = { bad: 'http_requests_total{status=~"5.."}', total: "http_requests_total" };
const page = (text: string) => (_: unknown, response: { end(text: string): void }) => response.end(text);
const target = (url: string, more: Partial<Target> = {}): Target => ({ service: "backend", arm: "canary", version: "2", url, ...more });

metricsContract("scrape", async () => {
  const server = await startSmallServer();
  const source = scrape.create(scrape.connection.parse({}), { clock: createClock(), dataDir });
  return {
    source,
    query: ask("ratio", errors),
    context: { release: "r", environment: "production", sinceMs: 0, targets: [target(server.url)] },
    show: ({ bad, total }) =>
      server.behave(page(`http_requests_total{status="200"} ${total - bad}\nhttp_requests_total{status="500"} ${bad}\n`)),
    showNothing: () => server.behave(page("up 1\n")),
    secret: null,
    ...troublesOf(server),
  };
});

sourceFaults("scrape", {
  connect: ({ url, timeoutMs, tls }) => ({
    source: scrape.create(scrape.connection.parse({ timeout: `${timeoutMs}ms`, tls }), { clock: createClock(), dataDir }),
    query: ask("ratio", errors),
    context: { release: "r", environment: "production", sinceMs: 0, targets: [target(url)] },
  }),
  answers: page('http_requests_total{status="200"} 3\nhttp_requests_total{status="500"} 1\n'),
  spoilt: {
    NaN: page("http_requests_total NaN\n"),
    infinity: page("http_requests_total +Inf\n"),
    "a count below zero": page("http_requests_total -1\n"),
    "a text as its value": page("http_requests_total many\n"),
    nothing: page(""),
    "a page that is cut off": page('http_requests_total{status="200"} 3\nhttp_requests_total{stat'),
  },
  hasTls: true,
  isJson: false,
});

/** Small targets, a source before them, and a clock whose hand the test moves; time-outs still run on the machine's clock. */
async function world(services: Readonly<Record<string, Partial<Target>>>, timeout = "20s") {
  const real = createClock();
  let nowMs = 1_755_600_000_000;
  const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs, wait: (ms, signal) => real.wait(ms, signal) };
  const servers = new Map<string, SmallServer>();
  const targets: Target[] = [];
  for (const [name, more] of Object.entries(services)) {
    const server = await startSmallServer(page("up 1\n"));
    onTestFinished(() => server.close());
    servers.set(name, server);
    targets.push(target(server.url, more));
  }
  const source: MetricSource = scrape.create(scrape.connection.parse({ timeout }), { clock, dataDir });
  const server = (name: string): SmallServer => {
    const found = servers.get(name);
    if (found === undefined) throw new Error(`no server ${name}`);
    return found;
  };
  return {
    server,
    show: (name: string, text: string) => server(name).behave(page(text)),
    advance: (ms: number) => (nowMs += ms),
    nowMs: () => nowMs,
    readAll: (queries: readonly Query[]) => source.read(queries, { release: "r", environment: "production", sinceMs: 0, targets }, never),
    async read(query: Query): Promise<Reading> {
      const reading = (await source.read([query], { release: "r", environment: "production", sinceMs: 0, targets }, never)).get(
        query.quantity,
      );
      if (reading === undefined) throw new Error("no reading");
      return reading;
    },
  };
}

const shown = (reading: Reading) =>
  reading.kind === "counters"
    ? reading.series.map(({ arm, bad, badAtMost, total }) => (badAtMost === undefined ? [arm, bad, total] : [arm, bad, badAtMost, total]))
    : reading;

describe("scrape reads", () => {
  test("all metrics of one target from one GET", async () => {
    const at = await world({ one: {} });
    await at.show("one", 'http_requests_total{status="500"} 1\nmemory_bytes 5\nfatal_total 0\n');
    const queries = [
      { ...ask("ratio", errors), quantity: "a" },
      { ...ask("level", { value: "memory_bytes", limit: 10 }), quantity: "b" },
      { ...ask("count", { bad: "fatal_total" }), quantity: "c" },
    ];
    const readings = await at.readAll(queries);
    expect(at.server("one").requests).toEqual(["GET /metrics"]);
    expect([...readings.values()].map(({ kind }) => kind)).toEqual(["counters", "level", "counters"]);
    expect(readings.get("b")).toMatchObject({ canary: 0.5, stable: null });
  });

  test("several targets of one version as one series each, their labels added up", async () => {
    const at = await world({ one: {}, two: {}, old: { arm: "stable", version: "1" } });
    for (const [name, count] of [
      ["one", 1],
      ["two", 2],
      ["old", 3],
    ] as const) {
      await at.show(name, `http_requests_total{status="500"} ${count}\nhttp_requests_total{status="200"} ${count * 10}\n`);
    }
    const reading = await at.read(ask("ratio", errors));
    expect(shown(reading)).toEqual([
      ["canary", 1, 11],
      ["canary", 2, 22],
      ["stable", 3, 33],
    ]);
    expect(reading.kind === "counters" && reading.series.map(({ series }) => series)).toEqual(
      ["one", "two", "old"].map((name) => at.server(name).url),
    );
  });

  test("service and version as labels of the target, unless the page has its own", async () => {
    const at = await world({ front: { service: "frontend" }, back: {} });
    await at.show("front", 'http_requests_total 1\nhttp_requests_total{service="legacy"} 7\n');
    await at.show("back", "http_requests_total 2\n");
    const total = (label: string) => at.read(ask("ratio", { bad: "none_total", total: `http_requests_total{${label}}` }));
    expect(shown(await total('service="backend"'))).toEqual([["canary", 0, 2]]);
    expect(shown(await total('service="legacy"'))).toEqual([["canary", 0, 7]]);
    expect(shown(await total('version="2",service!="legacy"'))).toEqual([
      ["canary", 0, 1],
      ["canary", 0, 2],
    ]);
  });

  test("conversions by good and total", async () => {
    const at = await world({ one: {} });
    await at.show("one", "trials_total 30\nlogins_total 100\n");
    expect(shown(await at.read(ask("ratio", { good: "trials_total", total: "logins_total" })))).toEqual([["canary", 30, 100]]);
  });

  test.each<[string, string, number, readonly unknown[]]>([
    ["a bucket that ends at the bound is exact", "", 500, ["canary", 4, 10]],
    ["a bound between buckets is bracketed", "", 700, ["canary", 1, 4, 10]],
    ["a bound below all buckets", "", 50, ["canary", 8, 10, 10]],
    ["a bound above all finite buckets", "", 5_000, ["canary", 0, 1, 10]],
    ["without +Inf the count stands for it", 'le="+Inf"', 500, ["canary", 4, 10]],
  ])("latencies: %s", async (_says, dropped, slowerThanMs, expected) => {
    const at = await world({ one: {} });
    const lines = ['h_bucket{le="0.1"} 2', 'h_bucket{le="0.5"} 6', 'h_bucket{le="2"} 9', 'h_bucket{le="+Inf"} 10', "h_sum 9", "h_count 10"];
    await at.show("one", lines.filter((line) => dropped === "" || !line.includes(dropped)).join("\n"));
    expect(shown(await at.read(ask("latency", { histogram: "h" }, slowerThanMs)))).toEqual([expected]);
  });

  test("latencies of all label sets, filtered by where", async () => {
    const at = await world({ one: {} });
    const lines = ["a", "b"].flatMap((route, i) => [
      `h_bucket{route="${route}",le="1"} ${i + 1}`,
      `h_bucket{route="${route}",le="+Inf"} ${i + 3}`,
    ]);
    await at.show("one", lines.join("\n"));
    expect(shown(await at.read(ask("latency", { histogram: "h" }, 1_000)))).toEqual([["canary", 4, 7]]);
    expect(shown(await at.read(ask("latency", { histogram: "h", where: 'route="b"' }, 1_000)))).toEqual([["canary", 2, 4]]);
    expect(shown(await at.read(ask("latency", { histogram: "h", where: 'service="frontend"' }, 1_000)))).toEqual({ kind: "no-data" });
  });

  test("a histogram without end and count cannot be used, and says so", async () => {
    const at = await world({ one: {} });
    await at.show("one", 'h_bucket{le="1"} 5\n');
    await expect(at.read(ask("latency", { histogram: "h" }, 1_000))).rejects.toThrow('neither a bucket le="+Inf" nor a count');
  });

  test("a counter that is no count is unavailable for its metric alone", async () => {
    const at = await world({ one: {} });
    await at.show("one", "http_requests_total NaN\nmemory 5\n");
    const readings = await at.readAll([ask("ratio", errors), { ...ask("level", { value: "memory" }), quantity: "memory" }]);
    expect(readings.get("q")).toMatchObject({ kind: "unavailable", why: expect.stringContaining("http_requests_total is NaN") });
    expect(readings.get("memory")).toMatchObject({ kind: "level", canary: 5 });
  });
});

describe("scrape levels", () => {
  const cpu = ask("level", { value: "process_cpu_seconds_total", per: "second", limit: 0.5 });

  test("a counter per second is a share of its limit, the highest target decides", async () => {
    const at = await world({ one: {}, two: {}, old: { arm: "stable", version: "1" } });
    const show = async (one: number, two: number, old: number) => {
      await at.show("one", `process_cpu_seconds_total ${one}\n`);
      await at.show("two", `process_cpu_seconds_total ${two}\n`);
      await at.show("old", `process_cpu_seconds_total ${old}\n`);
    };
    await show(100, 200, 300);
    expect(await at.read(cpu)).toEqual({ kind: "no-data" });
    at.advance(10_000);
    await show(101, 203, 300.5);
    expect(await at.read(cpu)).toMatchObject({ kind: "level", canary: 0.6, stable: 0.1 });
  });

  test("reading again at one instant keeps the level", async () => {
    const at = await world({ one: {} });
    await at.show("one", "process_cpu_seconds_total 1\n");
    await at.read(cpu);
    at.advance(4_000);
    await at.show("one", "process_cpu_seconds_total 2\n");
    const first = await at.read(cpu);
    expect(await at.read(cpu)).toEqual(first);
    expect(first).toMatchObject({ canary: 0.5 });
  });

  test("scrapes that are closer than a second are put together", async () => {
    const at = await world({ one: {} });
    const levels: unknown[] = [];
    for (let i = 0; i <= 8; i += 1) {
      await at.show("one", `process_cpu_seconds_total ${i * 0.05}\n`);
      const reading = await at.read(cpu);
      levels.push(reading.kind === "level" ? Number(reading.canary.toFixed(6)) : reading.kind);
      at.advance(250);
    }
    expect(levels).toEqual(["no-data", "no-data", "no-data", "no-data", 0.4, 0.4, 0.4, 0.4, 0.4]);
  });

  test("a restarted process counts from zero", async () => {
    const at = await world({ one: {} });
    await at.show("one", "process_cpu_seconds_total 900\n");
    await at.read(cpu);
    at.advance(10_000);
    await at.show("one", "process_cpu_seconds_total 2\n");
    expect(await at.read(cpu)).toMatchObject({ canary: 0.4 });
  });
});

describe("scrape knows when a counter began", () => {
  const born = (reading: Reading) => (reading.kind === "counters" ? reading.series.map(({ bornMs }) => bornMs) : reading.kind);

  test("by its process, moved to our clock by the answer's date", async () => {
    const at = await world({ one: {} });
    const theirNowMs = at.nowMs() + 3_600_000;
    await at.server("one").behave((_request, response) => {
      response.setHeader("date", new Date(theirNowMs).toUTCString());
      response.end(`http_requests_total 5\nprocess_start_time_seconds ${(theirNowMs - 60_000) / 1_000}\n`);
    });
    expect(born(await at.read(ask("ratio", errors)))).toEqual([at.nowMs() - 60_000]);
  });

  test("by its own _created", async () => {
    const at = await world({ one: {} });
    await at.server("one").behave((_request, response) => {
      response.setHeader("date", new Date(at.nowMs()).toUTCString());
      response.end(`http_requests_total{status="500"} 5\nhttp_requests_created{status="500"} ${at.nowMs() / 1_000 - 7}\n# EOF\n`);
    });
    expect(born(await at.read(ask("ratio", errors)))).toEqual([at.nowMs() - 7_000]);
  });

  test("by the page that did not have it yet, so that its first count is evidence", async () => {
    const at = await world({ one: {} });
    await at.show("one", "up 1\n");
    expect(born(await at.read(ask("ratio", errors)))).toEqual("no-data");
    at.advance(15_000);
    await at.show("one", 'http_requests_total{status="500"} 2\n');
    expect(born(await at.read(ask("ratio", errors)))).toEqual([at.nowMs()]);
  });

  test("a status that appears later is part of the same series", async () => {
    const at = await world({ one: {} });
    await at.show("one", 'http_requests_total{status="200"} 5\n');
    expect(shown(await at.read(ask("ratio", errors)))).toEqual([["canary", 0, 5]]);
    await at.show("one", 'http_requests_total{status="200"} 9\nhttp_requests_total{status="500"} 2\n');
    const reading = await at.read(ask("ratio", errors));
    expect(shown(reading)).toEqual([["canary", 2, 11]]);
    expect(born(reading)).toEqual([null]);
  });
});

describe("scrape and targets that do not answer", () => {
  const failures = ask("count", { bad: "serin_scrape_failures_total" });

  test("go on with the others of the arm, and are counted", async () => {
    const at = await world({ one: {}, two: {} });
    await at.show("one", "http_requests_total 1\n");
    await at.show("two", "http_requests_total 2\n");
    await at.read(ask("ratio", errors));
    await at.server("two").behave("refuses");
    expect(shown(await at.read(ask("ratio", errors)))).toEqual([["canary", 0, 1]]);
    expect(shown(await at.read(failures))).toEqual([
      ["canary", 0, 0],
      ["canary", 2, 0],
    ]);
    await at.show("two", "http_requests_total 3\n");
    expect(shown(await at.read(ask("ratio", errors)))).toEqual([
      ["canary", 0, 1],
      ["canary", 0, 3],
    ]);
    expect(shown(await at.read(failures))).toEqual([
      ["canary", 0, 0],
      ["canary", 2, 0],
    ]);
  });

  test("make only those metrics unavailable that their service has a part in", async () => {
    const at = await world({ front: { service: "frontend" }, back: {} }, "1s");
    await at.show("back", "http_requests_total 2\n");
    await at.server("front").behave("hangs");
    const readings = await at.readAll([
      ask("ratio", errors),
      { ...ask("ratio", { bad: "x", total: 'http_requests_total{service="backend"}' }), quantity: "backend" },
    ]);
    expect(readings.get("q")).toMatchObject({ kind: "unavailable", why: expect.stringContaining("no answer within 1000 ms") });
    expect(shown(readings.get("backend") ?? { kind: "no-data" })).toEqual([["canary", 0, 2]]);
  });

  test.each<[string, (at: Awaited<ReturnType<typeof world>>) => Promise<void>, string]>([
    ["refused", (at) => at.server("one").behave("refuses"), "connection refused"],
    ["an error status", (at) => at.server("one").behave((_, response) => response.writeHead(500).end()), "answered 500"],
    ["a web page", (at) => at.show("one", "<html></html>"), "line 1 of the metrics page is not a sample"],
  ])("throw when nothing is known: %s", async (_says, breakIt, message) => {
    const at = await world({ one: {} });
    await breakIt(at);
    await expect(at.read(ask("ratio", errors))).rejects.toThrow(message);
  });

  test("no targets at all are no data", async () => {
    const at = await world({});
    expect(await at.read(ask("ratio", errors))).toEqual({ kind: "no-data" });
  });
});

test.each<[MetricKind, Metric["query"], string]>([
  ["ratio", { total: "a" }, "exactly one of bad and good says what is counted. Write bad:"],
  ["ratio", { bad: "a", good: "b", total: "c" }, "exactly one of bad and good"],
  ["ratio", { bad: "a" }, "total is missing. Write total:"],
  ["ratio", { bad: "sum(a)", total: "b" }, 'bad: "sum(a)" is not a selector'],
  ["ratio", { bad: '{a="b"}', total: "b" }, "bad: the metric's name is missing"],
  ["latency", { histogram: "h_bucket" }, "Write histogram: h."],
  ["latency", { histogram: 'h{a="b"}' }, "histogram is the metric's name alone"],
  ["latency", { histogram: "h", where: "a=b" }, "where: "],
  ["latency", { histogram: "h", bounds: "ms" }, "Write bounds: seconds or bounds: milliseconds."],
  ["level", { value: "v", limit: 0 }, "limit is what 100 % means"],
  ["level", { value: "v", limit: "half" }, "limit is what 100 % means"],
  ["level", { value: "v", per: "minute" }, "Write per: second"],
  ["score", { value: "v" }, "counters and gauges have no score. Take the source http"],
])("scrape's words: %s %j is a problem with its remedy", (kind, words, problem) => {
  expect(scrape.checkQuery(kind, words)).toContain(problem);
});
