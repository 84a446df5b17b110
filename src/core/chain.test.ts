import { expect, test } from "vitest";
import { fixtureJournal, fixturePlan, fixtureRelease } from "../../test/fixtures/release.ts";
import { chain, digestOfPlan, digestOfRows, genesisOf, noRowsDigest, verifyChain } from "./chain.ts";
import type { ChainedEntry, ChainHead } from "./chain.ts";
import type { Row } from "./row.ts";

interface Stored {
  readonly head: ChainHead;
  readonly entries: readonly ChainedEntry[];
  readonly rows: readonly Row[];
}

function stored(): Stored {
  const head = fixtureRelease();
  return { head, ...fixtureJournal(head, 9, 2) };
}

test("an untouched release is what was committed, and says how many rows no link covers yet", () => {
  const { head, entries, rows } = stored();
  expect(verifyChain(head, entries, rows)).toEqual({ ok: true, hash: entries.at(-1)?.hash, unsealedRows: 1 });
});

test("in whose name it was started belongs to the chain, and changes nothing where nobody was named", () => {
  const head = fixtureRelease();
  expect(genesisOf({ ...head, startedFor: null })).toBe(genesisOf(head));
  expect(genesisOf({ ...head, startedFor: "Emil" })).not.toBe(genesisOf(head));
});

test("a release without an entry ends in its genesis", () => {
  const head = fixtureRelease();
  expect(verifyChain(head, [], [])).toEqual({ ok: true, hash: genesisOf(head), unsealedRows: 0 });
});

test("the digests do not depend on the order of keys", () => {
  const plan = fixturePlan();
  expect(digestOfPlan(Object.fromEntries(Object.entries(plan).reverse()) as unknown as typeof plan)).toBe(digestOfPlan(plan));
  expect(digestOfPlan(plan)).toMatch(/^[0-9a-f]{64}$/);
});

test("rows are digested in their order, beginning anew after each entry", () => {
  const { rows, entries } = stored();
  expect(digestOfRows(rows.slice(2, 4))).toBe(entries[1]?.rowsDigest);
  expect(digestOfRows(rows.slice(2, 4).toReversed())).not.toBe(entries[1]?.rowsDigest);
  expect(digestOfRows([])).toBe(noRowsDigest);
});

const otherPlan = fixturePlan({ alpha: 0.5 });

test.each<[string, number, (whole: Stored) => Stored]>([
  ["a changed plan", 0, (whole) => ({ ...whole, head: { ...whole.head, plan: otherPlan } })],
  [
    "a swapped plan with its own hash",
    1,
    (whole) => ({ ...whole, head: { ...whole.head, plan: otherPlan, planHash: digestOfPlan(otherPlan) } }),
  ],
  ["another version", 1, (whole) => ({ ...whole, head: { ...whole.head, versions: { backend: { canary: "3", stable: "1" } } } })],
  ["another person", 1, (whole) => ({ ...whole, head: { ...whole.head, startedBy: "Eve" } })],
  ["another time", 1, (whole) => ({ ...whole, head: { ...whole.head, createdMs: 1 } })],
  ["a changed decision", 2, (whole) => changeEntry(whole, 1, (link) => ({ ...link, entry: { ...link.entry, atMs: 1 } }))],
  [
    "a changed decision with a hash of its own",
    3,
    (whole) => changeEntry(whole, 1, (link) => chain(link.previous, { ...link.entry, atMs: 1 }, link.rowsDigest)),
  ],
  ["a missing entry in the middle", 2, (whole) => ({ ...whole, entries: whole.entries.toSpliced(1, 1) })],
  ["a missing first entry", 1, (whole) => ({ ...whole, entries: whole.entries.slice(1) })],
  ["a changed row", 3, (whole) => ({ ...whole, rows: whole.rows.with(4, { ...whole.rows[4]!, cursor: {} }) })],
  ["a missing row", 2, (whole) => ({ ...whole, rows: whole.rows.toSpliced(2, 1) })],
  ["a missing last row of an entry", 4, (whole) => ({ ...whole, rows: whole.rows.slice(0, 7) })],
  ["two rows in the wrong order", 2, (whole) => ({ ...whole, rows: whole.rows.with(2, whole.rows[3]!).with(3, whole.rows[2]!) })],
  ["an entry of another release", 2, (whole) => changeEntry(whole, 1, (link) => ({ ...link, entry: { ...link.entry, release: "r2" } }))],
  ["a number that skips an unsealed row", 4, (whole) => ({ ...whole, rows: whole.rows.with(8, { ...whole.rows[8]!, number: 10 }) })],
])("%s is noticed", (_, revision, change) => {
  const { head, entries, rows } = change(stored());
  expect(verifyChain(head, entries, rows)).toEqual({ ok: false, revision, why: expect.stringMatching(/\w+/) });
});

function changeEntry(whole: Stored, index: number, change: (link: ChainedEntry) => ChainedEntry): Stored {
  return { ...whole, entries: whole.entries.with(index, change(whole.entries[index]!)) };
}
