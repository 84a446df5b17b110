import { expect, test } from "vitest";
import { fixtureJournal, fixtureRelease } from "../../test/fixtures/release.ts";
import { MemoryStore } from "../sim/memory-store.ts";
import type { Store } from "../ports.ts";
import { Archive } from "./archive.ts";
import { recall } from "./replay.ts";

const clock = { monotonicMs: () => 0, nowMs: () => 0, wait: async () => undefined };
const story = fixtureJournal(fixtureRelease(), 600, 2);

/** A store in which every release has the first `has` rows of the same story; counts the rows that are read. */
function library(): { has: number; read: number; readonly store: Store } {
  const growth = {
    has: 600,
    read: 0,
    store: Object.assign(new MemoryStore(), {
      head: async (id: string) => ({ ...fixtureRelease(), id }),
      standing: async () => ({ revision: Math.floor(growth.has / 2), rows: growth.has }),
      since: async (_: string, { after, limit }: Parameters<Store["since"]>[1]) => {
        const rows = story.rows.slice(after.rows, Math.min(growth.has, after.rows + limit));
        growth.read += rows.length;
        return { rows, entries: story.entries.slice(after.revision, Math.floor((after.rows + rows.length) / 2)) };
      },
    }),
  };
  return growth;
}

test("of a release that has grown only what is new is read, and it is as when it is read at once", async () => {
  const grown = library();
  const archive = new Archive({ store: grown.store, clock });
  for (const has of [0, 1, 99, 100, 101, 350, 600]) {
    grown.has = has;
    const memory = await archive.memory("r1");
    expect(memory).toEqual(
      recall({ head: fixtureRelease(), rows: story.rows.slice(0, has), entries: story.entries.slice(0, Math.floor(has / 2)) }),
    );
    expect(grown.read).toBe(has);
  }
  expect(await archive.memory("r1")).toBe(await archive.memory("r1"));
  expect(grown.read).toBe(600);
});

test("however many look at once, a release is read once", async () => {
  const { store, ...grown } = library();
  const counted = Object.assign(store, { head: async (id: string) => ((grown.read += 1), { ...fixtureRelease(), id }) });
  const archive = new Archive({ store: counted, clock });
  await Promise.all(Array.from({ length: 20 }, () => archive.memory("r1")));
  expect(grown.read).toBe(1);
});

test("two hundred long releases are not all held, and a list of them is not read again", async () => {
  const grown = library();
  const archive = new Archive({ store: grown.store, clock });
  const ids = Array.from({ length: 200 }, (_, index) => `r${index}`);
  for (const id of ids) expect(await archive.glance(id)).toMatchObject({ release: { id } });
  const read = grown.read;
  expect(read).toBe(200 * 600);
  // 300 entries each.
  expect(archive.size).toBeLessThan(140);
  expect(archive.size).toBeGreaterThan(100);
  for (const id of ids) expect(await archive.glance(id)).toMatchObject({ release: { id }, phases: [{ name: "all" }] });
  expect(grown.read).toBe(read);
  // The one that was looked at last is kept.
  await archive.memory("r0");
  await archive.memory("r0");
  expect(grown.read).toBe(read + 600);
});

test("a release that ran until now is not read at all", async () => {
  const grown = library();
  const archive = new Archive({ store: grown.store, clock });
  const memory = recall({ head: fixtureRelease(), ...story });
  archive.keep(memory);
  expect(await archive.memory("r1")).toBe(memory);
  expect(grown.read).toBe(0);
});
