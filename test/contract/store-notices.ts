import { expect, test } from "vitest";
import type { Commit, LostNotice, OwedNotice } from "../../src/ports.ts";
import { startMs } from "../fixtures/release.ts";
import { begin, commits } from "./store-commits.ts";
import type { StoreSubject } from "./store.ts";

/** What a store promises of notices: owed, delivered or given up. */
export function owedContract(subject: () => StoreSubject): void {
  const slack = { notifier: "slack", to: "#releases" };
  const mail = { notifier: "email", to: "stakeholders" };

  test("notices are owed from the commit on, oldest first, until they are delivered", async () => {
    const { store } = subject();
    const release = await begin(store);
    const [first, second] = commits(release, 2) as [Commit, Commit];
    await store.commit({ ...first, owes: [slack, mail] });
    await store.commit({ ...second, owes: [slack] });
    const owed: OwedNotice[] = [
      { release: "r1", revision: 1, target: slack },
      { release: "r1", revision: 1, target: mail },
      { release: "r1", revision: 2, target: slack },
    ];
    expect(await store.owed(10)).toEqual(owed);
    // At most so many of a release for each receiver: one that is dead keeps no other waiting.
    expect(await store.owed(1)).toEqual(owed.slice(0, 2));
    await store.delivered(owed[0]!, startMs + 0.5);
    await store.delivered(owed[0]!, startMs + 1);
    expect(await store.owed(10)).toEqual(owed.slice(1));
    expect(await (await subject().reopen()).owed(10)).toEqual(owed.slice(1));
  });

  test("at most so many are answered of each release and receiver, so that none keeps another waiting", async () => {
    const { store } = subject();
    const other = { notifier: "slack", to: "#ops" };
    for (const id of ["r1", "r2"]) {
      const release = await begin(store, { id, services: [id] });
      for (const commit of commits(release, 3)) await store.commit({ ...commit, owes: [slack, other] });
    }
    const owed = await store.owed(2);
    expect(owed.map(({ release, revision, target }) => `${release} ${revision} ${target.to}`)).toEqual(
      ["r1", "r2"].flatMap((id) => [1, 2].flatMap((revision) => [`${id} ${revision} #releases`, `${id} ${revision} #ops`])),
    );
  });

  test("a notice that is given up is not owed any more, and told of its release with the reason", async () => {
    const { store } = subject();
    const release = await begin(store);
    const [first, second] = commits(release, 2) as [Commit, Commit];
    await store.commit({ ...first, owes: [slack, mail] });
    await store.commit({ ...second, owes: [slack] });
    const [one, two, three] = (await store.owed(10)) as [OwedNotice, OwedNotice, OwedNotice];
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
    expect(await store.owed(10)).toEqual([]);
    expect(await store.lost("r1")).toEqual(lost);
    expect(await store.lost("r2")).toEqual([]);
    expect(await (await subject().reopen()).lost("r1")).toEqual(lost);
  });

  test("the same target twice is owed once", async () => {
    const release = await begin(subject().store);
    await subject().store.commit({ ...commits(release, 1)[0]!, owes: [slack, slack] });
    expect(await subject().store.owed(10)).toHaveLength(1);
  });
}
