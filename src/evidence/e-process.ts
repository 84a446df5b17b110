import { logAddExp } from "./special.ts";

/**
 * How one e-process stakes its unit of wealth: `first` at the first scrape, `planned` evenly over the scrapes that the plan expects, `perTurn` at
 * each of the first `turns` changes of the share, the rest for ever after in ever smaller stakes. Every stake starts the bets afresh, so that harm
 * which begins late is found, and sooner where it is likely to begin. How much and when is known before the data that it is staked on, so E[E] <= 1
 * holds whatever it is.
 *
 * Source: evidence.md 2.0; Shin, Ramdas & Rinaldo, arXiv 2203.03532 (e-detectors), in a version with a finite budget.
 */
export interface Stakes {
  readonly first: number;
  readonly planned: number;
  readonly plannedScrapes: number;
  readonly perTurn: number;
  readonly turns: number;
}

/**
 * Three quarters at once and the rest over time: harm may begin late, and is then found with a few nats more; with three when it begins with a
 * larger share, as what breaks under load does.
 */
export function stakesForHarm(plannedScrapes: number): Stakes {
  return { first: 0.75, planned: 0.1, plannedScrapes, perTurn: 0.05, turns: 2 };
}

/** Nearly all at once: health that begins late is no reason to hurry. */
export function stakesForHealth(plannedScrapes: number): Stakes {
  return { first: 0.95, planned: 0.03, plannedScrapes, perTurn: 0, turns: 0 };
}

/**
 * One e-process: log wealth per bet, how many scrapes it has seen, at how many changes of the share it has staked, the largest log e-value so far.
 * `isTurning`: the next scrape is the first at another share. Plain JSON: no value is infinite.
 */
export interface Process {
  readonly wealth: readonly number[];
  readonly scrapes: number;
  readonly turns: number;
  readonly isTurning: boolean;
  readonly peakLogE: number;
}

/** Log wealth of a bet that has lost everything: far below anything that `exp` can see, and no infinity, which JSON cannot hold. */
export const ruined = -1e300;

export const emptyProcess: Process = { wealth: [], scrapes: 0, turns: 0, isTurning: false, peakLogE: 0 };

/** The processes of one test when the share has changed; none has begun before its first scrape. */
export function turned<Processes extends Readonly<Partial<Record<string, Process>>>>(processes: Processes): Processes {
  const all = Object.entries(processes).map(([which, process]) => [which, process && { ...process, isTurning: true }]);
  return Object.fromEntries(all) as Processes;
}

/**
 * The process after a scrape that multiplied bet j by exp(`logIncrements[j]`). `logWeights` are the prior weights of the bets, which sum to 1.
 * The increments must have conditional mean at most 1 (not in logs) under the hypothesis that is to be disproved.
 */
export function step(
  process: Process,
  logIncrements: readonly number[],
  bets: { readonly logWeights: readonly number[]; readonly stakes: Stakes },
): Process {
  const { stakes } = bets;
  const turns = process.isTurning ? Math.min(stakes.turns, process.turns + 1) : process.turns;
  const logStake = Math.log(stakeAt(stakes, process.scrapes) + stakes.perTurn * (turns - process.turns));
  const wealth = logIncrements.map((increment, bet) => {
    const before = process.wealth[bet] ?? ruined;
    const staked = logStake > ruined ? logAddExp(before, logStake) : before;
    return Math.max(ruined, staked + increment);
  });
  const next = { wealth, scrapes: process.scrapes + 1, turns, isTurning: false, peakLogE: process.peakLogE };
  return { ...next, peakLogE: Math.max(process.peakLogE, logE(next, bets)) };
}

/** The log e-value now: the bets' wealth by their weights, and what is not staked yet. 0 before the first scrape. */
export function logE(process: Process, bets: { readonly logWeights: readonly number[]; readonly stakes: Stakes }): number {
  const { perTurn, turns } = bets.stakes;
  const logCash = Math.log(Math.max(0, cashAfter(bets.stakes, process.scrapes) + perTurn * (turns - process.turns)));
  let largest = logCash;
  for (let bet = 0; bet < process.wealth.length; bet += 1) {
    largest = Math.max(largest, (process.wealth[bet] ?? ruined) + (bets.logWeights[bet] ?? ruined));
  }
  let sum = Math.exp(logCash - largest);
  for (let bet = 0; bet < process.wealth.length; bet += 1) {
    const gap = (process.wealth[bet] ?? ruined) + (bets.logWeights[bet] ?? ruined) - largest;
    if (gap > -40) sum += Math.exp(gap);
  }
  return largest + Math.log(sum);
}

/** The share of the unit wealth that is staked at scrape `index`, counted from 0. */
export function stakeAt(stakes: Stakes, index: number): number {
  return cashAfter(stakes, index) - cashAfter(stakes, index + 1);
}

/** The share of the unit wealth that is not staked after `scrapes` scrapes, 0-1, beside what is kept for changes of the share. */
export function cashAfter(stakes: Stakes, scrapes: number): number {
  const kept = stakes.perTurn * stakes.turns;
  if (scrapes === 0) return 1 - kept;
  const later = Math.max(0, Math.floor(stakes.plannedScrapes) - 1);
  const planned = later === 0 ? 0 : stakes.planned * Math.max(0, 1 - (scrapes - 1) / later);
  const tail = 1 - kept - stakes.first - (later === 0 ? 0 : stakes.planned);
  // ln 2 / ln(2 + k) falls from 1 to 0 like the stakes 1 / (k log² k) that evidence.md names, and sums exactly.
  const beyond = Math.max(0, scrapes - 1 - later);
  return planned + (tail * Math.LN2) / Math.log(2 + beyond);
}
