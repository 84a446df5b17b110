import { distance } from "fastest-levenshtein";

/** The known name that is most like `name`, when it is like enough to be a slip of the pen; `null` otherwise. */
export function nearest(name: string, known: readonly string[]): string | null {
  const wanted = name.slice(0, 100).toLowerCase();
  const allowed = Math.max(1, Math.floor(wanted.length / 3));
  let best: { readonly name: string; readonly away: number } | null = null;
  for (const candidate of known) {
    const away = slips(wanted, candidate.toLowerCase());
    if (away <= allowed && (best === null || away < best.away)) best = { name: candidate, away };
  }
  return best?.name ?? null;
}

/** Letters changed, added or left out; two neighbours that changed places are one slip. */
function slips(written: string, meant: string): number {
  const plain = distance(written, meant);
  if (plain !== 2 || written.length !== meant.length) return plain;
  const at = Array.from({ length: written.length }, (_, index) => index).findIndex((index) => written[index] !== meant[index]);
  const turned = `${written.slice(0, at)}${written[at + 1] ?? ""}${written[at] ?? ""}${written.slice(at + 2)}`;
  return turned === meant ? 1 : plain;
}

/** What to write instead of an unknown name: the nearest one, otherwise all that there are. `none` is the sentence for when there are none. */
export function insteadOf(name: string, names: readonly string[], none: string): string {
  const known = [...new Set(names)];
  const near = nearest(name, known);
  if (near !== null) return `Write "${near}".`;
  if (known.length === 0) return none;
  const shown = known.slice(0, 20).join(", ");
  return known.length === 1 ? `Write "${known[0]}".` : `Write one of ${shown}${known.length > 20 ? ", …" : ""}.`;
}
