import { beginChain, endOfChain, walkChain } from "../core/chain.ts";
import type { ChainCheck, ChainWalk } from "../core/chain.ts";
import { StoreUnusable } from "../ports.ts";
import type { Store, StoryPage } from "../ports.ts";
import { beginToVerify, emptyMemory, endOfVerifying, recalling, recallingRows, verifyHead, verifyOn } from "./replay.ts";
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
  const begun = beginChain(head);
  // Of a plan that is another one nothing can be made.
  assertWhole(id, endOfChain(begun));
  const before = { walk: begun, memory: emptyMemory(head) };
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
  return { walk, memory: { ...(yield* recallingRows(before.memory, page)), rowsDigest: walk.rowsDigest } };
}

/**
 * Verifies a stored release (see `verify`) with its notices, page by page. `null` when there is none of this id. One that runs may go on meanwhile:
 * what it tells and decides then is no tampering.
 */
export async function verifyStory({ store, clock }: LibraryOfNotices, id: string): Promise<Verified | null> {
  const head = await store.head(id);
  if (head === null) return null;
  const other = verifyHead(head);
  if (other) return other;
  const library = { store, clock };
  const first = await foldStory(library, { id, after: beginning, before: beginToVerify(head) }, verifyOn);
  const { entries, rows } = first.memory;
  const revision = entries.length;
  const told = await store.told(id);
  const whole = first.found ? first : await foldStory(library, { id, after: { revision, rows }, before: first }, verifyOn);
  return endOfVerifying(whole, told, revision);
}

/** Where stories are read together with what became of their notices. */
interface LibraryOfNotices extends Library {
  readonly store: Pick<Store, "head" | "since" | "told">;
}

function assertWhole(id: string, checked: ChainCheck): void {
  if (checked.ok) return;
  throw new StoreUnusable({
    why: "damaged",
    message: `the store does not have what was written of release ${id}: revision ${checked.revision}: ${checked.why}`,
    remedy: `The router takes its people to stable. See \`serin release verify ${id}\`, keep a copy of the folder, and put the last backup in its place.`,
  });
}
