import { distance } from "fastest-levenshtein";

/** The known name that is most like `name`, when it is like enough to be a slip of the pen; `null` otherwise. */
export function nearest(name: string, known: readonly string[]): string | null {
  const wanted = name.slice(0, 100).toLowerCase();
  const allowed = Math.max(1, Math.floor(wanted.length / 3));
  let best: { readonly name: string; readonly away: number } | null = null;
  for (const candidate of known) {
    const away = distance(wanted, candidate.toLowerCase());
    if (away <= allowed && (best === null || away < best.away)) best = { name: candidate, away };
  }
  return best?.name ?? null;
}

/** What to write instead of an unknown name: the nearest one, otherwise all that there are. `none` is the sentence for when there are none. */
export function insteadOf(name: string, known: readonly string[], none: string): string {
  const near = nearest(name, known);
  if (near !== null) return `Write "${near}".`;
  if (known.length === 0) return none;
  const shown = known.slice(0, 20).join(", ");
  return known.length === 1 ? `Write "${known[0]}".` : `Write one of ${shown}${known.length > 20 ? ", …" : ""}.`;
}
