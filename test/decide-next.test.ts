import { describe, expect, test } from "vitest";
import { apply } from "../src/core/apply.ts";
import { decide } from "../src/core/decide.ts";
import type { Decision, Fact } from "../src/core/decision.ts";
import { bookAfterDecision, bookAfterRow } from "../src/core/evidence-book.ts";
import type { EvidenceBook } from "../src/core/evidence-book.ts";
import type { Reaction } from "../src/core/reactions.ts";
import type { Release } from "../src/core/release.ts";
import { canSign } from "../src/core/signers.ts";
import type { Status } from "../src/core/status.ts";
import type { Verdict } from "../src/evidence/verdict.ts";
import {
  ask,
  bookOf,
  countdown,
  counts,
  factOf,
  fine,
  good,
  holding,
  investigation,
  kindsOf,
  minuteMs,
  observing,
  refusalOf,
  releaseIn,
  seen,
  startMs,
  statusOf,
  toldAll,
} from "./decision-desk.ts";
import { sampleVerdicts } from "./sample-view.ts";

/* Two guards have failed, one reaction runs, and every gate has passed: nothing goes on past the second when the first is dealt with. */

const slow = counts(600, 2_000, 20, 20_000);
const few = counts(30, 1_000, 3_000, 10_000);
const both = bookOf({ ...fine, "latency>2000ms": slow, orders: few }, { observedMs: 9 * minuteMs });
const verdictOf = (kind: Verdict["kind"]): Verdict => ({ ...sampleVerdicts["pricetruth is down"]!, kind });
const reacting = (book: EvidenceBook, check: string, reaction: Reaction): EvidenceBook => ({
  ...book,
  checks: book.checks.map((one) => (one.id === check ? { ...one, reaction } : one)),
});

function next(release: Release, decision: Decision | null): Release {
  if (decision === null) throw new Error("nothing was decided");
  return apply(release, { release: release.id, revision: release.revision + 1, atMs: startMs + 1_000, decision, row: 1 });
}

describe("when a reaction ends while another guard has failed", () => {
  const told = toldAll(both);

  test("a countdown that is cancelled is followed by the investigation", () => {
    const release = releaseIn(holding(countdown(startMs + minuteMs)), { told });
    const began: Decision = { status: release.status, facts: [{ kind: "became", status: release.status }] };
    let book = bookAfterDecision(both, began);
    for (let scrape = 0; scrape < 6; scrape += 1)
      book = bookAfterRow(book, release, { ...seen(release), readings: { ...fine, orders: few } });
    const decision = decide(release, { ...book, observedMs: both.observedMs }, seen(release));
    expect(kindsOf(decision)).toEqual(expect.arrayContaining(["cancelled", "breach"]));
    expect(decision?.status).toMatchObject({ kind: "holding", phase: 0, why: { kind: "investigation" } });
  });

  test("an investigation that somebody ends is followed by the other, and a click on the first does not end it", () => {
    const investigate: Reaction = { kind: "investigate", forMs: 3 * minuteMs };
    const book = reacting(both, "latency p95 > 2s", investigate);
    const release = releaseIn(holding(investigation(startMs + minuteMs)), { told });
    const decision = decide(release, book, seen(release, { requests: [ask("resume", "release-manager")] }));
    expect(factOf(decision, "dismissed")?.check).toBe("orders < 50% of stable");
    expect(decision?.status).toMatchObject({
      kind: "holding",
      phase: 0,
      why: { kind: "investigation", breach: { check: "latency p95 > 2s" }, commitByMs: startMs + 1_000 + 3 * minuteMs },
    });
    const other = next(release, decision);
    const again = decide(other, book, seen(other, { requests: [ask("resume", "release-manager")] }));
    expect(refusalOf(again)?.kind).toBe("stale");
  });

  test("a rollback that waited for an investigation keeps the time that it promised from its own proof on", () => {
    const slowBy: Reaction = { kind: "rollback-within", withinMs: 5 * minuteMs };
    const book = reacting(both, "latency p95 > 2s", slowBy);
    const running = releaseIn(holding(investigation(startMs + 9 * minuteMs)), { told: { ...told, "latency p95 > 2s": "undecided" } });
    const proven = next(running, decide(running, book, seen(running)));
    expect(proven.failedMs).toEqual({ "latency p95 > 2s": startMs + 1_000 });
    const goOn = seen(proven, { nowMs: startMs + 3 * minuteMs, requests: [ask("resume", "release-manager", { expectRevision: 6 })] });
    expect(decide(proven, book, goOn)?.status).toMatchObject({
      why: { kind: "countdown", breach: { check: "latency p95 > 2s", atMs: startMs + 1_000 }, doneByMs: startMs + 1_000 + 5 * minuteMs },
    });
  });

  test.each<[string, Fact]>([
    ["is over", { kind: "cancelled", check: "latency p95 > 2s", verdict: verdictOf("pass") }],
    ["was looked at", { kind: "dismissed", check: "latency p95 > 2s", by: "Ada" }],
    ["is no proof any more", { kind: "verdict", check: "latency p95 > 2s", verdict: verdictOf("undecided"), moreMs: null }],
  ])("a failure that %s counts from its next proof on", (_, fact) => {
    const failed = releaseIn(observing(0), { told, failedMs: { "latency p95 > 2s": startMs } });
    expect(next(failed, { status: failed.status, facts: [fact] }).failedMs).toEqual({});
  });

  test("one that is looked away from holds nothing up", () => {
    const release = releaseIn(holding(investigation(startMs + minuteMs)), { told, dismissed: ["latency p95 > 2s"] });
    const decision = decide(release, { ...both, observedMs: [0, 0, 0] }, seen(release, { requests: [ask("resume", "release-manager")] }));
    expect(statusOf(decision)).toBe("observing 0");
  });
});

