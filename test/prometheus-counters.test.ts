import { describe, expect, test } from "vitest";
import { prometheus } from "../src/adapters/metrics/prometheus.ts";
import type { Target } from "../src/ports.ts";
import { ask, counts, engineOf, errors, shop, shown, target, world } from "./prometheus-world.ts";

describe("prometheus: nothing lost, nothing twice", () => {
  test("a counter that goes up counts its difference, and a scrape that is late counts nothing and is no outage", async () => {
    const at = await world();
    const step = engineOf(at);
    at.scrape(counts(1, 10));
    await step();
    at.advance(15_000);
    expect(await step()).toEqual([0, 0]);
    at.scrape(counts(3, 30));
    expect(await step()).toEqual([2, 20]);
    expect(await step()).toEqual([0, 0]);
  });

  test("the reading has the time of its newest sample, by our clock", async () => {
    const at = await world();
    at.scrape(counts(1, 10));
    const scrapedMs = at.nowMs();
    at.advance(40_000);
    expect(await at.read(errors)).toMatchObject({ kind: "counters", atMs: scrapedMs });
  });

  test("a restart counts what the new process counted, with what the old one showed left out", async () => {
    const at = await world();
    const step = engineOf(at);
    at.scrape({ ...counts(7, 100), process_start_time_seconds: 1_000 });
    await step();
    at.advance(15_000);
    at.scrape({ 'http_requests_total{status="200"}': 6, process_start_time_seconds: 2_000 });
    expect(await step()).toEqual([0, 6]);
    at.advance(15_000);
    at.scrape({ ...counts(1, 9), process_start_time_seconds: 2_000 });
    expect(await step()).toEqual([1, 3]);
  });

  test("a restart of a process that does not say when it began is seen by any counter that went down", async () => {
    const at = await world();
    const step = engineOf(at);
    at.scrape(counts(7, 100));
    await step();
    at.advance(15_000);
    at.scrape({ 'http_requests_total{status="200"}': 6 });
    expect(await step()).toEqual([0, 6]);
  });

  test("a label set that vanishes while its process lives on is neither zero nor a reset", async () => {
    const at = await world();
    const step = engineOf(at);
    for (let scrapes = 0; scrapes < 20; scrapes += 1) {
      const route = scrapes < 3 ? { 'http_requests_total{status="500"}': 50 } : {};
      at.scrape({ ...route, 'http_requests_total{status="200"}': 1_000 + scrapes, process_start_time_seconds: 1_000 });
      const counted = await step();
      expect(counted).toEqual(scrapes === 0 ? [0, 0] : [0, 1]);
      at.advance(15_000);
    }
  });

  test("a process that vanishes takes nothing away, and one that comes back goes on", async () => {
    const at = await world();
    const step = engineOf(at, target(), target({ url: "http://127.0.0.1:4002" }));
    const other = { job: "shop", instance: "127.0.0.1:4002" };
    at.scrape(counts(1, 10));
    at.scrape(counts(2, 20), other);
    await step();
    for (let scrapes = 1; scrapes <= 15; scrapes += 1) {
      at.advance(15_000);
      at.scrape(counts(1, 10 + scrapes));
      expect(await step()).toEqual([0, 1]);
    }
    at.scrape(counts(5, 50), other);
    expect(await step()).toEqual([3, 30]);
  });

  test("a new process counts from its first request on, when it says that it is young", async () => {
    const at = await world();
    const step = engineOf(at, target(), target({ url: "http://127.0.0.1:4002" }));
    at.scrape(counts(0, 10));
    await step();
    at.advance(15_000);
    at.scrape(counts(0, 10));
    at.scrape({ ...counts(4, 12), process_start_time_seconds: at.nowMs() / 1_000 - 16 }, { job: "shop", instance: "127.0.0.1:4002" });
    expect(await step()).toEqual([4, 12]);
  });

  test("an old process that Prometheus only now scrapes brings no history", async () => {
    const at = await world();
    const step = engineOf(at, target(), target({ url: "http://127.0.0.1:4002" }));
    const other = { job: "shop", instance: "127.0.0.1:4002" };
    at.scrape(counts(0, 10));
    await step();
    at.advance(15_000);
    at.scrape({ ...counts(400, 900), process_start_time_seconds: at.nowMs() / 1_000 - 7_200 }, other);
    expect(await step()).toEqual([0, 0]);
    at.advance(15_000);
    at.scrape({ ...counts(401, 905), process_start_time_seconds: at.nowMs() / 1_000 - 7_215 }, other);
    expect(await step()).toEqual([1, 5]);
  });

  test("a counter that first appears on a process that was scraped without it counts from zero, also after serin began again", async () => {
    const at = await world();
    const step = engineOf(at);
    at.scrape({ 'http_requests_total{status="200"}': 10, process_start_time_seconds: 1_000 });
    const fatal = ask("count", { bad: "fatal_total" });
    const stepFatal = engineOf(at, target());
    await step();
    expect(await stepFatal(fatal)).toEqual({ kind: "no-data" });
    at.advance(15_000);
    at.scrape({ 'http_requests_total{status="200"}': 20, fatal_total: 2, process_start_time_seconds: 1_000 });
    at.restartSerin();
    expect(await at.read(fatal)).toMatchObject({ series: [{ bad: 2, bornMs: at.nowMs() }] });
  });

  test("a series older than the lookback is gone", async () => {
    const at = await world({ lookback: "1m" });
    at.scrape(counts(1, 4));
    at.advance(59_000);
    expect(shown(await at.read(errors))).toEqual([["canary", 1, 4]]);
    at.advance(2_000);
    await expect(at.read(errors)).rejects.toThrow('has nothing of backend canary with instance="127.0.0.1:4001" in the last 1m');
  });

  test("a target that cannot be scraped is unavailable, not zero", async () => {
    const at = await world();
    at.scrape(counts(1, 4));
    at.advance(15_000);
    at.scrape(null);
    await expect(at.read(errors)).rejects.toThrow("cannot scrape backend canary: up is 0 at backend 127.0.0.1:4001");
  });
});

