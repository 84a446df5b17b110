/**
 * GrowthBook Safe Rollouts as a peer for benchmarks: the one-sided sequential interval for a difference of two proportions,
 * its p-value, and what a guardrail makes of them. Re-implemented from reading growthbook/growthbook @8f1db445 (2026-08-21;
 * packages/stats/gbstats: frequentist/tests.py, models/tests.py, models/statistics.py; packages/shared:
 * getMetricResultStatus, getSafeRolloutResultStatus). Own code; no upstream source copied.
 *
 * An arm is {n, successes}. The interval is the asymptotic confidence sequence of Waudby-Smith et al., arXiv 2103.06476v7,
 * eq. 134, with rho from eq. 161; n is the sum over both arms and the variance is unpooled p(1-p)/n.
 *
 * A guardrail is decided by the p-value, not by the interval: the p-value search stops once a bound is within 1e-6 of zero,
 * so for rates of that order an interval that excludes zero can still be "not significant". Nothing is decided while either
 * arm has no successes or no failures, or before one arm has `minSample` successes. A rollout rolls back when any guardrail
 * is lost, unless the traffic split looks wrong, which is looked at first; undecided at the end of its time, it ships.
 */
const SEARCH = { least: 1e-5, most: 0.4999, steps: 100, tolerance: 1e-6 };

/** The tuning constant rho for which the one-sided sequence at `alpha` is tightest near `tuning` observations (eq. 161). */
export function tightestRho({ alpha = 0.05, tuning = 5000 } = {}) {
  const nats = -2 * Math.log(2 * alpha);
  return Math.sqrt((nats + Math.log(nats + 1)) / tuning);
}

/** The distance from the estimate to its one-sided bound at `alpha` (below 0.5), valid at all looks at once (eq. 134). */
export function halfWidth({ standardError, n, alpha = 0.05, tuning = 5000, rho = tightestRho({ alpha, tuning }) }) {
  const spread = n * rho * rho + 1;
  const variance = n * standardError * standardError;
  return Math.sqrt(variance * ((2 * spread) / (n * rho) ** 2) * Math.log(1 + Math.sqrt(spread) / (2 * alpha)));
}

/**
 * The difference canary - control as {estimate, standardError, n, problem}. `problem` is null, or says why upstream gives up
 * and reports estimate 0 and p-value 1 instead: an arm whose outcomes are all alike, none at all included.
 */
export function difference({ control, canary }) {
  const rate = ({ n, successes }) => (n === 0 ? 0 : successes / n);
  const [p, q] = [rate(control), rate(canary)];
  const isConstant = p * (1 - p) <= 0 || q * (1 - q) <= 0;
  if (isConstant) return { estimate: 0, standardError: 0, n: 0, problem: "zero-variance" };
  const standardError = Math.sqrt((q * (1 - q)) / canary.n + (p * (1 - p)) / control.n);
  return { estimate: q - p, standardError, n: control.n + canary.n, problem: null };
}

/**
 * The interval for canary - control as {lower, upper}: (estimate - halfWidth, Infinity) where a rise is harm
 * (`harm: "increase"`, upstream `inverse`), (-Infinity, estimate + halfWidth) where a fall is; {0, 0} where nothing can be
 * computed. Harm is proven once the finite end has passed 0.
 */
export function sequentialInterval(arms, { harm, alpha = 0.05, tuning = 5000 }) {
  const { estimate, standardError, n, problem } = difference(arms);
  if (problem !== null) return { lower: 0, upper: 0 };
  const reach = halfWidth({ standardError, n, alpha, tuning });
  return harm === "increase" ? { lower: estimate - reach, upper: Infinity } : { lower: -Infinity, upper: estimate + reach };
}

/**
 * The alpha at which the bound touches 0, by bisection in [1e-5, 0.4999] with rho kept at `alpha`'s; cut off at both ends.
 * Takes {estimate, standardError, n}. Null when the search does not settle.
 */
export function pValue({ estimate, standardError, n }, { harm, alpha = 0.05, tuning = 5000 }) {
  const rho = tightestRho({ alpha, tuning });
  const gain = harm === "increase" ? estimate : -estimate;
  const excess = (level) => gain - halfWidth({ standardError, n, alpha: level, rho });
  let { least, most } = SEARCH;
  if (excess(least) > 0) return least;
  if (excess(most) < 0) return most;
  let level = (least + most) / 2;
  for (let step = 0; step < SEARCH.steps; step++) {
    const left = excess(level);
    if (left < 0) least = level;
    else most = level;
    level = (least + most) / 2;
    if (Math.abs(left) < SEARCH.tolerance) return level;
  }
  return null;
}

/**
 * "lost" when the canary is proven worse, else "neutral". `alpha` is the organisation's p-value threshold, `minSample` the
 * successes that at least one arm must have (150), `minChange` the relative difference below which nothing counts (0.005).
 */
export function guardrail({ control, canary }, { harm, alpha = 0.05, tuning = 5000, minSample = 150, minChange = 0.005 }) {
  const found = difference({ control, canary });
  if (found.problem !== null || Math.max(control.successes, canary.successes) < minSample) return "neutral";
  if (Math.abs(found.estimate) / (control.successes / control.n) < minChange) return "neutral";
  const isWorse = harm === "increase" ? found.estimate >= 0 : found.estimate <= 0;
  const p = pValue(found, { harm, alpha, tuning }) ?? 1;
  return isWorse && p < alpha ? "lost" : "neutral";
}
