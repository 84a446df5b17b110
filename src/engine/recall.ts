import { beginChain, endOfChain, walkChain } from "../core/chain.ts";
import type { ChainCheck } from "../core/chain.ts";
import type { ToldNotice } from "../core/notices.ts";
import { StoreUnusable } from "../ports.ts";
import type { Clock, Store } from "../ports.ts";
import { inTurns } from "./others-turn.ts";
import { beginToVerify, emptyMemory, endOfVerifying, recalling, verifyOn } from "./replay.ts";
import type { Memory, Verified } from "./replay.ts";
import { beginning, storySince } from "./story.ts";

/** Where stories are read, and what says how long that takes. */
export interface Library {
  readonly store: Pick<Store, "head" | "since">;
  readonly clock: Pick<Clock, "monotonicMs">;
}

/** The memory with what the store has behind it: the same one when there is nothing new. Others have their turn meanwhile. */
export async function recallOn({ store, clock }: Library, before: Memory): Promise<Memory> {
  let memory = before;
  const after = { revision: before.release.revision, rows: before.rows };
  for await (const page of storySince(store, before.head.id, after)) memory = await inTurns(recalling(memory, page), clock);
  return memory;
}

/**
 * The memory of a stored release whose story is as it was written; `null` when there is none of this id. What decides where people go must be what
 * was decided on: throws `StoreUnusable` (`damaged`) when a row or an entry was changed.
 */
export async function recallWhole({ store, clock }: Library, id: string): Promise<Memory | null> {
  const head = await store.head(id);
  if (head === null) return null;
  let memory = emptyMemory(head);
  let walk = beginChain(head);
  for await (const page of storySince(store, id, beginning)) {
    walk = await inTurns(walkChain(walk, page), clock);
    assertWhole(id, endOfChain(walk));
    memory = await inTurns(recalling(memory, page), clock);
  }
  assertWhole(id, endOfChain(walk));
  return memory;
}

function assertWhole(id: string, checked: ChainCheck): void {
  if (checked.ok) return;
  throw new StoreUnusable({
    why: "damaged",
    message: `the store does not have what was written of release ${id}: revision ${checked.revision}: ${checked.why}`,
    remedy: `The router takes its people to stable. See \`serin release verify ${id}\`, keep a copy of the folder, and put the last backup in its place.`,
  });
}

/** Verifies a stored release (see `verify`), page by page: others have their turn meanwhile. `null` when there is none of this id. */
export async function verifyStory({ store, clock }: Library, id: string, told: readonly ToldNotice[]): Promise<Verified | null> {
  const head = await store.head(id);
  if (head === null) return null;
  let verifying = beginToVerify(head);
  for await (const page of storySince(store, id, beginning)) {
    verifying = await inTurns(verifyOn(verifying, page), clock);
    if (verifying.found !== null) break;
  }
  return endOfVerifying(verifying, told);
}
