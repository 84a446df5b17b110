import type { Reading, SeriesSample } from "../../../ports.ts";
import type { SqlAsked } from "./words.ts";

/** One column of a query's result: its name, and PostgreSQL's number and name of its type. */
export interface Column {
  readonly name: string;
  readonly typeId: number;
  readonly typeName: string;
}

/** Which columns the answer is made of; `hits` is what a ratio counts: `good` of a conversion, otherwise `bad`. */
export type Shape =
  | { readonly kind: "counts"; readonly hits: "good" | "bad" }
  | { readonly kind: "number" }
  | { readonly kind: "problem"; readonly problem: string };

/** One row as it is fetched: the arm, and each number as JavaScript has it; `null` where the database says NULL. */
export interface Row {
  readonly arm: string | null;
  readonly hits: number | null;
  readonly total: number | null;
}

type Unavailable = Reading & { readonly kind: "unavailable" };

/** Rows that are fetched at most: one per arm, and one more to notice that there are too many. */
export const mostRows = 3;

/** Source: https://github.com/postgres/postgres/blob/REL_15_STABLE/src/include/catalog/pg_type.dat */
const numbers: ReadonlySet<number> = new Set([20, 21, 23, 700, 701, 1700]);

/** What a result with these columns can answer; pure. Columns that nobody asks for may be there. */
export function shapeOf(asked: SqlAsked, columns: readonly Column[]): Shape {
  const find = (name: string): readonly Column[] => columns.filter((column) => column.name === name);
  const wanted = asked.kind === "number" ? ["arm", "value"] : ["arm", "total"];
  for (const name of wanted) {
    const found = find(name).length;
    if (found === 0) return shapeProblem(`the query has no column ${name}`, columns, asked);
    if (found > 1) return { kind: "problem", problem: `the query has ${found} columns ${name}. Keep one` };
  }
  const hits = (["good", "bad"] as const).filter((name) => find(name).length > 0);
  if (asked.kind === "counts" && (hits.length !== 1 || find(hits[0] ?? "").length > 1))
    return shapeProblem("the query needs exactly one column good or bad", columns, asked);
  const numeric = asked.kind === "number" ? ["value"] : ["total", ...hits];
  const text = columns.find((column) => numeric.includes(column.name) && !numbers.has(column.typeId));
  if (text !== undefined)
    return { kind: "problem", problem: `the column ${text.name} is ${text.typeName}, no number. Write ${text.name}::bigint, or count(*)` };
  return asked.kind === "number" ? { kind: "number" } : { kind: "counts", hits: hits[0] ?? "bad" };
}

function shapeProblem(what: string, columns: readonly Column[], asked: SqlAsked): Shape {
  const should = asked.kind === "number" ? "arm and value" : "arm, total and either good or bad";
  const has = columns
    .slice(0, 10)
    .map(({ name }) => name.slice(0, 40))
    .join(", ");
  return { kind: "problem", problem: `${what}. It returns ${has === "" ? "nothing" : has}; name them ${should}` };
}

/**
 * Answers one query from its rows, at most `mostRows`; pure. No row is `no-data`. Of counts both arms are answered then: the one without a row
 * had nobody. They are asked for anew each time, so a lower count is a correction of the data (`neverRestarts`). The values themselves stand in no message.
 */
export function answer(asked: SqlAsked, rows: readonly Row[], at: { readonly series: string; readonly atMs: number }): Reading {
  if (rows.length === 0) return { kind: "no-data" };
  const byArm = new Map<string, Row>();
  for (const row of rows) {
    if (row.arm !== "canary" && row.arm !== "stable") {
      const which = row.arm === null ? "NULL" : "neither canary nor stable";
      return unavailable(`a row's arm is ${which}; add: where arm in ('canary', 'stable')`);
    }
    if (byArm.has(row.arm)) return unavailable(`several rows are of the arm ${row.arm}; add: group by arm`);
    byArm.set(row.arm, row);
  }
  const [canary, stable] = [byArm.get("canary"), byArm.get("stable")];
  return asked.kind === "number" ? numbersOf(canary, stable, at.atMs) : countsOf(canary, stable, at);
}

function numbersOf(canary: Row | undefined, stable: Row | undefined, atMs: number): Reading {
  if (canary === undefined || canary.hits === null) return { kind: "no-data" };
  const value = stable?.hits ?? null;
  if (![canary.hits, value ?? 0].every(Number.isFinite)) return unavailable("a value is not a finite number");
  return { kind: "level", atMs, canary: canary.hits, stable: value };
}

function countsOf(
  canary: Row | undefined,
  stable: Row | undefined,
  { series, atMs }: { readonly series: string; readonly atMs: number },
): Reading {
  const samples: SeriesSample[] = [];
  for (const [arm, row] of [["canary", canary] as const, ["stable", stable] as const]) {
    const { hits, total } = row ?? { hits: 0, total: 0 };
    const wrong = hits === null || total === null ? "is NULL; write coalesce(…, 0)" : wrongWith(hits, total);
    if (wrong !== null) return unavailable(`a count of the arm ${arm} ${wrong}`);
    samples.push({ series: `${series} ${arm}`, arm, bad: hits ?? 0, total: total ?? 0, slice: null, bornMs: null, neverRestarts: true });
  }
  return { kind: "counters", atMs, series: samples };
}

function wrongWith(hits: number, total: number): string | null {
  if (!Number.isFinite(hits) || !Number.isFinite(total)) return "is not a finite number";
  if (hits < 0 || total < 0) return "is below 0";
  if (!Number.isInteger(hits) || !Number.isInteger(total)) return "is not a whole number";
  return hits > total ? "is greater than its total" : null;
}

function unavailable(why: string): Unavailable {
  return { kind: "unavailable", why };
}
