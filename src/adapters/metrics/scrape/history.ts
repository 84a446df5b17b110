import type { Target } from "../../../ports.ts";
import type { Seen } from "../exposition/page.ts";
import { silentPage, withFailures } from "./page.ts";
import type { ScrapedPage } from "./page.ts";

/** Growth per second is counted over at least this: less is noise of the scheduler. */
const shortestWindowMs = 1_000;

/** A release that was not read for this long is forgotten. */
const forgetAfterMs = 10 * 60_000;

/** What a source remembers of one target within one release: pages that were answered, oldest first, and how often it was silent since. */
interface Remembered {
  readonly pages: readonly ScrapedPage[];
  readonly failures: number;
  /** Epoch ms of its first answer. */
  readonly sinceMs: number;
}

/** The scrapes of one target's recent past, which counters per second and new series are told from. Bounded: no release is kept for good. */
export class History {
  readonly #releases = new Map<string, { readonly atMs: number; readonly targets: ReadonlyMap<string, Remembered> }>();

  /** Adds what was just scraped (`null`: the target was silent) and returns what each target has to say. Targets that are gone are forgotten. */
  add(scrape: {
    readonly release: string;
    readonly atMs: number;
    readonly monotonicMs: number;
    readonly pages: ReadonlyMap<Target, ScrapedPage | null>;
  }): readonly Seen[] {
    const before = this.#releases.get(scrape.release)?.targets;
    const targets = new Map<string, Remembered>();
    const seen: Seen[] = [];
    for (const [target, page] of scrape.pages) {
      const remembered = before?.get(target.url) ?? null;
      const next = remember(remembered, page);
      if (next !== null) targets.set(target.url, next);
      seen.push(toSeen(page ?? silentPage({ ...scrape, target }), remembered, next));
    }
    this.#releases.set(scrape.release, { atMs: scrape.monotonicMs, targets });
    for (const [release, { atMs }] of this.#releases) if (scrape.monotonicMs - atMs > forgetAfterMs) this.#releases.delete(release);
    return seen;
  }
}

/** A target that never answered is not remembered: it is starting, not failing. */
function remember(before: Remembered | null, page: ScrapedPage | null): Remembered | null {
  if (page === null) return before === null ? null : { ...before, failures: before.failures + 1 };
  const pages = [...(before?.pages ?? []), page];
  const base = pages.findLastIndex((older) => page.monotonicMs - older.monotonicMs >= shortestWindowMs);
  return { pages: pages.slice(Math.max(0, base)), failures: before?.failures ?? 0, sinceMs: before?.sinceMs ?? page.atMs };
}

function toSeen(page: ScrapedPage, before: Remembered | null, after: Remembered | null): Seen {
  const base = before?.pages.findLast((older) => page.monotonicMs - older.monotonicMs >= shortestWindowMs) ?? null;
  const now = after === null ? page : withFailures(page, { count: after.failures, sinceMs: after.sinceMs });
  return { now, previous: before?.pages.at(-1) ?? null, base };
}
