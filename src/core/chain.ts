import { createHash } from "node:crypto";
import { toCanonicalJson } from "./canonical-json.ts";
import type { Entry } from "./decision.ts";
import type { Plan } from "./plan.ts";
import type { Row } from "./row.ts";
import { toEnd } from "./slices.ts";

/** A journal entry with its links: `hash` = SHA-256 over `previous`, `rowsDigest` and the entry; all three are hex. */
export interface ChainedEntry {
  readonly entry: Entry;
  /** The hash of the entry before it; of the first one, `genesisOf` its release. */
  readonly previous: string;
  /** Covers the rows since the last entry, its own row included. */
  readonly rowsDigest: string;
  readonly hash: string;
}

/** What the first link of a release's chain is made of, so that a swapped plan, version, person or time is noticed. */
export interface ChainHead {
  readonly id: string;
  readonly plan: Plan;
  readonly planHash: string;
  readonly environment: string;
  readonly services: readonly string[];
  readonly createdMs: number;
  readonly notBeforeMs?: number | null;
  readonly startedBy: string;
  readonly startedFor?: string | null;
  readonly reason: string;
  readonly versions: Readonly<Record<string, { readonly canary: string; readonly stable: string }>>;
}

/**
 * Whether a stored release is the one that was written. `hash` is the last link: kept elsewhere, it also proves that nothing was cut off the
 * end. `unsealedRows` counts the rows after the last entry: no link covers them yet. `revision` is the first entry that does not fit; 0 is
 * the head.
 */
export type ChainCheck =
  | { readonly ok: true; readonly hash: string; readonly unsealedRows: number }
  | { readonly ok: false; readonly revision: number; readonly why: string };

/** The digest of no rows at all: where `digestOfRow` begins after every entry. */
export const noRowsDigest: string = "0".repeat(64);

/** Answers the SHA-256 of the plan's canonical JSON, hex. */
export function digestOfPlan(plan: Plan): string {
  return sha256(toCanonicalJson(plan));
}

/** Answers the digest of the rows so far and `row`, hex; `previousDigest` is `noRowsDigest` for the first row after an entry. */
export function digestOfRow(previousDigest: string, row: Row): string {
  return sha256(`row\n${previousDigest}\n${toCanonicalJson(row)}`);
}

/** Answers the digest of several rows in their order, hex; `noRowsDigest` for none. */
export function digestOfRows(rows: readonly Row[]): string {
  return rows.reduce(digestOfRow, noRowsDigest);
}

/** Answers what stands before the first entry of a release's chain, hex. */
export function genesisOf(head: ChainHead): string {
  const { id, planHash, environment, services, createdMs, startedBy, startedFor = null, reason, versions, notBeforeMs = null } = head;
  // A release without a moment, or in nobody else's name, has the link that it had before there were any.
  const more = { ...(notBeforeMs === null ? {} : { notBeforeMs }), ...(startedFor === null ? {} : { startedFor }) };
  return sha256(`head\n${toCanonicalJson({ id, planHash, environment, services, createdMs, startedBy, reason, versions, ...more })}`);
}

/** Answers `entry` linked to the one before it. `rowsDigest` covers the rows since then, the entry's own row included. */
export function chain(previousHash: string, entry: Entry, rowsDigest: string): ChainedEntry {
  const hash = sha256(`entry\n${previousHash}\n${rowsDigest}\n${toCanonicalJson(entry)}`);
  return { entry, previous: previousHash, rowsDigest, hash };
}

/** A chain on the way through its story, as far as it fits. */
export interface ChainWalk {
  readonly release: string;
  /** Entries so far, and the last link. */
  readonly revision: number;
  readonly hash: string;
  /** Rows so far, and how many of them an entry covers. */
  readonly rows: number;
  readonly sealed: number;
  /** Of the rows since the last entry. */
  readonly rowsDigest: string;
  /** The first row since the last entry that is not where it belongs; `null`: each is. */
  readonly strayRow: number | null;
  /** The first entry that does not fit; `null`: each does. */
  readonly broken: { readonly revision: number; readonly why: string } | null;
}

/** A part of a story: rows, and the entries that they led to, oldest first. */
interface Part {
  readonly rows: readonly Row[];
  readonly entries: readonly ChainedEntry[];
}

/** Where the walk through a release's chain begins. */
export function beginChain(head: ChainHead): ChainWalk {
  const isOther = digestOfPlan(head.plan) !== head.planHash;
  return {
    release: head.id,
    revision: 0,
    hash: genesisOf(head),
    rows: 0,
    sealed: 0,
    rowsDigest: noRowsDigest,
    strayRow: null,
    broken: isOther ? { revision: 0, why: "the plan is not the one that was frozen" } : null,
  };
}

/** The walk after one more part of the story; a slice is a row. */
export function* walkChain(before: ChainWalk, { rows, entries }: Part): Generator<undefined, ChainWalk> {
  let walk = before;
  let read = 0;
  for (const row of rows) {
    for (let link = entries[read]; link !== undefined && link.entry.row <= walk.rows; link = entries[read]) {
      walk = pastLink(walk, link);
      read += 1;
    }
    if (walk.broken !== null) return walk;
    walk = pastRow(walk, row);
    yield;
  }
  return entries.slice(read).reduce(pastLink, walk);
}

/** What a walk has found that came to the end of the story. */
export function endOfChain({ broken, strayRow, revision, hash, rows, sealed }: ChainWalk): ChainCheck {
  if (broken !== null) return { ok: false, ...broken };
  return strayRow === null ? { ok: true, hash, unsealedRows: rows - sealed } : { ok: false, revision, why: `row ${strayRow} is missing` };
}

/** Answers whether head, entries and rows (oldest first) are, to the last character, what was committed. */
export function verifyChain(head: ChainHead, entries: readonly ChainedEntry[], rows: readonly Row[]): ChainCheck {
  return endOfChain(toEnd(walkChain(beginChain(head), { entries, rows })));
}

function pastRow(walk: ChainWalk, row: Row): ChainWalk {
  const rows = walk.rows + 1;
  const isStray = row.number !== rows || row.release !== walk.release;
  return { ...walk, rows, rowsDigest: digestOfRow(walk.rowsDigest, row), strayRow: walk.strayRow ?? (isStray ? rows : null) };
}

function pastLink(walk: ChainWalk, link: ChainedEntry): ChainWalk {
  if (walk.broken !== null) return walk;
  const revision = walk.revision + 1;
  const why = whyBroken(walk, link);
  if (why !== null) return { ...walk, broken: { revision, why } };
  return { ...walk, revision, hash: link.hash, sealed: link.entry.row, rowsDigest: noRowsDigest };
}

function whyBroken({ release, revision, hash, rows, sealed, rowsDigest, strayRow }: ChainWalk, link: ChainedEntry): string | null {
  const { entry } = link;
  if (entry.release !== release) return `the entry belongs to release ${entry.release}`;
  if (entry.revision !== revision + 1) return `the entry says revision ${entry.revision}: one is missing, or out of order`;
  if (link.previous !== hash) return "the link to what came before is broken";
  if (entry.row <= sealed || entry.row !== rows) return `row ${entry.row} is missing`;
  if (strayRow !== null) return `row ${strayRow} is missing`;
  if (rowsDigest !== link.rowsDigest) return "a row since the last entry was changed";
  return chain(link.previous, entry, link.rowsDigest).hash === link.hash ? null : "the entry was changed";
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
