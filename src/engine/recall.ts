import { beginChain, endOfChain, walkChain } from "../core/chain.ts";
import type { ChainCheck, ChainWalk } from "../core/chain.ts";
import type { ToldNotice } from "../core/notices.ts";
import { StoreUnusable } from "../ports.ts";
import type { StoryPage } from "../ports.ts";
import { beginToVerify, emptyMemory, endOfVerifying, recalling, verifyOn } from "./replay.ts";
import type { Memory, Verified } from "./replay.ts";
import { beginning, foldStory } from "./story.ts";
import type { Library } from "./story.ts";

/** The memory with what the store has behind it: the same one when there is nothing new. */
export async function recallOn(library: Library, before: Memory): Promise<Memory> {
  const after = { revision: before.release.revision, rows: before.rows };
  return foldStory(library, { id: before.head.id, after, before }, recalling);
}

/**
 * The memory of a stored release whose story is as it was written; `null` when there is none of this id. What decides where people go must be what
 * was decided on: throws `StoreUnusable` (`damaged`) when a row or an entry was changed.
 */
export async function recallWhole(library: Library, id: string): Promise<Memory | null> {
  const head = await library.store.head(id);
  if (head === null) return null;
  const before = { walk: beginChain(head), memory: emptyMemory(head) };
  const { walk, memory } = await foldStory(library, { id, after: beginning, before }, recallingWhole);
  assertWhole(id, endOfChain(walk));
  return memory;
}

interface Whole {
  readonly walk: ChainWalk;
  readonly memory: Memory;
}

function* recallingWhole(before: Whole, page: StoryPage): Generator<undefined, Whole> {
  const walk = yield* walkChain(before.walk, page);
  assertWhole(before.memory.head.id, endOfChain(walk));
  return { walk, memory: yield* recalling(before.memory, page) };
}

/** Verifies a stored release (see `verify`), page by page. `null` when there is none of this id. */
export async function verifyStory(library: Library, id: string, told: readonly ToldNotice[]): Promise<Verified | null> {
  const head = await library.store.head(id);
  if (head === null) return null;
  return endOfVerifying(await foldStory(library, { id, after: beginning, before: beginToVerify(head) }, verifyOn), told);
}

function assertWhole(id: string, checked: ChainCheck): void {
  if (checked.ok) return;
  throw new StoreUnusable({
    why: "damaged",
    message: `the store does not have what was written of release ${id}: revision ${checked.revision}: ${checked.why}`,
    remedy: `The router takes its people to stable. See \`serin release verify ${id}\`, keep a copy of the folder, and put the last backup in its place.`,
  });
}
