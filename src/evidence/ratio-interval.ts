import type { Levels } from "./confidence.ts";
import type { BothArms } from "./ratio-bets.ts";
import { logAddExp } from "./special.ts";
import type { Interval } from "./verdict.ts";

/** Ratios are shown up to here: an interval that ends here has no upper end. */
export const mostRatio = 100;

/** Log-ratios at which the likelihood is kept: denser near 1, out to a factor of 80. */
const points = Array.from({ length: 57 }, (_, index) => 0.23 * Math.sinh(0.1307 * (index - 28)));
const ratios = points.map((point) => Math.exp(point));
const logPrior = normalised(points.map((point, index) => Math.log(spacingAt(index)) - (point * point) / 2));
const bisections = 30;

/** Log-likelihood, per ratio in `points`, of how the events split so far: empty before the first. Plain JSON. */
export type RatioLikelihood = readonly number[];

/** The likelihood after one more scrape; `dispersion` divides it. */
export function withSplit(before: RatioLikelihood, scrape: BothArms & { readonly dispersion: number }): RatioLikelihood {
  const { canary, stable, dispersion } = scrape;
  const events = canary.bad + stable.bad;
  if (events === 0) return before;
  const share = canary.total / (canary.total + stable.total);
  return points.map((point, index) => {
    const log = canary.bad * point - events * Math.log(1 - share + share * (ratios[index] ?? 1));
    return (before[index] ?? 0) + log / dispersion;
  });
}

/**
 * A confidence sequence for canary / stable. It rests on how events split between the arms, so it is somewhat wide where rates are high.
 *
 * Source: Lindon & Malek, arXiv 2011.03567, section 4, with a mixture over ratios that does not need the share to be constant.
 */
export function ratioInterval(likelihood: RatioLikelihood, levels: Levels): Interval {
  if (likelihood.length === 0) return { low: 0, high: mostRatio };
  const mixture = likelihood.reduce((sum, log, index) => logAddExp(sum, log + (logPrior[index] ?? 0)), Number.NEGATIVE_INFINITY);
  const best = likelihood.indexOf(Math.max(...likelihood));
  return {
    low: endFrom(likelihood, { best, towards: -1, least: mixture - levels.lowNats }) ?? 0,
    high: endFrom(likelihood, { best, towards: 1, least: mixture - levels.highNats }) ?? mostRatio,
  };
}

/** The ratio where the likelihood falls below `least` on the way from the best point; `null` when it does not. */
function endFrom(
  likelihood: RatioLikelihood,
  search: { readonly best: number; readonly towards: 1 | -1; readonly least: number },
): number | null {
  const { best, towards, least } = search;
  let inside = best;
  while ((likelihood[inside + towards] ?? Number.NaN) >= least) inside += towards;
  const outside = inside + towards;
  if (outside < 0 || outside >= points.length) return null;
  let from = points[inside] ?? 0;
  let to = points[outside] ?? 0;
  for (let turn = 0; turn < bisections; turn += 1) {
    const middle = (from + to) / 2;
    if (between(likelihood, Math.min(inside, outside), middle) >= least) from = middle;
    else to = middle;
  }
  return Math.exp(to);
}

/** The likelihood at `at` in the cell that begins at point `cell`, by the cubic through four points: it is smooth on the scale of the grid. */
function between(likelihood: RatioLikelihood, cell: number, at: number): number {
  const first = Math.min(Math.max(0, cell - 1), points.length - 4);
  let sum = 0;
  for (let i = first; i < first + 4; i += 1) {
    let weight = 1;
    for (let j = first; j < first + 4; j += 1) {
      if (j !== i) weight *= (at - (points[j] ?? 0)) / ((points[i] ?? 0) - (points[j] ?? 0));
    }
    sum += weight * (likelihood[i] ?? 0);
  }
  return sum;
}

function spacingAt(index: number): number {
  return (points[Math.min(index + 1, points.length - 1)] ?? 0) - (points[Math.max(index - 1, 0)] ?? 0);
}

function normalised(logs: readonly number[]): readonly number[] {
  const sum = logs.reduce(logAddExp, Number.NEGATIVE_INFINITY);
  return logs.map((log) => log - sum);
}
