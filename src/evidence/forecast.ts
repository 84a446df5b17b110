/** Mean cost of not knowing the truth beforehand: a mixture needs this many times the bound. Source: evidence.md 2g. */
export const mixtureCost = 1.35;

/**
 * Scrapes until a log e-value of `haveNats` reaches `needNats` when it grows by `perScrape` each; at least 1, `null` when it does not grow.
 * An e-value that has not begun to grow pays for the mixture first.
 */
export function forecast(race: { readonly needNats: number; readonly haveNats: number; readonly perScrape: number }): number | null {
  const { needNats, haveNats, perScrape } = race;
  if (!(perScrape > 0)) return null;
  const missing = haveNats > 0 ? needNats - haveNats : needNats * mixtureCost;
  return Math.max(1, Math.ceil(missing / perScrape));
}
