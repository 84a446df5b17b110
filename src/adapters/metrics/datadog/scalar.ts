import { z } from "zod";
import type { Window } from "../window-sums/window.ts";

/** One query of a scalar request; `aggregator` makes one number of its points. */
export interface ScalarQuery {
  readonly query: string;
  readonly aggregator: "sum" | "avg";
}

/** Asks for one number per query; `null` where there are no points. Throws when there is no answer, or another than Datadog documents. */
export type AskScalars = (queries: readonly ScalarQuery[], window: Window, signal: AbortSignal) => Promise<readonly (number | null)[]>;

/** Buckets of a rolled up series, s: a series has at most about 1,500 points, and each is a whole number of minutes. */
const bucketsSeconds = [60, 300, 3_600] as const;
const mostPoints = 1_400;

/**
 * The body that asks for one number per query over the window. Points are rolled up by whole minutes, so that none outside the window is in a bucket at
 * its ends.
 *
 * Source: https://docs.datadoghq.com/api/latest/metrics/query-scalar-data-across-multiple-products/
 */
export function scalarBody(queries: readonly ScalarQuery[], { fromMs, toMs }: Window): string {
  const bucket = bucketsSeconds.find((seconds) => (toMs - fromMs) / 1000 / seconds <= mostPoints) ?? bucketsSeconds[2];
  return JSON.stringify({
    data: {
      type: "scalar_request",
      attributes: {
        from: fromMs,
        to: toMs,
        formulas: queries.map((_, at) => ({ formula: nameOf(at) })),
        queries: queries.map(({ query, aggregator }, at) => ({
          data_source: "metrics",
          name: nameOf(at),
          query: `${query}.rollup(${aggregator}, ${bucket})`,
          aggregator,
        })),
      },
    },
  });
}

function nameOf(at: number): string {
  return `q${at}`;
}

const shape = z.object({
  data: z.object({
    attributes: z.object({
      columns: z.array(z.object({ name: z.string(), type: z.string(), values: z.array(z.unknown()) })),
    }),
  }),
});
const value = z.number().nullable();

/** The numbers in the order of the queries, `null` for one without points; `null` when the answer is not what Datadog documents. Pure. */
export function readScalars(json: unknown, queries: number): readonly (number | null)[] | null {
  const read = shape.safeParse(json);
  if (!read.success) return null;
  const columns = new Map(read.data.data.attributes.columns.map((column) => [column.name, column]));
  const scalars: (number | null)[] = [];
  for (let at = 0; at < queries; at += 1) {
    const column = columns.get(nameOf(at));
    if (column === undefined) {
      scalars.push(null);
      continue;
    }
    const one = value.safeParse(column.values[0] ?? null);
    if (column.type !== "number" || column.values.length > 1 || !one.success) return null;
    scalars.push(one.data);
  }
  // Columns that nobody asked for would mean that they are not called as we think.
  return columns.size > 0 && scalars.every((scalar, at) => scalar === null && !columns.has(nameOf(at))) ? null : scalars;
}

/** What Datadog says is wrong; `null`: the answer is none of its own. */
export function readErrors(json: unknown): string | null {
  const texts = z.object({ errors: z.array(z.union([z.string(), z.object({ detail: z.string() })])).min(1) }).safeParse(json);
  const [first] = texts.data?.errors ?? [];
  return first === undefined ? null : typeof first === "string" ? first : first.detail;
}

/**
 * A text as it stands in a tag: Datadog makes letters small and everything that it does not know an underscore.
 *
 * Source: https://docs.datadoghq.com/getting_started/tagging/#define-tags
 */
export function tagValue(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{Ll}\p{Lo}\p{N}_\-:./]/gu, "_")
    .slice(0, 200);
}
