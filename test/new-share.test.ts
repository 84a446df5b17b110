import { expect, test } from "vitest";
import { apply } from "../src/core/apply.ts";
import { bookAfterDecision, bookAfterRow, emptyBook, standingsOf } from "../src/core/evidence-book.ts";
import type { EvidenceBook } from "../src/core/evidence-book.ts";
import { decide } from "../src/core/decide.ts";
import type { Status } from "../src/core/status.ts";
import { smallPlan } from "../src/sim/small-plan.ts";
import { later, level, observing, releaseIn, seen, startMs } from "./decision-desk.ts";

const cpuOf = (book: EvidenceBook): string | undefined =>
  standingsOf(releaseIn(observing(1)), book, startMs).find(({ check }) => check.id === "2.cpu")?.verdict.kind;

function read(book: EvidenceBook, status: Status, values: readonly number[], fromScrape: number): EvidenceBook {
  const release = releaseIn(status);
  return values.reduce(
    (before, value, scrape) =>
      bookAfterRow(before, release, { ...seen(release), readings: later({ cpu: level(value) }, (fromScrape + scrape) * 15_000) }),
    book,
  );
}

/** The book once the router shows the share of phase 1. */
function atNextShare(book: EvidenceBook): EvidenceBook {
  const release = releaseIn({ kind: "shifting", phase: 1, sinceMs: startMs });
  const decision = decide(release, book, seen(release));
  if (decision === null) throw new Error("the share was not seen");
  return bookAfterDecision(book, decision);
}

const times = (count: number, value: number): readonly number[] => Array.from({ length: count }, () => value);
const quiet = read(emptyBook(smallPlan), observing(0), times(20, 0.1), 0);

test("a resource that is used more because more people came is not one that rises to its limit", () => {
  expect(cpuOf(read(atNextShare(quiet), observing(1), times(20, 0.6), 20))).toBe("pass");
});

test("that it is judged anew at another share is no news", () => {
  const release = releaseIn({ kind: "shifting", phase: 1, sinceMs: startMs }, { told: { "2.cpu": "pass", "1.errors": "pass" } });
  const decision = decide(release, quiet, seen(release));
  if (decision === null) throw new Error("the share was not seen");
  const entry = { release: "r1", revision: 6, atMs: startMs, decision, row: 1 };
  expect(apply(release, entry).told).toEqual({ "1.errors": "pass" });
});

test("one that rises while the share stays the same is", () => {
  const rising = Array.from({ length: 20 }, (_, scrape) => 0.3 + scrape * 0.02);
  expect(cpuOf(read(atNextShare(quiet), observing(1), rising, 20))).toBe("fail");
});

test("what a resource needed at a smaller share says nothing of the present one", () => {
  expect(cpuOf(quiet)).toBe("pass");
  expect(cpuOf(atNextShare(quiet))).not.toBe("pass");
});
