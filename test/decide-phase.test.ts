import { describe, expect, test } from "vitest";
import { decide } from "../src/core/decide.ts";
import { bookAfterRow, emptyBook } from "../src/core/evidence-book.ts";
import { smallPlan } from "../src/sim/small-plan.ts";
import type { EvidenceBook } from "../src/core/evidence-book.ts";
import type { Observation } from "../src/core/observation.ts";
import type { Release } from "../src/core/release.ts";
import type { Status } from "../src/core/status.ts";
import {
  startMs,
  minuteMs,
  observing,
  holding,
  releaseIn,
  counts,
  fine,
  bookOf,
  seen,
  statusOf,
  decideOn,
  later,
  good,
  signed,
  toldAll,
} from "./decision-desk.ts";

describe("a phase that goes well", () => {
  test.each<[string, Status, EvidenceBook, Partial<Observation>, Partial<Release>, string]>([
    ["goes on exactly when its time is over and every gate passes", observing(), good, {}, {}, "shifting 1"],
    ["does not go on a moment before its time", observing(), { ...good, observedMs: [3 * minuteMs - 1, 0, 0] }, {}, {}, "observing 0"],
    ["waits for those who have to sign", observing(1), good, {}, {}, "holding sign-off"],
    ["goes on when they have signed", observing(1), good, {}, signed(2), "shifting 2"],
    ["does not go on into a freeze", observing(), good, { frozen: ["production"] }, {}, "holding freeze"],
    [
      "does not promote into a freeze either",
      observing(2),
      { ...good, observedMs: [0, 0, 4 * minuteMs] },
      { frozen: ["production"] },
      {},
      "holding freeze",
    ],
    ["promotes after the last phase", observing(2), { ...good, observedMs: [0, 0, 4 * minuteMs] }, {}, {}, "promoting cloning"],
    ["becomes observed when the router shows the share", { kind: "shifting", phase: 1, sinceMs: startMs }, good, {}, {}, "observing 1"],
    ["goes on by itself when the reason to hold is gone", holding({ kind: "undecided", checks: ["1.errors"] }), good, {}, {}, "shifting 1"],
    ["stays paused however good it looks", holding({ kind: "paused", by: "Aline" }), good, {}, {}, "stay"],
  ])("%s", (_, status, book, more, release, expected) => {
    const decision = decideOn(status, book, more, { told: toldAll(book), ...release });
    expect(decision ? statusOf(decision) : expected === "observing 0" ? "observing 0" : "stay").toBe(expected);
  });

  test("is not observed while the router shows another share", () => {
    const release = releaseIn({ kind: "shifting", phase: 1, sinceMs: startMs }, { told: toldAll(good) });
    const now = seen(release);
    const other = now.traffic.kind === "seen" ? { ...now.traffic.value, sharePct: 10 } : null;
    expect(decide(release, good, { ...now, traffic: other ? { kind: "seen", value: other } : now.traffic })).toBeNull();
    expect(decide(release, good, { ...now, traffic: { kind: "unseen", why: "connection refused" } })).toBeNull();
  });
});

test("traffic does not return to a new stable version that has no address yet, however ready it is said to be", () => {
  const release = releaseIn({ kind: "promoting", step: "replacing", sinceMs: startMs }, { told: toldAll(good) });
  const now = seen(release);
  expect(statusOf(decide(release, good, now))).toBe("promoting returning");
  if (now.workloads.kind !== "seen") throw new Error("the desk sees every workload");
  const { backend, ...others } = now.workloads.value;
  const stable = backend?.stable && { ...backend.stable, urls: [] };
  const value = { ...others, backend: { ...backend, ...(stable && { stable }) } };
  expect(decide(release, good, { ...now, workloads: { kind: "seen", value } })).toBeNull();
});

describe("time is over", () => {
  const few = bookOf({ ...fine, errors: counts(0, 6, 10, 20_000) }, { observedMs: 3 * minuteMs });

  test("and a gate undecided: the phase is extended when the forecast says that it helps, and says so once", () => {
    const decision = decideOn(observing(), few);
    expect(decision?.facts.map((fact) => fact.kind)).toContain("extended");
    expect(decision?.status).toEqual(observing());
    expect(decideOn(observing(), few, {}, { extended: 0, told: toldAll(few) })).toBeNull();
  });

  test("and the extension too: hold and ask", () => {
    expect(statusOf(decideOn(observing(), { ...few, observedMs: [6 * minuteMs, 0, 0] }))).toBe("holding undecided");
  });

  test("and nothing was ever counted: hold, never pass", () => {
    const blind = { ...emptyBook(smallPlan), observedMs: [9 * minuteMs, 0, 0] };
    expect(statusOf(decideOn(observing(), blind))).toBe("holding no-data");
  });

  test("what was counted once and is not there any more is missing, whatever its source answers", () => {
    const release = releaseIn(observing());
    let book = good;
    const gone: Observation["readings"] = { ...fine, errors: { kind: "no-data" } };
    const at = (nowMs: number): Observation => ({ ...seen(release), nowMs });
    for (let scrape = 1; scrape <= 5; scrape += 1)
      book = bookAfterRow(book, release, { ...at(startMs + scrape * 15_000), readings: later(gone, scrape * 15_000) });
    expect(statusOf(decide(release, book, at(startMs + 60_000)))).toBe("shifting 1");
    expect(decide(release, book, at(startMs + 75_000))?.status).toMatchObject({
      why: { kind: "no-data", checks: ["1.errors", "errors > 3%"] },
    });
  });

  test("sources that fell silent hold at once", () => {
    expect(statusOf(decideOn(observing(), good, { nowMs: startMs + 61_001 }))).toBe("holding no-data");
  });
});
