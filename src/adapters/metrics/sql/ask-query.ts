import type { ReadContext } from "../../../ports.ts";
import { mostRows, shapeOf } from "./answer.ts";
import type { Row, Shape } from "./answer.ts";
import type { Session } from "./database.ts";
import type { Parameter, Statement } from "./statement.ts";
import type { SqlAsked } from "./words.ts";

/** What the values of a query's parameters are made of. */
export interface Bound {
  readonly context: Pick<ReadContext, "release" | "environment" | "sinceMs">;
  readonly maturesMs: number | null;
  /** The database's clock, and what ours said at the same moment, epoch ms. */
  readonly databaseMs: number;
  readonly ourMs: number;
}

/**
 * The values in the order of the statement's parameters; pure. `:until` is now less `matures`, by the database's clock. So is `:since`: the release
 * began by ours, and is moved by as much as the two clocks differ.
 */
export function valuesOf({ parameters }: Statement, { context, maturesMs, databaseMs, ourMs }: Bound): readonly string[] {
  const iso = (ms: number): string => new Date(ms).toISOString();
  const values: Readonly<Record<Parameter, string>> = {
    release: context.release,
    environment: context.environment,
    since: iso(context.sinceMs + databaseMs - ourMs),
    until: iso(databaseMs - (maturesMs ?? 0)),
    matures: `${maturesMs ?? 0} milliseconds`,
  };
  return parameters.map((name) => values[name]);
}

/** The plan's query as a part of ours: only what can be read from fits there, so no other kind of statement can be smuggled in. */
export function asTable({ text }: Statement): string {
  return `(\n${text}\n) as serin_metric`;
}

/** Looks at a query's columns without running it. */
export async function describe(session: Session, asked: SqlAsked, values: readonly string[]): Promise<Shape> {
  const { columns } = await session.ask(`select * from ${asTable(asked.statement)} limit 0`, values);
  const named = await typeNames(
    session,
    columns.map(({ typeId }) => typeId),
  );
  return shapeOf(
    asked,
    columns.map((column) => ({ ...column, typeName: named.get(column.typeId) ?? "something else" })),
  );
}

async function typeNames(session: Session, ids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const { rows } = await session.ask(
    "select oid::int8::float8 as id, format_type(oid, null) as name from pg_type where oid = any($1::oid[])",
    [`{${[...new Set(ids)].join(",")}}`],
  );
  return new Map(rows.map(({ id, name }) => [Number(id), String(name)]));
}

/** Runs a query whose shape is known; rows, and what is in them, are bounded. */
export async function fetchRows(
  session: Session,
  { asked, shape }: { readonly asked: SqlAsked; readonly shape: Exclude<Shape, { readonly kind: "problem" }> },
  values: readonly string[],
): Promise<readonly Row[]> {
  const columns =
    shape.kind === "number" ? "value::float8 as hits, null::float8 as total" : `${shape.hits}::float8 as hits, total::float8 as total`;
  const text = `select left(arm::text, 20) as arm, ${columns} from ${asTable(asked.statement)} limit ${mostRows}`;
  const { rows } = await session.ask(text, values);
  return rows.map(({ arm, hits, total }) => ({ arm: typeof arm === "string" ? arm : null, hits: numberOf(hits), total: numberOf(total) }));
}

/** Numbers arrive as numbers, NULL as null; anything else is no number. */
function numberOf(value: unknown): number | null {
  return value === null || value === undefined ? null : typeof value === "number" ? value : Number.NaN;
}
