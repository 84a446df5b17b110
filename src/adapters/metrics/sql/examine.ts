import { capital } from "../../../core/messages/context.ts";
import { PortError } from "../../../ports.ts";
import type { Clock } from "../../../ports.ts";
import { doubtful, fine, wrong } from "../../check.ts";
import type { Check, Examination } from "../../define.ts";
import { isOnThisMachine } from "./address.ts";
import type { Address } from "./address.ts";
import { answer } from "./answer.ts";
import { asTable, describe, fetchRows, valuesOf } from "./ask-query.ts";
import { DatabaseUnusable } from "./database.ts";
import type { Database, Session } from "./database.ts";
import { readWords } from "./words.ts";
import type { SqlAsked } from "./words.ts";

export interface Examined {
  readonly database: Database;
  readonly address: Address;
  readonly clock: Clock;
  readonly role: "reader" | "any";
  readonly tls: object | null;
}

/** Clocks may differ by this much before somebody is told, ms. */
const mostSkewMs = 5_000;
/** From so many rows on, reading all of a table at each reading is worth a word. */
const manyRows = 100_000;

/** What only the database knows: who we are there and what we may, how far its clock is, and how each query of the plan would run. Never throws, except with the signal's reason. */
export async function examineDatabase(examined: Examined, { queries, plan }: Examination, signal: AbortSignal): Promise<readonly Check[]> {
  const { database } = examined;
  const checks: Check[] = [encryptionOf(examined)];
  const look = async (what: string, work: (session: Session) => Promise<readonly Check[]>): Promise<boolean> => {
    try {
      const got = await database.read(signal, work);
      checks.push(...(got.kind === "answer" ? got.value : [wrong(what, `${got.why}.`, "Correct the query, or the rights of the role.")]));
      return true;
    } catch (cause) {
      if (signal.aborted || !(cause instanceof DatabaseUnusable || cause instanceof PortError)) throw cause;
      checks.push(wrong(what, `It cannot be asked: ${cause.message}.`, "Look at the connection's url, and whether the database runs."));
      return false;
    }
  };
  const isThere = await look("database", async (session) => [clockOf(session, examined.clock), ...(await roleOf(session, examined.role))]);
  if (!isThere) return checks;
  const seen = new Set<string>();
  for (const { metric } of queries) {
    const read = readWords(metric.kind, metric.query);
    const key = JSON.stringify(metric.query);
    if (read.kind === "problem" || seen.has(key)) continue;
    seen.add(key);
    const what = `query of ${metric.name}`;
    await look(what, (session) =>
      queryChecks(session, { what, asked: read.asked, environment: plan.environment, ourMs: examined.clock.nowMs() }),
    );
  }
  return checks;
}

function encryptionOf({ address, tls }: Examined): Check {
  const what = "encryption of the connection";
  if (address.encryption === "verified" || tls !== null)
    return fine(what, "The connection is encrypted, and the server's certificate is checked.");
  if (isOnThisMachine(address)) return fine(what, "The database is on this machine: nothing needs to be encrypted.");
  return doubtful(what, "The password and the figures travel unencrypted.", "Write ?sslmode=verify-full at the end of the url.");
}

function clockOf({ nowMs }: Session, clock: Clock): Check {
  const what = "clock of the database";
  const aheadMs = nowMs - clock.nowMs();
  if (Math.abs(aheadMs) <= mostSkewMs) return fine(what, "It agrees with ours.");
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  return doubtful(
    what,
    `It is ${seconds} s ${aheadMs > 0 ? "ahead of" : "behind"} ours; :since and :until follow the database's.`,
    "Synchronise the clocks of both machines (chrony, systemd-timesyncd).",
  );
}

/** Source: https://www.postgresql.org/docs/current/predefined-roles.html and functions-info.html#FUNCTIONS-INFO-ACCESS */
const rights = `
select current_user::text as role,
  (select rolsuper from pg_roles where rolname = current_user) as superuser,
  (select string_agg(rolname, ', ' order by rolname) from pg_roles
    where rolname in ('pg_write_all_data', 'pg_write_server_files', 'pg_read_server_files', 'pg_execute_server_program', 'pg_signal_backend')
      and pg_has_role(current_user, oid, 'usage')) as powers,
  (select count(*)::float8 from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'insert, update, delete, truncate')) as written,
  (select string_agg(nspname, ', ' order by nspname) from pg_namespace
    where nspname !~ '^pg_' and nspname <> 'information_schema' and has_schema_privilege(oid, 'create')) as schemas`;

