import { ratioBetsOn } from "./against-stable.ts";
import { rateGains, ratioGains } from "./bets-ahead.ts";
import type { ArmAhead, GainsAhead, ScrapeAhead } from "./bets-ahead.ts";
import { dispersionAhead, measuredAfter, nothingMeasured } from "./dispersion-ahead.ts";
import type { MeasuredAhead } from "./dispersion-ahead.ts";
import { cashAfter } from "./e-process.ts";
import type { Stakes } from "./e-process.ts";
import { natsOf } from "./lines.ts";
import { hasReached, hasReachedAndStands, hasReachedRising } from "./passage.ts";
import type { Walk } from "./passage.ts";
import type { Point, World } from "./prospect.ts";
import { rateBetsOn, wouldShow } from "./rate.ts";
import { logAddExp } from "./special.ts";
import type { TestSpec } from "./test-spec.ts";

type CountSpec = Extract<TestSpec, { readonly kind: "rate" | "against-stable" }>;

/** Where all bets of one proof are expected to be after so many scrapes since the onset. */
interface Station {
  readonly scrapes: number;
  readonly walks: readonly Walk[];
  /** What one more scrape of this stretch does to each bet. */
  readonly gains: readonly Walk[];
  readonly canaryUnits: number;
  readonly stableUnits: number;
}

/** The bet that carries the proof, how far it has to go, and which stations it passes. */
interface Race {
  readonly stations: readonly Station[];
  readonly bet: number;
  readonly barrier: number;
  /** What a scrape overshoots a barrier by on average. */
  readonly overshoot: number;
}

/** The mixture follows the rate that is seen, which strays to both sides of the truth: on average that is worth this much. Source: ½ E[χ²₁]. */
const learned = 0.5;
/** Mean overshoot of a walk of normal steps, in their deviations. Source: Siegmund, Sequential Analysis (1985), X.2. */
const meanOvershoot = 0.583;
/** Nothing is looked for beyond so many scrapes: a year and more of ten a second. */
const mostScrapes = 400_000_000;
/** Stations lie this far apart, as a part of the way so far. */
const stationEvery = 1 / 50;
/** Beyond so many times the mean way nothing is left to be decided; where an estimate must stray to the right side of its line, it takes longer. */
const longestWay = { proof: 12, estimate: 40 };

/**
 * When the proof of harm or of health is there, as points in time: closed forms along the mean way of every bet that the real test makes.
 * Empty when it never comes.
 *
 * Where the mixture of bets crosses its threshold on the mean way is the barrier of the bet that carries it then; that bet is a random walk
 * with known mean and variance, so that first passage to the barrier has a closed form. Source: evidence.md 2g; Wald, Sequential Analysis
 * (1947); the factors are held to simulation by prospect.test.ts.
 */
export function prospectOfCounts(spec: CountSpec, world: World, proof: "harm" | "health", luck: number): readonly Point[] {
  const race = raceOf(spec, world, proof, luck);
  if (race === null) return [];
  const { stations, bet, barrier, overshoot } = race;
  const walkAt = (station: Station): Walk => station.walks[bet] ?? { gain: 0, variance: 0 };
  const truth = world.stretches.at(-1);
  const deviations = (station: Station): number =>
    proof === "harm" || truth === undefined ? Number.NEGATIVE_INFINITY : estimateAt(spec, truth, station);
  /** The walk stands at least here while the estimate is on the good side of the pass line: both rest on the same counts. */
  const leastAt = (station: Station): number => walkAt(station).gain + deviations(station) * Math.sqrt(walkAt(station).variance);
  const bend = stations.find((station) => station.scrapes > 0 && leastAt(station) >= barrier) ?? null;
  const asked = Number.isFinite(world.horizon) ? stationsAround(stations, world.horizon) : stations;
  return asked.map((station) => {
    const walk = walkAt(station);
    const stands = hasReachedAndStands(walk, { barrier, least: leastAt(station) });
    const isRising = bend !== null && station.scrapes > bend.scrapes;
    const reached = isRising
      ? hasReachedRising(walk, { barrier, bend: walkAt(bend), rise: leastAt(station) - leastAt(bend) + overshoot })
      : hasReached(walk, barrier);
    return { scrapes: station.scrapes, stands, reached };
  });
}

