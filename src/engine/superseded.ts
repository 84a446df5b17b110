import { isTerminal } from "../core/status.ts";
import type { NewRelease, Store } from "../ports.ts";

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
      if (!(await wentBack(store, other.id))) return true;
    }
    const last = page.at(-1);
    if (!last || page.length < pageSize) return false;
    before = last.id;
  }
}

/** As its last entry says; one without any has just begun. */
async function wentBack(store: Store, id: string): Promise<boolean> {
  const standing = await store.standing(id);
  if (standing === null || standing.revision === 0) return standing === null;
  const { entries } = await store.since(id, { after: { ...standing, revision: standing.revision - 1 }, limit: 1 });
  const status = entries.at(-1)?.entry.decision.status;
  return status !== undefined && isTerminal(status);
}
