import type { Pool as Connections, PoolClient, QueryConfig } from "pg";
import { PortError } from "../../../ports.ts";
import type { Clock } from "../../../ports.ts";
import type { Tls } from "../../tls.ts";
import type { Address } from "./address.ts";
import { tlsOf } from "./address.ts";
import { troubleOf } from "./trouble.ts";

/** Rows of one statement, and the columns as the database describes them. */
export interface Result {
  readonly columns: readonly { readonly name: string; readonly typeId: number }[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** One read-only transaction. */
export interface Session {
  /** The database's own clock, epoch ms, when the transaction began. */
  readonly nowMs: number;
  readonly isSuperuser: boolean;
  ask(text: string, values: readonly string[]): Promise<Result>;
}

/** What a query came to in its transaction; `trouble` is its own, not that of the whole database. */
export type Asked<T> = { readonly kind: "answer"; readonly value: T } | { readonly kind: "trouble"; readonly why: string };

/** No transaction could be begun; the message has no address. */
export class DatabaseUnusable extends Error {
  override readonly name = "DatabaseUnusable";
}

export interface DatabaseOptions {
  readonly address: Address;
  readonly tls: Tls | null;
  readonly connections: number;
  readonly withinMs: number;
  readonly clock: Clock;
  readonly closing: AbortSignal | null;
}

/** How much longer than the database's own time-out we wait for its word, ms: after that it is not there any more. */
const graceMs = 1_000;
/** A connection that nobody used for so long is given back, ms. */
const idleMs = 120_000;

/**
 * A database that is only read. A few connections are made at first use, kept, and made anew when they broke. Every statement runs in a
 * transaction that is read-only, has time-outs for statements, locks and idleness, and is rolled back; locks that outlive a transaction are let
 * go. When the signal aborts the connection is destroyed at once, and the database told to notice: what still runs there ends by itself.
 */
export class Database {
  readonly #options: DatabaseOptions;
  /** `null`: nobody has asked for a connection yet. */
  #pool: Promise<Connections> | null = null;

  constructor(options: DatabaseOptions) {
    this.#options = options;
  }

  /** Runs `work` in one transaction. Throws `DatabaseUnusable`, and the signal's own reason when the signal aborted. */
  async read<T>(signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<Asked<T>> {
    signal.throwIfAborted();
    const { withinMs } = this.#options;
    const client = await this.#connect(signal);
    let isBroken = true;
    try {
      const done = await this.#inTime(inTransaction(client, withinMs, work), { ms: withinMs + graceMs, signal });
      if (done === null) throw new DatabaseUnusable(`no answer within ${withinMs} ms, although the database should have cut the query`);
      isBroken = false;
      return { kind: "answer", value: done.value };
    } catch (cause) {
      if (signal.aborted || cause instanceof DatabaseUnusable) throw cause;
      if (cause instanceof PortError) {
        isBroken = false;
        throw cause;
      }
      const { isOutage, why } = troubleOf(cause);
      if (isOutage) throw new DatabaseUnusable(why);
      isBroken = false;
      return { kind: "trouble", why };
    } finally {
      client.release(isBroken);
    }
  }

  /** Gives the connections back. */
  async close(): Promise<void> {
    await (await this.#pool)?.end();
  }

  async #connect(signal: AbortSignal): Promise<PoolClient> {
    const { withinMs } = this.#options;
    const connecting = this.#open().then((pool) => pool.connect());
    let connected: { readonly value: PoolClient } | null = null;
    try {
      connected = await this.#inTime(connecting, { ms: withinMs, signal });
    } catch (cause) {
      if (signal.aborted) throw cause;
      throw new DatabaseUnusable(troubleOf(cause).why);
    } finally {
      // One that comes too late goes back to the others.
      if (connected === null) void connecting.then((client) => client.release()).catch(() => {});
    }
    if (connected === null) throw new DatabaseUnusable(`no connection within ${withinMs} ms`);
    return connected.value;
  }

  /** What the promise resolves to; `null` when `ms` are over first. Throws the signal's reason when the signal aborts first. */
  async #inTime<T>(
    promise: Promise<T>,
    limit: { readonly ms: number; readonly signal: AbortSignal },
  ): Promise<{ readonly value: T } | null> {
    const isOver = new AbortController();
    const late = this.#options.clock.wait(limit.ms, AbortSignal.any([isOver.signal, limit.signal])).then(() => null);
    try {
      const first = await Promise.race([promise.then((value) => ({ value })), late]);
      limit.signal.throwIfAborted();
      return first;
    } finally {
      isOver.abort();
      // Once the race is lost nobody hears how it ends.
      promise.catch(() => {});
    }
  }

  #open(): Promise<Connections> {
    this.#pool ??= this.#make();
    return this.#pool;
  }

  async #make(): Promise<Connections> {
    const { address, tls, connections, withinMs, closing } = this.#options;
    const { Pool } = await import("pg");
    const { host, port, database, user, password } = address;
    const pool = new Pool({
      host,
      port,
      database,
      user,
      // As a function it is taken as it is: an empty one is not looked up elsewhere.
      password: () => password,
      ssl: tlsOf(address, tls) ?? false,
      application_name: "serin",
      max: connections,
      connectionTimeoutMillis: withinMs + graceMs,
      idleTimeoutMillis: idleMs,
      allowExitOnIdle: true,
    });
    // A connection that breaks while nobody uses it is made anew by the next reading, which tells what is wrong if it cannot be.
    pool.on("error", () => {});
    // One that breaks while it is used tells the query, and its listeners as well; without a listener the process would die of it.
    pool.on("connect", (client) => client.on("error", () => {}));
    closing?.addEventListener("abort", () => void this.close().catch(() => {}), { once: true });
    return pool;
  }
}

async function inTransaction<T>(client: PoolClient, withinMs: number, work: (session: Session) => Promise<T>): Promise<T> {
  const began = await client.query(beginning(withinMs));
  const last = (Array.isArray(began) ? began : [began]).at(-1) as { readonly rows: readonly Readonly<Record<string, unknown>>[] };
  const { now_ms: nowMs, superuser } = last.rows[0] ?? {};
  try {
    return await work({
      nowMs: Number(nowMs),
      isSuperuser: superuser === "on",
      ask: async (text, values) => {
        // So the database itself refuses several statements, also where nothing is bound.
        const query: QueryConfig & { readonly queryMode: "extended" } = { text, values: [...values], queryMode: "extended" };
        const { fields, rows } = await client.query<Record<string, unknown>>(query);
        return { columns: fields.map(({ name, dataTypeID }) => ({ name, typeId: dataTypeID })), rows };
      },
    });
  } finally {
    // Advisory locks of the session would outlive the transaction.
    await client.query("rollback; select pg_advisory_unlock_all()");
  }
}

/**
 * The last setting makes the database notice a connection that was destroyed; before version 14 it has no such setting, and its time-out ends
 * the statement.
 *
 * Source: https://www.postgresql.org/docs/current/runtime-config-client.html and runtime-config-connection.html#GUC-CLIENT-CONNECTION-CHECK-INTERVAL
 */
function beginning(withinMs: number): string {
  return `begin read only;
set local statement_timeout = ${withinMs};
set local lock_timeout = ${Math.ceil(withinMs / 2)};
set local idle_in_transaction_session_timeout = ${withinMs + graceMs};
set local standard_conforming_strings = on;
select set_config('client_connection_check_interval', '200', true) where current_setting('client_connection_check_interval', true) is not null;
select extract(epoch from clock_timestamp())::float8 * 1000 as now_ms, current_setting('is_superuser') as superuser`;
}
