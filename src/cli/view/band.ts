import type { BandView } from "../../http/release-view.ts";

/** What a cell of a band is, so that a caller may colour it. */
export type BandCell = { readonly character: string; readonly part: "axis" | "between" | "line" | "interval" | "estimate" };

/**
 * The interval that the data still allow against the lines, one cell per column: `─` axis, `·` between the lines, `█` the interval, `◆` the
 * estimate, `┊` a line (drawn over the interval), `◂` `▸` where the interval goes on beyond the picture.
 */
export function drawBand(band: BandView, columns: number): readonly BandCell[] {
  const cellOf = (at: number): number => Math.floor(((at - band.fromAt) / (band.toAt - band.fromAt)) * columns);
  const inside = (cell: number): number => Math.min(columns - 1, Math.max(0, cell));
  const first = inside(cellOf(band.low));
  const last = inside(cellOf(band.high));
  const lines = (band.passAt === null ? [band.failAt] : [band.failAt, band.passAt]).map((at) => inside(cellOf(at)));
  const between = { from: Math.min(...lines), to: Math.max(...lines) };
  const estimate = band.estimate === null ? null : inside(cellOf(band.estimate));
  return Array.from({ length: columns }, (_, cell): BandCell => {
    if (lines.includes(cell)) return { character: "┊", part: "line" };
    if (cell === 0 && cellOf(band.low) < 0) return { character: "◂", part: "interval" };
    if (cell === columns - 1 && cellOf(band.high) >= columns) return { character: "▸", part: "interval" };
    if (cell === estimate) return { character: "◆", part: "estimate" };
    if (cell >= first && cell <= last) return { character: "█", part: "interval" };
    return cell > between.from && cell < between.to ? { character: "·", part: "between" } : { character: "─", part: "axis" };
  });
}
