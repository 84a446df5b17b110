import { expect, test } from "vitest";
import type { Entry } from "../src/core/decision.ts";
import { checksOf } from "../src/core/checks.ts";
import { beginToFollow, followRow, standingOfCheck } from "../src/core/history/follow-check.ts";
import { addToHistory, allReadings, beginHistory, momentsAtMost } from "../src/core/history/history.ts";
import type { History } from "../src/core/history/history.ts";
import { buildHistoryView } from "../src/core/view/build-history-view.ts";
import type { HistoryView } from "../src/core/history-view.ts";
import type { Language } from "../src/core/plan.ts";
import { createClock } from "../src/engine/clock.ts";
import { Histories } from "../src/engine/histories.ts";
import type { StoredRelease } from "../src/ports.ts";
import { simulate } from "../src/sim/simulate.ts";
import { stories } from "../src/sim/stories.ts";

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

test("a history that grows is read from where it was, and is the one that is read at once", async () => {
  const stored = promoted as StoredRelease;
  let rows = 40;
  let loads = 0;
  const store = {
    async load() {
      loads += 1;
      return { ...stored, rows: stored.rows.slice(0, rows) };
    },
    standing: async () => ({ revision: stored.entries.length, rows }),
  };
  let nowMs = 0;
  const histories = new Histories({ store, clock: { ...createClock(), monotonicMs: () => nowMs } });
  const [first, beside] = await Promise.all([histories.of("r", "1.errors"), histories.of("r", "1.errors")]);
  expect(beside).toBe(first);
  expect(loads).toBe(1);
  rows = stored.rows.length;
  nowMs = 2_000;
  const grown = await histories.of("r", "1.errors");
  const whole = historyOf(stored, "1.errors");
  expect(grown?.rows).toBe(stored.rows.length);
  expect(grown?.moments.items.map(({ atMs, seen }) => standingOfCheck(seen, atMs).verdict)).toEqual(
    whole.moments.items.map(({ atMs, seen }) => standingOfCheck(seen, atMs).verdict),
  );
  nowMs = 9_000;
  expect(await histories.of("r", "1.errors")).toBe(grown);
  expect(loads).toBe(2);
});
