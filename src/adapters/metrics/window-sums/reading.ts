import type { Reading, SeriesSample } from "../../../ports.ts";

/** Sums of one arm over the window; `null`: the vendor has no point there. */
export interface ArmSums {
  readonly hits: number | null;
  readonly total: number | null;
}

/**
 * Makes a reading of two arms' sums since the release began; pure. No point of any total is `no-data`; without points an arm had nobody, and nothing
 * that is counted was zero. More hits than the whole is no evidence: its whole may be late, and would make a rate of 100 %. The arms are summed
 * anew each time, so a lower sum is a correction (`neverRestarts`).
 */
export function readingOfSums({ canary, stable }: { readonly canary: ArmSums; readonly stable: ArmSums }, atMs: number): Reading {
  if (canary.total === null && stable.total === null && !canary.hits && !stable.hits) return { kind: "no-data" };
  const series: SeriesSample[] = [];
  for (const [arm, sums] of [["canary", canary] as const, ["stable", stable] as const]) {
    const [bad, total] = [Math.round(sums.hits ?? 0), Math.round(sums.total ?? 0)];
    const wrong = wrongWith(bad, total);
    if (wrong !== null) return { kind: "unavailable", why: `a sum of the arm ${arm} ${wrong}` };
    series.push({ series: `sum ${arm}`, arm, bad, total, slice: null, bornMs: null, neverRestarts: true });
  }
  return { kind: "counters", atMs, series };
}

function wrongWith(bad: number, total: number): string | null {
  if (!Number.isFinite(bad) || !Number.isFinite(total)) return "is not a finite number";
  if (bad < 0 || total < 0) return "is below 0";
  return bad > total ? "is greater than its total, which may be late" : null;
}

/** The sum of what has points; `null` when nothing has. */
export function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

/** The mean of what has points; `null` when nothing has. */
export function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Makes a reading of two arms' levels; pure. A canary without points is `no-data`. */
export function readingOfLevels(
  { canary, stable }: { readonly canary: number | null; readonly stable: number | null },
  atMs: number,
): Reading {
  if (canary === null) return { kind: "no-data" };
  if (![canary, stable ?? 0].every(Number.isFinite)) return { kind: "unavailable", why: "a level is not a finite number" };
  return { kind: "level", atMs, canary, stable };
}
