import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createClock } from "../../src/engine/clock.ts";
import type { MetricSource } from "../../src/ports.ts";
import { metricsContract } from "../contract/metrics.ts";
import { ecomsimply } from "../ecomsimply-example.ts";
import { onSystem } from "./on-system.ts";
import type { PostgresServer } from "./postgres-server.ts";
import { all, ask, connect, context, expose, never, password, read, startShop, trials, whyNot } from "./shop-database.ts";

onSystem({ name: "sql on a real PostgreSQL", needs: ["postgres", "initdb"] }, () => {
  let server: PostgresServer;
  let source: MetricSource;

  beforeAll(async () => {
    server = await startShop();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    await server.run("truncate trials, visitors, stock");
    source = connect(server.address("reader", password));
  });

  metricsContract("sql", async () => ({
    source: connect(server.address("reader", password), { timeout: "30s" }),
    query: ask(all),
    context,
    async show({ bad, total }) {
      await server.start();
      await server.run("truncate trials");
      await expose(server, { arm: "canary", people: total, activated: bad });
    },
    showNothing: async () => void (await server.run("truncate trials")),
    fail: () => server.stop(),
    async hang() {
      const lock = server.run("begin; lock table trials; select pg_sleep(20)");
      // It ends when the test is over.
      lock.catch(() => {});
    },
    reached: () =>
      vi.waitFor(async () => {
        const waiting = await server.run("select 1 from pg_stat_activity where usename = 'reader' and wait_event_type = 'Lock'");
        expect(waiting).toHaveLength(1);
      }),
    secret: password,
    close: async () => {
      await server.start();
      await server.run("select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid()");
    },
  }));

  describe("counts", () => {
    test("both arms, also the one that nobody was in yet", async () => {
      await expose(server, { arm: "canary", people: 10, activated: 3 });
      expect(await read(source, ask(all))).toMatchObject({
        kind: "counters",
        series: [
          { series: "rows canary", arm: "canary", bad: 3, total: 10, neverRestarts: true },
          { series: "rows stable", arm: "stable", bad: 0, total: 0 },
        ],
      });
    });

    test("who was exposed long enough ago, and what they did within that time", async () => {
      await expose(server, { arm: "canary", people: 10, activated: 4, ago: "11 minutes" });
      await expose(server, { arm: "canary", people: 50, activated: 50, ago: "9 minutes" });
      await server.run(
        "update trials set activated_at = now() where person in (select person from trials where activated_at is null limit 2)",
      );
      expect(await read(source, ask(trials, { matures: "10m" }))).toMatchObject({ series: [{ bad: 4, total: 10 }, { arm: "stable" }] });
    });

    test("by the database's clock: ours may be hours off", async () => {
      await expose(server, { arm: "canary", people: 10, activated: 4, ago: "11 minutes" });
      const real = createClock();
      const slow = { ...real, nowMs: () => real.nowMs() - 7_200_000, monotonicMs: () => real.monotonicMs(), wait: real.wait.bind(real) };
      const behind = connect(server.address("reader", password), {}, slow);
      const sinceOurs = { ...context, sinceMs: slow.nowMs() - 3_600_000 };
      const query = ask(
        trials.replace("release = :release", "exposed_at >= :since and release = :release and :environment = 'production'"),
        { matures: "10m" },
      );
      const readings = await behind.read([query], sinceOurs, never);
      expect(readings.get("trial-activation")).toMatchObject({ series: [{ bad: 4, total: 10 }, {}] });
    });

    test.each<[string, string]>([
      ["bigint", "count(*)"],
      ["numeric", "sum(1::numeric)"],
      ["integer", "count(*)::int"],
      ["double precision", "count(*)::float8"],
    ])("that are %s", async (_type, total) => {
      await expose(server, { arm: "stable", people: 7, activated: 0 });
      expect(await read(source, ask(`select arm, 0 as bad, ${total} as total from trials group by arm`))).toMatchObject({
        series: [{ total: 0 }, { bad: 0, total: 7 }],
      });
    });

    test("as examples/ecomsimply asks for them", async () => {
      const plan = ecomsimply();
      await expose(server, { arm: "canary", people: 10, activated: 4, ago: "11 minutes" });
      await server.run(
        "insert into visitors (release, arm, exposed_at, ordered_at) select 'r-1', arm, now() - interval '1 hour', now() from (values ('canary'), ('stable')) arms (arm)",
      );
      const queries = ["trial-activation", "conversion"].map((name) => plan.query(name));
      const readings = await source.read(queries, context, never);
      expect(readings.get("trial-activation")).toMatchObject({
        series: [
          { arm: "canary", bad: 4, total: 10 },
          { arm: "stable", bad: 0, total: 0 },
        ],
      });
      // They ordered, and later than within the ten minutes that count.
      expect(readings.get("conversion")).toMatchObject({
        series: [
          { bad: 0, total: 1 },
          { bad: 0, total: 1 },
        ],
      });
    });

    test("events and levels", async () => {
      await server.run("insert into stock values ('canary', 12.5), ('stable', 11)");
      const level = ask("select arm, value from stock", { kind: "level" });
      expect(await read(source, level)).toMatchObject({ kind: "level", canary: 12.5, stable: 11 });
      await expose(server, { arm: "canary", people: 5, activated: 0 });
      const count = ask("select arm, 0 as bad, count(*) as total from trials group by arm", { kind: "count" });
      expect(await read(source, count)).toMatchObject({ kind: "counters", series: [{ bad: 0, total: 5 }, {}] });
    });
  });

  describe("refuses, with the metric's name and a remedy", () => {
    test.each<[string, string, RegExp]>([
      ["no arm", "select 1 as good, 2 as total", /no column arm\. It returns good, total; name them arm, total and either good or bad/],
      ["no total", "select 'canary' as arm, 1 as good", /no column total/],
      ["good and bad", "select 'canary' as arm, 1 as good, 1 as bad, 2 as total", /exactly one column good or bad/],
      ["two totals", "select 'canary' as arm, 1 as good, 2 as total, 3 as total", /2 columns total/],
      [
        "a number as a text",
        "select 'canary' as arm, 1 as good, '2'::text as total",
        /the column total is text, no number\. Write total::bigint/,
      ],
      ["NULL", "select 'canary' as arm, null::int as good, 2 as total", /is NULL; write coalesce/],
      ["NaN", "select 'canary' as arm, 0 as bad, 'NaN'::numeric as total", /not a finite number/],
      ["infinity", "select 'canary' as arm, 0 as bad, 'infinity'::float8 as total", /not a finite number/],
      ["a negative count", "select 'canary' as arm, -1 as bad, 2 as total", /below 0/],
      ["half a person", "select 'canary' as arm, 0.5 as good, 2 as total", /not a whole number/],
      ["more good than total", "select 'canary' as arm, 3 as good, 2 as total", /greater than its total/],
      ["an arm that is none", "select 'alice@example.com' as arm, 1 as good, 2 as total", /neither canary nor stable; add: where arm in/],
      ["no arm at all", "select null as arm, 1 as good, 2 as total", /arm is NULL/],
      [
        "an arm twice",
        "select 'canary' as arm, 1 as good, 2 as total from generate_series(1, 2)",
        /several rows are of the arm canary; add: group by arm/,
      ],
      ["a table that is not there", "select arm, 1 as good, 2 as total from trails", /relation "trails" does not exist/],
      [
        "a table that it may not read",
        "select rolname as arm, 1 as good, 2 as total from pg_authid",
        /permission denied for table pg_authid/,
      ],
      [
        "an insert behind a with",
        "with new as (insert into trials (arm) values ('x') returning arm) select arm, 1 as good, 2 as total from new",
        /writes \(insert into\)/,
      ],
      [
        "a function that writes",
        "select 'canary' as arm, sneaky() as good, 2 as total",
        /it would write, which is refused \(cannot execute INSERT in a read-only transaction\)/,
      ],
      ["a lock", "select arm, 1 as good, 2 as total from trials for update", /locks rows \(for update\)/],
      [
        "leaving the read-only transaction",
        "select set_config('transaction_read_only', 'off', true) as arm, 1 as good, 2 as total",
        /would change its transaction, which is read-only/,
      ],
      [
        "a value that does not fit",
        "select 'canary' as arm, 'alice@example.com'::text::int as good, 2 as total",
        /a value in it does not fit its type$/,
      ],
      ["DDL", "drop table trials", /does not begin with SELECT/],
      ["several statements", "select 1; drop table trials", /several statements/],
    ])("%s", async (_what, query, says) => {
      await expose(server, { arm: "canary", people: 1, activated: 0 });
      const why = await whyNot(source, ask(query));
      expect(why).toMatch(/^(?:metric )?trial-activation: /);
      expect(why).toMatch(says);
      expect(why).not.toContain("alice");
      expect(await server.run("select count(*)::int as n from trials")).toEqual([{ n: 1 }]);
    });

    test("a database that ends the connection in the middle of a query is an outage, and nothing else breaks", async () => {
      const slow = ask("select arm, 1 as good, count(*) as total from trials, pg_sleep(20) group by arm");
      const patient = connect(server.address("reader", password), { timeout: "10s" });
      await expose(server, { arm: "canary", people: 1, activated: 0 });
      const why = whyNot(patient, slow);
      await vi.waitFor(async () =>
        expect(
          await server.run("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'reader' and query like '%pg_sleep%'"),
        ).not.toEqual([]),
      );
      expect(await why).toMatch(/administrator ended the connection|connection was broken off/);
      expect(await read(patient, ask(all))).toMatchObject({ kind: "counters" });
    });

    test("what is slow or waits for a lock: it is cut, and the other queries of the reading are answered", async () => {
      await expose(server, { arm: "canary", people: 4, activated: 1 });
      const hasty = connect(server.address("reader", password), { timeout: "2s" });
      const lock = server.run("begin; lock table stock; select pg_sleep(20)").catch(() => "ended");
      await vi.waitFor(async () => expect(await server.run("select 1 from pg_locks where mode = 'AccessExclusiveLock'")).not.toEqual([]));
      const queries = [
        ask("select arm, value from stock", { kind: "level", quantity: "locked" }),
        ask("select arm, 1 as good, count(*) as total from trials, pg_sleep(20) group by arm", { quantity: "slow" }),
        ask(all),
      ];
      const readings = await hasty.read(queries, context, never);
      await server.run(
        "select pg_terminate_backend(pid) from pg_stat_activity where query like '%lock table stock%' and pid <> pg_backend_pid()",
      );
      expect(await lock).toBe("ended");
      expect(readings.get("locked")).toEqual({ kind: "unavailable", why: expect.stringMatching(/^locked: .*waited too long for a lock/) });
      expect(readings.get("slow")).toEqual({
        kind: "unavailable",
        why: expect.stringMatching(/^slow: .*longer than this connection's timeout and was cut/),
      });
      expect(readings.get("trial-activation")).toMatchObject({ kind: "counters" });
    });

    test("rows without end: no more than a few are fetched", async () => {
      const before = process.memoryUsage().rss;
      const why = await whyNot(
        source,
        ask("select repeat('x', 10000) || i as arm, 1 as good, 2 as total from generate_series(1, 100000000) i"),
      );
      expect(why).toMatch(/neither canary nor stable|was cut/);
      expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
    });

    test("nothing outlives its transaction: no advisory lock, no setting", async () => {
      const locking = ask(
        "select 'canary' as arm, 0 as bad, count(pg_advisory_lock(7)) as total, set_config('work_mem', '99MB', false) from generate_series(1, 1)",
      );
      expect(await read(source, locking)).toMatchObject({ kind: "counters" });
      expect(await server.run("select 1 from pg_locks where locktype = 'advisory'")).toEqual([]);
      const setting = ask("select 'canary' as arm, case current_setting('work_mem') when '99MB' then 1 else 0 end as bad, 1 as total");
      expect(await read(source, setting)).toMatchObject({ series: [{ bad: 0, total: 1 }, {}] });
    });

    test("a superuser, unless the connection accepts any role", async () => {
      await expect(read(connect(server.address("postgres")), ask(all))).rejects.toThrow(
        "its role is a superuser; give it a role of its own",
      );
      expect(await read(connect(server.address("postgres"), { role: "any" }), ask(all))).toEqual({ kind: "no-data" });
    });
  });
});
