import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { sql } from "../src/adapters/metrics/sql.ts";
import { valuesOf } from "../src/adapters/metrics/sql/ask-query.ts";
import { troubleOf } from "../src/adapters/metrics/sql/trouble.ts";
import type { Metric, MetricKind } from "../src/core/plan.ts";
import { createClock } from "../src/engine/clock.ts";

const counting = "select arm, 1 as good, count(*) as total from trials where exposed_at <= :until group by arm";

test.each<[MetricKind, Metric["query"]]>([
  ["ratio", { query: counting, matures: "10m" }],
  ["ratio", { query: counting }],
  ["count", { query: counting.replace("good", "bad") }],
  ["level", { query: "select arm, value from stock" }],
])("sql takes a %s with %j", (kind, words) => expect(sql.checkQuery(kind, words)).toBeNull());

test.each<[MetricKind, Metric["query"], string]>([
  ["score", { query: counting }, "a query has no score. Write kind: ratio, count or level."],
  ["ratio", { query: counting, matures: "soon" }, "matures soon is no duration. Write matures: 10m."],
  ["ratio", { query: "select 1", matures: "10m" }, "counts everybody at once. Add: exposed_at <= :until."],
  ["ratio", { query: `${counting} having now() > now() - :matures` }, "the metric does not say it. Add matures: 10m to the metric."],
  ["ratio", { query: "drop table trials" }, "does not begin with SELECT"],
])("sql's words: a %s with %j is a problem with its remedy", (kind, words, problem) => {
  expect(sql.checkQuery(kind, words)).toContain(problem);
});

test("the release's beginning is moved by as much as the clocks differ, and until is now less the time to mature", () => {
  const context = { release: "r-1", environment: "production", sinceMs: 1_000_000 };
  const bound = { context, maturesMs: 60_000, ourMs: 1_500_000, databaseMs: 1_800_000 };
  const statement = { text: "", parameters: ["until", "since", "matures", "release", "environment"] as const };
  expect(valuesOf(statement, bound)).toEqual([
    new Date(1_740_000).toISOString(),
    new Date(1_300_000).toISOString(),
    "60000 milliseconds",
    "r-1",
    "production",
  ]);
});

describe("what a database says of itself, without what is in its rows", () => {
  const error = (code: string, message: string): Error => Object.assign(new Error(message), { code });
  test.each<[Error, boolean, string]>([
    [error("42P01", 'relation "trails"\n  does not exist'), false, 'the database refuses it: relation "trails" does not exist'],
    [error("22P02", 'invalid input syntax for type integer: "alice"'), false, "a value in it does not fit its type"],
    [error("23505", 'key "alice" already exists'), false, "the database refuses it (23505)"],
    [error("53300", "sorry, too many clients already"), true, "no connection left for us"],
    [error("57P03", "the database system is starting up"), true, "starting up or shutting down"],
    [error("57P01", "terminating connection due to administrator command"), true, "an administrator ended the connection"],
    [error("ENOTFOUND", "getaddrinfo ENOTFOUND db.shop"), true, "there is no host of its name"],
    [error("DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate"), true, "no encrypted connection"],
    [new Error("The server does not support SSL connections"), true, "no encrypted connection (the server offers none)"],
    [new Error("Connection terminated unexpectedly"), true, "the connection was broken off"],
  ])("%s", (thrown, isOutage, why) => {
    expect(troubleOf(thrown)).toEqual({ isOutage, why: expect.stringContaining(why) });
    expect(troubleOf(thrown).why).not.toContain("alice");
  });
});

test("something that takes connections and never speaks, or speaks nonsense, is an outage in time", async () => {
  for (const greeting of [null, "HTTP/1.1 400 Bad Request\r\n\r\n"]) {
    const sockets = new Set<{ destroy(): void }>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      if (greeting !== null) socket.write(greeting);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const connection = sql.connection.parse({ url: `postgresql://reader:secret@127.0.0.1:${port}/shop`, timeout: "300ms" });
    const closing = new AbortController();
    const source = sql.create(connection, { clock: createClock(), dataDir: "unused", closing: closing.signal });
    const metric = {
      name: "m",
      kind: "ratio",
      unit: "person",
      source: "db",
      query: { query: counting },
      rate: 0,
      better: "higher",
      minRuns: 5,
    } as const;
    const reading = source.read(
      [{ quantity: "m", metric, slowerThanMs: null }],
      { release: "r", environment: "e", sinceMs: 0, targets: [] },
      new AbortController().signal,
    );
    await expect(reading).rejects.toThrow(/^m: database: (?:no connection within 300 ms|the connection|cannot be reached)/);
    closing.abort();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

test.each([
  { url: "mysql://reader@db/shop" },
  { url: "postgresql://reader@db/shop", connections: 0 },
  { url: "postgresql://reader@db/shop", connections: 11 },
  { url: "postgresql://reader@db/shop", role: "superuser" },
  { url: "postgresql://reader@db/shop", timeout: "soon" },
  { url: "postgresql://reader@db/shop", tls: { ca: "ca.pem" } },
])("sql's connection refuses %j", (words) => expect(sql.connection.safeParse(words).success).toBe(false));
