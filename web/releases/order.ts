import type { ReleaseSummary } from "../../src/http/contract.ts";

/** What somebody has to look at stands first. */
const ranks: Readonly<Record<ReleaseSummary["tone"], number>> = { danger: 0, holding: 1, waiting: 2, calm: 3, good: 4, over: 4 };

/** How a tone is marked in the title of a tab. */
export const marks = { calm: "", waiting: "… ", holding: "‖ ", danger: "⚠ ", good: "✓ ", over: "" } as const;

/** True when nothing happens to it any more. */
export function isOver(release: Pick<ReleaseSummary, "tone">): boolean {
  return release.tone === "good" || release.tone === "over";
}

/** Trouble first; of what is over, what somebody still has to say something about; of equals, those that began last. */
export function inOrder(releases: readonly ReleaseSummary[]): readonly ReleaseSummary[] {
  const rankOf = ({ tone, asks }: ReleaseSummary): number => (isOver({ tone }) && asks.length > 0 ? 3.5 : ranks[tone]);
  return releases.toSorted((a, b) => rankOf(a) - rankOf(b) || b.createdMs - a.createdMs);
}

/** `items` in the order of `ids`, as far as it names them; what it does not name comes behind. */
export function inKnownOrder<Item extends { readonly id: string }>(items: readonly Item[], ids: readonly string[]): readonly Item[] {
  const places = new Map(ids.map((id, at) => [id, at]));
  const placeOf = (item: Item): number => places.get(item.id) ?? ids.length;
  return items.toSorted((a, b) => placeOf(a) - placeOf(b));
}