/** The station before a moment, and the one at it or after. */
function stationsAround(stations: readonly Station[], scrapes: number): readonly Station[] {
  const after = stations.findIndex((station) => station.scrapes >= scrapes);
  return after === -1 ? stations.slice(-1) : stations.slice(Math.max(0, after - 1), after + 1);
}

/** How many deviations the estimate's pass line lies from the truth towards the good side; far below 0 where it is safely met. */
function estimateAt(spec: CountSpec, truth: { readonly canary: ArmAhead; readonly stable: ArmAhead }, station: Station): number {
  if (spec.pass === null || station.canaryUnits === 0) return Number.NEGATIVE_INFINITY;
  const { at, good } = spec.pass;
  const sign = good === "above" ? 1 : -1;
  const [canary, stable] = [truth.canary.rate, truth.stable.rate];
  if (spec.kind === "rate") return (sign * (at - canary)) / Math.sqrt(Math.max(1e-12, canary * (1 - canary)) / station.canaryUnits);
  if (canary === 0 || stable === 0 || station.stableUnits === 0) return Number.NEGATIVE_INFINITY;
  const variance = (1 - canary) / (station.canaryUnits * canary) + (1 - stable) / (station.stableUnits * stable);
  return (sign * (Math.log(at) - Math.log(canary / stable))) / Math.sqrt(variance);
}

interface Bets {
  readonly logWeights: readonly number[];
  readonly stakes: Stakes;
  gains(scrape: ScrapeAhead): GainsAhead;
}

function betsOf(spec: CountSpec, proof: "harm" | "health"): Bets {
  if (spec.kind === "rate") {
    const bets = rateBetsOn(spec, spec.fail, proof);
    // Where nobody on stable could tell a burst from harm, a scrape is one proof.
    const partsOf = ({ canary, stable, parts }: ScrapeAhead): number =>
      proof === "health" || wouldShow({ total: stable.units }, { total: canary.units }) ? parts : 1;
    return { ...bets, gains: (scrape) => rateGains(bets, { ...scrape, parts: partsOf(scrape) }) };
  }
  const bets = ratioBetsOn(spec, spec.fail, proof);
  return { ...bets, gains: (scrape) => ratioGains(bets, scrape) };
}

function raceOf(spec: CountSpec, world: World, proof: "harm" | "health", luck: number): Race | null {
  const bets = betsOf(spec, proof);
  const nats = natsOf(proof === "harm" ? spec.alpha : spec.beta);
  const stations: Station[] = [];
  let crossed: Omit<Race, "stations"> | null = null;
  let until = mostScrapes;
  for (const { station, logWealth } of wayOf(spec, world, bets, luck)) {
    stations.push(station);
    crossed ??= crossingAt({ station, logWealth, bets, nats });
    if (crossed !== null && until === mostScrapes) {
      const longest = longestWay[proof === "health" && spec.pass !== null ? "estimate" : "proof"] * station.scrapes + 50;
      until = Math.min(longest, Math.max(world.horizon, station.scrapes));
    }
    if (station.scrapes >= until) break;
  }
  return crossed === null ? null : { stations, ...crossed };
}

/** The race once the mixture's log e-value is over the threshold on the mean way; `null` before. */
function crossingAt(seen: {
  readonly station: Station;
  readonly logWealth: readonly number[];
  readonly bets: Bets;
  readonly nats: number;
}): Omit<Race, "stations"> | null {
  const { station, logWealth, bets, nats } = seen;
  const logs = logWealth.map((log, bet) => log + (bets.logWeights[bet] ?? 0));
  const excess = logs.reduce(logAddExp, Number.NEGATIVE_INFINITY) - nats;
  if (station.scrapes === 0 || excess < 0) return null;
  const bet = logs.indexOf(Math.max(...logs));
  const [there, step] = [station.walks[bet], station.gains[bet]];
  if (there === undefined || step === undefined) return null;
  const overshoot = meanOvershoot * Math.sqrt(step.variance);
  // Between two stations the bet grows as it does there.
  return { bet, overshoot, barrier: Math.max(0.3, there.gain - excess - learned + overshoot) };
}

