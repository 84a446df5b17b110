import { describe, expect, test } from "vitest";
import { rateInterval } from "../src/evidence/confidence.ts";
import { emptyProcess, logE, stakesForHarm, stakesForHealth, step, turned } from "../src/evidence/e-process.ts";
import type { Process, Stakes } from "../src/evidence/e-process.ts";
import { natsOf } from "../src/evidence/lines.ts";
import { largestAfter, rateBets, rateIncrements } from "../src/evidence/rate-bets.ts";
import { ratioBets, ratioIncrements } from "../src/evidence/ratio-bets.ts";
import { addDraws, beginDraws, mismatchP } from "../src/evidence/sample-ratio.ts";
import { lnGamma } from "../src/evidence/special.ts";

/** Every outcome of every scrape is added up: no sampling, so that a bet that wins a millionth too much is found. */
const allowed = 1 + 1e-9;
const sides = ["above", "below"] as const;

function binomial(n: number, k: number, p: number): number {
  const choose = Math.exp(lnGamma(n + 1) - lnGamma(k + 1) - lnGamma(n - k + 1));
  return choose * p ** k * (1 - p) ** (n - k);
}

/** The expectation of a process after scrapes of the given sizes, over every path. */
function expectation<Outcome>(scrapes: readonly (readonly Outcome[])[], game: Game<Outcome>): number {
  const [outcomes, ...later] = scrapes;
  if (outcomes === undefined) return Math.exp(game.logE());
  return outcomes.reduce((sum, outcome) => {
    const chance = game.chance(outcome);
    return chance === 0 ? sum : sum + chance * expectation(later, game.after(outcome));
  }, 0);
}

interface Game<Outcome> {
  chance(outcome: Outcome): number;
  after(outcome: Outcome): Game<Outcome>;
  logE(): number;
}

interface Scrape {
  readonly bad: number;
  readonly total: number;
}

const upTo = (total: number): readonly Scrape[] => Array.from({ length: total + 1 }, (_, bad) => ({ bad, total }));

describe("a rate: E[E] <= 1 whatever the rate is on its side of the line, from scrape to scrape", () => {
  const game = (
    process: Process,
    at: { readonly bets: ReturnType<typeof rateBets>; readonly rates: readonly number[]; readonly dispersion: number | null },
  ): Game<Scrape> => ({
    chance: ({ bad, total }) => binomial(total, bad, at.rates[process.scrapes] ?? 0),
    after: (whole) => {
      const increments = rateIncrements(at.bets, { parts: [whole], largestPart: 3, dispersion: at.dispersion });
      // The share may change before any scrape, as what was seen until then leads to.
      const { now } = turned({ now: process });
      return game(step(process.scrapes > 0 && process.peakLogE > 0 ? now : process, increments, at.bets), at);
    },
    logE: () => logE(process, at.bets),
  });
  const schedules: readonly Stakes[] = [
    stakesForHarm(4),
    stakesForHealth(2),
    stakesForHarm(1),
    { first: 0.1, planned: 0.9, plannedScrapes: 3, perTurn: 0, turns: 0 },
    { first: 0.1, planned: 0.1, plannedScrapes: 3, perTurn: 0.4, turns: 2 },
  ];
  test.each([0.01, 0.3, 0.7, 0.95])("line %s", (at) => {
    for (const side of sides) {
      const bound = side === "above" ? [at, at / 2, 0] : [at, (1 + at) / 2, 1];
      for (const stakes of schedules) {
        for (const [robust, dispersion] of [
          [0, 1],
          [0.5, null],
          [0.5, 2.5],
          [0.1, 1],
          [1, null],
        ] as const) {
          const bets = rateBets({ side, at, robust, stakes, reach: stakes.first > 0.7 ? "near" : "far" });
          for (const first of bound) {
            for (const second of bound) {
              const rates = [first, second, at, second];
              const value = expectation([upTo(4), upTo(1), upTo(5), upTo(3)], game(emptyProcess, { bets, rates, dispersion }));
              expect(value).toBeLessThanOrEqual(allowed);
            }
          }
        }
      }
    }
  });
  test("on the line it is a fair bet: all but the tempered wealth keeps its value", () => {
    const bets = rateBets({ side: "above", at: 0.2, reach: "far", robust: 0.5, stakes: stakesForHarm(3) });
    const value = expectation([upTo(4), upTo(3), upTo(5)], game(emptyProcess, { bets, rates: [0.2, 0.2, 0.2], dispersion: 1 }));
    expect(value).toBeCloseTo(1, 9);
  });
});

