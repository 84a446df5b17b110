/** Moments from the first to the last, both included, epoch ms. Lists of spans are ascending; no two of them overlap or touch. */
export interface Span {
  readonly fromMs: number;
  readonly lastMs: number;
}

/** The moments that lie in any of the spans, which may come in any order and overlap; one that ends before it begins is empty. */
export function unionOf(spans: readonly Span[]): readonly Span[] {
  const joined: Span[] = [];
  const ascending = spans.filter(({ fromMs, lastMs }) => fromMs <= lastMs).toSorted((a, b) => a.fromMs - b.fromMs);
  for (const span of ascending) {
    const before = joined.at(-1);
    if (before === undefined || before.lastMs + 1 < span.fromMs) joined.push(span);
    else joined[joined.length - 1] = { fromMs: before.fromMs, lastMs: Math.max(before.lastMs, span.lastMs) };
  }
  return joined;
}

/** The moments that lie in both lists. */
export function intersectionOf(left: readonly Span[], right: readonly Span[]): readonly Span[] {
  const common: Span[] = [];
  let at = 0;
  for (const span of left) {
    while (at > 0 && (right[at - 1]?.lastMs ?? -Infinity) >= span.fromMs) at -= 1;
    for (let other = right[at]; other !== undefined && other.fromMs <= span.lastMs; other = right[at]) {
      common.push({ fromMs: Math.max(span.fromMs, other.fromMs), lastMs: Math.min(span.lastMs, other.lastMs) });
      at += 1;
    }
  }
  return unionOf(common);
}

/** The moments of `spans` that lie in none of `holes`. */
export function differenceOf(spans: readonly Span[], holes: readonly Span[]): readonly Span[] {
  const edges = [-Infinity, ...unionOf(holes).flatMap(({ fromMs, lastMs }) => [fromMs - 1, lastMs + 1]), Infinity];
  const rest: Span[] = [];
  for (let at = 0; at + 1 < edges.length; at += 2) rest.push({ fromMs: edges[at] ?? 0, lastMs: edges[at + 1] ?? 0 });
  return intersectionOf(spans, rest);
}
