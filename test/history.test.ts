import fc from "fast-check";
import { expect, test } from "vitest";
import type { Entry } from "../src/core/decision.ts";
import { checksOf } from "../src/core/checks.ts";
import { beginToFollow, followRow, standingOfCheck } from "../src/core/history/follow-check.ts";
import { addToHistory, allReadings, beginHistory, momentsAtMost } from "../src/core/history/history.ts";
import type { History } from "../src/core/history/history.ts";
import { buildHistoryView } from "../src/core/view/build-history-view.ts";
import type { HistoryView } from "../src/core/history-view.ts";
import type { Language } from "../src/core/plan.ts";
import { openHistories, openTapes } from "../src/engine/histories.ts";
import type { Store, StoredRelease } from "../src/ports.ts";
import { simulate } from "../src/sim/simulate.ts";
import { stories } from "../src/sim/stories.ts";
import { tapeOf } from "./fixtures/tape.ts";

const [promoted, rolledBack, investigated] = await Promise.all(
  [stories.promoted, stories["rolled back within two minutes"], stories["investigated, then rolled back"]].map(
    async (scenario) => (await simulate(scenario)).stored,
  ),
);
const told = Object.entries({ promoted, "rolled back": rolledBack, investigated }).map(
  ([name, stored]) => [name, stored as StoredRelease] as const,
);

const entriesOf = ({ entries }: StoredRelease): readonly Entry[] => entries.map(({ entry }) => entry);

function entryOf({ entries }: StoredRelease, row: number): Entry | null {
  return entries.find(({ entry }) => entry.row === row)?.entry ?? null;
}

function historyOf(stored: StoredRelease, check: string): History {
  return stored.rows.reduce((before, row) => addToHistory(before, row, entryOf(stored, row.number)), beginHistory(stored.head, check));
}

function viewOf(stored: StoredRelease, check: string, language: Language = "en"): HistoryView {
  const nowMs = stored.rows.at(-1)?.observation.nowMs ?? 0;
  return buildHistoryView(historyOf(stored, check), { plan: stored.head.plan, entries: entriesOf(stored), nowMs }, language);
}

const idsOf = ({ head }: StoredRelease): readonly string[] => checksOf(head.plan).map(({ id }) => id);
const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/gu, " ");

test.each(told)("the evidence of each check alone is what the journal noted: %s", (_, stored) => {
  let compared = 0;
  for (const id of idsOf(stored)) {
    let followed = beginToFollow(stored.head, id);
    for (const row of stored.rows) {
      const entry = entryOf(stored, row.number);
      const { seen, after } = followRow(followed, row, entry);
      for (const fact of entry?.decision.facts ?? []) {
        if ((fact.kind !== "verdict" && fact.kind !== "breach") || fact.check !== id) continue;
        expect(standingOfCheck(seen, row.observation.nowMs).verdict).toEqual(fact.verdict);
        compared += 1;
      }
      followed = after;
    }
  }
  expect(compared).toBeGreaterThan(5);
});

test.each(told)("a history has few points in order, every phase that was begun, and every verdict of the journal: %s", (_, stored) => {
  for (const id of idsOf(stored)) {
    const { points, series, phases, marks } = viewOf(stored, id);
    const times = points.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(points.length).toBeGreaterThan(3);
    expect(Math.max(points.length, series.length)).toBeLessThanOrEqual(momentsAtMost);
    const [first] = phases;
    expect(times[0]).toBeGreaterThanOrEqual(first?.fromMs ?? Number.POSITIVE_INFINITY);
    const noted = entriesOf(stored).flatMap(({ atMs, decision }) =>
      decision.facts.flatMap((fact) =>
        (fact.kind === "verdict" || fact.kind === "breach" || fact.kind === "cancelled") && fact.check === id
          ? [[atMs, fact.verdict.kind]]
          : [],
      ),
    );
    expect(marks.map(({ atMs, kind }) => [atMs, kind])).toEqual(noted);
  }
});

test("joining windows loses no count, and no more moments are kept than can be drawn", () => {
  const stored = promoted as StoredRelease;
  // Each row a hundred times as far away as it was: windows have to be joined again and again.
  const rows = stored.rows.map((row) => ({
    ...row,
    observation: { ...row.observation, nowMs: stored.head.createdMs + (row.observation.nowMs - stored.head.createdMs) * 100 },
  }));
  const stretched = rows.reduce(
    (before, row) => addToHistory(before, row, entryOf(stored, row.number)),
    beginHistory(stored.head, "1.errors"),
  );
  const whole = allReadings(historyOf(stored, "1.errors"));
  expect(stretched.readings.items.length).toBeLessThanOrEqual(100);
  expect(stretched.moments.items.length).toBeLessThanOrEqual(momentsAtMost);
  expect(allReadings(stretched)?.canary).toEqual(whole?.canary);
  expect(allReadings(stretched)?.stable).toEqual(whole?.stable);
  const counted = stored.rows.reduce((sum, { observation }) => {
    const reading = observation.readings["errors"];
    return reading?.kind === "increment" && reading.increment.kind === "counts" ? sum + reading.increment.canary.total : sum;
  }, 0);
  expect(whole?.canary.of).toBe(counted);
});

