import { apply, newborn } from "../core/apply.ts";
import { isSameData, toCanonicalJson } from "../core/canonical-json.ts";
import { beginChain, chain, digestOfRow, endOfChain, genesisOf, noRowsDigest, walkChain } from "../core/chain.ts";
import type { ChainedEntry, ChainWalk } from "../core/chain.ts";
import { decide } from "../core/decide.ts";
import type { Decision } from "../core/decision.ts";
import { bookAfterDecision, bookAfterRow, emptyBook } from "../core/evidence-book.ts";
import type { EvidenceBook } from "../core/evidence-book.ts";
import { newsOf } from "../core/notices.ts";
import type { ToldNotice } from "../core/notices.ts";
import type { Release } from "../core/release.ts";
import type { Cursor, Row } from "../core/row.ts";
import { toEnd } from "../core/slices.ts";
import type { NewRelease, StoredRelease, StoryPage } from "../ports.ts";

/** One release as far as its rows and entries go: what the engine holds in memory between two ticks. */
export interface Memory {
  readonly head: NewRelease;
  readonly release: Release;
  readonly book: EvidenceBook;
  /** The journal so far, oldest first. */
  readonly entries: readonly ChainedEntry[];
  /** Number of stored rows. */
  readonly rows: number;
  readonly lastRow: Row | null;
  readonly cursor: Cursor;
  /** Last link of the journal's chain. */
  readonly hash: string;
  /** Digest of the rows since the last entry. */
  readonly rowsDigest: string;
}

/** The memory before anything happened. */
export function emptyMemory(head: NewRelease): Memory {
  const release = newborn(head);
  return {
    head,
    release,
    book: emptyBook(head.plan),
    entries: [],
    rows: 0,
    lastRow: null,
    cursor: {},
    hash: genesisOf(head),
    rowsDigest: noRowsDigest,
  };
}

/** A row, and the book with its readings in it: whoever decided on them has made it already. */
interface Looked {
  readonly row: Row;
  readonly book: EvidenceBook;
}

/** The memory after one more row, which made `book`, and, when it led to a decision, its entry. */
export function remember(
  memory: Memory,
  { row, book, decision }: Looked & { readonly decision: Decision | null },
): { readonly memory: Memory; readonly entry: ChainedEntry | null } {
  const rowsDigest = digestOfRow(memory.rowsDigest, row);
  const seen = { ...memory, book };
  if (!decision) return { memory: { ...follow(seen, row, null), rowsDigest }, entry: null };
  const plain = {
    release: memory.release.id,
    revision: memory.release.revision + 1,
    atMs: row.observation.nowMs,
    decision,
    row: row.number,
  };
  const entry = chain(memory.hash, plain, rowsDigest);
  return { memory: { ...follow(seen, row, entry), entries: [...memory.entries, entry], rowsDigest: noRowsDigest }, entry };
}

/** The memory of a stored release, taken up again where it was. The links are believed as they stand; `verify` checks them. */
export function recall(stored: StoredRelease): Memory {
  return toEnd(recalling(emptyMemory(stored.head), stored));
}

/** The memory after one more part of the story that is stored; a slice is a row. */
export function* recalling(before: Memory, page: StoryPage): Generator<undefined, Memory> {
  const memory = yield* recallingRows(before, page);
  const sealed = memory.entries.length === before.entries.length ? null : (memory.entries.at(-1)?.entry.row ?? null);
  let rowsDigest = sealed === null ? before.rowsDigest : noRowsDigest;
  for (const row of page.rows) {
    if (sealed !== null && row.number <= sealed) continue;
    rowsDigest = digestOfRow(rowsDigest, row);
    yield;
  }
  return { ...memory, rowsDigest };
}

/** As `recalling`, without the digest of its rows: for whoever has it already. */
export function* recallingRows(before: Memory, { rows, entries }: StoryPage): Generator<undefined, Memory> {
  const byRow = new Map(entries.map((link) => [link.entry.row, link]));
  const links: ChainedEntry[] = [];
  let memory = before;
  for (const row of rows) {
    const link = byRow.get(row.number) ?? null;
    if (link !== null) links.push(link);
    memory = follow(afterReadings(memory, row), row, link);
    yield;
  }
  return { ...memory, entries: [...before.entries, ...links] };
}

function afterReadings(memory: Memory, row: Row): Memory {
  return { ...memory, book: bookAfterRow(memory.book, memory.release, row.observation) };
}

/** One more row, whose readings are in the book already, without its digest and its link in the journal. */
function follow(memory: Memory, row: Row, link: ChainedEntry | null): Memory {
  const after = { ...memory, rows: row.number, lastRow: row, cursor: mergeCursor(memory.cursor, row.cursor) };
  if (!link) return after;
  const { entry } = link;
  return { ...after, release: apply(memory.release, entry), book: bookAfterDecision(memory.book, entry.decision), hash: link.hash };
}

/**
 * What a verification found: everything as it was written and decided, or the first thing that is not. `atMs`: when that was;
 * `null`: it is the head, or there is no such entry. `notices`: of those that were owed each is known; `null`: nobody looked.
 */
export type Verified =
  | {
      readonly ok: true;
      readonly entries: number;
      readonly rows: number;
      readonly notices: number | null;
      readonly hash: string;
      readonly unsealedRows: number;
    }
  | { readonly ok: false; readonly revision: number; readonly atMs: number | null; readonly why: string };

/** A verification on the way through a story. */
export interface Verifying {
  readonly chain: ChainWalk;
  readonly memory: Memory;
  /** The first thing that is not as it was written and decided; `null`: nothing so far. */
  readonly found: Extract<Verified, { readonly ok: false }> | null;
}

