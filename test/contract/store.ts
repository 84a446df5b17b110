import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { verifyChain } from "../../src/core/chain.ts";
import type { Request } from "../../src/core/requests.ts";
import type { Commit, Freeze, PortError, Store } from "../../src/ports.ts";
import { ServiceBusy, StaleRevision } from "../../src/ports.ts";
import { fixtureJournal, fixtureRelease, fixtureRequest, startMs } from "../fixtures/release.ts";
import { begin, commits } from "./store-commits.ts";
import { accessContract } from "./store-access.ts";
import { owedContract } from "./store-notices.ts";
import { survivesKills } from "./store-kills.ts";
import { storyContract } from "./store-stories.ts";

/** A store under test, empty when it is made. */
export interface StoreSubject {
  readonly store: Store;
  /** Closes the store and answers what a new process would find in its place. */
  reopen(): Promise<Store>;
  /** Closes the store and removes it. */
  destroy(): Promise<void>;
  /**
   * A command that opens the same store (closed here before), goes on with release "r1" without end, a commit and a request each time, and
   * prints `{"rows":n,"entries":n,"request":"id"}` on a line of its own for what was acknowledged. `null`: no other process can.
   */
  readonly appender: readonly string[] | null;
}

/** Every promise of the `Store` port's doc comments, as tests of what `makeSubject` makes. */
export function storeContract(name: string, makeSubject: () => Promise<StoreSubject>, isOnDisk: boolean): void {
  describe(`store ${name}`, () => {
    let subject: StoreSubject;
    beforeEach(async () => {
      subject = await makeSubject();
    });
    afterEach(() => subject.destroy());

    describe("releases", () => {
      releasesContract(() => subject);
    });
    describe("commits", () => {
      commitsContract(() => subject);
    });
    describe("stories", () => {
      storyContract(() => subject);
    });
    describe("requests", () => {
      requestsContract(() => subject);
    });
    describe("notices", () => {
      owedContract(() => subject);
    });
    describe("freezes", () => {
      freezesContract(() => subject);
    });
    describe("access", () => {
      accessContract(() => subject);
    });
    if (!isOnDisk) return;
    test("nothing that was acknowledged is lost when the process is killed", async () => {
      if (subject.appender === null) throw new Error("a store on disk has a program that writes it from another process");
      await survivesKills(subject, subject.appender);
    });
  });
}