describe("prometheus: copies of a series", () => {
  const twice = async (words: object) => {
    const at = await world(words);
    at.scrape(counts(1, 10), { ...shop, replica: "a" });
    at.advance(1_000);
    at.scrape(counts(2, 12), { ...shop, replica: "b" });
    return at;
  };

  test("are refused, with both named and the remedy", async () => {
    const at = await twice({});
    await expect(at.read(errors)).rejects.toThrow(
      'up of 127.0.0.1:4001 is there twice, with replica="a" and with replica="b": choose one with where, or write deduplicate: [replica]',
    );
  });

  test("are one where the connection reads over the label, the newest sample counts", async () => {
    const at = await twice({ deduplicate: ["replica"] });
    const step = engineOf(at);
    expect(shown(await at.read(errors))).toEqual([["canary", 2, 12]]);
    await step();
    // The replica that was ahead is lost; the other one goes on from less.
    at.advance(2_000);
    at.scrape(counts(2, 13), { ...shop, replica: "a" });
    expect(await step()).toEqual([0, 1]);
  });

  test("whose scrapers' clocks differ a little are no restart, when the process says when it began", async () => {
    const at = await world({ deduplicate: ["replica"] });
    const step = engineOf(at);
    const born = { process_start_time_seconds: 1_000 };
    at.scrape({ ...counts(2, 12), ...born }, { ...shop, replica: "a" });
    await step();
    at.advance(15_000);
    at.scrape({ ...counts(5, 31), ...born }, { ...shop, replica: "b" });
    at.advance(100);
    at.scrape({ ...counts(5, 30), ...born }, { ...shop, replica: "a" });
    expect(await step()).toEqual([3, 19]);
  });

  test("of two jobs that scrape one process are refused", async () => {
    const at = await world();
    at.scrape(counts(1, 10));
    at.scrape(counts(1, 10), { ...shop, job: "pods" });
    await expect(at.read(errors)).rejects.toThrow('with job="shop" and with job="pods"');
    expect(prometheus.connection.safeParse({ url: "http://p", where: 'job="shop"' }).success).toBe(true);
  });

  test("are none when where chooses one", async () => {
    const at = await twice({ where: 'replica="a"' });
    expect(shown(await at.read(errors))).toEqual([["canary", 1, 10]]);
  });
});

