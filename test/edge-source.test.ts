import { describe, expect, test } from "vitest";
import { edge } from "../src/adapters/metrics/edge.ts";
import type { Metric, MetricKind } from "../src/core/plan.ts";
import { createClock } from "../src/engine/clock.ts";
import type { Query, Reading } from "../src/ports.ts";
import { metricsContract } from "./contract/metrics.ts";
import { personOn } from "./contract/person.ts";
import { startSmallServer, troublesOf } from "./contract/small-server.ts";
import { openEdgeWorld, token } from "./edge-world.ts";
import type { EdgeWorld } from "./edge-world.ts";

const never = new AbortController().signal;
const context = { release: "shop-1", environment: "production", sinceMs: 0, targets: [] };

function ask(
  kind: MetricKind,
  query: Metric["query"],
  more: { readonly unit?: "person" | "request"; readonly slowerThanMs?: number } = {},
): Query {
  const { unit = "request", slowerThanMs = null } = more;
  return {
    quantity: "q",
    metric: { name: "m", kind, unit, source: "edge", query, better: "lower", rate: 0.001, minRuns: 5 },
    slowerThanMs,
  };
}

const sourceOf = (...control: readonly string[]) =>
  edge.create(edge.connection.parse({ control, token }), { clock: createClock(), dataDir: "unused" });

metricsContract("edge", async () => {
  const server = await startSmallServer();
  const page = (lines: readonly string[]) =>
    server.behave((_request, response) => response.end(["process_start_time_seconds 1.7e9", ...lines, ""].join("\n")));
  const sample = (status: string, value: number): string =>
    `serin_edge_requests_total{arm="canary",service="shop",who="people",status="${status}",slice="1"} ${value}`;
  return {
    source: sourceOf(server.url),
    query: ask("ratio", { bad: "5xx" }),
    context,
    show: ({ bad, total }) => page([sample("5xx", bad), sample("2xx", total - bad), sample("aborted", 7)]),
    showNothing: () => page([]),
    secret: token,
    ...troublesOf(server),
  };
});

const tenSlices = Array.from({ length: 10 }, (_, slice) => slice);

async function read(world: EdgeWorld, query: Query): Promise<Reading> {
  const reading = (await sourceOf(world.edge.controlUrl).read([query], context, never)).get("q");
  if (reading === undefined) throw new Error("no reading");
  return reading;
}

/** Bad and total of each arm, added up. */
function arms(reading: Reading): Record<"canary" | "stable", readonly [number, number]> {
  if (reading.kind !== "counters") throw new Error(`not counters but ${reading.kind}`);
  const of = (arm: "canary" | "stable"): readonly [number, number] => {
    const own = reading.series.filter((one) => one.arm === arm);
    return [own.reduce((sum, { bad }) => sum + bad, 0), own.reduce((sum, { total }) => sum + total, 0)];
  };
  return { canary: of("canary"), stable: of("stable") };
}

