import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { sql } from "../../src/adapters/metrics/sql.ts";
import { createClock } from "../../src/engine/clock.ts";
import type { Clock, MetricSource, Query } from "../../src/ports.ts";
import { createAuthority } from "../contract/certificates.ts";
import { samplePlan } from "../sample-plan.ts";
import { onSystem } from "./on-system.ts";
import type { PostgresServer } from "./postgres-server.ts";
import { all, ask, connect, context, expose, never, password, read, startShop, trials, whyNot } from "./shop-database.ts";
import { inEnglish } from "../fixtures/said-checks.ts";

onSystem({ name: "sql's connections to a real PostgreSQL", needs: ["postgres", "initdb"] }, () => {
  const authority = createAuthority();
  const { cert, key } = authority.issue("shop-db");
  let server: PostgresServer;
  let source: MetricSource;

  beforeAll(async () => {
    server = await startShop(["ssl = on"], { "server.crt": cert, "server.key": key });
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    await server.run("truncate trials, visitors, stock");
    source = connect(server.address("reader", password));
  });

  describe("connections", () => {
    test("a query that nobody waits for any more is ended in the database", async () => {
      const patient = connect(server.address("reader", password), { timeout: "30s" });
      const abort = new AbortController();
      const sleeping = () =>
        server.run("select 1 from pg_stat_activity where usename = 'reader' and query like '%pg_sleep%' and state = 'active'");
      const reading = read(patient, ask("select 'canary' as arm, 1 as good, count(pg_sleep(60)) as total"), abort.signal).catch(
        (error: unknown) => error,
      );
      await vi.waitFor(async () => expect(await sleeping()).toHaveLength(1));
      abort.abort(new Error("the tick is over"));
      expect(await reading).toEqual(new Error("the tick is over"));
      await vi.waitFor(async () => expect(await sleeping()).toEqual([]));
    });

    test("a few, however many queries there are, and none when the server closes", async () => {
      const closing = new AbortController();
      const connection = sql.connection.parse({ url: server.address("reader", password), connections: 2 });
      const shared = sql.create(connection, { clock: createClock(), dataDir: "unused", closing: closing.signal });
      const own = () => server.run("select 1 from pg_stat_activity where usename = 'reader' and application_name = 'serin'");
      const queries = Array.from({ length: 8 }, (_, at) => ask(`${all} having count(*) >= ${at}`, { quantity: `q${at}` }));
      await vi.waitFor(async () => expect(await own()).toEqual([]));
      await Promise.all([shared.read(queries, context, never), shared.read(queries, context, never)]);
      expect((await own()).length).toBeLessThanOrEqual(2);
      closing.abort();
      await vi.waitFor(async () => expect(await own()).toEqual([]));
    });

    test.each<[string, (server: PostgresServer) => string, Readonly<Record<string, unknown>>, RegExp]>([
      ["a wrong password", (at) => at.address("reader", "guessed"), {}, /does not let this role in/],
      ["no password", (at) => at.address("reader", ""), {}, /wants a password|does not let this role in/],
      ["a database that is not there", (at) => at.address("reader", password).replace("/shop", "/shape"), {}, /no such database/],
      ["nobody at its port", (at) => at.address("reader", password).replace(`:${at.port}`, ":1"), {}, /connection refused/],
      [
        "a certificate that nobody vouches for",
        (at) => `${at.address("reader", password)}?sslmode=verify-full`,
        {},
        /no encrypted connection/,
      ],
    ])("%s is an outage, in words without the address", async (_what, address, more, says) => {
      const why = await whyNot(connect(address(server), more), ask(all));
      expect(why).toMatch(says);
      for (const secret of [password, "guessed", "127.0.0.1", server.folder]) expect(why).not.toContain(secret);
    });

    test("TLS, with the authority that is given", async () => {
      await expose(server, { arm: "canary", people: 2, activated: 1 });
      const tls = { ca: authority.ca };
      const encrypted = connect(`${server.address("reader", password)}?sslmode=verify-full`, { tls });
      const query = ask(
        "select 'canary' as arm, 0 as bad, count(*) filter (where ssl) as total from pg_stat_ssl where pid = pg_backend_pid()",
      );
      expect(await read(encrypted, query)).toMatchObject({ series: [{ total: 1 }, {}] });
    });

    test("are made anew after the database restarted", async () => {
      await expose(server, { arm: "canary", people: 4, activated: 1 });
      expect(await read(source, ask(all))).toMatchObject({ kind: "counters" });
      await server.stop();
      expect(await whyNot(source, ask(all))).toMatch(/connection refused|broken off/);
      await server.start();
      await vi.waitFor(async () => expect(await read(source, ask(all))).toMatchObject({ series: [{ bad: 1, total: 4 }, {}] }));
    });
  });

  describe("examine", () => {
    const examine = async (
      url: string,
      queries: readonly Query[],
      more: Readonly<Record<string, unknown>> = {},
      clock: Clock = createClock(),
    ) => {
      const connection = sql.connection.parse({ url, ...more });
      const examination = { plan: samplePlan, queries, recipients: [], versions: {}, targets: [] };
      return inEnglish((await sql.examine?.(connection, examination, { clock, dataDir: "unused" }, never)) ?? []);
    };
    const mature = ask(trials, { matures: "10m" });

    test("all is well", async () => {
      const checks = await examine(server.address("reader", password), [mature]);
      expect(checks.map(({ what, verdict }) => [what, verdict])).toEqual([
        ["encryption of the connection", "ok"],
        ["clock of the database", "ok"],
        ["role reader", "ok"],
        ["query of trial-activation", "ok"],
      ]);
    });

    test.each<[string, string, Readonly<Record<string, unknown>>, string, RegExp]>([
      ["a superuser is wrong", "postgres", {}, "wrong", /is a superuser|It cannot be asked/],
      ["a role that may write is wrong", "writer", {}, "wrong", /may change 1 tables/],
      ["a role that may write is doubtful where it is accepted", "writer", { role: "any" }, "doubtful", /may change 1 tables/],
    ])("%s", async (_what, role, more, verdict, says) => {
      const checks = await examine(server.address(role), [mature], more);
      expect(checks).toContainEqual(
        expect.objectContaining({
          what: `role ${role}`,
          verdict,
          says: expect.stringMatching(says),
          remedy: expect.stringMatching(/role/),
        }),
      );
    });

    test("queries that would not run or write, arms that are missing, tables that are read as a whole, a clock that is off", async () => {
      await server.run(
        `create table visits as select i as person, 'canary' as arm from generate_series(1, 120000) i; analyze visits; grant select on visits to reader`,
      );
      onTestFinished(async () => void (await server.run("drop table visits")));
      const real = createClock();
      const late = { nowMs: () => real.nowMs() - 90_000, monotonicMs: () => real.monotonicMs(), wait: real.wait.bind(real) };
      const queries = [
        ask("select arm, 1 as good, 2 as total from trails", { quantity: "gone" }),
        ask("select 'canary' as arm, sneaky() as good, 2 as total", { quantity: "sneaky" }),
        ask("select arm, 0 as good, count(*) as total from visits group by arm", { quantity: "visits" }),
      ];
      const checks = await examine(server.address("reader", password), queries, {}, late);
      const said = checks.map(({ what, verdict, says }) => `${verdict} ${what}: ${says}`);
      expect(said).toContainEqual(expect.stringMatching(/^doubtful clock of the database: It is 90 s ahead of ours/));
      expect(said).toContainEqual(expect.stringMatching(/^wrong query of gone: .*relation "trails" does not exist/));
      expect(said).toContainEqual(expect.stringMatching(/^wrong query of sneaky: .*would write/));
      expect(said).toContainEqual(expect.stringMatching(/^doubtful query of visits: It answers for one arm alone/));
      expect(said).toContainEqual(expect.stringMatching(/^doubtful query of visits: public\.visits: All of its about 120,000 rows/));
    });

    test("a database that cannot be asked is wrong", async () => {
      const checks = await examine(server.address("reader", "guessed"), [mature]);
      expect(checks.at(-1)).toMatchObject({ what: "database", verdict: "wrong", says: expect.stringMatching(/does not let this role in/) });
    });
  });
});