async function roleOf(session: Session, wanted: Examined["role"]): Promise<readonly Check[]> {
  const [row = {}] = (await session.ask(rights, [])).rows;
  const role = String(row["role"]);
  const what = `role ${role}`;
  const may: string[] = [];
  if (row["superuser"] === true) may.push("is a superuser");
  else {
    if (typeof row["powers"] === "string") may.push(`is a member of ${row["powers"]}`);
    if (Number(row["written"]) > 0) may.push(`may change ${String(row["written"])} tables`);
    if (typeof row["schemas"] === "string") may.push(`may create tables in ${row["schemas"]}`);
  }
  if (may.length === 0) return [fine(what, "It may only read.")];
  const says = `It ${may.join(", and ")}; serin's transactions are read-only all the same.`;
  const remedy =
    "Make a role of its own: create role serin login in role pg_read_all_data, or grant select on the tables that the queries name.";
  return [wanted === "any" ? doubtful(what, says, remedy) : wrong(what, says, `${remedy} Or accept it: role: any.`)];
}

async function queryChecks(
  session: Session,
  {
    what,
    asked,
    environment,
    ourMs,
  }: { readonly what: string; readonly asked: SqlAsked; readonly environment: string; readonly ourMs: number },
): Promise<readonly Check[]> {
  const context = { release: "serin-doctor", environment, sinceMs: ourMs };
  const values = valuesOf(asked.statement, { context, maturesMs: asked.maturesMs, databaseMs: session.nowMs, ourMs });
  const shape = await describe(session, asked, values);
  if (shape.kind === "problem") return [wrong(what, `${capital(shape.problem)}.`, "Correct the query in the plan.")];
  const explained = await session.ask(`explain (verbose, format json) select * from ${asTable(asked.statement)}`, values);
  const large = await largeScans(session, explained.rows);
  const rows = await fetchRows(session, { asked, shape }, values);
  const reading = answer(asked, rows, { series: "rows", atMs: ourMs });
  return [armsOf(what, rows.length, reading), ...large.map((table) => scanOf(what, table))];
}

/** A release that has not begun has nobody; where rows come all the same, the query tells no release from another. */
function armsOf(what: string, rows: number, reading: ReturnType<typeof answer>): Check {
  if (reading.kind === "unavailable") return wrong(what, `${capital(reading.why)}.`, "Correct the query in the plan.");
  if (rows === 0) return fine(what, "It runs, has the columns that it needs, and counts nobody for a release that has not begun.");
  if (rows === 2)
    return fine(what, "It runs and answers for both arms, also for a release that has not begun: it does not ask for :release.");
  return doubtful(what, "It answers for one arm alone.", "Look whether the other arm is written into the rows.");
}

interface LargeTable {
  readonly table: string;
  readonly rows: number;
}

function scanOf(what: string, { table, rows }: LargeTable): Check {
  const size = new Intl.NumberFormat("en").format(rows);
  return doubtful(
    `${what}: ${table}`,
    `All of its about ${size} rows are read at every reading.`,
    `Make an index on ${table} by what the query asks for, such as (release, exposed_at).`,
  );
}

/** Tables that the planner would read as a whole, and that are large. Source: https://www.postgresql.org/docs/current/sql-explain.html */
async function largeScans(session: Session, explained: readonly Readonly<Record<string, unknown>>[]): Promise<readonly LargeTable[]> {
  const scanned = new Set<string>();
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(walk);
    if (typeof node !== "object" || node === null) return;
    const step = node as Readonly<Record<string, unknown>>;
    if (step["Node Type"] === "Seq Scan") scanned.add(JSON.stringify([step["Schema"], step["Relation Name"]]));
    Object.values(step).forEach(walk);
  };
  walk(explained[0]?.["QUERY PLAN"]);
  if (scanned.size === 0) return [];
  const { rows } = await session.ask(
    `select n.nspname || '.' || c.relname as name, greatest(c.reltuples, 0)::float8 as size from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where jsonb_build_array(n.nspname, c.relname) in (select jsonb_array_elements($1::jsonb)) and c.reltuples >= ${manyRows} order by 1`,
    [`[${[...scanned].join(",")}]`],
  );
  return rows.map(({ name, size }) => ({ table: String(name), rows: Number(size) }));
}
