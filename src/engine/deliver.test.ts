import { describe, expect, onTestFinished, test } from "vitest";
import { fixtureEntry, fixtureJournal, fixturePlan, fixtureRelease, startMs } from "../../test/fixtures/release.ts";
import { webhookBody } from "../adapters/notices/webhook.ts";
import { fromCanonicalJson, toCanonicalJson } from "../core/canonical-json.ts";
import type { NoticeTarget } from "../core/plan.ts";
import { PortError } from "../ports.ts";
import type { NewRelease, Notice, World } from "../ports.ts";
import { MemoryStore } from "../sim/memory-store.ts";
import { virtualTime } from "../sim/virtual-time.ts";
import { Delivery, noticeOf } from "./deliver.ts";
import type { DeliveryHealth } from "./deliver.ts";
import { patience } from "./run.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const releases: NoticeTarget = { notifier: "slack", to: "#releases" };
const team: NoticeTarget = { notifier: "email", to: "team" };

/** What a receiver does with a notice: takes it, or throws. */
type Receiver = (notice: Notice) => Promise<void> | void;

interface Outbox {
  /** Keys in the order in which they were taken. */
  readonly taken: string[];
  /** Every try, with its time since the beginning, ms. */
  readonly tries: readonly { readonly key: string; readonly atMs: number }[];
  readonly troubles: string[];
  readonly recoveries: string[];
  readonly store: MemoryStore;
  readonly health: () => DeliveryHealth;
  readonly pass: (ms: number) => Promise<void>;
  /** Another server on the same store, with a memory of nothing. */
  readonly restart: () => Promise<void>;
}

/** Releases whose journals owe `revisions` notices each to every target, and a delivery that has just begun. */
async function outbox(
  receive: Receiver,
  owes: { readonly ids?: readonly string[]; readonly revisions?: number; readonly targets?: readonly NoticeTarget[] } = {},
): Promise<Outbox> {
  const { ids = ["r1"], revisions = 3, targets = [releases] } = owes;
  const time = virtualTime(startMs);
  const store = new MemoryStore();
  const heads = new Map<string, NewRelease>();
  for (const id of ids) {
    const head = fixtureRelease({ id, services: [id] });
    heads.set(id, head);
    await store.create(head);
    const { rows, entries } = fixtureJournal(head, revisions, 1);
    for (const [index, row] of rows.entries()) {
      const entry = entries[index] ?? null;
      await store.commit({
        release: id,
        expectRevision: index,
        expectRows: index,
        row,
        entry,
        seen: [],
        isOver: false,
        freeze: null,
        owes: targets,
      });
    }
  }
  const taken: string[] = [];
  const tries: { key: string; atMs: number }[] = [];
  const [troubles, recoveries]: [string[], string[]] = [[], []];
  const notifier = () => ({
    async send(notice: Notice) {
      tries.push({ key: notice.key, atMs: time.elapsedMs() });
      await receive(notice);
      taken.push(notice.key);
    },
  });
  const begin = (): Delivery => {
    const world = { clock: time.clock(), store, notifier } as unknown as World;
    const delivery = new Delivery({
      world,
      patience,
      publicUrl: null,
      trouble: (message) => troubles.push(message),
      recovery: (message) => recoveries.push(message),
      story: async (id) => ({ head: heads.get(id)!, entries: (await store.load(id))!.entries.map(({ entry }) => entry) }),
    });
    delivery.start();
    return delivery;
  };
  let delivery = begin();
  const pass = async (ms: number): Promise<void> => {
    let isPassed = false;
    time.at(time.elapsedMs() + ms, () => void (isPassed = true));
    await time.run(Number.POSITIVE_INFINITY, () => isPassed);
  };
  const stop = async (): Promise<void> => {
    const closed = delivery.close();
    await pass(1);
    await closed;
  };
  onTestFinished(stop);
  return {
    taken,
    tries,
    troubles,
    recoveries,
    store,
    health: () => delivery.health,
    pass,
    async restart() {
      await stop();
      delivery = begin();
    },
  };
}

const keysOf = (id: string, count = 3, { notifier, to } = releases): string[] =>
  Array.from({ length: count }, (_, index) => `${id}:${index + 1}:${notifier}:${to}`);

function refuse(message = "connection refused"): never {
  throw new Error(message);
}

test("a notice is the same text from memory as from the store, whose keys have another order", () => {
  const head = fixtureRelease({ plan: fixturePlan({ title: "Shop" }), services: ["web", "api"] });
  const entries = [1, 2].map((revision) => fixtureEntry("r1", revision, revision));
  const story = { head, entries };
  const stored = fromCanonicalJson(toCanonicalJson(story)) as typeof story;
  expect(JSON.stringify(stored)).not.toBe(JSON.stringify(story));
  const owed = { revision: 2, target: { notifier: "webhook", to: "team" } };
  expect(webhookBody(noticeOf(stored, owed, null))).toBe(webhookBody(noticeOf(story, owed, null)));
});

test("a notice is the same text when the journal has gone on", () => {
  const head = fixtureRelease();
  const entries = [1, 2, 3].map((revision) => fixtureEntry("r1", revision, revision));
  const owed = { revision: 2, target: releases };
  expect(noticeOf({ head, entries }, owed, null)).toEqual(noticeOf({ head, entries: entries.slice(0, 2) }, owed, null));
});

test("a notice names the first of its thread and the one before it, and where the release is shown", () => {
  const story = { head: fixtureRelease({ id: "r 1" }), entries: [1, 2, 3].map((revision) => fixtureEntry("r 1", revision, revision)) };
  const at = (revision: number) => noticeOf(story, { revision, target: releases }, "https://serin.example.org");
  expect(at(1).thread).toEqual({ first: "r 1:1:slack:#releases", previous: null });
  expect(at(3).thread).toEqual({ first: "r 1:1:slack:#releases", previous: "r 1:2:slack:#releases" });
  expect(at(3).link).toBe("https://serin.example.org/releases/r%201");
});

