/** A stream of numbers in [0, 1) that only depends on its seed. */
export type Chance = () => number;

/**
 * Returns the stream of `seed`; equal seeds give equal streams.
 *
 * Source: mulberry32 by Tommy Ettinger (public domain); the string is folded by FNV-1a 32,
 * http://www.isthe.com/chongo/tech/comp/fnv/
 */
export function chanceOf(seed: string): Chance {
  let state = 0x811c9dc5;
  for (let at = 0; at < seed.length; at += 1) {
    state = Math.imul(state ^ seed.charCodeAt(at), 0x01000193);
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A waiting time of the Poisson process that has `perSecond` events a second, in ms. */
export function waitMsOf(chance: Chance, perSecond: number): number {
  return (-Math.log(1 - chance()) * 1000) / perSecond;
}
