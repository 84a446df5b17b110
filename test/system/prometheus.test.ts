import { expect, test, vi } from "vitest";
import { prometheus } from "../../src/adapters/metrics/prometheus.ts";
import type { Metric, MetricKind } from "../../src/core/plan.ts";
import { createClock } from "../../src/engine/clock.ts";
import { difference } from "../../src/engine/increments.ts";
import type { Query, Reading, Target } from "../../src/ports.ts";
import { createAuthority } from "../contract/certificates.ts";
import { onSystem } from "./on-system.ts";
import { startCounting, startPrometheus } from "./real-prometheus.ts";
import type { Counting } from "./real-prometheus.ts";
import { samplePlan } from "../sample-plan.ts";
import { inEnglish } from "../fixtures/said-checks.ts";

const never = new AbortController().signal;
const soon = { timeout: 60_000, interval: 200 };

const ask = (kind: MetricKind, query: Metric["query"], more: Partial<Query> = {}): Query => ({
  quantity: "q",
  metric: { name: "m", kind, unit: "request", source: "prometheus", query, rate: 0.001, better: "lower", minRuns: 5 },
  slowerThanMs: null,
  ...more,
});
const errors = ask("ratio", { bad: 'http_requests_total{status=~"5.."}', total: "http_requests_total" }, { quantity: "errors" });
const slow = ask("latency", { histogram: "http_request_duration_seconds" }, { quantity: "slow", slowerThanMs: 500 });
const between = ask("latency", { histogram: "http_request_duration_seconds" }, { quantity: "between", slowerThanMs: 700 });
const cpu = ask("level", { value: "process_cpu_seconds_total", per: "second", limit: 1 }, { quantity: "cpu" });
const memory = ask("level", { value: "process_resident_memory_bytes" }, { quantity: "memory" });

const target = ({ address }: Counting, arm: Target["arm"]): Target => ({
  service: "backend",
  arm,
  version: arm === "canary" ? "2" : "1",
  url: `http://${address}`,
});

/** A source before a Prometheus, and what the engine would add up from its readings. */
function follow(url: string, words: object = {}) {
  const connection = prometheus.connection.parse({ url, lookback: "10s", ...words });
  const source = prometheus.create(connection, { clock: createClock(), dataDir: "unused" });
  const cursors = new Map<string, Parameters<typeof difference>[1]>();
  const sums = { bad: 0, total: 0, slow: 0, steps: [] as number[] };
  let beforeMs: number | null = null;
  const read = async (targets: readonly Target[]): Promise<ReadonlyMap<string, Reading>> =>
    source.read([errors, slow, between, cpu, memory], { release: "r", environment: "production", sinceMs: 0, targets }, never);
  return {
    connection,
    sums,
    read,
    async step(...targets: readonly Target[]) {
      const readings = await read(targets);
      for (const { quantity } of [errors, slow]) {
        const reading = readings.get(quantity) ?? { kind: "no-data" };
        if (reading.kind === "unavailable") throw new Error(reading.why);
        const { seen, cursor } = difference(reading, cursors.get(quantity), beforeMs);
        cursors.set(quantity, { ...cursors.get(quantity), ...cursor });
        if (seen.kind !== "increment" || seen.increment.kind !== "counts") continue;
        const { bad, total } = seen.increment.canary;
        sums.steps.push(bad, total);
        if (quantity === "slow") sums.slow += bad;
        else [sums.bad, sums.total] = [sums.bad + bad, sums.total + total];
      }
      beforeMs = Date.now();
      return readings;
    },
  };
}

