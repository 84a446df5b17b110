const halfLnTwoPi = 0.9189385332046728;

/** Stirling's correction, ln Γ(x) = (x-½) ln x - x + ½ ln 2π + stirling(x), good to one unit in the last place for x >= 10. */
function stirling(x: number): number {
  const r = 1 / (x * x);
  return (
    (1 / 12 +
      r * (-1 / 360 + r * (1 / 1260 + r * (-1 / 1680 + r * (1 / 1188 + r * (-691 / 360_360 + r * (1 / 156 + r * (-3617 / 122_400)))))))) /
    x
  );
}

/**
 * ln Γ(x) for x > 0, `NaN` elsewhere. Absolute error below 1e-14 for x < 20, relative error below 1e-15 beyond.
 *
 * Source: Stirling's series after a shift to x >= 10 (Abramowitz & Stegun 6.1.40, 6.1.15).
 */
export function lnGamma(x: number): number {
  if (!(x > 0)) return Number.NaN;
  if (x === 1 || x === 2) return 0;
  let product = 1;
  let shifted = x;
  while (shifted < 10) {
    product *= shifted;
    shifted += 1;
  }
  return (shifted - 0.5) * Math.log(shifted) - shifted + halfLnTwoPi + stirling(shifted) - Math.log(product);
}

/**
 * ln B(a, b) for a, b > 0, without the cancellation of three large ln Γ: relative error near 1e-14 up to 1e12.
 *
 * Source: the same series, its large terms combined by hand before they are evaluated.
 */
export function lnBeta(a: number, b: number): number {
  const small = Math.min(a, b);
  const large = Math.max(a, b);
  if (!(small > 0)) return Number.NaN;
  if (large < 10) return lnGamma(small) + lnGamma(large) - lnGamma(small + large);
  const sum = small + large;
  if (small < 10) {
    // ln Γ(large) - ln Γ(large + small), both by Stirling.
    const tail = stirling(large) - stirling(sum) - (large - 0.5) * Math.log1p(small / large) - small * Math.log(sum) + small;
    return lnGamma(small) + tail;
  }
  return (
    halfLnTwoPi +
    stirling(small) +
    stirling(large) -
    stirling(sum) -
    0.5 * Math.log(large) +
    (small - 0.5) * Math.log(small / sum) -
    large * Math.log1p(small / large)
  );
}

/** ln(e^a + e^b); either may be `-Infinity`. */
export function logAddExp(a: number, b: number): number {
  const larger = Math.max(a, b);
  if (larger === Number.NEGATIVE_INFINITY) return larger;
  const gap = Math.min(a, b) - larger;
  return gap < -40 ? larger : larger + Math.log1p(Math.exp(gap));
}

/**
 * ln I(x; a, b), the logarithm of the regularised incomplete beta function, for 0 <= x <= 1 and a, b > 0: accurate where I itself is far below
 * the smallest double.
 *
 * Source: continued fraction DLMF 8.17.22, evaluated by Lentz's method; the tail with the faster fraction is taken, the other by symmetry.
 */
export function lnBetaIncomplete(x: number, shape: { readonly a: number; readonly b: number }): number {
  const { a, b } = shape;
  if (x <= 0) return Number.NEGATIVE_INFINITY;
  if (x >= 1) return 0;
  const lnFront = a * Math.log(x) + b * Math.log1p(-x) - lnBeta(a, b);
  if (x < (a + 1) / (a + b + 2)) return lnFront - Math.log(a) + Math.log(betaFraction(x, a, b));
  const lnOther = lnFront - Math.log(b) + Math.log(betaFraction(1 - x, b, a));
  return Math.log(-Math.expm1(Math.min(0, lnOther)));
}

function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / notZero(1 - ((a + b) * x) / (a + 1), tiny);
  let value = d;
  for (let m = 1; m <= 100_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / notZero(1 + even * d, tiny);
    c = notZero(1 + even / c, tiny);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / notZero(1 + odd * d, tiny);
    c = notZero(1 + odd / c, tiny);
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) return value;
  }
  return value;
}

function notZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}

/** Numerators and denominators of the three ranges, lowest power first. */
const quantileParts = {
  centre: [
    [
      3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087, 33430.57558358813,
      2509.0809287301227,
    ],
    [
      1.0, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271, 28729.085735721943,
      5226.495278852854,
    ],
  ],
  side: [
    [
      1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684, 0.2417807251774506,
      0.022723844989269184, 0.0007745450142783414,
    ],
    [
      1.0, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457, 0.0005475938084995345,
      1.0507500716444169e-9,
    ],
  ],
  tail: [
    [
      6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124, 0.0012426609473880784,
      2.7115555687434876e-5, 2.0103343992922881e-7,
    ],
    [
      1.0, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5, 1.421511758316446e-7,
      2.0442631033899397e-15,
    ],
  ],
} as const;

/**
 * The z with Φ(z) = p, relative error about 1e-16; infinite at 0 and 1.
 *
 * Source: Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37 (1988).
 */
export function normalQuantile(p: number): number {
  const fromHalf = p - 0.5;
  if (Math.abs(fromHalf) <= 0.425) return fromHalf * ratioAt(quantileParts.centre, 0.180625 - fromHalf * fromHalf);
  const nearer = Math.min(p, 1 - p);
  if (!(nearer > 0)) return nearer === 0 ? Math.sign(fromHalf) * Number.POSITIVE_INFINITY : Number.NaN;
  const depth = Math.sqrt(-Math.log(nearer));
  return Math.sign(fromHalf) * (depth <= 5 ? ratioAt(quantileParts.side, depth - 1.6) : ratioAt(quantileParts.tail, depth - 5));
}

function ratioAt([above, below]: readonly [readonly number[], readonly number[]], at: number): number {
  const value = (powers: readonly number[]): number => powers.reduceRight((sum, power) => sum * at + power, 0);
  return value(above) / value(below);
}

/**
 * ln Φ(z), the logarithm of the normal distribution function, relative error about 1e-15: also where Φ itself is far below the smallest double.
 *
 * Source: the series DLMF 7.6.2 in the middle, Laplace's continued fraction (DLMF 7.9.1) below.
 */
export function lnNormal(z: number): number {
  if (Number.isNaN(z)) return z;
  if (z > 3) return Math.log1p(-Math.exp(lnNormal(-z)));
  const lnDensity = -(z * z) / 2 - halfLnTwoPi;
  if (z >= -3) return Math.log(0.5 + Math.exp(lnDensity) * seriesOf(z));
  if (z === Number.NEGATIVE_INFINITY) return z;
  let below = -z;
  for (let term = 80; term >= 1; term -= 1) below = -z + term / below;
  return lnDensity - Math.log(below);
}

/** z + z³/3 + z⁵/(3·5) + …, all terms of one sign. */
function seriesOf(z: number): number {
  let term = z;
  let sum = z;
  for (let odd = 3; Math.abs(term) > 1e-17 * Math.abs(sum); odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return sum;
}
