import { describe, expect, test } from "vitest";
import { apply } from "../src/core/apply.ts";
import { decide } from "../src/core/decide.ts";
import type { Decision } from "../src/core/decision.ts";
import { bookAfterDecision, bookAfterRow, standingsOf } from "../src/core/evidence-book.ts";
import type { EvidenceBook } from "../src/core/evidence-book.ts";
import type { Observation } from "../src/core/observation.ts";
import { sayHold } from "../src/core/messages/holds.ts";
import type { Role } from "../src/core/plan.ts";
import type { Release } from "../src/core/release.ts";
import { sayNext } from "../src/core/view/next-steps.ts";
import { wanted } from "../src/core/wanted.ts";
import { smallPlan } from "../src/sim/small-plan.ts";
import {
  ask,
  bad,
  bookOf,
  counts,
  decideOn,
  fine,
  good,
  holding,
  investigation,
  later,
  level,
  minuteMs,
  observing,
  planWith,
  releaseIn,
  seen,
  startMs,
  statusOf,
  toldAll,
} from "./decision-desk.ts";

const few = counts(30, 1_000, 3_000, 10_000);

interface Course {
  readonly release: Release;
  readonly book: EvidenceBook;
  readonly statuses: readonly string[];
  readonly facts: readonly string[];
}

/** The same readings so many times, each decided on as the engine would; `from` is left as it is. */
function goOn(from: Course, readings: Observation["readings"], times: number): Course {
  let course = from;
  for (let scrape = 0; scrape < times; scrape += 1) {
    const now = seen(course.release, { readings: later(readings, scrape * 15_000) });
    const book = bookAfterRow(course.book, course.release, now);
    course = after({ ...course, book }, decide(course.release, book, now));
  }
  return course;
}

function after(course: Course, decision: Decision | null): Course {
  if (!decision) return course;
  const entry = { release: "r1", revision: course.release.revision + 1, atMs: startMs, decision, row: 1 };
  return {
    release: apply(course.release, entry),
    book: bookAfterDecision(course.book, decision),
    statuses: [...course.statuses, statusOf(decision)],
    facts: [...course.facts, ...decision.facts.map((fact) => fact.kind)],
  };
}

/** Orders were few, a release manager looked at it and went on. */
function lookedAt(): Course {
  const book = bad("orders", few);
  const release = releaseIn(holding(investigation(startMs + minuteMs), 1), { told: toldAll(book) });
  const decision = decide(release, book, seen(release, { requests: [ask("resume", "release-manager")] }));
  return after({ release, book, statuses: [], facts: [] }, decision);
}

describe("a guard that a person looked at and went on with", () => {
  test("does not react while what it watches stays as it was", () => {
    const { statuses, facts } = goOn(lookedAt(), { ...fine, orders: few }, 20);
    expect(facts).toContain("dismissed");
    expect(facts).not.toContain("breach");
    expect(statuses.filter((status) => status.includes("investigation"))).toEqual([]);
  });

  test("is armed again once it is proven to be well, and reacts to the next breach", () => {
    const well = goOn(lookedAt(), fine, 20);
    expect(well.facts).toContain("recovered");
    expect(well.release.dismissed).toEqual([]);
    const worse = goOn(well, { ...fine, orders: counts(0, 1_000, 3_000, 10_000) }, 12);
    expect(worse.statuses).toContain("holding investigation");
  });

  test("leaves its phase to be passed on what came since: the gate on the same metric is not stuck with the old readings", () => {
    const gateOf = (course: Course): string | undefined =>
      standingsOf(course.release, course.book, startMs + 1_000).find(({ check }) => check.id === "2.orders")?.verdict.kind;
    expect(gateOf({ ...lookedAt(), book: bad("orders", few) })).toBe("fail");
    const looked = lookedAt();
    expect(gateOf(looked)).toBe("no-data");
    expect(gateOf(goOn(looked, fine, 20))).toBe("pass");
    expect(gateOf(goOn(looked, { ...fine, orders: few }, 20))).toBe("fail");
  });
});