function releasesContract(subject: () => StoreSubject): void {
  test("a release is found again as it was created, with nothing in it", async () => {
    const release = fixtureRelease({ startKey: "key" });
    expect(await subject().store.create(release)).toBe("r1");
    expect(await subject().store.load("r1")).toEqual({ head: release, entries: [], rows: [] });
    expect(await (await subject().reopen()).load("r1")).toEqual({ head: release, entries: [], rows: [] });
  });

  test("an unknown release is null", async () => {
    expect(await subject().store.load("r1")).toBeNull();
    expect(await subject().store.standing("r1")).toBeNull();
  });

  test("the same start key answers the first release, also after that is over, and makes no second", async () => {
    const { store } = subject();
    await store.create(fixtureRelease({ startKey: "key" }));
    await store.commit({ ...commits(fixtureRelease({ startKey: "key" }), 1)[0]!, isOver: true });
    expect(await store.create(fixtureRelease({ id: "r2", startKey: "key" }))).toBe("r1");
    expect(await store.load("r2")).toBeNull();
  });

  test("releases without a start key are different releases", async () => {
    const { store } = subject();
    await store.create(fixtureRelease());
    expect(await store.create(fixtureRelease({ id: "r2", services: ["frontend"] }))).toBe("r2");
  });

  test("the same id twice is refused", async () => {
    await subject().store.create(fixtureRelease());
    await expect(subject().store.create(fixtureRelease({ services: ["frontend"] }))).rejects.toThrow("r1");
    expect((await subject().store.load("r1"))?.head.services).toEqual(["backend"]);
  });

  test("a service is in one active release: the second is told which, and nothing of it is stored", async () => {
    const { store } = subject();
    await store.create(fixtureRelease({ services: ["backend", "frontend"] }));
    const refused = await rejection(store.create(fixtureRelease({ id: "r2", services: ["mail", "frontend"], startKey: "key" })));
    expect(refused).toBeInstanceOf(ServiceBusy);
    expect((refused as ServiceBusy).services).toEqual([{ service: "frontend", release: "r1" }]);
    expect(await store.load("r2")).toBeNull();
    expect(await store.active()).toEqual(["r1"]);
    expect(await store.create(fixtureRelease({ id: "r3", services: ["mail"], startKey: "key" }))).toBe("r3");
  });

  test("of many starts at once exactly one gets the service", async () => {
    const { store } = subject();
    const starts = Array.from({ length: 8 }, (_, index) => store.create(fixtureRelease({ id: `r${index}` })));
    const settled = await Promise.allSettled(starts);
    expect(settled.filter((start) => start.status === "fulfilled")).toHaveLength(1);
    expect(settled.flatMap((start) => (start.status === "rejected" && start.reason instanceof ServiceBusy ? [1] : []))).toHaveLength(7);
    expect(await store.active()).toHaveLength(1);
  });

  test("lists newest first by creation, whatever the clock said, in pages", async () => {
    const { store } = subject();
    for (const index of [1, 2, 3, 4, 5]) {
      await store.create(fixtureRelease({ id: `r${index}`, services: [`service-${index}`], createdMs: startMs - index }));
    }
    const ids = async (limit: number, before: string | null) => (await store.list({ limit, before })).map((release) => release.id);
    expect(await ids(2, null)).toEqual(["r5", "r4"]);
    expect(await ids(2, "r4")).toEqual(["r3", "r2"]);
    expect(await ids(2, "r2")).toEqual(["r1"]);
    expect(await ids(2, "r1")).toEqual([]);
    expect(await ids(2, "unknown")).toEqual([]);
    expect(await ids(0, null)).toEqual([]);
    expect((await store.list({ limit: 1, before: null }))[0]).toEqual(
      fixtureRelease({ id: "r5", services: ["service-5"], createdMs: startMs - 5 }),
    );
  });

  test("texts and numbers survive as they are", async () => {
    const odd = "quote ' \" \\ line\nNUL \u0000 é 😀 '; DROP TABLE releases; --";
    const release = fixtureRelease({ id: odd, startedBy: odd, startKey: odd, services: [odd], createdMs: 1.5 });
    await subject().store.create(release);
    expect((await (await subject().reopen()).load(odd))?.head).toEqual(release);
  });
}