describe("a rate of requests in slices: E[E] <= 1 however the requests of one slice hang together", () => {
  interface At {
    readonly bets: ReturnType<typeof rateBets>;
    /** Chances of 0, 1 … bad ones in a slice of this size. */
    readonly chances: (total: number) => readonly number[];
    readonly largestPart: number;
  }
  const sizes = [
    [2, 3],
    [1, 4, 1],
    [2, 2],
  ] as const;
  const scrapes = sizes.map((slices) =>
    slices.reduce<readonly (readonly Scrape[])[]>(
      (sofar, total) => sofar.flatMap((before) => upTo(total).map((slice) => [...before, slice])),
      [[]],
    ),
  );
  const game = (process: Process, at: At): Game<readonly Scrape[]> => ({
    chance: (parts) => parts.reduce((product, { bad, total }) => product * (at.chances(total)[bad] ?? 0), 1),
    after: (parts) => {
      const largestPart = at.largestPart > 0 ? at.largestPart : largestAfter(0, parts);
      const next = step(process, rateIncrements(at.bets, { parts, largestPart, dispersion: null }), at.bets);
      return game(next, { ...at, largestPart: largestAfter(at.largestPart, parts) });
    },
    logE: () => logE(process, at.bets),
  });
  /** All or none of a slice; each by itself; as evenly as whole numbers allow: three ways to hang together, all with the same mean. */
  const ways: readonly ((rate: number) => At["chances"])[] = [
    (rate) => (total) => upTo(total).map(({ bad }) => (bad === 0 ? 1 - rate : bad === total ? rate : 0)),
    (rate) => (total) => upTo(total).map(({ bad }) => binomial(total, bad, rate)),
    (rate) => (total) => upTo(total).map(({ bad }) => Math.max(0, 1 - Math.abs(bad - rate * total))),
  ];
  test.each([0.01, 0.3, 0.6])("line %s", (at) => {
    for (const side of sides) {
      for (const robust of [0.5, 1]) {
        const bets = rateBets({ side, at, reach: "far", robust, stakes: stakesForHarm(3) });
        for (const way of ways) {
          for (const rate of side === "above" ? [at, at / 3] : [at, (1 + at) / 2]) {
            const value = expectation(scrapes, game(emptyProcess, { bets, chances: way(rate), largestPart: 0 }));
            expect(value).toBeLessThanOrEqual(allowed);
          }
        }
        const onLine = expectation(scrapes, game(emptyProcess, { bets, chances: ways[1]?.(at) ?? (() => []), largestPart: 0 }));
        expect(onLine).toBeCloseTo(1, 9);
      }
    }
  });
  test("and where people who fail make fewer requests, as long as no slice is larger than those before", () => {
    const [rate, of] = [1 / 4, 4];
    const bets = rateBets({ side: "above", at: rate, reach: "far", robust: 1, stakes: stakesForHarm(2) });
    // One person a slice: one bad request and gone, or so many good ones that a quarter of all requests fail.
    const share = (rate * of) / (1 - rate + rate * of);
    const chances: At["chances"] = (total) => (total === 1 ? [0, share] : [1 - share, 0, 0, 0, 0]);
    const slice = [
      { bad: 1, total: 1 },
      { bad: 0, total: of },
    ];
    const pairs = slice.flatMap((one) => slice.map((other) => [one, other]));
    expect(share * 1 - rate * (share + (1 - share) * of)).toBeCloseTo(0, 12);
    expect(expectation([pairs, pairs, pairs], game(emptyProcess, { bets, chances, largestPart: of / 0.5 }))).toBeLessThanOrEqual(allowed);
  });
});

