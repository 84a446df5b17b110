import { toCanonicalJson } from "../../src/core/canonical-json.ts";
import { addToHistory, beginHistory } from "../../src/core/history/history.ts";
import type { History } from "../../src/core/history/history.ts";
import type { Row } from "../../src/core/row.ts";
import { openHistories } from "../../src/engine/histories.ts";
import type { Library } from "../../src/engine/story.ts";
import type { Store } from "../../src/ports.ts";
import { longHead, longRelease } from "../../test/fixtures/long-release.ts";

const looks = 5;
const gates = 10;

/** What one look at the history of a check costs. */
interface Look {
  readonly processorMs: number;
  /** Bytes of JSON that were read of rows. */
  readonly bytes: number;
}

/** Prints what a look at the history of a running release of so many rows costs: when all of it is read, and when what is new is. */
export async function benchLooks(store: Store, rows: number): Promise<void> {
  const length = { id: `long-${rows}`, rows: rows + looks, gates, rowsPerReading: 1, rowsPerEntry: 1 };
  await store.create(longHead(length));
  const commits = longRelease(length);
  for (let number = 0; number < rows; number += 1) await store.commit(next(commits));
  const { library, counted, later } = counting(store);
  const histories = openHistories(library);
  const check = "1.errors-of-page-001";
  await histories.of(length.id, check);
  const [whole, grown]: [Look[], Look[]] = [[], []];
  for (let look = 0; look < looks; look += 1) {
    await store.commit(next(commits));
    later();
    whole.push(await measure(counted, () => fromTheBeginning(store, length.id, check, counted)));
    grown.push(await measure(counted, () => histories.of(length.id, check)));
  }
  const [before, after] = [median(whole), median(grown)];
  const say = ({ processorMs, bytes }: Look): string =>
    `${processorMs.toFixed(1)} ms of the processor, ${(bytes / 1e6).toFixed(3)} MB of rows`;
  process.stdout.write(
    `a look at the history of a running release of ${rows} rows and entries: ${say(before)} when all is read, ${say(after)} as it is ` +
      `(${(before.processorMs / Math.max(0.05, after.processorMs)).toFixed(0)} and ${(before.bytes / after.bytes).toFixed(0)} times less)\n`,
  );
}

function next<Item>(items: Iterator<Item, void>): Item {
  const { value } = items.next();
  if (value === undefined) throw new Error("the long release is longer than its length");
  return value;
}

/** What was read since the last look. */
interface Counted {
  rows: readonly Row[];
}

interface Counting {
  readonly library: Library;
  readonly counted: Counted;
  /** A look is never older than this moment. */
  readonly later: () => void;
}

function counting(store: Store): Counting {
  const counted: Counted = { rows: [] };
  let nowMs = 0;
  const since: Store["since"] = async (id, page) => {
    const found = await store.since(id, page);
    counted.rows = [...counted.rows, ...found.rows];
    return found;
  };
  return {
    library: { store: { head: (id) => store.head(id), since }, clock: { monotonicMs: () => nowMs } },
    counted,
    later: () => (nowMs += 2_000),
  };
}

async function fromTheBeginning(store: Store, id: string, check: string, counted: Counted): Promise<History | null> {
  const stored = await store.load(id);
  if (stored === null) return null;
  counted.rows = stored.rows;
  const byRow = new Map(stored.entries.map(({ entry }) => [entry.row, entry]));
  return stored.rows.reduce((history, row) => addToHistory(history, row, byRow.get(row.number) ?? null), beginHistory(stored.head, check));
}

async function measure(counted: Counted, work: () => Promise<unknown>): Promise<Look> {
  counted.rows = [];
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  // What was read is counted afterwards: that is no part of a look.
  return { processorMs: (user + system) / 1_000, bytes: counted.rows.reduce((sum, row) => sum + toCanonicalJson(row).length, 0) };
}

function median(all: readonly Look[]): Look {
  const middle = all.toSorted((one, other) => one.processorMs - other.processorMs)[Math.floor(all.length / 2)];
  if (middle === undefined) throw new Error("nobody looked");
  return middle;
}