test("who goes on at once beside somebody who goes on sees it go on, once the report is answered", () => {
  const reports = [{ by: "Vera", reason: "empty basket", atMs: startMs }];
  const release = releaseIn(observing(0), { told: toldAll(good), reports });
  const early = { ...good, observedMs: [minuteMs, 0, 0] };
  for (const kinds of [["resume", "promote"] as const, ["promote", "resume"] as const]) {
    const requests = kinds.map((kind) => ask(kind, "release-manager", { by: { name: kind, roles: ["release-manager"] } }));
    const decision = decide(release, early, seen(release, { requests }));
    expect(decision?.facts).toContainEqual(expect.objectContaining({ kind: "accepted", asked: "promote" }));
    expect(statusOf(decision)).toBe("shifting 1");
  }
});

test("a pause that somebody else asks for in the same moment goes before both", () => {
  const release = releaseIn(observing(0), { told: toldAll(good) });
  const status = (requests: Parameters<typeof ask>[0][]): Status | undefined =>
    decide(release, good, seen(release, { requests: requests.map((kind) => ask(kind, "release-manager")) }))?.status;
  expect(status(["promote", "pause"])).toMatchObject({ why: { kind: "paused" } });
});

test("a program that reports the same again and again keeps nobody from deciding", () => {
  const bot = { by: { name: "monitor", roles: [], isMachine: true as const } };
  const told = toldAll(good);
  const first = releaseIn(observing(0), { told });
  const report = (reason: string) => ask("report", "viewer", { ...bot, reason });
  const held = next(first, decide(first, good, seen(first, { requests: [report("the basket is empty")] })));
  const again = next(held, decide(held, good, seen(held, { requests: [report("the basket is empty")] })));
  expect([again.reports.length, again.revision, again.materialRevision]).toEqual([2, 7, 6]);
  const goOn = ask("resume", "release-manager", { expectRevision: 6 });
  expect(statusOf(decide(again, good, seen(again, { requests: [goOn] })))).toBe("shifting 1");
  // Something else is a report that nobody has read.
  const other = next(held, decide(held, good, seen(held, { requests: [report("the cart is empty")] })));
  expect(refusalOf(decide(other, good, seen(other, { requests: [goOn] })))?.kind).toBe("stale");
});

test("who started a release and in whose name it was started are no team of two", () => {
  const needs = { all: ["release-manager", "qa-lead"] } as const;
  const team = [["release-manager"], ["qa-lead"]] as const;
  expect(canSign(needs, team, [])).toBe(true);
  expect(canSign(needs, team, [team[0]])).toBe(true);
  expect(canSign(needs, team, team)).toBe(false);
  // A third who holds one of the roles makes it possible; of two roles of one person only one counts.
  expect(canSign(needs, [...team, ["qa-lead"]], team)).toBe(true);
  expect(canSign(needs, [team[1], ["release-manager", "qa-lead"]], [team[1]])).toBe(true);
  expect(canSign(needs, [["release-manager", "qa-lead"]])).toBe(false);
  expect(canSign({ all: [] }, [])).toBe(true);
});