describe("against stable: E[E] <= 1 for every pair of rates on the line and beyond, whatever they were before", () => {
  interface Pair {
    readonly canary: Scrape;
    readonly stable: Scrape;
  }
  const pairs = (canary: number, stable: number): readonly Pair[] =>
    upTo(canary).flatMap((x) => upTo(stable).map((y) => ({ canary: x, stable: y })));
  interface At {
    readonly bets: ReturnType<typeof ratioBets>;
    readonly rates: readonly (readonly [canary: number, stable: number])[];
    readonly history: Scrape;
    readonly dispersion: number;
  }
  const game = (process: Process, at: At): Game<Pair> => ({
    chance: ({ canary, stable }) => {
      const [c, s] = at.rates[process.scrapes] ?? [0, 0];
      return binomial(canary.total, canary.bad, c) * binomial(stable.total, stable.bad, s);
    },
    after: (pair) => {
      const stableRate = at.history.total === 0 ? null : (at.history.bad + 0.5) / (at.history.total + 1);
      const next = step(process, ratioIncrements(at.bets, { ...pair, stableRate, dispersion: at.dispersion, causes: 2 }), at.bets);
      const history = { bad: at.history.bad + pair.stable.bad, total: at.history.total + pair.stable.total };
      return game(next, { ...at, history });
    },
    logE: () => logE(process, at.bets),
  });
  test.each([0.5, 0.9, 1, 1.1, 2])("line %s", (at) => {
    for (const side of sides) {
      const bets = ratioBets({ side, at, reach: at < 1 ? "near" : "far", stakes: stakesForHarm(2) });
      for (const stable of [0.002, 0.03, 0.2, 0.45, 0.9]) {
        const onLine = Math.min(1, at * stable);
        const beyond = side === "above" ? onLine / 2 : (1 + onLine) / 2;
        for (const history of [
          { bad: 0, total: 0 },
          { bad: 1, total: 200 },
          { bad: 30, total: 100 },
          { bad: 85, total: 100 },
        ]) {
          // No canary rate is on or above a line beyond 1: there is no such null.
          if (side === "below" && at * stable > 1) continue;
          const moved = [Math.min(1, at * stable * 0.3), stable * 0.3] as const;
          for (const rates of [
            [
              [onLine, stable],
              [onLine, stable],
            ],
            [[beyond, stable], moved],
          ] as const) {
            for (const dispersion of [1, 3]) {
              const value = expectation([pairs(3, 5), pairs(2, 2)], game(emptyProcess, { bets, rates, history, dispersion }));
              expect(value).toBeLessThanOrEqual(allowed);
            }
          }
        }
      }
    }
  });
});

describe("the draw of people: E[E] <= 1 when people are drawn as asked, through every change of the share", () => {
  test("shares of 10, 50, 50 and 10 %, over every path", () => {
    const shares = [10, 50, 50, 10];
    const walk = (state: ReturnType<typeof beginDraws>, index: number): number => {
      const sharePct = shares[index];
      if (sharePct === undefined) return Math.exp(lastLogE(state));
      return upTo(5).reduce(
        (sum, { bad: canary, total }) =>
          sum + binomial(total, canary, sharePct / 100) * walk(addDraws(state, { canary, stable: total - canary, sharePct }), index + 1),
        0,
      );
    };
    expect(walk(beginDraws(), 0)).toBeCloseTo(1, 9);
  });
  // The running value is not part of the state: a change of share settles it.
  const lastLogE = (state: ReturnType<typeof beginDraws>): number =>
    addDraws(state, { canary: 1, stable: 0, sharePct: state.sharePct === 99 ? 98 : 99 }).settledLogE;
  test("0 and 100 % carry no information", () => {
    const begun = addDraws(beginDraws(), { canary: 3, stable: 40, sharePct: 10 });
    expect(addDraws(begun, { canary: 500, stable: 0, sharePct: 100 })).toEqual(begun);
    expect(addDraws(begun, { canary: 0, stable: 500, sharePct: 0 })).toEqual(begun);
    expect(mismatchP(begun)).toBeLessThanOrEqual(1);
  });
});

describe("the interval: the chance that it ever leaves out the truth, exactly, looking after every single person", () => {
  test.each([0.002, 0.05, 0.3, 0.9])("truth %s", (truth) => {
    const levels = { lowNats: natsOf(0.05), highNats: natsOf(0.05) };
    // By count of bad ones: the chance to be there without having missed yet.
    let still = new Map([[0, 1]]);
    const missed = { low: 0, high: 0 };
    for (let total = 1; total <= 300; total += 1) {
      const next = new Map<number, number>();
      for (const [bad, chance] of still) {
        for (const [more, odds] of [
          [1, truth],
          [0, 1 - truth],
        ] as const)
          next.set(bad + more, (next.get(bad + more) ?? 0) + chance * odds);
      }
      still = new Map();
      for (const [bad, chance] of next) {
        const { low, high } = rateInterval({ bad, total }, levels);
        if (low > truth) missed.low += chance;
        else if (high < truth) missed.high += chance;
        else if (chance > 1e-15) still.set(bad, chance);
      }
    }
    expect(missed.low).toBeLessThanOrEqual(0.05);
    expect(missed.high).toBeLessThanOrEqual(0.05);
  });
});
