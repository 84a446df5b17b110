import { addToHistory, beginHistory } from "../core/history/history.ts";
import type { History } from "../core/history/history.ts";
import { addToReadings, addToTape, beginReadings, beginTape } from "../core/history/tape.ts";
import type { Readings, Tape } from "../core/history/tape.ts";
import { Folds } from "./folds.ts";
import type { Fold } from "./folds.ts";
import { beginning, foldStory } from "./story.ts";
import type { Library } from "./story.ts";

/** As many histories are kept in mind: each holds a few hundred moments at most. */
const historiesAtMost = 32;
/** A tape holds every reading of its quantity. */
const tapesAtMost = 4;
/** A history younger than this is answered as it is, ms. */
const freshMs = 1_000;

/** How the evidence of checks grew, by the check's id. Beginning one throws when the plan has no such check. */
export function openHistories(library: Library): Folds<History> {
  return new Folds(library, historyFold, { atMost: historiesAtMost, freshMs });
}

/** What was read of quantities, by the quantity. */
export function openTapes(library: Library): Folds<Tape> {
  return new Folds(library, tapeFold, { atMost: tapesAtMost, freshMs });
}

const historyFold: Fold<History> = {
  begin: beginHistory,
  *add(before, { rows, entries }) {
    const byRow = new Map(entries.map(({ entry }) => [entry.row, entry]));
    let history = before;
    for (const row of rows) {
      history = addToHistory(history, row, byRow.get(row.number) ?? null);
      yield;
    }
    return history;
  },
};

const tapeFold: Fold<Tape> = {
  begin: beginTape,
  *add(before, page) {
    yield;
    return addToTape(before, page);
  },
};

/** What was read of quantities up to row `rows`; nothing when there is no such release. */
export async function readReadings(
  library: Library,
  id: string,
  { quantities, rows: upTo }: { readonly quantities: readonly string[]; readonly rows: number },
): Promise<Readings> {
  const head = await library.store.head(id);
  if (head === null) return { tapes: [], mostPeople: null };
  return foldStory(library, { id, after: beginning, before: beginReadings(head, quantities) }, (before, page) =>
    addToReadings(before, {
      rows: page.rows.filter(({ number }) => number <= upTo),
      entries: page.entries.filter(({ entry }) => entry.row <= upTo),
    }),
  );
}
