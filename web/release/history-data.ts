import type { HistoryAnswer } from "../../src/http/contract/insight.ts";
import type { Language } from "../words/language.ts";

type Row = readonly (number | null)[];

/** A history as columns of one time axis, as a chart wants them. `null`: nothing was there at that moment. */
export interface Columns {
  /** Epoch seconds, ascending, none twice. */
  readonly times: readonly number[];
  readonly low: Row;
  readonly high: Row;
  readonly estimate: Row;
  /** What was read of each arm; all `null` where that is another number than what is judged. */
  readonly canary: Row;
  readonly stable: Row;
  /** From where to where the picture goes, in the unit of the numbers. */
  readonly from: number;
  readonly to: number;
}

/** True when what was read of each arm is the number that is judged, so that both fit into one picture. */
export function isOneScale(history: HistoryAnswer): boolean {
  return history.pointsSay === history.seriesSay;
}

/** The columns of a history. */
export function columnsOf(history: HistoryAnswer): Columns {
  const series = isOneScale(history) ? history.series : [];
  const times = [...new Set([...history.points, ...series].map(({ atMs }) => atMs / 1_000))].toSorted((a, b) => a - b);
  const [points, read] = [byTime(history.points), byTime(series)];
  return {
    times,
    ...boundsAt(times, points),
    estimate: times.map((at) => points.get(at)?.estimate ?? null),
    canary: times.map((at) => read.get(at)?.canary ?? null),
    stable: times.map((at) => read.get(at)?.stable ?? null),
    ...rangeOf(history),
  };
}

/** What was read of each arm where it is another number than what is judged; `null` where it is the same. */
export function ratesOf(history: HistoryAnswer): Columns | null {
  if (isOneScale(history) || history.series.length === 0) return null;
  const none = history.series.map(() => null);
  const values = finite(history.series.flatMap(({ canary, stable }) => [canary, stable]));
  return {
    times: history.series.map(({ atMs }) => atMs / 1_000),
    low: none,
    high: none,
    estimate: none,
    canary: history.series.map(({ canary }) => canary),
    stable: history.series.map(({ stable }) => stable),
    from: 0,
    to: Math.max(...values, 0) * 1.15 || 1,
  };
}

/** The ends of the interval at every moment: between two points it is that of the earlier one, so that the picture has no holes. */
function boundsAt(
  times: readonly number[],
  points: ReadonlyMap<number, HistoryAnswer["points"][number]>,
): { readonly low: Row; readonly high: Row } {
  let now: HistoryAnswer["points"][number] | undefined;
  const bounds = times.map((at) => {
    now = points.get(at) ?? now;
    return { low: now?.low ?? null, high: now?.high ?? null };
  });
  return { low: bounds.map(({ low }) => low), high: bounds.map(({ high }) => high) };
}

function byTime<Item extends { readonly atMs: number }>(items: readonly Item[]): ReadonlyMap<number, Item> {
  return new Map(items.map((item) => [item.atMs / 1_000, item]));
}

/** So that lines and estimates are seen; an interval that is much wider is cut. */
function rangeOf(history: HistoryAnswer): { readonly from: number; readonly to: number } {
  const { points, series, passAt, failAt } = history;
  const later = points.slice(-Math.ceil(points.length / 2));
  const read = isOneScale(history) ? series.map(({ canary }) => canary) : [];
  const needed = finite([
    passAt,
    failAt,
    ...later.map(({ estimate }) => estimate),
    points.at(-1)?.low ?? null,
    points.at(-1)?.high ?? null,
  ]);
  const most = Math.max(...needed);
  if (!Number.isFinite(most)) return { from: 0, to: 1 };
  const least = Math.min(...needed, ...finite(read));
  const beyond = Math.max(most, ...finite([...read, ...points.map(({ high }) => high)]));
  const to = Math.min(beyond, most * 1.8) * 1.15 || 1;
  return { from: least > to * 0.5 ? Math.max(0, least - (to - least) * 0.6) : 0, to: Math.min(to, capOf(history)) };
}

function capOf(history: HistoryAnswer): number {
  if (history.unit === "points") return 100;
  return history.unit === "%" && isOneScale(history) ? 1 : Number.POSITIVE_INFINITY;
}

function finite(values: readonly (number | null)[]): readonly number[] {
  return values.filter((value): value is number => value !== null && Number.isFinite(value));
}

/** A number of a history in its unit: "0.21 %", "93". */
export function sayNumber(value: number, unit: HistoryAnswer["unit"], language: Language): string {
  const shown = unit === "%" ? value * 100 : value;
  const digits = new Intl.NumberFormat(language === "fr" ? "fr-FR" : "en-GB", { maximumSignificantDigits: unit === "%" ? 2 : 3 });
  return `${digits.format(shown)}${unit === "%" ? `${language === "fr" ? "\u202f" : "\u00a0"}%` : ""}`;
}

/** Rows of the table: so many that it can be read, the last point always among them. */
const rowsAtMost = 40;

/** The points that a table shows, oldest first. */
export function tablePoints(points: HistoryAnswer["points"]): HistoryAnswer["points"] {
  const every = Math.max(1, Math.ceil(points.length / rowsAtMost));
  return points.filter((_, index) => (points.length - 1 - index) % every === 0);
}
