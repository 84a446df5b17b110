import { createHash } from "node:crypto";
import { toCanonicalJson } from "./canonical-json.ts";
import type { Entry } from "./decision.ts";
import type { Plan } from "./plan.ts";
import type { Row } from "./row.ts";

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

/** Answers whether head, entries and rows (oldest first) are, to the last character, what was committed. */
export function verifyChain(head: ChainHead, entries: readonly ChainedEntry[], rows: readonly Row[]): ChainCheck {
  if (digestOfPlan(head.plan) !== head.planHash) return { ok: false, revision: 0, why: "the plan is not the one that was frozen" };
  let previous = genesisOf(head);
  let sealed = 0;
  for (const [index, link] of entries.entries()) {
    const revision = index + 1;
    const why = verifyLink(link, { release: head.id, revision, previous, rows: rows.slice(sealed, link.entry.row), sealed });
    if (why !== null) return { ok: false, revision, why };
    previous = link.hash;
    sealed = link.entry.row;
  }
  const unsealed = rows.slice(sealed);
  const stray = unsealed.findIndex((row, index) => row.number !== sealed + index + 1 || row.release !== head.id);
  if (stray >= 0) return { ok: false, revision: entries.length, why: `row ${sealed + stray + 1} is missing` };
  return { ok: true, hash: previous, unsealedRows: unsealed.length };
}

interface ExpectedLink {
  readonly release: string;
  readonly revision: number;
  readonly previous: string;
  readonly rows: readonly Row[];
  /** Number of the last row that an earlier entry covers. */
  readonly sealed: number;
}

function verifyLink(link: ChainedEntry, expected: ExpectedLink): string | null {
  const { entry } = link;
  if (entry.release !== expected.release) return `the entry belongs to release ${entry.release}`;
  if (entry.revision !== expected.revision) return `the entry says revision ${entry.revision}: one is missing, or out of order`;
  if (link.previous !== expected.previous) return "the link to what came before is broken";
  if (entry.row <= expected.sealed || expected.rows.length !== entry.row - expected.sealed) return `row ${entry.row} is missing`;
  const stray = expected.rows.findIndex((row, index) => row.number !== expected.sealed + index + 1 || row.release !== expected.release);
  if (stray >= 0) return `row ${expected.sealed + stray + 1} is missing`;
  if (digestOfRows(expected.rows) !== link.rowsDigest) return "a row since the last entry was changed";
  return chain(link.previous, entry, link.rowsDigest).hash === link.hash ? null : "the entry was changed";
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
