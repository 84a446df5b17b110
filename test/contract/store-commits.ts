import type { Commit, NewRelease, Store } from "../../src/ports.ts";
import { fixtureJournal, fixtureRelease } from "../fixtures/release.ts";

/** Creates the fixture release in `store`. */
export async function begin(store: Store, changes: Parameters<typeof fixtureRelease>[0] = {}): Promise<NewRelease> {
  const release = fixtureRelease(changes);
  await store.create(release);
  return release;
}

/** The commits that write the fixture journal of `release`, an entry on every `every`-th. */
export function commits(release: NewRelease, count: number, every = 1): readonly Commit[] {
  const { rows, entries } = fixtureJournal(release, count, every);
  return rows.map((row, index) => ({
    release: release.id,
    expectRevision: Math.floor(index / every),
    expectRows: index,
    row,
    entry: entries.find((link) => link.entry.row === row.number) ?? null,
    seen: [],
    isOver: false,
    freeze: null,
    owes: [],
  }));
}