describe("what is owed", () => {
  test("arrives once each, in order", async () => {
    const { taken, pass, store, health } = await outbox(() => undefined);
    await pass(1_000);
    expect(taken).toEqual(keysOf("r1"));
    expect(await store.owed({ after: 0, limit: 100 })).toEqual([]);
    expect(health()).toEqual({ failing: 0, lost: 0 });
  });

  test("arrives in order after an outage of hours, and that is told once it is over", async () => {
    let isOut = true;
    const { taken, pass, troubles, recoveries, health } = await outbox(() => (isOut ? refuse() : undefined), { revisions: 8 });
    await pass(5 * hourMs);
    expect(taken).toEqual([]);
    expect(health().failing).toBe(1);
    // At each doubling: an outage of hours does not fill the log.
    expect(troubles.length).toBeLessThan(15);
    isOut = false;
    await pass(2 * minuteMs);
    expect(taken).toEqual(keysOf("r1", 8));
    expect(recoveries).toEqual(["notices of r1 to slack #releases arrive again"]);
    expect(health()).toEqual({ failing: 0, lost: 0 });
  });

  test("of another release, or to another receiver, is not kept waiting", async () => {
    const dead = (notice: Notice) => (notice.release === "r1" && notice.to === "#releases" ? refuse() : undefined);
    const { taken, pass } = await outbox(dead, { ids: ["r1", "r2"], targets: [releases, team] });
    await pass(1_000);
    expect(taken.toSorted()).toEqual([...keysOf("r1", 3, team), ...keysOf("r2"), ...keysOf("r2", 3, team)].toSorted());
  });

  test("of a release whose first notice no receiver takes passes it", async () => {
    const { taken, pass } = await outbox((notice) => (notice.entry.revision === 1 ? refuse("500") : undefined));
    await pass(2 * minuteMs);
    expect(taken).toEqual(keysOf("r1").slice(1));
  });

  test("of hundreds of releases that fail keeps only a few calls open", async () => {
    let open = 0;
    let most = 0;
    const fail: Receiver = async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      refuse();
    };
    const ids = Array.from({ length: 200 }, (_, index) => `r${index}`);
    const { pass, tries } = await outbox(fail, { ids, revisions: 1 });
    await pass(2_000);
    expect(most).toBeLessThanOrEqual(4);
    expect(new Set(tries.map(({ key }) => key)).size).toBeGreaterThan(4);
  });

  test("is tried again by the next server, under the same key", async () => {
    let isOut = true;
    const { taken, tries, pass, restart } = await outbox(() => (isOut ? refuse() : undefined), { revisions: 1 });
    await pass(10_000);
    await restart();
    isOut = false;
    await pass(1_000);
    expect(taken).toEqual(keysOf("r1", 1));
    expect(new Set(tries.map(({ key }) => key)).size).toBe(1);
  });
});

describe("a receiver that asks for time", () => {
  const asking = (afterMs: number) => () => {
    throw new PortError("429", { retry: "later", afterMs });
  };

  test("is left alone for so long, with everything that its notifier owes", async () => {
    const { tries, pass } = await outbox(asking(90_000), { ids: ["r1", "r2"] });
    await pass(80_000);
    const before = tries.length;
    expect(before).toBeLessThanOrEqual(2);
    await pass(20_000);
    expect(tries.length).toBeGreaterThan(before);
    expect(tries.slice(before).every(({ atMs }) => atMs >= 90_000)).toBe(true);
  });

  test("is asked again within an hour, however long it asked for", async () => {
    const { tries, pass } = await outbox(asking(30 * 24 * hourMs), { revisions: 1 });
    await pass(hourMs + 10_000);
    expect(tries).toHaveLength(2);
  });
});

describe("what cannot be delivered", () => {
  test("is given up at once when the receiver refuses it for good, and the next one follows", async () => {
    const { taken, pass, store, troubles, health } = await outbox((notice) => {
      if (notice.entry.revision === 2) throw new PortError("channel_not_found", { retry: "never" });
    });
    await pass(1_000);
    expect(taken).toEqual([keysOf("r1")[0], keysOf("r1")[2]]);
    expect(await store.lost("r1")).toMatchObject([{ revision: 2, target: releases, why: "channel_not_found" }]);
    expect(troubles).toEqual(["notice r1:2:slack:#releases is given up: channel_not_found"]);
    expect(health()).toEqual({ failing: 0, lost: 1 });
  });

  test("is given up after a day, with the last reason, and nothing is owed any more", async () => {
    const { pass, store, health } = await outbox(() => refuse());
    await pass(23 * hourMs);
    expect(await store.lost("r1")).toEqual([]);
    await pass(2 * hourMs);
    expect(await store.owed({ after: 0, limit: 100 })).toEqual([]);
    const lost = await store.lost("r1");
    expect(lost.map(({ revision }) => revision)).toEqual([1, 2, 3]);
    expect(lost[0]?.why).toBe("not delivered within 24 h: connection refused");
    expect(health()).toEqual({ failing: 0, lost: 3 });
  });

  test("is tried once more by a server that was away for days, before it is given up", async () => {
    let isOut = true;
    const { pass, taken, store, restart } = await outbox(() => (isOut ? refuse() : undefined), { revisions: 1 });
    await pass(hourMs);
    isOut = false;
    await restart();
    await pass(1_000);
    expect(taken).toEqual(keysOf("r1", 1));
    expect(await store.lost("r1")).toEqual([]);
  });
});
