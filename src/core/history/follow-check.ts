import { begin } from "../../evidence/evidence.ts";
import { apply, newborn } from "../apply.ts";
import type { Check } from "../checks.ts";
import type { Entry } from "../decision.ts";
import { bookAfterDecision, bookAfterRow, emptyBook, standingsOf } from "../evidence-book.ts";
import type { EvidenceBook, EvidenceSeen, Standing } from "../evidence-book.ts";
import type { Release } from "../release.ts";
import type { Row } from "../row.ts";

/** A release on the way through its rows, with the evidence of one check alone: what replay rebuilds, at the price of one check. */
export interface Followed {
  readonly check: string;
  readonly release: Release;
  /** Holds the check and those of the same quantity, which a person's decision begins anew together. */
  readonly book: EvidenceBook;
}

/** How a check is judged instead of as its plan says: by another test, or on another quantity that was read too. */
export type OtherTest = Pick<Check, "spec" | "quantity">;

/** The beginning of `head`, for the check of this id, judged as its plan says or by `instead`. Throws when the plan has no such check. */
export function beginToFollow(head: Parameters<typeof newborn>[0], id: string, instead: OtherTest | null = null): Followed {
  const book = emptyBook(head.plan);
  const own = book.checks.find((check) => check.id === id);
  if (own === undefined) throw new Error(`the plan has no check ${id}`);
  const check = { ...own, ...instead };
  const beside = book.checks.filter((candidate) => candidate.id !== id && candidate.quantity === check.quantity);
  const checks = [check, ...beside];
  const states = Object.fromEntries(checks.map(({ id: name, spec }) => [name, begin(spec)]));
  return { check: id, release: newborn(head), book: { ...book, checks, states } };
}

/** What evidence needs of a row. */
export type EvidenceRow = Pick<Row, "number"> & { readonly observation: EvidenceSeen };

/** What was seen of the check's evidence when one more row was stored, before and after the decision of that row, if there was one. */
export interface FollowedRow {
  /** As the row's decision saw it. */
  readonly seen: Followed;
  readonly after: Followed;
}

/** One more row, with the journal's entry of that row; `null`: it led to none. */
export function followRow(before: Followed, row: EvidenceRow, entry: Entry | null): FollowedRow {
  const seen = { ...before, book: bookAfterRow(before.book, before.release, row.observation) };
  if (entry === null) return { seen, after: seen };
  const release = apply(before.release, entry);
  return { seen, after: { ...before, release, book: bookAfterDecision(seen.book, entry.decision) } };
}

/** What the evidence says about the check at `nowMs`, as the release itself judges it. */
export function standingOfCheck({ check, release, book }: Followed, nowMs: number): Standing {
  const standing = standingsOf(release, book, nowMs).find((candidate) => candidate.check.id === check);
  if (standing === undefined) throw new Error(`no evidence was begun for ${check}`);
  return standing;
}