describe("the edge's own numbers, read back", () => {
  test("requests by status, canary against drawn people on stable, both in ten slices that exist from the beginning", async () => {
    const world = await openEdgeWorld();
    const query = ask("ratio", { bad: "4xx+5xx", where: 'service="shop"' });
    expect(await read(world, query)).toEqual({ kind: "no-data" });
    await world.put({ sharePct: 50 });
    const first = await read(world, query);
    const slices = (arm: string) =>
      first.kind === "counters" ? first.series.filter((one) => one.arm === arm).map(({ slice }) => slice) : [];
    expect([slices("canary"), slices("stable")]).toEqual([tenSlices, tenSlices]);
    expect(arms(first)).toEqual({ canary: [0, 0], stable: [0, 0] });
    world.canary.on("GET /bad", (_request, response) => response.writeHead(500).end());
    world.stable.on("GET /bad", (_request, response) => response.writeHead(404).end());
    const [canary, stable] = [await personOn(world, "canary"), await personOn(world, "stable")];
    const before = arms(await read(world, query));
    for (const line of ["GET /bad", "GET /good", "GET /bad"]) for (const one of [canary, stable]) await one.ask(line);
    await world.person().ask("GET /bad");
    const after = arms(await read(world, query));
    const grown = (arm: "canary" | "stable") => [after[arm][0] - before[arm][0], after[arm][1] - before[arm][1]];
    expect([grown("canary"), grown("stable")]).toEqual([
      [2, 3],
      [2, 3],
    ]);
    expect(arms(await read(world, ask("ratio", { bad: "5xx" }))).stable[0]).toBe(0);
  });

  test("a person's requests, the login too, are in the slice of the bucket, a client's without a cookie in one slice, on both metrics", async () => {
    const world = await openEdgeWorld();
    await world.put({ sharePct: 50 });
    const one = await personOn(world, "canary");
    const bucket = Number((one.cookies.get("serin") ?? "").split(".")[2]);
    const queries = [ask("ratio", { bad: "5xx" }), ask("latency", {}, { slowerThanMs: 500 })];
    const slicesThatGrow = async (query: Query, requests: () => Promise<unknown>): Promise<readonly (number | null)[]> => {
      const before = await read(world, query);
      await requests();
      const after = await read(world, query);
      if (before.kind !== "counters" || after.kind !== "counters") throw new Error("no counters");
      const totals = new Map(before.series.map(({ series, total }) => [series, total]));
      return after.series.filter(({ series, total }) => total > (totals.get(series) ?? 0)).map(({ slice }) => slice);
    };
    for (const query of queries) {
      expect(await slicesThatGrow(query, () => Promise.all([1, 2, 3].map(() => one.ask("GET /api"))))).toEqual([bucket % 10]);
    }
    await world.put({ sharePct: 100 });
    const newcomer = world.person();
    const sliceOfLogin = await slicesThatGrow(ask("latency", {}, { slowerThanMs: 500 }), () => newcomer.ask("POST /login"));
    expect(sliceOfLogin).toEqual([Number((newcomer.cookies.get("serin") ?? "").split(".")[2]) % 10]);
    const bot = () => world.person().ask("GET /api", { "x-forwarded-for": "192.0.2.7, 203.0.113.9" });
    const first = await slicesThatGrow(ask("ratio", { bad: "5xx" }), () => Promise.all([1, 2, 3].map(bot)));
    expect(first).toHaveLength(1);
    for (const query of queries) expect(await slicesThatGrow(query, bot)).toEqual(first);
  });

  test("a request whose client goes away while it waits stays slow", async () => {
    const world = await openEdgeWorld();
    await world.put({ sharePct: 100 });
    const begun = new Promise<void>((resolve) => world.canary.on("GET /slow", () => resolve()));
    const query = ask("latency", {}, { slowerThanMs: 100 });
    const leaving = new AbortController();
    const slow = fetch(`${world.edge.url}/slow`, { signal: leaving.signal });
    await begun;
    await expect.poll(async () => arms(await read(world, query)).canary).toEqual([1, 1]);
    leaving.abort();
    await expect(slow).rejects.toThrow("aborted");
    await expect.poll(() => world.metric("serin_edge_in_flight")).toBe(0);
    expect(arms(await read(world, query)).canary).toEqual([1, 1]);
    expect(arms(await read(world, ask("ratio", { bad: "5xx" }))).canary).toEqual([0, 0]);
  });

  test("goals count each drawn person once, when the time is over", async () => {
    const world = await openEdgeWorld();
    await world.put({ sharePct: 50, goals: [{ name: "trial", request: "POST /trial", withinMs: 2_500 }] });
    const query = ask("ratio", { goal: "trial" }, { unit: "person" });
    expect(arms(await read(world, query))).toEqual({ canary: [0, 0], stable: [0, 0] });
    const [canary, stable] = [await personOn(world, "canary"), await personOn(world, "stable")];
    await canary.ask("POST /trial");
    await canary.ask("POST /trial");
    await stable.ask("GET /api");
    const { drawn } = await world.router.observe(never);
    expect([drawn?.canary, drawn?.stable].every((people) => people !== undefined && people > 0)).toBe(true);
    await expect.poll(async () => arms(await read(world, query))).toEqual({ canary: [1, drawn?.canary], stable: [0, drawn?.stable] });
  });

  test("affected people are told apart by the service of their first error, and each counts once", async () => {
    const world = await openEdgeWorld();
    const addresses = { canary: [world.canary.url], stable: [world.stable.url] };
    await world.put({
      sharePct: 50,
      routes: [
        { path: "/", service: "shop" },
        { path: "/api", service: "api" },
      ],
      targets: { shop: addresses, api: addresses },
    });
    for (const line of ["GET /api/bad", "GET /bad"]) world.canary.on(line, (_request, response) => response.writeHead(503).end());
    const affected = (): Promise<string[]> => world.samples('serin_edge_affected_people_total{arm="canary"');
    const count = (service: string, people: number): string =>
      `serin_edge_affected_people_total{arm="canary",service="${service}",kind="5xx"} ${people}`;
    expect(await affected()).toEqual([count("shop", 0), count("api", 0)]);
    const [one, other] = [await personOn(world, "canary"), await personOn(world, "canary")];
    await one.ask("GET /api/bad");
    await one.ask("GET /bad");
    await other.ask("GET /bad");
    expect(await affected()).toEqual([count("shop", 1), count("api", 1)]);
  });

  test("affected people are counted at the end of their turn, once", async () => {
    const world = await openEdgeWorld({ limits: { turnMs: 1_200 } });
    await world.put({ sharePct: 50 });
    world.canary.on("GET /bad", (_request, response) => response.writeHead(503).end());
    const one = await personOn(world, "canary");
    await one.ask("GET /bad");
    await one.ask("GET /bad");
    const query = ask("ratio", { bad: "affected" }, { unit: "person" });
    await expect.poll(async () => arms(await read(world, query)).canary[0]).toBe(1);
    expect(await world.metric('serin_edge_affected_people_total{arm="canary",service="shop",kind="5xx"}')).toBe(1);
    // The cookie remembers it for an edge that has never seen this person.
    expect(one.cookies.get("serin")).toMatch(/\.[a-z]*x[a-z]*\./);
  });

  test("a request that still waits is slow as soon as it is older than the line, and counted once", async () => {
    const world = await openEdgeWorld();
    await world.put({ sharePct: 100 });
    const answer = new Promise<() => void>((resolve) => {
      world.canary.on("GET /slow", (_request, response) => resolve(() => response.end()));
    });
    const query = ask("latency", {}, { slowerThanMs: 250 });
    const slow = world.person().ask("GET /slow");
    const finish = await answer;
    await expect.poll(async () => arms(await read(world, query)).canary).toEqual([1, 1]);
    finish();
    await slow;
    expect(arms(await read(world, query)).canary).toEqual([1, 1]);
  });

  test("a line between two buckets is bracketed", async () => {
    const server = await startSmallServer((_request, response) => {
      const bucket = (le: string, value: number): string =>
        `serin_edge_request_duration_seconds_bucket{arm="canary",who="people",le="${le}"} ${value}`;
      const lines = [
        bucket("0.5", 6),
        bucket("1", 8),
        bucket("+Inf", 10),
        'serin_edge_request_duration_seconds_count{arm="canary",who="people"} 10',
      ];
      response.end(`${lines.join("\n")}\n`);
    });
    const at = async (slowerThanMs: number) => {
      const reading = (await sourceOf(server.url).read([ask("latency", {}, { slowerThanMs })], context, never)).get("q");
      const canary = reading?.kind === "counters" ? reading.series.find(({ arm, slice }) => arm === "canary" && slice === 0) : undefined;
      return [canary?.bad, canary?.badAtMost, canary?.total];
    };
    expect([await at(500), await at(800), await at(1_500)]).toEqual([
      [4, undefined, 10],
      [2, 4, 10],
      [0, 2, 10],
    ]);
    // Below the first bound every request may be slow.
    expect(await at(100)).toEqual([4, 10, 10]);
    await server.close();
  });

  test("several edges are series of their own, and one that is silent makes the read throw", async () => {
    const [first, second] = [await openEdgeWorld(), await openEdgeWorld()];
    for (const world of [first, second]) await world.put({ sharePct: 50 });
    const source = sourceOf(first.edge.controlUrl, second.edge.controlUrl);
    const reading = (await source.read([ask("ratio", { bad: "5xx" })], context, never)).get("q");
    const names = reading?.kind === "counters" ? reading.series.map(({ series }) => series) : [];
    expect([names.length, new Set(names).size]).toEqual([40, 40]);
    await second.edge.close();
    await expect(source.read([ask("ratio", { bad: "5xx" })], context, never)).rejects.toThrow("connection refused");
  });
});