onSystem({ name: "the source prometheus on a real Prometheus", needs: ["prometheus"] }, () => {
  test("restart, loss, newcomer: every count that was scraped is there once, and nothing else", async () => {
    const [first, second, stable] = [await startCounting("2"), await startCounting("2"), await startCounting("1")];
    const server = await startPrometheus({ jobs: [{ job: "shop", addresses: [first, second, stable].map(({ address }) => address) }] });
    const at = follow(server.url);
    const truth = { bad: 0, total: 0, slow: 0 };
    const count = async (where: Counting, counted: { readonly ok: number; readonly bad: number; readonly slow: number }): Promise<void> => {
      await where.count(counted);
      truth.bad += counted.bad;
      truth.slow += counted.slow;
      truth.total += counted.ok + counted.bad + counted.slow;
    };
    let targets = [target(first, "canary"), target(second, "canary"), target(stable, "stable")];
    const untilTrue = () =>
      vi.waitFor(async () => {
        await at.step(...targets);
        const { bad, total, slow: slowSum } = at.sums;
        expect({ bad, total, slow: slowSum }).toEqual(truth);
      }, soon);
    // What was counted before anybody read is no evidence.
    await first.count({ ok: 1_000, bad: 100 });
    await vi.waitFor(async () => expect((await at.read(targets)).get("errors")).toMatchObject({ kind: "counters" }), soon);
    await vi.waitFor(async () => {
      const reading = (await at.read(targets)).get("errors");
      expect(reading?.kind === "counters" && reading.series.find(({ series }) => series.includes(first.address))?.total).toBe(1_100);
    }, soon);
    await at.step(...targets);

    await count(first, { ok: 90, bad: 7, slow: 3 });
    await count(second, { ok: 50, bad: 0, slow: 0 });
    await stable.count({ ok: 500, bad: 40 });
    await untilTrue();

    await first.restart();
    await count(first, { ok: 20, bad: 2, slow: 1 });
    await untilTrue();

    await count(second, { ok: 10, bad: 1, slow: 0 });
    await untilTrue();
    await second.kill();
    const third = await startCounting("2");
    await server.retarget(
      "shop",
      [first, third, stable].map(({ address }) => address),
    );
    targets = [target(first, "canary"), target(third, "canary"), target(stable, "stable")];
    await count(third, { ok: 30, bad: 5, slow: 2 });
    await count(first, { ok: 40, bad: 0, slow: 0 });
    await untilTrue();

    await first.restart();
    await count(first, { ok: 10, bad: 0, slow: 0 });
    await untilTrue();
    await count(first, { ok: 300, bad: 9, slow: 4 });
    await untilTrue();
    expect(Math.min(...at.sums.steps)).toBeGreaterThanOrEqual(0);

    await vi.waitFor(async () => {
      const readings = await at.read(targets);
      expect(readings.get("cpu")).toMatchObject({ kind: "level", canary: expect.any(Number), stable: expect.any(Number) });
    }, soon);
    await vi.waitFor(async () => {
      expect((await at.read(targets)).get("between")).toMatchObject({
        kind: "counters",
        series: expect.arrayContaining([expect.objectContaining({ bad: 0, badAtMost: 4 })]),
      });
    }, soon);
  });

  test("a server that is away is an outage, an arm that it does not know is said, and both end", async () => {
    const canary = await startCounting("2");
    const server = await startPrometheus({ jobs: [{ job: "shop", addresses: [] }] });
    const at = follow(server.url);
    await expect(at.read([target(canary, "canary")])).rejects.toThrow(`has nothing of backend canary with instance="${canary.address}"`);
    await server.retarget("shop", [canary.address]);
    await vi.waitFor(async () => expect((await at.read([target(canary, "canary")])).get("memory")).toMatchObject({ kind: "level" }), soon);
    await canary.kill();
    await vi.waitFor(async () => {
      await expect(at.read([target(canary, "canary")])).rejects.toThrow("cannot scrape backend canary: up is 0");
    }, soon);
    await server.stop();
    await expect(at.read([target(canary, "canary")])).rejects.toThrow("connection refused");
  });

  test("two jobs that scrape one process are refused, and told apart by where", async () => {
    const canary = await startCounting("2");
    await canary.count({ ok: 9, bad: 1 });
    const jobs = ["shop", "pods"].map((job) => ({ job, addresses: [canary.address] }));
    const server = await startPrometheus({ jobs });
    const twice = follow(server.url);
    await vi.waitFor(async () => {
      await expect(twice.read([target(canary, "canary")])).rejects.toThrow(/is there twice, with job="\w+" and with job="\w+"/);
    }, soon);
    const total = async (words: object) => {
      const reading = (await follow(server.url, words).read([target(canary, "canary")])).get("errors");
      return reading?.kind === "counters" ? reading.series.map((series) => [series.bad, series.total]) : reading;
    };
    await vi.waitFor(async () => {
      expect(await total({ where: 'job="shop"' })).toEqual([[1, 10]]);
      expect(await total({ deduplicate: ["job"] })).toEqual([[1, 10]]);
    }, soon);
  });

  test("TLS on both sides, and what doctor sees", async () => {
    const canary = await startCounting("2");
    await canary.count({ ok: 1 });
    const authority = createAuthority();
    const [theirs, ours] = [authority.issue("prometheus"), authority.issue("serin")];
    const files = { "server.pem": theirs.cert, "server.key": theirs.key, "ca.pem": authority.ca };
    const asks = "client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.pem";
    const web = `tls_server_config: { cert_file: server.pem, key_file: server.key, ${asks} }\n`;
    const server = await startPrometheus({ jobs: [{ job: "shop", addresses: [canary.address] }], web, files });
    const at = follow(server.url, { tls: { ca: authority.ca, ...ours } });
    await vi.waitFor(async () => expect((await at.read([target(canary, "canary")])).get("cpu")).toMatchObject({ kind: "level" }), soon);
    await expect(follow(server.url).read([target(canary, "canary")])).rejects.toThrow("its certificate is not trusted");

    const examination = {
      plan: samplePlan,
      versions: {},
      queries: [errors, { ...memory, metric: { ...memory.metric, query: { value: "proces_resident_memory_bytes" } } }],
    };
    const checks = await prometheus.examine?.(
      at.connection,
      { ...examination, targets: [target(canary, "canary")], recipients: [] },
      { clock: createClock(), dataDir: "unused" },
      never,
    );
    expect(inEnglish(checks ?? []).map(({ verdict, says, remedy }) => `${verdict}: ${says} ${remedy ?? ""}`.trim())).toEqual([
      expect.stringMatching(/^ok: It answers; it is version \d+\.\d+\./),
      "ok: It scrapes every 1 s.",
      expect.stringContaining("doubtful: There is no series proces_resident_memory_bytes. Did you mean process_resident_memory_bytes?"),
    ]);
  });
});
