import type { Place, Store, StoryPage } from "../ports.ts";

/** So many rows are read at a time: what a long release takes in memory does not grow with it. */
const rowsAtOnce = 100;

/** Before everything. */
export const beginning: Place = { revision: 0, rows: 0 };

/** What follows `after` in a release's story, page by page, to its end; nothing when there is no such release. */
export async function* storySince(store: Pick<Store, "since">, id: string, after: Place): AsyncGenerator<StoryPage, void> {
  for (let at = after; ;) {
    const page = await store.since(id, { after: at, limit: rowsAtOnce });
    if (page.rows.length > 0 || page.entries.length > 0) yield page;
    if (page.rows.length < rowsAtOnce) return;
    at = { revision: at.revision + page.entries.length, rows: at.rows + page.rows.length };
  }
}