/** What is wrong with a head itself; `null`: its plan is the one that was frozen. Nothing else can be said of one that has another. */
export function verifyHead(head: NewRelease): Extract<Verified, { readonly ok: false }> | null {
  const { broken } = beginChain(head);
  return broken && { ok: false, ...broken, atMs: null };
}

/** Where a verification begins. A head that `verifyHead` has nothing against. */
export function beginToVerify(head: NewRelease): Verifying {
  return { chain: beginChain(head), memory: emptyMemory(head), found: null };
}

/** The verification after one more part of the story: its chain, and each of its rows decided again. A slice is a row. */
export function* verifyOn(before: Verifying, page: StoryPage): Generator<undefined, Verifying> {
  if (before.found !== null) return before;
  const chainNow = yield* walkChain(before.chain, page);
  const links = endOfChain(chainNow);
  const known = before.memory.entries;
  const momentOf = (revision: number): number | null =>
    (known[revision - 1] ?? page.entries[revision - 1 - known.length])?.entry.atMs ?? null;
  if (!links.ok) return { ...before, found: { ...links, atMs: momentOf(links.revision) } };
  const byRow = new Map(page.entries.map((link) => [link.entry.row, link]));
  let { memory } = before;
  for (const row of page.rows) {
    const link = byRow.get(row.number) ?? null;
    const again = followAgain(memory, row, link);
    if ("why" in again) {
      const why = `row ${row.number}: ${again.why}`;
      return { ...before, found: { ok: false, revision: memory.release.revision + 1, atMs: row.observation.nowMs, why } };
    }
    memory = again;
    yield;
  }
  return { chain: chainNow, memory: { ...memory, entries: [...known, ...page.entries] }, found: null };
}

/**
 * The memory after a row that leads to its link again; `why`: it does not. The link that covers a row may be on a later page: anything may stand in it.
 */
function followAgain(memory: Memory, row: Row, link: ChainedEntry | null): Memory | { readonly why: string } {
  try {
    const seen = afterReadings(memory, row);
    const decision = decide(seen.release, seen.book, row.observation);
    const then = link?.entry.decision ?? null;
    return isSameData(decision, then) ? follow(seen, row, link) : { why: sayDifference(decision, then) };
  } catch (error) {
    return { why: `it cannot be decided again: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/**
 * What was found of a story that came to its end. With `told` every notice that a decision owed must be known to the store, and no other. `told` was read
 * when the story had `revision` entries; what came since may owe notices that are not in it.
 */
export function endOfVerifying(
  { chain: walk, memory, found }: Verifying,
  told: readonly ToldNotice[] | null,
  revision: number = memory.entries.length,
): Verified {
  const links = endOfChain(walk);
  if (found !== null) return found;
  if (!links.ok) return { ...links, atMs: null };
  const { head, entries, rows } = memory;
  const notice = told === null ? null : strayNotice({ head, entries, revision }, told);
  if (notice !== null) return { ok: false, ...notice, atMs: entries[notice.revision - 1]?.entry.atMs ?? null };
  return { ok: true, entries: entries.length, rows, notices: told?.length ?? null, hash: links.hash, unsealedRows: links.unsealedRows };
}

/**
 * Checks the hash chain and decides everything again: each stored row must lead to exactly the stored decision, and no other row to any. With `told`
 * every notice that a decision owed must be known to the store, and no other.
 */
export function verify(stored: StoredRelease, told: readonly ToldNotice[] | null = null): Verified {
  return verifyHead(stored.head) ?? endOfVerifying(toEnd(verifyOn(beginToVerify(stored.head), stored)), told);
}

/** Where a decision that was decided again first differs from the one in the journal, and how. */
function sayDifference(now: unknown, then: unknown, place = ""): string {
  if (isBranch(now) && isBranch(then)) {
    const key = [...new Set([...Object.keys(now), ...Object.keys(then)])].find((one) => !isSameField(now[one], then[one]));
    if (key !== undefined) return sayDifference(now[key], then[key], place === "" ? key : `${place}.${key}`);
  }
  const at = place === "" ? "it" : place;
  return `${at} is ${sayData(then)} in the journal, and ${sayData(now)} when it is decided again`;
}

function isBranch(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isSameField(now: unknown, then: unknown): boolean {
  return now === undefined || then === undefined ? now === then : isSameData(now, then);
}

/** As much of a value as fits into a line. */
function sayData(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  const text = toCanonicalJson(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** A notice that a decision owed and the store does not know, or one that none owed; `null`: there is none. */
function strayNotice(
  { head, entries, revision: upTo }: Pick<Memory, "head" | "entries"> & { readonly revision: number },
  told: readonly ToldNotice[],
): { readonly revision: number; readonly why: string } | null {
  const nameOf = ({ revision, target }: Pick<ToldNotice, "revision" | "target">): string =>
    toCanonicalJson([revision, target.notifier, target.to]);
  const owed = entries.flatMap(({ entry: { revision, decision } }) =>
    newsOf(decision).length === 0 ? [] : head.plan.notify.map((target) => ({ revision, target })),
  );
  const [known, due] = [new Set(told.map(nameOf)), new Set(owed.map(nameOf))];
  const missing = owed.find((notice) => notice.revision <= upTo && !known.has(nameOf(notice)));
  const stray = told.find((notice) => !due.has(nameOf(notice)));
  const notice = missing ?? stray;
  if (notice === undefined) return null;
  const whom = `${notice.target.notifier} ${notice.target.to}`.trim();
  return { revision: notice.revision, why: missing ? `the notice to ${whom} is missing` : `no decision owed the notice to ${whom}` };
}

function mergeCursor(before: Cursor, changed: Cursor): Cursor {
  const merged: Record<string, Cursor[string]> = { ...before };
  for (const [quantity, series] of Object.entries(changed)) merged[quantity] = { ...merged[quantity], ...series };
  return merged;
}
