import { describe, expect, test } from "vitest";
import { beginChain, walkChain } from "../src/core/chain.ts";
import { toEnd } from "../src/core/slices.ts";
import {
  beginToVerify,
  emptyMemory,
  endOfVerifying,
  recall,
  recalling,
  recallingRows,
  verify,
  verifyHead,
  verifyOn,
} from "../src/engine/replay.ts";
import type { StoredRelease, StoryPage } from "../src/ports.ts";
import { simulate } from "../src/sim/simulate.ts";
import { smallPlan } from "../src/sim/small-plan.ts";
import { stories } from "../src/sim/stories.ts";

/* A story that is read in pages is the story, wherever a page ends. */

const plan = { ...smallPlan, notify: [{ notifier: "slack", to: "#r" }] };
const { stored, told } = await simulate({ ...stories["rolled back within two minutes"], plan });
const { length } = stored.rows;
const sizes = [1, 2, 3, 4, 5, 7, 10, length - 1, length, length + 1];

/** As a store answers them: with each row what it led to, and at the end what is left. */
function pagesOf({ rows, entries }: StoryPage, size: number): readonly StoryPage[] {
  const pages: StoryPage[] = [];
  for (let [from, read] = [0, 0]; from <= rows.length; from += size) {
    const page = rows.slice(from, from + size);
    const isEnd = page.length < size;
    const left = entries.slice(read);
    const later = isEnd ? -1 : left.findIndex(({ entry }) => entry.row > from + size);
    const here = later < 0 ? left : left.slice(0, later);
    pages.push({ rows: page, entries: here });
    read += here.length;
  }
  return pages;
}

function fold<Value>(
  pages: readonly StoryPage[],
  before: Value,
  add: (value: Value, page: StoryPage) => Generator<undefined, Value>,
): Value {
  return pages.reduce((value, page) => toEnd(add(value, page)), before);
}

describe.each(sizes)("in pages of %i rows", (size) => {
  test("a release is recalled as it is from the whole, to the digest of its open rows", () => {
    for (let rows = 0; rows <= stored.rows.length; rows += 1) {
      const cut = { ...stored, rows: stored.rows.slice(0, rows), entries: stored.entries.filter(({ entry }) => entry.row <= rows) };
      const pages = pagesOf(cut, size);
      const whole = recall(cut);
      const found = fold(pages, emptyMemory(stored.head), recalling);
      expect(found.rowsDigest).toBe(whole.rowsDigest);
      const walk = fold(pages, beginChain(stored.head), walkChain);
      expect({ rowsDigest: walk.rowsDigest, hash: walk.hash }).toEqual({ rowsDigest: whole.rowsDigest, hash: whole.hash });
      if (rows < stored.rows.length) continue;
      expect(found).toEqual(whole);
      expect({ ...fold(pages, emptyMemory(stored.head), recallingRows), rowsDigest: walk.rowsDigest }).toEqual(whole);
    }
  });

  test("it is verified as the whole is", () => {
    const found = endOfVerifying(fold(pagesOf(stored, size), beginToVerify(stored.head), verifyOn), told);
    expect(found).toMatchObject({ ok: true });
    expect(found).toEqual(verify(stored, told));
  });
});

type Path = readonly (string | number)[];

/** Where anything stands in data, as deep as it goes. */
function placesIn(data: unknown, path: Path = []): readonly Path[] {
  if (typeof data !== "object" || data === null) return [path];
  return Object.entries(data).flatMap(([key, value]) => placesIn(value, [...path, Array.isArray(data) ? Number(key) : key]));
}

/** The data with another value at one place: of its kind where it has one. */
function tampered<Data>(data: Data, path: Path): Data {
  const [key, ...rest] = path;
  if (key === undefined) return other(data) as Data;
  if (Array.isArray(data)) return data.map((one: unknown, index) => (index === key ? tampered(one, rest) : one)) as Data;
  return { ...data, [key]: tampered(data[key as keyof Data], rest) };
}

function other(value: unknown): unknown {
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  return typeof value === "string" ? `${value}~` : "something";
}

/** With a page for each row: no link covers a row on its own page but the last of those that it covers. */
function isWhole(story: StoredRelease): boolean {
  return verifyHead(story.head) === null && endOfVerifying(fold(pagesOf(story, 1), beginToVerify(story.head), verifyOn), told).ok;
}

test("whatever field of head, rows or entries is another one is found, with a page for each row", () => {
  const { startKey: _startKey, warnings: _warnings, ...sealedHead } = stored.head;
  const heads = placesIn(sealedHead).map((path) => ({ path, story: { ...stored, head: tampered(stored.head, path) } }));
  const some = (items: readonly unknown[]): readonly number[] => [0, Math.floor(items.length / 2)];
  const rows = some(stored.rows).flatMap((at) =>
    placesIn(stored.rows[at]).map((path) => ({ path: [at, ...path], story: { ...stored, rows: tampered(stored.rows, [at, ...path]) } })),
  );
  const entries = some(stored.entries).flatMap((at) =>
    placesIn(stored.entries[at]).map((path) => ({
      path: [at, ...path],
      story: { ...stored, entries: tampered(stored.entries, [at, ...path]) },
    })),
  );
  expect(Math.min(heads.length, rows.length, entries.length)).toBeGreaterThan(20);
  const all = [...heads, ...rows, ...entries];
  expect(all.filter(({ story }) => isWhole(story)).map(({ path }) => path.join("."))).toEqual([]);
});
