/** A seeded source of chance: the same seed tells the same story. */
export interface Chance {
  /** Uniform in [0, 1). */
  uniform(): number;
  normal(): number;
  /** How many of `n` happen, each with probability `p`. */
  binomial(n: number, p: number): number;
  /** 1, 2, 3 … with this mean. */
  geometric(mean: number): number;
}

/** Source: mulberry32 (Tommy Ettinger, public domain) for the uniforms; waiting times, or the normal limit for many, for the binomials. */
export function chance(seed: number): Chance {
  let state = seed | 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const binomial = (n: number, p: number): number => {
    if (p <= 0 || n === 0) return 0;
    if (p > 0.5) return n - binomial(n, 1 - p);
    const spread = n * p * (1 - p);
    if (spread > 400) return Math.min(n, Math.max(0, Math.round(n * p + normal() * Math.sqrt(spread))));
    const never = Math.log1p(-p);
    let happened = 0;
    for (let at = Math.floor(Math.log(1 - uniform()) / never); at < n; at += 1 + Math.floor(Math.log(1 - uniform()) / never)) happened += 1;
    return happened;
  };
  const geometric = (mean: number): number => 1 + (mean <= 1 ? 0 : Math.floor(Math.log(1 - uniform()) / Math.log1p(-1 / mean)));
  return { uniform, normal, binomial, geometric };
}
