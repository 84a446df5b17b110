import type { BandView } from "../../src/http/release-view.ts";

/** Where the parts of a band are, percent 0-100 of its width from the left. */
export interface BandGeometry {
  readonly from: number;
  readonly to: number;
  /** `null`: there is none, or it lies beyond the picture. */
  readonly estimate: number | null;
  readonly pass: number | null;
  readonly fail: number;
  /** The zone between the lines, where nothing is said; `null` with one line, or two that are one. */
  readonly between: { readonly from: number; readonly to: number } | null;
  /** What lies beyond the fail line. */
  readonly bad: { readonly from: number; readonly to: number };
  /** The interval goes on beyond the picture. */
  readonly goesOnLeft: boolean;
  readonly goesOnRight: boolean;
  /** The whole interval lies beyond the picture. */
  readonly isBeyond: boolean;
}

/** Narrower than this an interval could not be seen, percent. */
const least = 1.2;

/** A band as it is drawn: everything cut at the picture's ends, the interval never too narrow to be seen. */
export function bandGeometry(band: BandView): BandGeometry {
  const placeOf = (at: number): number => ((at - band.fromAt) / (band.toAt - band.fromAt || 1)) * 100;
  const inside = (at: number): number => Math.min(100, Math.max(0, placeOf(at)));
  const [low, high] = [inside(band.low), inside(band.high)];
  const middle = (low + high) / 2;
  const isWide = high - low >= least;
  const from = isWide ? low : Math.min(100 - least, Math.max(0, middle - least / 2));
  const [fail, pass] = [inside(band.failAt), band.passAt === null ? null : inside(band.passAt)];
  return {
    from,
    to: isWide ? high : from + least,
    estimate: band.estimate === null || placeOf(band.estimate) !== inside(band.estimate) ? null : inside(band.estimate),
    pass,
    fail,
    between: pass === null || pass === fail ? null : { from: Math.min(pass, fail), to: Math.max(pass, fail) },
    bad: band.good === "below" ? { from: fail, to: 100 } : { from: 0, to: fail },
    goesOnLeft: placeOf(band.low) < 0,
    goesOnRight: placeOf(band.high) > 100,
    isBeyond: placeOf(band.low) >= 100 || placeOf(band.high) <= 0,
  };
}