describe("prometheus: whose series it is", () => {
  const pod = (name: string) => ({ job: "pods", namespace: "shop", pod: name, instance: `10.0.0.${name.length}:8080` });
  const service = (name: string, more: Partial<Target>) => target({ url: `http://${name}.shop.svc.cluster.local:80`, ...more });

  test("in a cluster pods are told by the name of their Deployment and namespace", async () => {
    const at = await world();
    at.scrape(counts(1, 10), pod("backend-canary-7d9f8b6c5d-abcde"));
    at.scrape(counts(2, 20), pod("backend-canary-7d9f8b6c5d-xyz12345"));
    at.scrape(counts(3, 30), pod("backend-6c5d7d9f8b-fghij"));
    at.scrape(counts(9, 90), { ...pod("backend-6c5d7d9f8b-fghij"), namespace: "staging", instance: "10.9.9.9:8080" });
    const reading = await at.read(errors, service("backend-canary", {}), service("backend", { arm: "stable", version: "1" }));
    expect(shown(reading)).toEqual([
      ["canary", 1, 10],
      ["canary", 2, 20],
      ["stable", 3, 30],
    ]);
  });

  test.each<[string, object, Readonly<Record<string, string>>]>([
    ["labels of one's own", { arms: [{ serin_arm: "{arm}", app: "{service}" }] }, { serin_arm: "canary", app: "backend" }],
    ["the version", { arms: [{ version: "{version}" }] }, { version: "2" }],
    ["the host and any port", { arms: [{ instance: "{host}:*" }] }, {}],
  ])("by %s", async (_says, words, labels) => {
    const at = await world(words);
    at.scrape(counts(1, 10), { ...shop, ...labels });
    expect(shown(await at.read(errors))).toEqual([["canary", 1, 10]]);
  });

  test("by the tag of an image", async () => {
    const at = await world({ arms: [{ version: "{tag}" }] });
    at.scrape(counts(1, 10), { ...shop, version: "1.4.2" });
    const image = target({ version: "images.example/shop/backend:1.4.2@sha256:0123" });
    expect(shown(await at.read(errors, image))).toEqual([["canary", 1, 10]]);
  });

  test("a series that both arms could have is refused: nobody guesses", async () => {
    const at = await world({ arms: [{ job: "shop" }] });
    at.scrape(counts(1, 10));
    await expect(at.read(errors, target(), target({ arm: "stable", version: "1" }))).rejects.toThrow("belongs to both arms");
  });

  test("the plan's service and version hold where the series have no such labels", async () => {
    const at = await world();
    at.scrape(counts(1, 10));
    const words = (label: string) =>
      ask("ratio", { bad: `http_requests_total{status="500",${label}}`, total: `http_requests_total{${label}}` });
    expect(shown(await at.read(words('service="backend"')))).toEqual([["canary", 1, 10]]);
    expect(await at.read(words('service="frontend"'))).toEqual({ kind: "no-data" });
  });
});

describe("prometheus: latencies and levels", () => {
  test.each<[string, readonly string[], number, readonly unknown[]]>([
    ["0.5", ["0.1", "0.5", "2"], 500, ["canary", 4, 10]],
    ["0.50", ["0.10", "0.50", "2.0"], 500, ["canary", 4, 10]],
    ["5e-1", ["1e-1", "5e-1", "2e0"], 500, ["canary", 4, 10]],
    ["beside the line", ["0.1", "0.5", "2"], 700, ["canary", 1, 4, 10]],
  ])("bounds written as %s", async (_says, les, slowerThanMs, expected) => {
    const at = await world();
    const within = [2, 6, 9];
    const buckets = Object.fromEntries(les.map((le, index) => [`h_bucket{le="${le}"}`, within[index] ?? 0]));
    at.scrape({ ...buckets, 'h_bucket{le="+Inf"}': 10, h_count: 10 });
    expect(shown(await at.read(ask("latency", { histogram: "h" }, slowerThanMs)))).toEqual([expected]);
  });

  test("a counter per second from the last two scrapes, at the first reading already", async () => {
    const at = await world();
    const cpu = ask("level", { value: "process_cpu_seconds_total", per: "second", limit: 0.5 });
    at.scrape({ process_cpu_seconds_total: 100 });
    expect(await at.read(cpu)).toEqual({ kind: "no-data" });
    at.advance(10_000);
    at.scrape({ process_cpu_seconds_total: 103 });
    const atMs = at.nowMs();
    at.advance(4_000);
    expect(await at.read(cpu)).toEqual({ kind: "level", atMs, canary: 0.6, stable: null });
  });

  test("one scrape is one reading of a level: what was told is not told again", async () => {
    const at = await world();
    const memory = ask("level", { value: "memory_bytes" });
    at.scrape({ memory_bytes: 5 });
    expect(await at.read(memory)).toMatchObject({ canary: 5 });
    at.advance(5_000);
    expect(await at.read(memory)).toEqual({ kind: "no-data" });
    at.scrape({ memory_bytes: 6 });
    expect(await at.read(memory)).toMatchObject({ canary: 6 });
  });

  test("the highest process decides, and a gauge that is shown no more has no value", async () => {
    const at = await world();
    const other = { job: "shop", instance: "127.0.0.1:4002" };
    at.scrape({ 'pool{name="a"}': 5, 'pool{name="b"}': 90 });
    at.scrape({ 'pool{name="a"}': 7 }, other);
    at.advance(15_000);
    at.scrape({ 'pool{name="a"}': 5 });
    at.scrape({ 'pool{name="a"}': 7 }, other);
    expect(await at.read(ask("level", { value: "pool" }), target(), target({ url: "http://127.0.0.1:4002" }))).toMatchObject({ canary: 7 });
  });
});