function commitsContract(subject: () => StoreSubject): void {
  test("rows and entries are found again in their order, and the chain fits", async () => {
    const release = await begin(subject().store);
    const journal = fixtureJournal(release, 25, 4);
    for (const commit of commits(release, 25, 4)) await subject().store.commit(commit);
    const reopened = await subject().reopen();
    const stored = await reopened.load("r1");
    expect(stored).toEqual({ head: release, entries: journal.entries, rows: journal.rows });
    expect(verifyChain(stored!.head, stored!.entries, stored!.rows)).toMatchObject({ ok: true, unsealedRows: 1 });
    expect(await reopened.standing("r1")).toEqual({ revision: journal.entries.length, rows: journal.rows.length });
  });

  test("infinite evidence survives", async () => {
    const release = await begin(subject().store);
    const commit = commits(release, 1)[0]!;
    const row = { ...commit.row, cursor: { m: { s: [Infinity, -Infinity, Number.NaN] as const } } };
    await subject().store.commit({ ...commit, row });
    expect((await (await subject().reopen()).load("r1"))?.rows).toEqual([row]);
  });

  test.each<[string, Partial<Commit>]>([
    ["another revision", { expectRevision: 0 }],
    ["a later revision", { expectRevision: 2 }],
    ["another number of rows", { expectRows: 0 }],
    ["a later row", { expectRows: 2 }],
  ])("expecting %s is stale, and nothing of the commit is stored", async (_, expectation) => {
    const { store } = subject();
    const release = await begin(store);
    const [first, second] = commits(release, 2) as [Commit, Commit];
    await store.commit(first);
    await store.ask(fixtureRequest("q1"));
    const whole: Commit = { ...second, ...expectation, seen: ["q1"], isOver: true, freeze: "production", owes: release.plan.notify };
    const before = await everything(store);
    expect(await rejection(store.commit(whole))).toBeInstanceOf(StaleRevision);
    expect(await everything(store)).toEqual(before);
  });

  test("of many commits of one revision at once exactly one is stored", async () => {
    const { store } = subject();
    const release = await begin(store);
    const [first] = commits(release, 1) as [Commit];
    const tries = Array.from({ length: 8 }, (_, index) =>
      store.commit({ ...first, row: { ...first.row, cursor: { m: { s: [index, index, index] } } } }),
    );
    const settled = await Promise.allSettled(tries);
    expect(settled.filter((commit) => commit.status === "fulfilled")).toHaveLength(1);
    expect(settled.flatMap((commit) => (commit.status === "rejected" && commit.reason instanceof StaleRevision ? [1] : []))).toHaveLength(
      7,
    );
    expect((await store.load("r1"))?.rows).toHaveLength(1);
  });

  test("a commit to an unknown release is refused", async () => {
    await expect(subject().store.commit(commits(fixtureRelease(), 1)[0]!)).rejects.toThrow("r1");
  });

  test("a release that is over frees its services and is not active", async () => {
    const { store } = subject();
    const release = await begin(store);
    expect(await store.active()).toEqual(["r1"]);
    await store.commit({ ...commits(release, 1)[0]!, isOver: true });
    expect(await store.active()).toEqual([]);
    expect(await store.create(fixtureRelease({ id: "r2" }))).toBe("r2");
    expect(await store.active()).toEqual(["r2"]);
  });

  test("a release that was over takes its services back, unless another has them: then nothing is stored", async () => {
    const { store } = subject();
    const release = await begin(store);
    const [first, second, third] = commits(release, 3) as [Commit, Commit, Commit];
    await store.commit({ ...first, isOver: true });
    await store.commit(second);
    expect(await store.active()).toEqual(["r1"]);
    expect(await rejection(store.create(fixtureRelease({ id: "r2" })))).toBeInstanceOf(ServiceBusy);
    await store.commit({ ...third, isOver: true });
    await store.create(fixtureRelease({ id: "r2" }));
    const before = await everything(store);
    expect(await rejection(store.commit(commits(release, 4)[3]!))).toBeInstanceOf(ServiceBusy);
    expect(await everything(store)).toEqual(before);
  });

  test("a release that is over is active again while somebody waits for an answer", async () => {
    const release = await begin(subject().store);
    const [first, second] = commits(release, 2) as [Commit, Commit];
    await subject().store.commit({ ...first, isOver: true });
    await subject().store.ask(fixtureRequest("q1"));
    const again = await subject().reopen();
    expect(await again.active()).toEqual(["r1"]);
    await again.commit({ ...second, isOver: true, seen: ["q1"] });
    expect(await again.active()).toEqual([]);
  });

  test("active releases come oldest first", async () => {
    const { store } = subject();
    for (const id of ["r9", "r1", "r5"]) await store.create(fixtureRelease({ id, services: [id] }));
    expect(await store.active()).toEqual(["r9", "r1", "r5"]);
  });
}

function requestsContract(subject: () => StoreSubject): void {
  test("pending requests come in the order in which they were asked, until a commit has seen them", async () => {
    const { store } = subject();
    const release = await begin(store);
    const requests = [fixtureRequest("q2"), fixtureRequest("q1"), fixtureRequest("q3")];
    for (const request of requests) await store.ask(request);
    expect(await store.pending("r1")).toEqual(requests);
    await store.commit({ ...commits(release, 1)[0]!, seen: ["q2", "q3"] });
    expect(await store.pending("r1")).toEqual([fixtureRequest("q1")]);
    expect(await (await subject().reopen()).pending("r1")).toEqual([fixtureRequest("q1")]);
  });

  test("the same request twice is stored once, and never comes back", async () => {
    const { store } = subject();
    const release = await begin(store);
    await store.ask(fixtureRequest("q1"));
    await store.ask({ ...fixtureRequest("q1"), reason: "again" });
    expect(await store.pending("r1")).toEqual([fixtureRequest("q1")]);
    await store.commit({ ...commits(release, 1)[0]!, seen: ["q1"] });
    await store.ask(fixtureRequest("q1"));
    expect(await store.pending("r1")).toEqual([]);
  });

  test("two releases may have requests of one id", async () => {
    const { store } = subject();
    const release = await begin(store);
    await store.create(fixtureRelease({ id: "r2", services: ["frontend"] }));
    await store.ask(fixtureRequest("q1"));
    await store.ask(fixtureRequest("q1", "r2"));
    await store.commit({ ...commits(release, 1)[0]!, seen: ["q1"] });
    expect(await store.pending("r1")).toEqual([]);
    expect(await store.pending("r2")).toEqual([fixtureRequest("q1", "r2")]);
  });

  test("an unknown release cannot be asked", async () => {
    await expect(subject().store.ask(fixtureRequest("q1"))).rejects.toThrow("r1");
    expect(await subject().store.pending("r1")).toEqual([]);
  });

  test("what is wrong for good says so", async () => {
    expect(await rejection(subject().store.ask(fixtureRequest("q1")))).toMatchObject({ retry: "never" } satisfies Partial<PortError>);
  });
}

