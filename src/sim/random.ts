/** Seeded chance: the same seed draws the same story. Not for anything that must not be guessed. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Whole number in [0, below). */
  below(below: number): number;
  /** True with probability `p`. What never happens draws nothing, so that a new kind of trouble leaves the stories without it as they were. */
  happens(p: number): boolean;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Throws when there is nothing to pick from. */
  pick<const T>(items: readonly T[]): T;
  /** Events of a Poisson process with this mean. */
  poisson(mean: number): number;
  /** Successes in `n` trials. */
  binomial(n: number, p: number): number;
}

/**
 * A generator by its seed (0 to 2^32 - 1).
 *
 * Source: the 32-bit generator "sfc32" of PractRand (C. Doty-Humphrey), seeded by splitmix32.
 */
export function random(seed: number): Random {
  let mix = seed >>> 0;
  const word = (): number => {
    mix = (mix + 0x9e3779b9) >>> 0;
    let z = mix;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  let [a, b, c, counter] = [word(), word(), word(), 1];
  const next = (): number => {
    const t = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = ((c << 21) | (c >>> 11)) >>> 0;
    c = (c + t) >>> 0;
    return t / 2 ** 32;
  };
  for (let warmUp = 0; warmUp < 12; warmUp += 1) next();
  return {
    next,
    below: (below) => Math.floor(next() * below),
    happens: (p) => p > 0 && next() < p,
    between: (low, high) => low + next() * (high - low),
    pick: (items) => {
      const picked = items[Math.floor(next() * items.length)];
      if (picked === undefined) throw new Error("there is nothing to pick from");
      return picked;
    },
    poisson: (mean) => poisson(next, mean),
    binomial: (n, p) => binomial(next, n, p),
  };
}

/** Above these means a rounded normal draw stands in for the exact one: what is tested here is the engine, not the tail of a law. */
const manyEvents = 40;

function poisson(next: () => number, mean: number): number {
  if (mean <= 0) return 0;
  if (mean > manyEvents) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(next)));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = next(); product > limit; product *= next()) count += 1;
  return count;
}

function binomial(next: () => number, n: number, p: number): number {
  if (n <= 0 || p <= 0) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - binomial(next, n, 1 - p);
  const mean = n * p;
  if (mean > manyEvents) return Math.min(n, Math.max(0, Math.round(mean + Math.sqrt(mean * (1 - p)) * normal(next))));
  // Waiting times between successes are geometric: about `mean` draws instead of `n`.
  const log = Math.log1p(-p);
  let count = -1;
  let at = 0;
  do {
    at += Math.floor(Math.log(1 - next()) / log) + 1;
    count += 1;
  } while (at <= n);
  return count;
}

function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}