interface Stage {
  readonly station: Station;
  /** Log wealth of each bet, with every stake so far. */
  readonly logWealth: readonly number[];
}

/** The mean way, station by station: every scrape in the beginning and after the onset, ever longer steps later. */
function* wayOf(spec: CountSpec, world: World, bets: Bets, luck: number): Generator<Stage> {
  const { onset, parts } = world;
  const nothing = bets.logWeights.map((): Walk => ({ gain: 0, variance: 0 }));
  let walks: readonly Walk[] = nothing;
  let logWealth: readonly number[] = bets.logWeights.map(() => Number.NEGATIVE_INFINITY);
  let measured: MeasuredAhead = nothingMeasured;
  let [scrapes, canaryUnits, stableUnits] = [0, 0, 0];
  for (const [index, { scrapes: length, canary, stable }] of world.stretches.entries()) {
    const end = index === world.stretches.length - 1 ? Number.POSITIVE_INFINITY : scrapes + length;
    const arms = { canary, stable, parts };
    const gainsOf = bets.gains(arms);
    // A new stretch is another share, which has a stake of its own.
    if (index > 0 && index <= bets.stakes.turns) logWealth = logWealth.map((log) => logAddExp(log, Math.log(bets.stakes.perTurn)));
    const known = new Map<number, readonly Walk[]>();
    while (scrapes < end) {
      if (scrapes === onset) {
        walks = nothing;
        yield { station: { scrapes: 0, walks, gains: nothing, canaryUnits, stableUnits }, logWealth };
      }
      const isBefore = scrapes < onset;
      const next = scrapes + Math.max(1, Math.floor((isBefore ? scrapes : scrapes - onset) * stationEvery));
      const step = Math.min(end, isBefore ? onset : end, next) - scrapes;
      const dispersion = spec.unit === "person" ? 1 : Number(dispersionAhead(measured, { ...arms, test: spec.kind }, luck).toPrecision(3));
      const gains = known.get(dispersion) ?? gainsOf(dispersion);
      known.set(dispersion, gains);
      logWealth = staked(logWealth, gains, { step, stake: cashAfter(bets.stakes, scrapes) - cashAfter(bets.stakes, scrapes + step) });
      walks = walks.map((walk, bet) => ahead(walk, gains[bet], step));
      measured = measuredAfter(measured, arms, step);
      scrapes += step;
      canaryUnits += step * canary.units;
      stableUnits += step * stable.units;
      if (scrapes > onset) yield { station: { scrapes: scrapes - onset, walks, gains, canaryUnits, stableUnits }, logWealth };
    }
  }
}

function ahead(walk: Walk, gain: Walk | undefined, step: number): Walk {
  return { gain: walk.gain + step * (gain?.gain ?? 0), variance: walk.variance + step * (gain?.variance ?? 0) };
}

/** Log wealth after `step` scrapes that each add the same stake and then gain the same: a geometric sum. */
function staked(
  logWealth: readonly number[],
  gains: readonly Walk[],
  over: { readonly step: number; readonly stake: number },
): readonly number[] {
  const { step, stake } = over;
  const logStake = Math.log(stake / step);
  return logWealth.map((log, bet) => {
    const gain = gains[bet]?.gain ?? 0;
    return logAddExp(log + step * gain, logStake + lnGeometric(gain, step));
  });
}

/** ln(e^g + e^2g + … + e^ng). */
function lnGeometric(gain: number, count: number): number {
  if (Math.abs(gain) < 1e-9) return Math.log(count);
  const [first, last] = gain > 0 ? [-gain, gain * count] : [gain, gain];
  return last + Math.log(Math.expm1(-Math.abs(gain) * count) / Math.expm1(first));
}
