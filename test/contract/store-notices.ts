import { expect, test } from "vitest";
import type { Commit, LostNotice, OwedNotice, ToldNotice } from "../../src/ports.ts";
import { startMs } from "../fixtures/release.ts";
import { begin, commits } from "./store-commits.ts";
import type { StoreSubject } from "./store.ts";

/** What a store promises of notices: owed, delivered or given up. */
export function owedContract(subject: () => StoreSubject): void {
  const slack = { notifier: "slack", to: "#releases" };
  const mail = { notifier: "email", to: "stakeholders" };
  const all = { after: 0, limit: 100 };

  test("notices are owed from the commit on, oldest first, until they are delivered", async () => {
    const { store } = subject();
    const release = await begin(store);
    const [first, second] = commits(release, 2) as [Commit, Commit];
    await store.commit({ ...first, owes: [slack, mail] });
    await store.commit({ ...second, owes: [slack] });
    const owed: OwedNotice[] = [
      { number: 1, release: "r1", revision: 1, target: slack },
      { number: 2, release: "r1", revision: 1, target: mail },
      { number: 3, release: "r1", revision: 2, target: slack },
    ];
    expect(await store.owed(all)).toEqual(owed);
    expect(await store.told("r1")).toEqual(
      owed.map(({ revision, target }) => ({ revision, target, deliveredMs: null, lostMs: null, why: null })),
    );
    await store.delivered(owed[0]!, startMs + 0.5);
    await store.delivered(owed[0]!, startMs + 1);
    expect(await store.owed(all)).toEqual(owed.slice(1));
    expect(await (await subject().reopen()).owed(all)).toEqual(owed.slice(1));
  });

  test("what is owed is answered in pages, and later notices have higher numbers, also when all before them are delivered", async () => {
    const { store } = subject();
    const release = await begin(store);
    const [first, second, third] = commits(release, 3) as [Commit, Commit, Commit];
    await store.commit({ ...first, owes: [slack, mail] });
    await store.commit({ ...second, owes: [slack] });
    const [one, two, three] = (await store.owed(all)) as [OwedNotice, OwedNotice, OwedNotice];
    expect(await store.owed({ after: 0, limit: 2 })).toEqual([one, two]);
    expect(await store.owed({ after: two.number, limit: 2 })).toEqual([three]);
    expect(await store.owed({ after: three.number, limit: 2 })).toEqual([]);
    for (const owed of [one, two, three]) await store.delivered(owed, startMs);
    const again = await subject().reopen();
    await again.commit({ ...third, owes: [mail] });
    expect(await again.owed({ after: three.number, limit: 2 })).toMatchObject([{ revision: 3, target: mail }]);
  });

  test("a notice that is given up is not owed any more, and told of its release with the reason", async () => {
    const { store } = subject();
    const release = await begin(store);
    const [first, second] = commits(release, 2) as [Commit, Commit];
    await store.commit({ ...first, owes: [slack, mail] });
    await store.commit({ ...second, owes: [slack] });
    const [one, two, three] = (await store.owed(all)) as [OwedNotice, OwedNotice, OwedNotice];
    await store.giveUp(three, { atMs: startMs + 2, why: "channel_not_found" });
    await store.giveUp(one, { atMs: startMs + 3.5, why: "nobody there" });
    // What was given up stays so, and what was delivered cannot be given up.
    await store.giveUp(one, { atMs: startMs + 9, why: "again" });
    await store.delivered(one, startMs + 9);
    await store.delivered(two, startMs + 9);
    await store.giveUp(two, { atMs: startMs + 10, why: "too late" });
    const lost: LostNotice[] = [
      { revision: 1, target: slack, atMs: startMs + 3.5, why: "nobody there" },
      { revision: 2, target: slack, atMs: startMs + 2, why: "channel_not_found" },
    ];
    expect(await store.owed(all)).toEqual([]);
    expect(await store.lost("r1")).toEqual(lost);
    expect(await store.lost("r2")).toEqual([]);
    const told: ToldNotice[] = [
      { revision: 1, target: slack, deliveredMs: null, lostMs: startMs + 3.5, why: "nobody there" },
      { revision: 1, target: mail, deliveredMs: startMs + 9, lostMs: null, why: null },
      { revision: 2, target: slack, deliveredMs: null, lostMs: startMs + 2, why: "channel_not_found" },
    ];
    const byTarget = (notices: readonly ToldNotice[]): unknown =>
      notices.toSorted((a, b) => a.revision - b.revision || b.target.notifier.localeCompare(a.target.notifier));
    expect(byTarget(await store.told("r1"))).toEqual(told);
    expect(await store.told("r2")).toEqual([]);
    expect(await (await subject().reopen()).lost("r1")).toEqual(lost);
  });

  test("the same target twice is owed once", async () => {
    const release = await begin(subject().store);
    await subject().store.commit({ ...commits(release, 1)[0]!, owes: [slack, slack] });
    expect(await subject().store.owed(all)).toHaveLength(1);
  });
}
