import { onTestFinished } from "vitest";
import { sql } from "../../src/adapters/metrics/sql.ts";
import type { Metric, MetricKind } from "../../src/core/plan.ts";
import { createClock } from "../../src/engine/clock.ts";
import type { Clock, MetricSource, Query, ReadContext, Reading } from "../../src/ports.ts";
import { startPostgres } from "./postgres-server.ts";
import type { PostgresServer } from "./postgres-server.ts";

/** Of every role that has one. */
export const password = "correct-horse-battery";
/** Who was exposed ten minutes ago, and what they did within that time: it needs `matures`. */
export const trials =
  "select arm, count(*) filter (where activated_at <= exposed_at + :matures) as good, count(*) as total from trials where release = :release and exposed_at <= :until group by arm";
/** Everybody of the release at once. */
export const all = "select arm, count(activated_at) as good, count(*) as total from trials where release = :release group by arm";

const schema = `
  create table trials (person bigint generated always as identity, release text, arm text, exposed_at timestamptz, activated_at timestamptz);
  create index on trials (release, exposed_at);
  create table visitors (person bigint generated always as identity, release text, arm text, exposed_at timestamptz, ordered_at timestamptz);
  create table stock (arm text, value numeric);
  create role reader login password '${password}';
  grant select on trials, visitors, stock to reader;
  create role writer login password '${password}';
  grant select, insert on trials to writer;
  create function sneaky() returns bigint language plpgsql as $$ begin insert into trials (arm) values ('canary'); return 1; end $$`;

export const context: ReadContext = { release: "r-1", environment: "production", sinceMs: Date.now() - 3_600_000, targets: [] };
export const never = new AbortController().signal;

/** A metric as the plan would ask it of the database. */
export function ask(
  query: string,
  more: { readonly kind?: MetricKind; readonly quantity?: string; readonly matures?: string } = {},
): Query {
  const { kind = "ratio", quantity = "trial-activation", matures } = more;
  const words = { query, ...(matures === undefined ? {} : { matures }) };
  const metric: Metric = {
    name: quantity,
    kind,
    unit: "person",
    source: "shop-db",
    query: words,
    rate: 0.001,
    better: "higher",
    minRuns: 5,
  };
  return { quantity, metric, slowerThanMs: null };
}

/** A source that is closed with the test. */
export function connect(url: string, more: Readonly<Record<string, unknown>> = {}, clock: Clock = createClock()): MetricSource {
  const closing = new AbortController();
  onTestFinished(() => closing.abort());
  return sql.create(sql.connection.parse({ url, ...more }), { clock, dataDir: "unused", closing: closing.signal });
}

export async function read(source: MetricSource, query: Query, signal = never): Promise<Reading | undefined> {
  return (await source.read([query], context, signal)).get(query.quantity);
}

/** What a release sees of it: why there is no reading, whether it was answered or thrown. */
export async function whyNot(source: MetricSource, query: Query): Promise<string> {
  try {
    const reading = await read(source, query);
    return reading?.kind === "unavailable" ? reading.why : `it answered ${JSON.stringify(reading)}`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A PostgreSQL with the shop's tables, and a role that may read them (`reader`), one that may write (`writer`). */
export async function startShop(settings: readonly string[] = [], files: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const server = await startPostgres(settings, files);
  await server.run(schema);
  return server;
}

/** People of an arm who were exposed so long ago; the first `activated` of them did it a minute later. */
export async function expose(
  server: PostgresServer,
  {
    arm,
    people,
    activated,
    ago = "1 hour",
  }: { readonly arm: string; readonly people: number; readonly activated: number; readonly ago?: string },
): Promise<void> {
  await server.run(
    `insert into trials (release, arm, exposed_at, activated_at)
     select 'r-1', '${arm}', now() - interval '${ago}', case when i <= ${activated} then now() - interval '${ago}' + interval '1 minute' end
     from generate_series(1, ${people}) i`,
  );
}
