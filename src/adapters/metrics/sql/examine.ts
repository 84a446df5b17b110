import { PortError } from "../../../ports.ts";
import type { Clock } from "../../../ports.ts";
import { doubtful, fine, subjects as shared, wrong } from "../../check.ts";
import type { Check, Examination } from "../../define.ts";
import { isOnThisMachine } from "./address.ts";
import type { Address } from "./address.ts";
import { answer } from "./answer.ts";
import { asTable, describe, fetchRows, valuesOf } from "./ask-query.ts";
import { DatabaseUnusable } from "./database.ts";
import type { Database, Session } from "./database.ts";
import { findings, subjects } from "./findings.ts";
import type { Powers } from "./findings.ts";
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
  const look = async (what: Check["what"], work: (session: Session) => Promise<readonly Check[]>): Promise<boolean> => {
    try {
      const got = await database.read(signal, work);
      checks.push(...(got.kind === "answer" ? got.value : [wrong(what, findings.refuses(got.why))]));
      return true;
    } catch (cause) {
      if (signal.aborted || !(cause instanceof DatabaseUnusable || cause instanceof PortError)) throw cause;
      checks.push(wrong(what, findings.silent(cause.message)));
      return false;
    }
  };
  const isThere = await look(subjects.database(), async (session) => [
    clockOf(session, examined.clock),
    ...(await roleOf(session, examined.role)),
  ]);
  if (!isThere) return checks;
  const seen = new Set<string>();
  for (const { metric } of queries) {
    const read = readWords(metric.kind, metric.query);
    const key = JSON.stringify(metric.query);
    if (read.kind === "problem" || seen.has(key)) continue;
    seen.add(key);
    await look(shared.queryOf(metric.name), (session) =>
      queryChecks(session, { metric: metric.name, asked: read.asked, environment: plan.environment, ourMs: examined.clock.nowMs() }),
    );
  }
  return checks;
}

function encryptionOf({ address, tls }: Examined): Check {
  const what = subjects.encryption();
  if (address.encryption === "verified" || tls !== null) return fine(what, findings.encrypted());
  if (isOnThisMachine(address)) return fine(what, findings.onThisMachine());
  return doubtful(what, findings.unencrypted());
}

function clockOf({ nowMs }: Session, clock: Clock): Check {
  const what = subjects.clock();
  const aheadMs = nowMs - clock.nowMs();
  return Math.abs(aheadMs) <= mostSkewMs ? fine(what, findings.clockAgrees()) : doubtful(what, findings.clockDiffers(aheadMs));
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
  const what = subjects.role(String(row["role"]));
  const powers: Powers = {
    isSuperuser: row["superuser"] === true,
    memberOf: typeof row["powers"] === "string" ? row["powers"] : null,
    writes: Number(row["written"]),
    createsIn: typeof row["schemas"] === "string" ? row["schemas"] : null,
  };
  const onlyReads = !powers.isSuperuser && powers.memberOf === null && !(powers.writes > 0) && powers.createsIn === null;
  if (onlyReads) return [fine(what, findings.onlyReads())];
  return [wanted === "any" ? doubtful(what, findings.roleWritesAccepted(powers)) : wrong(what, findings.roleWrites(powers))];
}

async function queryChecks(
  session: Session,
  {
    metric,
    asked,
    environment,
    ourMs,
  }: { readonly metric: string; readonly asked: SqlAsked; readonly environment: string; readonly ourMs: number },
): Promise<readonly Check[]> {
  const what = shared.queryOf(metric);
  const context = { release: "serin-doctor", environment, sinceMs: ourMs };
  const values = valuesOf(asked.statement, { context, maturesMs: asked.maturesMs, databaseMs: session.nowMs, ourMs });
  const shape = await describe(session, asked, values);
  if (shape.kind === "problem") return [wrong(what, findings.queryWrong(shape.problem))];
  const explained = await session.ask(`explain (verbose, format json) select * from ${asTable(asked.statement)}`, values);
  const large = await largeScans(session, explained.rows);
  const rows = await fetchRows(session, { asked, shape }, values);
  const reading = answer(asked, rows, { series: "rows", atMs: ourMs });
  return [armsOf(what, rows.length, reading), ...large.map((one) => scanOf(metric, one))];
}

/** A release that has not begun has nobody; where rows come all the same, the query tells no release from another. */
function armsOf(what: Check["what"], rows: number, reading: ReturnType<typeof answer>): Check {
  if (reading.kind === "unavailable") return wrong(what, findings.queryWrong(reading.why));
  if (rows === 0) return fine(what, findings.queryRuns());
  if (rows === 2) return fine(what, findings.queryOfAnyRelease());
  return doubtful(what, findings.onlyOneArm());
}

interface LargeTable {
  readonly table: string;
  readonly rows: number;
}

function scanOf(metric: string, { table, rows }: LargeTable): Check {
  return doubtful(subjects.tableOf(metric, table), findings.wholeTable(table, rows));
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
