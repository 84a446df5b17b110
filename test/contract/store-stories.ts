import { expect, test } from "vitest";
import type { Place, StoryPage } from "../../src/ports.ts";
import { fixtureJournal, fixtureRelease } from "../fixtures/release.ts";
import type { StoreSubject } from "./store.ts";
import { begin, commits } from "./store-commits.ts";

const beginning: Place = { revision: 0, rows: 0 };

/** What a story is read by: its head, and page after page. */
export function storyContract(subject: () => StoreSubject): void {
  test("a head is found without its story, and an unknown one is null", async () => {
    const release = await begin(subject().store);
    expect(await subject().store.head("r1")).toEqual(release);
    expect(await subject().store.head("r2")).toBeNull();
    expect(await subject().store.since("r2", { after: beginning, limit: 10 })).toEqual({ rows: [], entries: [] });
  });

  test.each([1, 2, 3, 7, 24, 25, 26, 100])("pages of %i rows, each with what they led to, are the whole story", async (limit) => {
    const release = await begin(subject().store);
    const journal = fixtureJournal(release, 25, 4);
    for (const commit of commits(release, 25, 4)) await subject().store.commit(commit);
    const rows: StoryPage["rows"][number][] = [];
    const entries: StoryPage["entries"][number][] = [];
    for (let isEnd = false; !isEnd;) {
      const page = await subject().store.since("r1", { after: { revision: entries.length, rows: rows.length }, limit });
      rows.push(...page.rows);
      entries.push(...page.entries);
      expect(page.rows.length).toBeLessThanOrEqual(limit);
      // An entry comes with its row, neither before nor after it.
      expect(entries).toEqual(journal.entries.filter(({ entry }) => entry.row <= rows.length));
      isEnd = page.rows.length < limit;
    }
    expect({ rows, entries }).toEqual(journal);
  });

  test("from any place on a story goes on with what is new, and with nothing at its end", async () => {
    const release = await begin(subject().store);
    const [first, second, third] = commits(release, 3, 2);
    await subject().store.commit(first!);
    expect(await subject().store.since("r1", { after: { revision: 0, rows: 1 }, limit: 10 })).toEqual({ rows: [], entries: [] });
    await subject().store.commit(second!);
    await subject().store.commit(third!);
    const store = await subject().reopen();
    expect(await store.since("r1", { after: { revision: 0, rows: 1 }, limit: 10 })).toEqual({
      rows: [second?.row, third?.row],
      entries: [second?.entry],
    });
    // The last entry is left where no row is: a reader who has the rows finds it.
    expect(await store.since("r1", { after: { revision: 0, rows: 3 }, limit: 10 })).toEqual({ rows: [], entries: [second?.entry] });
    expect(await store.since("r1", { after: { revision: 1, rows: 3 }, limit: 10 })).toEqual({ rows: [], entries: [] });
  });

  test("stories of two releases do not mix", async () => {
    const { store } = subject();
    const [one, two] = [await begin(store), fixtureRelease({ id: "r2", services: ["frontend"] })];
    await store.create(two);
    for (const commit of commits(one, 3)) await store.commit(commit);
    for (const commit of commits(two, 2)) await store.commit(commit);
    expect(await store.since("r2", { after: beginning, limit: 10 })).toEqual(fixtureJournal(two, 2, 1));
  });
}