describe("a gate that failed", () => {
  const slow = { ...fine, "latency>500ms": counts(400, 2_000, 200, 20_000) };
  const failed = { kind: "failed", checks: ["1.latency"] } as const;
  const start = (observedMs: number): Course => {
    const book = bookOf(slow, { observedMs });
    return { release: releaseIn(holding(failed), { told: toldAll(book) }), book, statuses: [], facts: [] };
  };
  const asks = (course: Course, role: Role): Course => {
    const { release, book } = course;
    const request = ask("resume", role, { expectRevision: release.revision });
    return after(course, decide(release, book, seen(release, { requests: [request] })));
  };
  const places = ({ statuses }: Course): readonly string[] => statuses.filter((status, at) => status !== statuses[at - 1]);
  const says = ({ release }: Course, language: "en" | "fr"): string =>
    sayNext(release, { plan: release.plan, nowMs: startMs }, language).join("; ");

  test("stays failed, however well it looks since: a proof does not lapse, and the words say so", () => {
    const healed = goOn(start(3 * minuteMs), fine, 60);
    expect([healed.release.status, healed.facts]).toEqual([holding(failed), []]);
    expect(sayHold(failed, { plan: smallPlan }, "en")).toBe("“latency p95 < 500ms” failed, which is proven and stays so; people are asked");
    expect(says(healed, "en")).toBe(
      "somebody takes people back; or a release manager resumes: then “latency p95 < 500ms” has to pass on what comes from then on",
    );
    expect(says(healed, "fr")).toMatch(/ou reprise par un release manager\s: .+ doit alors être validé sur ce qui vient ensuite$/u);
  });

  test("is judged afresh when a release manager has looked at it, and lets its phase go once it has passed on what came since", () => {
    const looked = asks(start(3 * minuteMs), "release-manager");
    expect([looked.statuses, looked.release.dismissed]).toEqual([["holding undecided"], []]);
    expect(looked.facts).toContain("dismissed");
    const healed = goOn(looked, fine, 40);
    expect(places(healed).slice(0, 2)).toEqual(["holding undecided", "shifting 1"]);
  });

  test("goes on being observed where time is left", () => {
    expect(places(goOn(asks(start(minuteMs), "release-manager"), fine, 40))).toEqual(["observing 0"]);
  });

  test("fails again when it is no better, and takes another look", () => {
    const again = goOn(asks(start(3 * minuteMs), "release-manager"), slow, 40);
    expect(places(again)).toEqual(["holding undecided", "holding failed"]);
    expect(places(goOn(asks(again, "release-manager"), fine, 40))).toEqual(expect.arrayContaining(["shifting 1"]));
  });

  test("is nobody else's to go on with", () => {
    expect(asks(start(3 * minuteMs), "devops-lead").facts).toEqual(["refused"]);
  });

  test("passes by itself when it goes by its latest readings alone, and the words say so", () => {
    const busy = { ...fine, cpu: level(0.95) };
    const why = { kind: "failed", checks: ["2.cpu"] } as const;
    const book = bookOf(busy, { observedMs: 3 * minuteMs });
    const plan = planWith({ advance: {} });
    const held: Course = { release: releaseIn(holding(why, 1), { plan, told: toldAll(book) }), book, statuses: [], facts: [] };
    expect(sayHold(why, { plan: smallPlan }, "en")).toBe("“cpu < 80% and stable” failed on the latest readings; people are asked");
    expect(says(held, "en")).toBe("it goes on by itself when the latest readings are good; or somebody takes people back");
    expect(goOn(held, fine, 20).statuses).toContain("shifting 2");
  });
});

describe("what was never read", () => {
  test("keeps a phase from being left, though every gate of it passes", () => {
    const { prices: _, ...unwatched } = fine;
    const book = bookOf(unwatched, { observedMs: 3 * minuteMs });
    const blind = decideOn(observing(), { ...book, answeredMs: { ...book.answeredMs, prices: startMs } }, {}, { told: toldAll(good) });
    expect(blind?.status).toMatchObject({ kind: "holding", why: { kind: "no-data", checks: ["prices is down"] } });
  });
});

describe("an event that both versions know", () => {
  const shared = counts(1, 3_000, 5, 30_000);

  test("holds the phase that it is a gate of, and no other", () => {
    const book = bookOf({ ...fine, fatal: shared }, { observedMs: 4 * minuteMs });
    expect(statusOf(decideOn(observing(2), book))).toBe("holding shared-incident");
    expect(statusOf(decideOn(observing(0), book, {}, { told: toldAll(book) }))).toBe("shifting 1");
  });
});

test("who is asked about an undecided gate is told how bad it may still be", () => {
  const little = { ...fine, errors: counts(0, 20, 0, 200) };
  const decision = decideOn(observing(), bookOf(little, { scrapes: 3, observedMs: 3 * minuteMs }));
  expect(statusOf(decision)).toBe("holding undecided");
  const told = decision?.facts.flatMap((fact) => (fact.kind === "verdict" && fact.check === "1.errors" ? [fact.verdict] : []));
  expect(told).toMatchObject([{ kind: "undecided", estimate: 0, interval: { low: 0 } }]);
});

test("while stable is replaced, people without the router's master go where the old version still runs", () => {
  const release = releaseIn({ kind: "promoting", step: "replacing", sinceMs: startMs });
  expect(wanted(release)?.traffic).toMatchObject({ sharePct: 100, stableSlot: "previous" });
  const none = { ...release, plan: { ...release.plan, keepPreviousMs: 0 } };
  expect(wanted(none)?.traffic).toMatchObject({ sharePct: 100, stableSlot: "stable" });
});