function freezesContract(subject: () => StoreSubject): void {
  test("a freeze holds until it is lifted, outlives its release, and can come again", async () => {
    const { store } = subject();
    const release = await begin(store);
    const [first, second] = commits(release, 2) as [Commit, Commit];
    await store.commit({ ...first, freeze: "production", isOver: true });
    const since = (commit: Commit) => ({
      ...byHand,
      release: "r1",
      sinceMs: commit.row.observation.nowMs,
      by: null,
      reason: null,
      untilMs: null,
    });
    expect(await store.freezes(startMs)).toEqual([since(first)]);
    const reopened = await subject().reopen();
    expect(await reopened.freezes(startMs)).toEqual([since(first)]);
    expect(await reopened.lift({ ...lift, environment: "staging" })).toBe(false);
    expect(await reopened.lift(lift)).toBe(true);
    expect(await reopened.lift(lift)).toBe(false);
    expect(await reopened.freezes(startMs)).toEqual([]);
    await reopened.commit({ ...second, freeze: "production" });
    expect(await reopened.freezes(startMs)).toEqual([since(second)]);
  });

  test("two releases may freeze one environment; one lift lifts both", async () => {
    const { store } = subject();
    const release = await begin(store);
    const other = fixtureRelease({ id: "r2", services: ["frontend"] });
    await store.create(other);
    await store.commit({ ...commits(release, 1)[0]!, freeze: "production" });
    await store.commit({ ...commits(other, 1)[0]!, freeze: "production" });
    expect((await store.freezes(startMs)).map((freeze) => freeze.release)).toEqual(["r1", "r2"]);
    expect(await store.lift(lift)).toBe(true);
    expect(await store.freezes(startMs)).toEqual([]);
  });

  test("one by hand says who and why, and ends by itself when it was given an end", async () => {
    const { store } = subject();
    await store.freeze(byHand);
    expect(await store.freezes(startMs + 999)).toEqual([byHand]);
    expect(await store.freezes(startMs + 1_000)).toEqual([]);
    expect(await store.freezes(0)).toEqual([byHand]);
    expect(await store.lift({ ...lift, atMs: startMs + 1_000 })).toBe(false);
    const endless = { ...byHand, untilMs: null };
    await store.freeze(endless);
    const reopened = await subject().reopen();
    expect(await reopened.freezes(startMs)).toEqual([byHand, endless]);
    expect(await reopened.lift(lift)).toBe(true);
    expect(await reopened.freezes(startMs)).toEqual([]);
  });

  const byHand: Freeze = {
    environment: "production",
    release: null,
    sinceMs: startMs,
    by: "Ada",
    reason: "the sales",
    untilMs: startMs + 1_000,
  };
  const lift = { environment: "production", by: "Ada", reason: "fixed", atMs: startMs + 0.25 };
}

async function everything(store: Store): Promise<unknown> {
  const releases = await store.list({ limit: 100, before: null });
  return {
    releases: await Promise.all(releases.map((release) => store.load(release.id))),
    active: await store.active(),
    pending: (await Promise.all(releases.map((release) => store.pending(release.id)))) satisfies (readonly Request[])[],
    owed: await store.owed({ after: 0, limit: 100 }),
    freezes: await store.freezes(startMs),
  };
}

function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable("it was not refused"),
    (error: unknown) => error,
  );
}