const badWords = 'bad: 3xx is not known to the edge. Write 5xx, 4xx, 4xx+5xx, affected, browser-errors, silent-pages, or "cls > 0.1".';

test.each<[string, MetricKind, Metric["query"], string | null]>([
  ["5xx", "ratio", { bad: "5xx" }, null],
  ["both classes, with a blank", "ratio", { bad: "4xx + 5xx" }, null],
  ["a goal", "ratio", { goal: "trial" }, null],
  ["affected people", "count", { bad: "affected" }, null],
  ["latency of one service", "latency", { where: 'service="backend"' }, null],
  ["nothing", "ratio", {}, "one of bad and goal is needed. Write bad: 5xx, bad: affected, or goal: with the name of one of traffic.goals."],
  [
    "both",
    "ratio",
    { bad: "5xx", goal: "trial" },
    "one of bad and goal is needed. Write bad: 5xx, bad: affected, or goal: with the name of one of traffic.goals.",
  ],
  ["another class", "ratio", { bad: "3xx" }, badWords],
  ["browser errors", "ratio", { bad: "browser-errors" }, null],
  ["browser errors that must not be", "count", { bad: "browser-errors" }, null],
  ["silent pages", "ratio", { bad: "silent-pages" }, null],
  ["the largest paint", "latency", { of: "lcp" }, null],
  ["answers to clicks of one service's pages", "latency", { of: "inp", where: 'service="shop"' }, null],
  ["another latency", "latency", { of: "fcp" }, "of: fcp is not known to the edge. Write lcp or inp, or leave it out for requests."],
  [
    "browser errors of one service",
    "ratio",
    { bad: "browser-errors", where: 'service="a"' },
    "people are counted over all services. Leave where out.",
  ],
  ["people of one service", "ratio", { goal: "trial", where: 'service="a"' }, "people are counted over all services. Leave where out."],
])("the words of a plan: %s", (_says, kind, words, problem) => expect(edge.checkQuery(kind, words)).toBe(problem));