test.each<[string, StoredRelease | undefined, string, Language, readonly string[]]>([
  [
    "a gate that passed",
    promoted,
    "1.errors",
    "en",
    ["“errors < 1%” passes", "New version: ", "It passes when it is proven", "then hold and ask"],
  ],
  [
    "a guard that was breached",
    rolledBack,
    "latency p95 > 2s",
    "fr",
    ["est franchi", "Nouvelle version : ", "Il est franchi s’il est prouvé que plus de 5 %"],
  ],
  ["a level", promoted, "2.cpu", "en", ["readings of the new version", "a plain rule"]],
  ["a probe", promoted, "prices is down", "en", ["Asked ", "0 without an answer"]],
])("explains say the verdict, the counts, how sure it is and what passes and fails: %s", (_, stored, id, language, parts) => {
  const text = plain(viewOf(stored as StoredRelease, id, language).explains.join("\n"));
  for (const part of parts) expect(text).toContain(part);
});

test("of a release that goes on it is said what would change the verdict, of one that is over it is not", () => {
  const stored = promoted as StoredRelease;
  const half = { ...stored, rows: stored.rows.slice(0, Math.floor(stored.rows.length / 2)) };
  expect(viewOf(half, "1.errors").explains.join("\n")).toContain("It stays so until newer readings speak against it");
  expect(viewOf(stored, "1.errors").explains.join("\n")).not.toContain("It stays so");
  expect(viewOf(stored, "1.errors").explains[0]).toContain("passes");
});

test("before anybody is exposed a history is empty, and still says what passes and fails", () => {
  const view = viewOf({ ...(promoted as StoredRelease), rows: (promoted as StoredRelease).rows.slice(0, 2) }, "1.errors");
  expect(view).toMatchObject({ points: [], series: [], phases: expect.any(Array) as unknown });
  expect(view.explains.join("\n")).toMatch(/Nothing was read while people were on the new version[\s\S]*It passes when/u);
});

/** A store that has so much of a story, and counts the rows that are read of it. */
function growing(stored: StoredRelease): { has: number; read: number; readonly store: Pick<Store, "head" | "since"> } {
  const growth = {
    has: 0,
    read: 0,
    store: {
      head: async () => stored.head,
      async since(_: string, { after, limit }: Parameters<Store["since"]>[1]) {
        const rows = stored.rows.slice(after.rows, Math.min(growth.has, after.rows + limit));
        growth.read += rows.length;
        const last = rows.at(-1)?.number ?? after.rows;
        return { rows, entries: stored.entries.slice(after.revision).filter(({ entry }) => entry.row <= last) };
      },
    },
  };
  return growth;
}

const steps = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 12 });

test.each(told)("whenever people look, what has grown is what is made at once, and each row is read once: %s", async (_, stored) => {
  const ids = idsOf(stored);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...ids), steps, async (check, looks) => {
      const growth = growing(stored);
      let nowMs = 0;
      const world = { store: growth.store, clock: { monotonicMs: () => nowMs } };
      const [histories, tapes] = [openHistories(world), openTapes(world)];
      const quantity = checksOf(stored.head.plan).find(({ id }) => id === check)?.quantity ?? "";
      for (const more of looks) {
        growth.has = Math.min(stored.rows.length, growth.has + more);
        nowMs += 2_000;
        const rows = stored.rows.slice(0, growth.has);
        const entries = stored.entries.filter(({ entry }) => entry.row <= growth.has);
        const before = growth.read;
        expect(await histories.of("r", check)).toEqual(historyOf({ ...stored, rows }, check));
        expect(await tapes.of("r", quantity)).toEqual(tapeOf({ ...stored, rows, entries }, quantity));
        expect(growth.read - before).toBeLessThanOrEqual(2 * more);
      }
      expect(growth.read).toBe(2 * growth.has);
    }),
    { numRuns: 12 },
  );
});

test("people who look within a second share one reading, and no more is kept in mind than may be", async () => {
  const stored = promoted as StoredRelease;
  const growth = growing(stored);
  growth.has = stored.rows.length;
  const histories = openHistories({ store: growth.store, clock: { monotonicMs: () => 0 } });
  const [first, beside] = await Promise.all([histories.of("r", "1.errors"), histories.of("r", "1.errors")]);
  expect(beside).toBe(first);
  expect(growth.read).toBe(growth.has);
  for (let other = 0; other < 40; other += 1) await histories.of(`other-${other}`, "1.errors");
  expect(await histories.of("r", "1.errors")).not.toBe(first);
  expect(growth.read).toBe(42 * growth.has);
});

test("what cannot be read is asked for again, and a check that the plan does not have is refused each time", async () => {
  const growth = growing(promoted as StoredRelease);
  let isBroken = true;
  const head = async (): Promise<StoredRelease["head"]> => {
    if (isBroken) throw new Error("the disk refused");
    return growth.store.head("r") as Promise<StoredRelease["head"]>;
  };
  const histories = openHistories({ store: { ...growth.store, head }, clock: { monotonicMs: () => 0 } });
  await expect(histories.of("r", "1.errors")).rejects.toThrow("the disk refused");
  isBroken = false;
  expect(await histories.of("r", "1.errors")).toMatchObject({ rows: 0 });
  await expect(histories.of("r", "nothing")).rejects.toThrow("the plan has no check nothing");
});
