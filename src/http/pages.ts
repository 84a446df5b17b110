/** One page of a list, in the list's order. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** The `after` of the next page; `null`: this was the last one. */
  readonly next: string | null;
}

/** The items behind the one whose key is `after` (absent: from the first on), at most `limit`. Behind an unknown key there is nothing. */
export function pageOf<Item>(
  all: readonly Item[],
  keyOf: (item: Item) => string,
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
): Page<Item> {
  const at = after === undefined ? 0 : all.findIndex((item) => keyOf(item) === after) + 1;
  const rest = after !== undefined && at === 0 ? [] : all.slice(at);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rest.length > limit && last !== undefined ? keyOf(last) : null };
}
