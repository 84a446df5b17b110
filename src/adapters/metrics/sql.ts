import { z } from "zod";
import type { Metric } from "../../core/plan.ts";
import { PortError } from "../../ports.ts";
import type { MetricSource, ReadContext, Reading } from "../../ports.ts";
import type { SourceDefinition, Surroundings } from "../define.ts";
import { parseTimeout, timeoutWords } from "../exchange.ts";
import { throwWhenNothingIsKnown } from "../readings.ts";
import { tlsWords } from "../tls.ts";
import { readAddress } from "./sql/address.ts";
import type { Address } from "./sql/address.ts";
import { answer } from "./sql/answer.ts";
import type { Shape } from "./sql/answer.ts";
import { describe, fetchRows, valuesOf } from "./sql/ask-query.ts";
import { Database, DatabaseUnusable } from "./sql/database.ts";
import { examineDatabase } from "./sql/examine.ts";
import { readWords } from "./sql/words.ts";
import type { SqlAsked } from "./sql/words.ts";

const connection = z.strictObject({
  url: z
    .string()
    .refine((url) => readAddress(url) !== null, {
      error: "Write a whole address, a % in it as %25: postgresql://ROLE:PASSWORD@HOST:5432/DATABASE?sslmode=verify-full.",
    })
    .describe(
      'The database: "postgresql://reader:…@db.shop:5432/shop?sslmode=verify-full". sslmode is verify-full, require (the same here) or disable.',
    ),
  tls: tlsWords,
  role: z
    .enum(["reader", "any"])
    .default("reader")
    .describe(
      "reader: a role that is a superuser or may write is refused. any: it is accepted; the transactions are read-only all the same.",
    ),
  timeout: timeoutWords.default("2s"),
  connections: z.int().min(1).max(10).default(2).describe("How many connections are open at once, at most."),
});

type Connection = z.infer<typeof connection>;

/**
 * Counts people, conversions and events per arm with a query of the plan's own, in PostgreSQL. Each query runs once per reading, in a transaction
 * that is read-only and rolled back. One query's trouble is `unavailable` for its metrics alone; when the database cannot be asked at all, or a role
 * is a superuser that should not be one, the read throws.
 */
export const sql: SourceDefinition<Connection> = {
  kind: "sql",
  says: "Counts people and conversions per arm with queries of your own, in PostgreSQL.",
  connection,
  isBuiltIn: false,
  metrics: {
    ratio: { required: ["query"], optional: ["matures"] },
    count: { required: ["query"], optional: ["matures"] },
    level: { required: ["query"], optional: [] },
  },
  countsPeople: true,
  checkQuery: (metric, words) => {
    const read = readWords(metric, words);
    return read.kind === "problem" ? read.problem : null;
  },
  examine: async (options, examination, surroundings, signal) => {
    const { role, tls } = options;
    const database = open(options, surroundings);
    try {
      return await examineDatabase({ database, address: addressOf(options), clock: surroundings.clock, role, tls }, examination, signal);
    } finally {
      await database.close();
    }
  },
  create: (options, surroundings) => {
    const database = open(options, surroundings);
    const shapes = new Map<string, Shape>();
    return {
      async read(queries, context, signal) {
        signal.throwIfAborted();
        const once = new Map(queries.map(({ metric }) => [JSON.stringify(readAsked(metric)), readAsked(metric)]));
        const answered = await Promise.all(
          [...once].map(
            async ([key, one]) => [key, await readOne({ database, shapes, options, surroundings }, { key, one }, context, signal)] as const,
          ),
        );
        const answers = new Map(answered);
        const readings = new Map<string, Reading>();
        for (const { quantity, metric } of queries) readings.set(quantity, named(metric, answers.get(JSON.stringify(readAsked(metric)))));
        throwWhenNothingIsKnown(readings);
        return readings;
      },
    } satisfies MetricSource;
  },
};

interface Asking {
  readonly database: Database;
  /** By query: what was found of its columns, so that it is looked at once. */
  readonly shapes: Map<string, Shape>;
  readonly options: Connection;
  readonly surroundings: Surroundings;
}

async function readOne(
  { database, shapes, options, surroundings: { clock } }: Asking,
  { key, one }: { readonly key: string; readonly one: SqlAsked },
  context: ReadContext,
  signal: AbortSignal,
): Promise<Reading> {
  try {
    const got = await database.read(signal, async (session): Promise<Reading> => {
      if (session.isSuperuser && options.role === "reader") throw new PortError(superuser, { retry: "never" });
      const atMs = clock.nowMs();
      const values = valuesOf(one.statement, { context, maturesMs: one.maturesMs, databaseMs: session.nowMs, ourMs: atMs });
      const shape = shapes.get(key) ?? (await describe(session, one, values));
      if (shape.kind === "problem") return { kind: "unavailable", why: shape.problem };
      shapes.set(key, shape);
      return answer(one, await fetchRows(session, { asked: one, shape }, values), { series: "rows", atMs });
    });
    if (got.kind === "answer") return got.value;
    // The tables may have been changed since its columns were looked at.
    shapes.delete(key);
    return { kind: "unavailable", why: got.why };
  } catch (cause) {
    if (cause instanceof DatabaseUnusable) return { kind: "unavailable", why: `database: ${cause.message}` };
    throw cause;
  }
}

/** A query's trouble says whose it is: the database itself does not know the plan's names. */
function named({ name }: Metric, reading: Reading = { kind: "no-data" }): Reading {
  return reading.kind === "unavailable" ? { ...reading, why: `${name}: ${reading.why}` } : reading;
}

const superuser = "database: its role is a superuser; give it a role of its own that may only read, or write role: any in the connection";

function open(options: Connection, { clock, closing }: Surroundings): Database {
  return new Database({
    address: addressOf(options),
    tls: options.tls,
    connections: options.connections,
    withinMs: parseTimeout(options.timeout),
    clock,
    closing: closing ?? null,
  });
}

function addressOf({ url }: Connection): Address {
  const address = readAddress(url);
  if (address === null) throw new Error("the address of the database is none: its schema has not read it");
  return address;
}

function readAsked(metric: Metric): SqlAsked {
  const read = readWords(metric.kind, metric.query);
  if (read.kind === "problem") throw new PortError(`metric ${metric.name}: ${read.problem}`, { retry: "never" });
  return read.asked;
}
