import { addToHistory, beginHistory } from "../core/history/history.ts";
import type { History } from "../core/history/history.ts";
import { addToTape, beginTape } from "../core/history/follow-check.ts";
import type { Tape } from "../core/history/follow-check.ts";
import { Folds } from "./folds.ts";
import type { Fold } from "./folds.ts";

/** As many histories are kept in mind: each holds a few hundred moments at most. */
const historiesAtMost = 32;
/** A tape holds every reading of its quantity. */
const tapesAtMost = 4;
/** A history younger than this is answered as it is, ms. */
const freshMs = 1_000;

type World = ConstructorParameters<typeof Folds>[0];

/** How the evidence of checks grew, by the check's id. Beginning one throws when the plan has no such check. */
export function openHistories(world: World): Folds<History> {
  return new Folds(world, historyFold, { atMost: historiesAtMost, freshMs });
}

/** What was read of quantities, by the quantity. */
export function openTapes(world: World): Folds<Tape> {
  return new Folds(world, tapeFold, { atMost: tapesAtMost, freshMs });
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
