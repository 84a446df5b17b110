import { expect, test } from "vitest";
import type { Clock, StoredRelease } from "../src/ports.ts";
import { createClock } from "../src/engine/clock.ts";
import { noticeOf } from "../src/engine/deliver.ts";
import { readReadings } from "../src/engine/histories.ts";
import { recallWhole, verifyStory } from "../src/engine/recall.ts";
import { recall, verify } from "../src/engine/replay.ts";
import { reportChecks } from "../src/core/report/check-reports.ts";
import { MemoryStore } from "../src/sim/memory-store.ts";
import { longHead, longRelease } from "./fixtures/long-release.ts";
import type { Length } from "./fixtures/long-release.ts";

const target = { notifier: "console", to: "everybody" };

interface Kept {
  readonly stored: StoredRelease;
  readonly store: MemoryStore;
}

async function keep(length: Length): Promise<Kept> {
  const store = new MemoryStore();
  await store.create(longHead(length));
  for (const commit of longRelease(length)) await store.commit(commit);
  const stored = await store.load(length.id);
  if (stored === null) throw new Error("it was created");
  return { stored, store };
}

/** Of this process, ms. */
async function processorMs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const short = await keep({ id: "short", rows: 120, gates: 4, rowsPerReading: 2, rowsPerEntry: 1 });
const long = await keep({ id: "long", rows: 480, gates: 4, rowsPerReading: 2, rowsPerEntry: 1 });
const clock: Clock = createClock();

test("the long story is a real one: it observes, and each of its decisions is reached again", async () => {
  expect(verify(long.stored)).toMatchObject({ ok: true, entries: long.stored.entries.length, rows: 480 });
  expect(long.stored.entries.at(-1)?.entry.decision.status).toMatchObject({ kind: "observing", phase: 0 });
  expect(await verifyStory({ store: long.store, clock }, "long")).toMatchObject({ rows: 480 });
  expect(await recallWhole({ store: long.store, clock }, "long")).toEqual(recall(long.stored));
});

test.each<[string, (kept: Kept) => unknown]>([
  ["verifying it", ({ stored, store }) => verifyStory({ store, clock }, stored.head.id)],
  ["taking it up", ({ stored, store }) => recallWhole({ store, clock }, stored.head.id)],
  [
    "telling each of its entries",
    ({ stored }) => {
      const told = { head: { ...stored.head }, entries: stored.entries.map(({ entry }) => entry) };
      for (const { revision } of told.entries) noticeOf(told, { revision, target }, null);
    },
  ],
])("%s costs as much more as it is longer", async (_, work) => {
  await work(short);
  const ratios: number[] = [];
  for (let run = 0; run < 3; run += 1) {
    ratios.push((await processorMs(() => work(long))) / (await processorMs(() => work(short))));
  }
  // Four times as long; what is quadratic is sixteen.
  expect(Math.min(...ratios)).toBeLessThan(7);
});

test("a report is the same however many of its readings are held at a time", async () => {
  const { release, rows, entries } = recall(short.stored);
  const asked: string[][] = [];
  const at = async (held: number) => {
    const readings = async (quantities: readonly string[]) => {
      asked.push([...quantities]);
      return readReadings({ store: short.store, clock }, release.id, { quantities, rows });
    };
    const told = { entries: entries.map(({ entry }) => entry), nowMs: 0, language: "en" as const };
    return reportChecks({ plan: release.plan, rows: held, readings, turn: async () => undefined }, told);
  };
  const whole = await at(rows);
  expect(asked).toHaveLength(1);
  expect(whole.checks).toHaveLength(5);
  expect(whole.mostPeople).toBe(120 * 20);
  expect(await at(20_000)).toEqual(whole);
  expect(asked.slice(1).map((quantities) => quantities.length)).toEqual([2, 2]);
});

test("a report of a release that runs holds nothing that came behind its rows", async () => {
  const quantities = ["errors-of-page-001"];
  const cut = { ...long.stored, rows: long.stored.rows.slice(0, 250) };
  const read = await readReadings({ store: long.store, clock }, "long", { quantities, rows: 250 });
  expect(read.tapes[0]?.steps.at(-1)?.row.number).toBe(250);
  expect(read.mostPeople).toBe(cut.rows.length * 20);
});

test("a notice is the same to the letter, whichever was told before it", () => {
  const { head, entries: chained } = short.stored;
  const entries = chained.map(({ entry }) => entry);
  const told = { head: { ...head }, entries };
  for (const revision of [3, 40, 7, 40, 41, 120, 2, 119, 100, 101, 5]) {
    expect(noticeOf(told, { revision, target }, null)).toEqual(noticeOf({ head: { ...head }, entries }, { revision, target }, null));
  }
  // A journal of the same head that went another way is another one.
  const other = entries.map((entry) => (entry.revision < 41 ? { ...entry, atMs: entry.atMs - 1 } : entry));
  const [beside, alone] = [told.head, { ...head }].map((of) => noticeOf({ head: of, entries: other }, { revision: 50, target }, null));
  expect(beside).toEqual(alone);
});
