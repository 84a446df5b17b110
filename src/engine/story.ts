import type { Clock, Place, Store, StoryPage } from "../ports.ts";
import { Pace } from "./others-turn.ts";

/** So many rows are read at a time: what a long release takes in memory does not grow with it. */
const rowsAtOnce = 100;

/** Where stories are read, and what says how long that takes. */
export interface Library {
  readonly store: Pick<Store, "head" | "since">;
  readonly clock: Pick<Clock, "monotonicMs">;
}

/** Before everything. */
export const beginning: Place = { revision: 0, rows: 0 };

/**
 * What `work` makes of what follows `after` in a release's story, page by page; `before` when there is
 * nothing. However long the story is, others have their turn meanwhile.
 */
export async function foldStory<Value>(
  { store, clock }: Library,
  { id, after, before }: { readonly id: string; readonly after: Place; readonly before: Value },
  work: (value: Value, page: StoryPage) => Generator<undefined, Value>,
): Promise<Value> {
  const pace = new Pace(clock);
  let [value, at] = [before, after];
  for (;;) {
    const page = await store.since(id, { after: at, limit: rowsAtOnce });
    await pace.rest();
    if (page.rows.length > 0 || page.entries.length > 0) value = await pace.through(work(value, page));
    if (page.rows.length < rowsAtOnce) return value;
    at = { revision: at.revision + page.entries.length, rows: at.rows + page.rows.length };
  }
}
