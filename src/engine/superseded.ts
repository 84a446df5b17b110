import { isTerminal } from "../core/status.ts";
import type { NewRelease, Store } from "../ports.ts";
import { recall } from "./replay.ts";

const pageSize = 100;

/**
 * True when a newer release of one of the same services is under way or was promoted: what `head` would put back is not what stood before it
 * any more. A newer one that ended by going back changed nothing.
 */
export async function isSuperseded(store: Store, head: NewRelease): Promise<boolean> {
  for (let before: string | null = null; ;) {
    const page: readonly NewRelease[] = await store.list({ limit: pageSize, before });
    for (const other of page) {
      if (other.id === head.id) return false;
      if (!other.services.some((service) => head.services.includes(service))) continue;
      const stored = await store.load(other.id);
      if (stored && !isTerminal(recall(stored).release.status)) return true;
    }
    const last = page.at(-1);
    if (!last || page.length < pageSize) return false;
    before = last.id;
  }
}
